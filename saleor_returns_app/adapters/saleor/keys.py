"""A shop's signing keys (port KeySource)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from saleor_returns_app.errors import SaleorUnavailable

from .addresses import AddressRules, origin
from .http import CONNECT_SECONDS, TRY_AGAIN, AnswerTooLarge, AnswerTooSlow, open_session, read_bounded

_SECONDS = 5.0
_LIMIT = 65_536


class SaleorKeys:
    """Fetches JWKS documents; safe to share between threads."""

    def __init__(self, *, rules: AddressRules) -> None:
        self._rules = rules
        self._session = open_session(rules=rules, retries=TRY_AGAIN, connections=4)

    def fetch(self, api_url: str) -> Mapping[str, Any]:
        """The JWKS document at `<origin>/.well-known/jwks.json`. Raises SaleorUnavailable."""
        url = f"{origin(api_url)}/.well-known/jwks.json"
        try:
            response = self._session.get(url, timeout=(CONNECT_SECONDS, _SECONDS), allow_redirects=False, stream=True)
            body = read_bounded(response, seconds=_SECONDS, limit=_LIMIT)
        except (requests.RequestException, HTTPError, OSError, AnswerTooLarge, AnswerTooSlow) as error:
            raise SaleorUnavailable("The shop's signing keys cannot be fetched.") from error
        if response.status_code != 200:
            raise SaleorUnavailable("The shop's signing keys cannot be fetched.")
        try:
            found = json.loads(body)
        except ValueError as error:
            raise SaleorUnavailable("The shop's signing keys cannot be read.") from error
        if not isinstance(found, dict) or not isinstance(found.get("keys"), list) or not found["keys"]:
            raise SaleorUnavailable("The shop has no signing keys.")
        return found

    def close(self) -> None:
        self._session.close()
