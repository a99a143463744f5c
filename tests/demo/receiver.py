"""An app's webhook end: keeps what arrives and answers what it is told to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from demo.serving import Running

ORDER_EVENTS = ("ORDER_CREATED", "ORDER_UPDATED", "ORDER_FULLY_PAID", "ORDER_REFUNDED", "ORDER_FULLY_REFUNDED")
FULFILLMENT_EVENTS = ("FULFILLMENT_CREATED", "FULFILLMENT_TRACKING_NUMBER_UPDATED")


def _type_name(event: str) -> str:
    return "".join(part.capitalize() for part in event.split("_"))


def subscription(event: str, fields: str) -> str:
    common = "__typename version issuedAt recipient { id }"
    return f"subscription {{ event {{ ... on {_type_name(event)} {{ {common} {fields} }} }} }}"


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers.get("saleor-event", "")

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A fake app: `answers` are the statuses of the next webhooks, then 200; `register_status` that of its registering."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    register_status: int = 200
    register_answer: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    def webhooks(self) -> list[Received]:
        return [each for each in self.received if each.path == "/webhook"]

    def events(self) -> list[str]:
        return [each.event for each in self.webhooks()]

    def of(self, event: str) -> Received:
        return next(each for each in self.webhooks() if each.event == event)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            key[5:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")
        }
        headers["content-type"] = environ["CONTENT_TYPE"]
        self.received.append(Received(environ["PATH_INFO"], headers, environ["wsgi.input"].read()))
        answer, status = {}, 200
        if environ["PATH_INFO"] == "/manifest":
            answer = self.manifest
        elif environ["PATH_INFO"] == "/register":
            answer, status = self.register_answer, self.register_status
        elif self.answers:
            status = self.answers.pop(0)
        start(f"{status} Answer", [("Content-Type", "application/json"), ("Location", "/elsewhere")])
        return [json.dumps(answer).encode()]


@contextmanager
def receiver() -> Iterator[Receiver]:
    fake = Receiver()
    running = Running(fake)
    fake.url = f"http://127.0.0.1:{running.port}"
    order = "order { id updatedAt chargeStatus }"
    fields = dict.fromkeys(ORDER_EVENTS, order) | dict.fromkeys(FULFILLMENT_EVENTS, "fulfillment { id } order { id }")
    fields["TRANSACTION_ITEM_METADATA_UPDATED"] = "transaction { id order { id } }"
    fields |= {"APP_DELETED": "app { id isActive }", "APP_STATUS_CHANGED": "app { id isActive }"}
    fields |= {"ORDER_FULFILLED": order, "ORDER_CANCELLED": order}
    fake.manifest = {
        "id": "test.app",
        "name": "Test app",
        "version": "1.0",
        "permissions": ["MANAGE_ORDERS", "HANDLE_PAYMENTS"],
        "appUrl": f"{fake.url}/app",
        "tokenTargetUrl": f"{fake.url}/register",
        "webhooks": [
            {
                "name": event,
                "targetUrl": f"{fake.url}/webhook",
                "asyncEvents": [event],
                "query": subscription(event, text),
            }
            for event, text in fields.items()
        ],
    }
    try:
        yield fake
    finally:
        running.stop()
