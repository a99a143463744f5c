"""Calls to EasyPost's API, and what their failures mean. Nothing is tried twice: a write whose answer is lost may have been paid.

The official library is not used: it connects up to four times, takes proxies and passwords from the environment, and reads
answers of any length.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.http import (
    NEVER_AGAIN,
    AnswerTooLarge,
    AnswerTooSlow,
    open_session,
    read_bounded,
)
from saleor_returns_app.errors import AppError, CarrierRefused, CarrierUnreachable

API_URL = "https://api.easypost.com/v2"
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
_LIMIT = 4_000_000
#: Said with a status of a refusal, of which one cannot tell whether the label was bought.
_UNCLEAR = frozenset({"SHIPMENT.POSTAGE.TIMED_OUT", "SHIPMENT.POSTAGE.NO_RESPONSE", "SHIPMENT.PURCHASE.IN_PROGRESS"})
_KEY_REFUSED = (
    "The carrier does not accept the shop's key. It has to be entered again in the settings. It says: %(reason)s"
)

FAILURES = (requests.RequestException, HTTPError, OSError, AnswerTooLarge, AnswerTooSlow, AppError)


class Caller:
    """Sends and reads JSON; safe to share between threads."""

    def __init__(self, *, url: str, rules: AddressRules, seconds: float) -> None:
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._session = open_session(rules=rules, retries=NEVER_AGAIN, connections=8)
        self._session.headers.update({"Accept": "application/json", "User-Agent": "saleor-returns-app"})

    def get(self, key: str, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        return self._call(key, "GET", path, params=params)

    def post(self, key: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call(key, "POST", path, body=body)

    def close(self) -> None:
        self._session.close()

    def _call(
        self,
        key: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        if not key or not key.isascii() or not key.isprintable() or ":" in key:
            raise key_refused("API_KEY")
        try:
            response = self._session.request(
                method,
                f"{self._url}/{path}",
                params=params,
                json=body,
                auth=(key, ""),
                timeout=(CONNECT_SECONDS, self._seconds),
                allow_redirects=False,
                stream=True,
            )
            content = read_bounded(response, seconds=self._seconds, limit=_LIMIT)
        except FAILURES as error:
            raise CarrierUnreachable from error
        return _answer(response.status_code, content)


def key_refused(reason: str, *codes: str) -> CarrierRefused:
    return CarrierRefused(reason, text=_KEY_REFUSED, code="CARRIER_KEY_REFUSED", codes=codes)


def _answer(status: int, content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        said = None
    if 200 <= status < 300 and isinstance(said, dict):
        return said
    error = said.get("error") if isinstance(said, dict) else None
    code = str(error.get("code") or "") if isinstance(error, dict) else ""
    reason = _reason(error) or f"HTTP {status}"
    if status in (401, 403):
        raise key_refused(reason, code)
    if not 400 <= status < 500 or status in (408, 429) or error is None or code in _UNCLEAR:
        raise CarrierUnreachable
    raise CarrierRefused(reason, codes=(code,) if code else ())


def _reason(error: object) -> str:
    """What EasyPost says, with what it says of single fields; its messages are a text, a list or an object."""
    told = [error.get("message"), error.get("errors")] if isinstance(error, dict) else error
    return " ".join(dict.fromkeys(_texts(told)))[:500]


def _texts(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield f"{name}: {value.strip()}" if name else value.strip()
    elif isinstance(value, list):
        for part in value[:20]:
            yield from _texts(part, name)
    elif isinstance(value, dict):
        if isinstance(value.get("message"), str):
            yield from _texts(value["message"], str(value.get("field") or name))
        else:
            for key, part in list(value.items())[:20]:
                yield from _texts(part, str(key))
