"""Checking one delivery and taking it in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from saleor_returns_app.adapters.saleor.signatures import Verdict
from saleor_returns_app.errors import RemoteError
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import follow_app_status, mark_uninstalled, refetch_keys
from saleor_returns_app.services.webhooks import Delivery, Intake
from saleor_returns_app.web.install.manifest import EVENTS

from .shops import KnownShop, KnownShops

#: `recipient` after nothing but plain strings at the beginning of the object, where our subscriptions have it: read so, a
#: body need not be parsed. Other places of the name cannot match, and what does not match is parsed.
_RECIPIENT = re.compile(rb'\A\{(?:"\w+": ?"[^"\\]*", ?){0,8}"recipient": ?\{"id": ?"([\w=+/-]+)"\}')


class Refused(Exception):
    """The delivery is not taken: `status` and a code of Saleor's SDK."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Receiver:
    """What a process keeps between deliveries; safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shops = KnownShops(context)
        self._intake = Intake(context.db.engine)

    def check_headers(self, api_url: str, event: str, signature: str) -> None:
        """What can be refused before the body is read. Raises Refused."""
        if not api_url:
            raise Refused(400, "MISSING_API_URL_HEADER")
        if not event:
            raise Refused(400, "MISSING_EVENT_HEADER")
        if event not in EVENTS:
            raise Refused(400, "WRONG_EVENT")
        if not signature:
            raise Refused(400, "MISSING_SIGNATURE_HEADER")

    def receive(self, *, api_url: str, event: str, signature: str, body: bytes) -> None:
        """Return when the delivery is verified and committed. Raises Refused, or what the database raises."""
        if not body:
            raise Refused(400, "MISSING_REQUEST_BODY")
        shop = self._shops.find(api_url)
        if shop is None:
            raise Refused(401, "NOT_REGISTERED")
        self._verify(shop, api_url, signature, body)
        self._check_recipient(shop, api_url, _recipient(body))
        now = self._context.now()
        self._intake.store(Delivery(tenant_id=shop.tenant_id, event=event, body=body, received_at=now))
        if event.startswith("app_"):
            self._follow_lifecycle(shop, event, _parse(body))
            self._shops.forget(api_url)

    def _verify(self, shop: KnownShop, api_url: str, signature: str, body: bytes) -> None:
        if shop.keys.verify_detached(signature, body) is Verdict.VALID:
            return
        try:
            refetched = refetch_keys(self._context, shop.tenant_id)
        except RemoteError:
            refetched = None
        fresh = self._find_anew(api_url)
        verdict = fresh.keys.verify_detached(signature, body)
        if verdict is Verdict.VALID:
            return
        if verdict is Verdict.UNKNOWN_KEY and refetched is None:
            # We may not look for the key right now: should it be a rotation, Saleor's next try finds us better informed.
            raise Refused(503, "KEYS_NOT_AVAILABLE")
        raise Refused(401, "SIGNATURE_VERIFICATION_FAILED")

    def _check_recipient(self, shop: KnownShop, api_url: str, named: str | None) -> None:
        """All apps of a shop get deliveries under one key: another app's must not pass for ours."""
        # A reinstall a moment ago has given us a new id.
        if named != shop.app_id and named != self._find_anew(api_url).app_id:
            raise Refused(403, "WRONG_RECIPIENT")

    def _find_anew(self, api_url: str) -> KnownShop:
        self._shops.forget(api_url)
        shop = self._shops.find(api_url)
        if shop is None:
            raise Refused(401, "NOT_REGISTERED")
        return shop

    def _follow_lifecycle(self, shop: KnownShop, event: str, payload: Mapping[str, Any]) -> None:
        app = payload.get("app")
        if not isinstance(app, dict) or app.get("id") != payload["recipient"]["id"]:
            return  # an app that may manage apps hears of others, too
        if event == "app_deleted":
            mark_uninstalled(self._context, shop.tenant_id)
        elif event == "app_status_changed":
            follow_app_status(self._context, shop.tenant_id, told_active=bool(app.get("isActive")))


def _recipient(body: bytes) -> str | None:
    """The id of the app that the payload names as its recipient."""
    found = _RECIPIENT.match(body)
    if found:
        return found[1].decode()
    recipient = _parse(body).get("recipient")
    named = recipient.get("id") if isinstance(recipient, dict) else None
    return named if isinstance(named, str) else None


def _parse(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "CANT_BE_PARSED") from None
    if not isinstance(payload, dict):
        raise Refused(400, "CANT_BE_PARSED")
    return payload
