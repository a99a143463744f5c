"""What a webhook leads to: an old mirror, a nudged lane, nothing else."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services.inbox import drain_inbox, forget_deliveries, order_in
from saleor_returns_app.services.orders import fresh_order
from tests.fakes import START, FakeClock, FakeSaleor, RecordingJobs, usd

from .journeys import Shop


def deliver(shop: Shop, body: object, key: str = "") -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        session.add(WebhookDelivery(key=key or new_id(), event="order_updated", body=raw, received_at=START))


def enqueued(shop: Shop) -> int:
    assert isinstance(shop.ctx.jobs, RecordingJobs)
    return len(shop.ctx.jobs.keys)


ABOUT = {"order": {"id": "order-1"}}


def test_a_webhook_makes_the_next_use_read_the_order_anew(shop: Shop, saleor: FakeSaleor) -> None:
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    assert saleor.calls["read_order"] == 1
    deliver(shop, ABOUT)
    assert drain_inbox(shop.ctx) == 1
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    assert saleor.calls["read_order"] == 2


def test_a_webhook_nudges_a_refund_that_waits(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["wait"]
    case_id = shop.to_payment()
    shop.work()
    saleor.pay("grant-1", usd("20.00"))
    deliver(shop, ABOUT)
    drain_inbox(shop.ctx)
    shop.work()
    assert shop.case(case_id).status == "resolved"


def test_a_webhook_about_a_quiet_order_costs_no_job(shop: Shop) -> None:
    deliver(shop, ABOUT)
    drain_inbox(shop.ctx)
    assert enqueued(shop) == 0


def test_many_webhooks_about_one_order_are_one_job(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["wait"]
    shop.to_payment()
    shop.work()
    for _ in range(20):
        deliver(shop, ABOUT)
    assert drain_inbox(shop.ctx) == 20
    assert enqueued(shop) == 1


def test_another_tenants_order_of_the_same_id_is_left_alone(shop: Shop, saleor: FakeSaleor) -> None:
    from tests.conftest import add_tenant

    other = add_tenant(shop.ctx.db, "other")
    fresh_order(shop.ctx, other.id, "order-1")
    deliver(shop, ABOUT)
    drain_inbox(shop.ctx)
    with shop.ctx.db.tenant(other.id) as session:
        assert session.scalars(select(OrderMirror)).one().refreshed_at == START


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"null", b'{"order": 5}', b'{"order": {"id": null}}', b"\xff\xfe"]
)
def test_nonsense_is_put_away(shop: Shop, body: bytes) -> None:
    deliver(shop, body)
    assert drain_inbox(shop.ctx) == 1
    assert drain_inbox(shop.ctx) == 0


@pytest.mark.parametrize("holder", ["fulfillment", "transaction"])
def test_the_order_is_found_where_our_subscriptions_have_it(holder: str) -> None:
    assert order_in(json.dumps({holder: {"id": "x", "order": {"id": "order-9"}}}).encode()) == "order-9"


def test_deliveries_are_remembered_for_dedupe_and_then_forgotten(shop: Shop, clock: FakeClock) -> None:
    deliver(shop, ABOUT)
    drain_inbox(shop.ctx)
    for days, left in ((2, 1), (2, 0)):
        clock.forward(days=days)
        forget_deliveries(shop.ctx)
        with shop.ctx.db.everyone() as session:
            assert len(session.scalars(select(WebhookDelivery)).all()) == left
