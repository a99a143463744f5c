"""`POST /api/webhooks`: every event of every shop.

Saleor takes 2xx for delivered, never sends again after 3xx and 4xx, and tries again after 5xx. So what is wrong with a
delivery is answered with 4xx, what is wrong with us with 5xx, and 2xx only when the delivery is committed. The work that
it asks for is a job's.
"""

from __future__ import annotations

import json

import structlog
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from saleor_returns_app.adapters.saleor.signatures import Verdict
from saleor_returns_app.errors import RemoteError
from saleor_returns_app.services.tenants import follow_app_status, mark_uninstalled, refetch_keys
from saleor_returns_app.services.webhooks import Delivery, Intake
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.install.manifest import EVENTS, WEBHOOKS_PATH

from .shops import KnownShop, KnownShops

blueprint = Blueprint("webhooks", __name__)
log = structlog.get_logger()


class _Receiver:
    """What this process keeps between deliveries."""

    def __init__(self, state: BlueprintSetupState) -> None:
        context = state.app.extensions["returns"]
        self.shops = KnownShops(context)
        self.intake = Intake(context.db.engine)


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions["returns.webhooks"] = _Receiver(state)


class Refused(Exception):
    """The delivery is not taken: `status` and a code of Saleor's SDK."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@blueprint.post(WEBHOOKS_PATH)
def receive() -> Response:
    try:
        _receive(current_app.extensions["returns.webhooks"])
    except Refused as refused:
        log.warning("webhook.refused", code=refused.code, status=refused.status)
        return _answer(refused.status, refused.code)
    except Exception:
        # Ours, and hopefully passing: Saleor sends it again.
        log.exception("webhook.failed")
        return _answer(503, "TRY_AGAIN")
    return _answer(200, "")


def _answer(status: int, code: str) -> Response:
    body = f'{{"error":{{"code":"{code}"}}}}' if code else '{"success":true}'
    return Response(body, status=status, content_type="application/json")


def _receive(receiver: _Receiver) -> None:
    headers = request.headers
    api_url, event, signature = (
        headers.get("Saleor-Api-Url"),
        headers.get("Saleor-Event"),
        headers.get("Saleor-Signature"),
    )
    if not api_url:
        raise Refused(400, "MISSING_API_URL_HEADER")
    if not event:
        raise Refused(400, "MISSING_EVENT_HEADER")
    if event not in EVENTS:
        raise Refused(400, "WRONG_EVENT")
    if not signature:
        raise Refused(400, "MISSING_SIGNATURE_HEADER")
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(413, "TOO_LARGE") from None
    if not body:
        raise Refused(400, "MISSING_REQUEST_BODY")
    shop = receiver.shops.find(api_url)
    if shop is None:
        raise Refused(401, "NOT_REGISTERED")
    _verify(receiver, shop, api_url, signature, body)
    payload = _parse(body)
    _check_recipient(receiver, shop, api_url, payload)
    receiver.intake.store(Delivery(tenant_id=shop.tenant_id, event=event, body=body, received_at=ctx().now()))
    if event.startswith("app_"):
        _follow_lifecycle(receiver, shop, api_url, event, payload)


def _verify(receiver: _Receiver, shop: KnownShop, api_url: str, signature: str, body: bytes) -> None:
    verdict = shop.keys.verify_detached(signature, body)
    if verdict is Verdict.VALID:
        return
    try:
        refetched = refetch_keys(ctx(), shop.tenant_id)
    except RemoteError:
        refetched = None
    receiver.shops.forget(api_url)
    fresh = receiver.shops.find(api_url)
    if fresh is None:
        raise Refused(401, "NOT_REGISTERED")
    verdict = fresh.keys.verify_detached(signature, body)
    if verdict is Verdict.VALID:
        return
    if verdict is Verdict.UNKNOWN_KEY and refetched is None:
        # We may not look for the key right now: should it be a rotation, Saleor's next try finds us better informed.
        raise Refused(503, "KEYS_NOT_AVAILABLE")
    raise Refused(401, "SIGNATURE_VERIFICATION_FAILED")


def _parse(body: bytes) -> dict[str, object]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "CANT_BE_PARSED") from None
    if not isinstance(payload, dict):
        raise Refused(400, "CANT_BE_PARSED")
    return payload


def _check_recipient(receiver: _Receiver, shop: KnownShop, api_url: str, payload: dict[str, object]) -> None:
    """All apps of a shop get deliveries under one key: another app's must not pass for ours."""
    recipient = payload.get("recipient")
    named = recipient.get("id") if isinstance(recipient, dict) else None
    if named == shop.app_id:
        return
    receiver.shops.forget(api_url)  # a reinstall a moment ago has given us a new id
    fresh = receiver.shops.find(api_url)
    if fresh is None or named != fresh.app_id:
        raise Refused(403, "WRONG_RECIPIENT")


def _follow_lifecycle(
    receiver: _Receiver, shop: KnownShop, api_url: str, event: str, payload: dict[str, object]
) -> None:
    app = payload.get("app")
    if not isinstance(app, dict) or app.get("id") != shop.app_id:
        return  # an app with MANAGE_APPS hears of others, too
    if event == "app_deleted":
        mark_uninstalled(ctx(), shop.tenant_id)
    elif event == "app_status_changed":
        follow_app_status(ctx(), shop.tenant_id, told_active=bool(app.get("isActive")))
    receiver.shops.forget(api_url)
