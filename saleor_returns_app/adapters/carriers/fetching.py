"""Fetches the files that a carrier names by address. The address is a stranger's: https, a public host, no redirects, a bounded size."""

from __future__ import annotations

from urllib.parse import urlsplit

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.http import NEVER_AGAIN, open_session, read_bounded
from saleor_returns_app.errors import CarrierUnreachable

from .calling import CONNECT_SECONDS, FAILURES

LIMIT = 5_000_000
_MAGIC = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png"}


class Fetcher:
    """Safe to share between threads. Private hosts are refused at the very address that is connected to."""

    def __init__(self, *, rules: AddressRules, seconds: float) -> None:
        self._seconds = seconds
        self._schemes = ("https", "http") if rules.allow_private_hosts else ("https",)
        self._session = open_session(rules=rules, retries=NEVER_AGAIN, connections=8)

    def fetch(self, url: str) -> tuple[bytes, str]:
        """Content and media type, told by its first bytes: a PDF or a PNG. Raises CarrierUnreachable for all else."""
        self._check(url)
        try:
            response = self._session.get(
                url, timeout=(CONNECT_SECONDS, self._seconds), allow_redirects=False, stream=True
            )
            content = read_bounded(response, seconds=self._seconds, limit=LIMIT)
        except FAILURES as error:
            raise CarrierUnreachable from error
        media_type = next((kind for start, kind in _MAGIC.items() if content.startswith(start)), "")
        if response.status_code != 200 or not media_type:
            raise CarrierUnreachable
        return content, media_type

    def close(self) -> None:
        self._session.close()

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise CarrierUnreachable from None
        plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2000
        if not plain or not host or parts.scheme not in self._schemes or parts.username or parts.password:
            raise CarrierUnreachable
