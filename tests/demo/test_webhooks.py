"""Webhooks of the stand-in: signed as in the recordings, sent and tried again as Saleor does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet, RSAKey

from demo.shop import Shop
from demo.shop.deliveries import send_again
from demo.shop.installing import install
from demo.shop.model.orders import Order
from demo.shop.samples.making import announce
from demo.shop.staff_actions import ACTIONS
from tests.demo.conftest import Client, recording
from tests.demo.operations import METADATA, NOTE, REQUEST, RETURN, granted
from tests.demo.receiver import Receiver, receiver

OrderOf = Callable[..., Order]


@pytest.fixture
def app(shop: Shop) -> Iterator[Receiver]:
    """An installed app that listens to everything."""
    with receiver() as fake:
        install(shop, f"{fake.url}/manifest")
        fake.received.clear()
        yield fake


def verify(shop: Shop, signature: str, body: bytes) -> jws.CompactSignature:
    header, _, signed = signature.partition("..")
    registry = jws.JWSRegistry(algorithms=["RS256"])
    return jws.deserialize_compact(
        f"{header}..{signed}",
        KeySet([RSAKey.import_key(key) for key in shop.keys.jwks()["keys"]]),
        payload=body,
        registry=registry,
    )


def test_the_signature_covers_the_raw_body(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    shop.emit("order_updated", order=order_of())
    assert shop.worker.settle()
    (received,) = app.webhooks()
    signature = received.headers["saleor-signature"]
    assert verify(shop, signature, received.body).headers()["b64"] is False
    with pytest.raises(BadSignatureError):
        verify(shop, signature, received.body + b" ")


def test_headers_and_payload_look_as_recorded(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    recorded = recording("webhooks")["deliveries"][1]
    order = order_of()
    shop.emit("order_updated", order=order)
    assert shop.worker.settle()
    (received,) = app.webhooks()
    assert set(recorded["headers"]) <= set(received.headers)
    assert received.headers["saleor-api-url"] == shop.api_url
    assert received.headers["saleor-event"] == "order_updated"
    assert received.body.startswith(b'{"__typename": "OrderUpdated", "version": "3.23.28", "issuedAt": "')
    assert received.payload["order"]["id"] == order.id
    assert received.payload["recipient"]["id"] == next(iter(shop.state.apps))


@pytest.mark.parametrize(
    ("statuses", "attempts"), [([200], 1), ([302], 1), ([404], 1), ([500, 503, 200], 3), ([500] * 6, 6), ([500] * 9, 6)]
)
def test_only_what_may_pass_is_tried_again(
    shop: Shop, app: Receiver, order_of: OrderOf, statuses: list[int], attempts: int
) -> None:
    app.answers = list(statuses)
    shop.emit("order_updated", order=order_of())
    assert shop.worker.settle()
    while shop.worker.hurry():
        assert shop.worker.settle()
    assert len(app.webhooks()) == attempts
    assert shop.state.deliveries[-1].statuses == statuses[:attempts]


def test_an_unreachable_app_is_tried_again(shop: Shop, order_of: OrderOf) -> None:
    with receiver() as fake:
        install(shop, f"{fake.url}/manifest")
    shop.emit("order_updated", order=order_of())
    assert shop.worker.settle()
    assert shop.state.deliveries[-1].statuses == [0]
    assert shop.worker.hurry() == 1


def test_a_delivery_can_come_twice(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    shop.emit("order_updated", order=order_of())
    assert shop.worker.settle()
    send_again(shop, shop.state.deliveries[-1])
    assert shop.worker.settle()
    first, second = app.webhooks()
    assert first.body == second.body


def test_from_323_the_payload_is_built_when_it_is_sent(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    order, held = order_of(), threading.Event()

    def hold() -> None:
        held.wait(10)

    for _ in range(4):
        shop.worker.soon(hold)
    shop.emit("order_updated", order=order)
    moved = order.updated_at = order.updated_at + timedelta(days=1)
    held.set()
    assert shop.worker.settle()
    assert app.webhooks()[0].payload["order"]["updatedAt"] == moved.isoformat()


def test_an_order_announces_itself(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    announce(shop, order_of("plain"))
    assert shop.worker.settle()
    expected = ["fulfillment_created", "order_created", "order_fulfilled", "order_fully_paid", "order_updated"]
    assert sorted(app.events()) == expected


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        ("success", ["order_refunded", "order_updated"]),
        ("async", ["order_updated"]),
        ("failure", []),
        ("slow", []),
    ],
)
def test_what_a_refund_emits(
    shop: Shop, app: Receiver, client: Client, order_of: OrderOf, mood: str, expected: list[str]
) -> None:
    order = order_of()
    shop.provider.set_mood(mood)  # type: ignore[arg-type]
    grant_id = granted(client, order, "10")
    assert shop.worker.settle()
    assert app.events() == []
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    shop.worker.hurry()
    assert shop.worker.settle()
    assert sorted(app.events()) == expected


def test_the_last_cent_refunded_says_so(shop: Shop, app: Receiver, client: Client, order_of: OrderOf) -> None:
    client.data(REQUEST, grant=granted(client, order_of(), "149.84"))
    assert shop.worker.settle()
    assert sorted(app.events()) == ["order_fully_refunded", "order_refunded", "order_updated"]


def test_notes_and_returns_say_order_updated(shop: Shop, app: Receiver, client: Client, order_of: OrderOf) -> None:
    order = order_of()
    client.data(NOTE, order=order.id, text="approved")
    line = order.fulfillments[0].lines[0].id
    client.data(RETURN, order=order.id, input={"fulfillmentLines": [{"fulfillmentLineId": line, "quantity": 1}]})
    assert shop.worker.settle()
    assert app.events() == ["order_updated", "order_updated"]


def test_tracking_cancelling_and_transaction_metadata(
    shop: Shop, app: Receiver, client: Client, order_of: OrderOf
) -> None:
    order = order_of()
    ACTIONS["track"](shop, order, {})
    ACTIONS["cancel"](shop, order, {})
    client.data(METADATA, id=order.transactions[0].id, input=[{"key": "a", "value": "b"}])
    assert shop.worker.settle()
    assert {"fulfillment_tracking_number_updated", "order_cancelled", "transaction_item_metadata_updated"} <= set(
        app.events()
    )


def test_after_rotation_old_signatures_do_not_verify(shop: Shop, app: Receiver, order_of: OrderOf) -> None:
    shop.emit("order_updated", order=order_of())
    assert shop.worker.settle()
    shop.rotate_keys()
    received = app.webhooks()[0]
    with pytest.raises(InvalidKeyIdError):
        verify(shop, received.headers["saleor-signature"], received.body)
