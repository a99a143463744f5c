"""Webhooks: built from the app's subscription query, signed, sent after the answer, tried again when it makes sense."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import requests

from demo.shop.model.apps import App, Webhook
from demo.shop.model.orders import Fulfillment, Order
from demo.shop.model.payments import Transaction
from demo.shop.schema import version_tuple

if TYPE_CHECKING:
    from demo.shop.shop import Shop

log = logging.getLogger(__name__)
_RETRIES = 5
_KEPT = 500
_TIMEOUT = (2, 18)
_local = threading.local()


@dataclass(slots=True, frozen=True)
class Happening:
    """The root of a subscription's payload: what happened, to what, for whom."""

    event: str
    issued_at: datetime
    version: str
    recipient: App
    order: Order | None = None
    fulfillment: Fulfillment | None = None
    transaction: Transaction | None = None
    app: App | None = None

    @property
    def event_name(self) -> str:
        """`order_updated` as its GraphQL type is called: `OrderUpdated`."""
        return "".join(part.capitalize() for part in self.event.split("_"))


@dataclass(slots=True, eq=False)
class Delivery:
    """One webhook on its way. `statuses` are the HTTP statuses so far; 0 stands for no answer."""

    id: int
    event: str
    target_url: str
    app_id: str
    created: datetime
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)

    @property
    def state(self) -> str:
        if not self.statuses:
            return "waiting"
        last = self.statuses[-1]
        if 200 <= last < 300:
            return "delivered"
        return "retrying" if (last == 0 or last >= 500) and len(self.statuses) <= _RETRIES else "failed"

    def as_dict(self) -> dict[str, Any]:
        shown = {"id": self.id, "event": self.event, "url": self.target_url, "app": self.app_id, "state": self.state}
        return {**shown, "statuses": self.statuses, "created": self.created.isoformat(), "body": self.body.decode()}


def emit(shop: Shop, event: str, **subject: Any) -> None:
    """Sends an event to every active app that listens. From 3.23 the body is built later, in the worker."""
    for app in list(shop.state.apps.values()):
        if app.is_active or event in ("app_deleted", "app_status_changed"):
            emit_to(shop, app, event, subject)


def emit_to(shop: Shop, app: App, event: str, subject: dict[str, Any]) -> None:
    """Sends to one app, whether active or not."""
    for webhook in app.webhooks:
        if not webhook.is_active or event.upper() not in webhook.events:
            continue
        happening = Happening(event, shop.clock.now(), shop.settings.version, app, **subject)
        delivery = Delivery(shop.state.number("Delivery"), event, webhook.target_url, app.id, happening.issued_at)
        shop.state.deliveries.append(delivery)
        del shop.state.deliveries[:-_KEPT]
        deferred = version_tuple(shop.settings.version) >= (3, 23) and event.startswith("order_")
        if not deferred:
            _build(shop, delivery, webhook, happening)
        shop.worker.soon(partial(_send, shop, delivery, webhook, happening))


def _build(shop: Shop, delivery: Delivery, webhook: Webhook, happening: Happening) -> None:
    payload = shop.execute_subscription(webhook.query, happening)
    delivery.body = json.dumps(payload).encode()


def send_again(shop: Shop, delivery: Delivery) -> None:
    """The same body once more, as an at-least-once sender may at any time."""
    shop.worker.soon(partial(_post, shop, delivery, None))


def _send(shop: Shop, delivery: Delivery, webhook: Webhook, happening: Happening) -> None:
    if not delivery.body:
        _build(shop, delivery, webhook, happening)
    _post(shop, delivery, webhook)


def _post(shop: Shop, delivery: Delivery, webhook: Webhook | None) -> None:
    delivery.headers = _headers(shop, delivery)
    try:
        answer = session().post(
            delivery.target_url, delivery.body, headers=delivery.headers, timeout=_TIMEOUT, allow_redirects=False
        )
        status = answer.status_code
    except requests.RequestException as error:
        log.info("Webhook %s did not reach %s: %s", delivery.event, delivery.target_url, error)
        status = 0
    delivery.statuses.append(status)
    if webhook is not None and delivery.state == "retrying":
        wait = shop.settings.retry_base * 2 ** (len(delivery.statuses) - 1)
        shop.worker.later(wait, partial(_post, shop, delivery, webhook))


def _headers(shop: Shop, delivery: Delivery) -> dict[str, str]:
    signature = shop.keys.sign(delivery.body)
    release = ".".join(shop.settings.version.split(".")[:2])
    return {
        "User-Agent": f"Saleor/{release}",
        "Content-Type": "application/json",
        "X-Saleor-Event": delivery.event,
        "X-Saleor-Domain": shop.domain,
        "X-Saleor-Signature": signature,
        "Saleor-Event": delivery.event,
        "Saleor-Domain": shop.domain,
        "Saleor-Signature": signature,
        "Saleor-Api-Url": shop.api_url,
    }


def session() -> requests.Session:
    """One connection pool a thread: a session is not made for many."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    made: requests.Session = _local.session
    return made
