"""What a webhook leads to: an old mirror, a nudged lane, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbox import RETRIES, drain_inbox, forget_deliveries, order_in
from saleor_returns_app.services.orders import fresh_order
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, FakeSaleor, RecordingJobs, make_order, make_transaction, usd

from .journeys import Shop


def deliver(shop: Shop, body: object, key: str = "") -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        session.add(WebhookDelivery(key=key or new_id(), event="order_updated", body=raw, received_at=START))


def enqueued(shop: Shop) -> int:
    assert isinstance(shop.ctx.jobs, RecordingJobs)
    return len(shop.ctx.jobs.keys)


def stored(shop: Shop) -> list[WebhookDelivery]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


ABOUT = {"order": {"id": "order-1"}}


class BreakingJobs(RecordingJobs):
    """Fails at one order as the database would: the transaction is good for nothing until it is rolled back."""

    broken: str = "order-1"

    def advance_order(self, session: Any, *, saleor_order_id: str, **rest: Any) -> None:
        if saleor_order_id == self.broken:
            session.execute(text("select * from a_table_that_is_not_there"))
        super().advance_order(session, saleor_order_id=saleor_order_id, **rest)


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
    other = add_tenant(shop.ctx.db, "other")
    fresh_order(shop.ctx, other.id, "order-1")
    deliver(shop, ABOUT)
    drain_inbox(shop.ctx)
    with shop.ctx.db.tenant(other.id) as session:
        assert session.scalars(select(OrderMirror)).one().refreshed_at == START


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b'{"order": 5}', b'{"order": {"id": null}}', b"\xff\xfe", b"[" * 100_000],
    ids=lambda body: repr(body[:30]),
)
def test_nonsense_is_put_away(shop: Shop, body: bytes) -> None:
    deliver(shop, body)
    assert drain_inbox(shop.ctx) == 1
    assert drain_inbox(shop.ctx) == 0
    assert stored(shop)[0].error == ""


@pytest.mark.parametrize("order_id", ["order\0", "\ud800", "", "T3Jk ZXI", "é", "x" * 121, "x\n"], ids=ascii)
def test_an_id_that_saleor_never_gives_is_none(order_id: str) -> None:
    assert order_in(json.dumps({"order": {"id": order_id}}).encode()) == ""


@pytest.mark.parametrize("order_id", ["T3JkZXI6MTIzNA==", "order-1", "gid://shop/Order:1.a_b+c", "x" * 120])
def test_an_id_may_look_as_saleors_do(order_id: str) -> None:
    assert order_in(json.dumps({"order": {"id": order_id}}).encode()) == order_id


@pytest.mark.parametrize("order_id", ["order\0", "\ud800"], ids=ascii)
def test_an_id_that_a_database_refuses_stops_nobody(
    any_ctx: Context, shop_of: Callable[[Context], Shop], order_id: str
) -> None:
    shop = shop_of(any_ctx)
    deliver(shop, {"order": {"id": order_id}})
    assert drain_inbox(any_ctx) == 1
    assert stored(shop)[0].error == ""


def two_orders_that_wait(context: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor) -> Shop:
    """A shop with a refund under way on each of two orders, jobs that break at the first of them, and a delivery for each."""
    saleor.orders["order-2"] = make_order("order-2", transactions=(make_transaction("transaction-2"),))
    saleor.moods = ["wait", "wait"]
    shop = shop_of(context)
    for order_id in ("order-1", "order-2"):
        shop.to_payment(order_id=order_id)
    shop.work()
    shop.ctx = replace(context, jobs=BreakingJobs())
    for order_id in ("order-1", "order-2"):
        deliver(shop, {"order": {"id": order_id}})
    return shop


def test_a_delivery_that_fails_costs_no_other_one(
    any_ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor
) -> None:
    shop = two_orders_that_wait(any_ctx, shop_of, saleor)
    other = Shop(shop.ctx, add_tenant(any_ctx.db, "other").id, shop.staff, shop.shopper)
    fresh_order(shop.ctx, other.tenant_id, "order-1")
    deliver(other, ABOUT)
    assert drain_inbox(shop.ctx) == 2
    failed, settled = stored(shop)
    kind = "OperationalError" if any_ctx.db.engine.dialect.name == "sqlite" else "ProgrammingError"
    assert (failed.processed_at, failed.attempts, failed.error) == (None, 1, kind)
    assert (settled.processed_at, settled.attempts, settled.error) == (START, 0, "")
    assert stored(other)[0].processed_at == START
    with shop.ctx.db.tenant(other.tenant_id) as session:
        assert session.scalars(select(OrderMirror)).one().refreshed_at < START
    assert isinstance(shop.ctx.jobs, BreakingJobs)
    assert shop.ctx.jobs.take() == [(shop.tenant_id, "order-2")]


def test_a_delivery_that_failed_is_tried_again_later(
    ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor, clock: FakeClock
) -> None:
    shop = two_orders_that_wait(ctx, shop_of, saleor)
    assert drain_inbox(shop.ctx) == 1
    assert drain_inbox(ctx) == 0, "it waits"
    clock.forward(seconds=RETRIES[0].total_seconds())
    assert drain_inbox(ctx) == 1
    assert stored(shop)[0].error == ""


def test_a_delivery_that_fails_too_often_is_put_aside(
    ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor, clock: FakeClock
) -> None:
    shop = two_orders_that_wait(ctx, shop_of, saleor)
    for _ in range(10):
        drain_inbox(shop.ctx)
        clock.forward(hours=2)
    failed = stored(shop)[0]
    assert (failed.attempts, failed.error, json.loads(failed.body)) == (5, "OperationalError", ABOUT)
    assert failed.processed_at is not None
    assert drain_inbox(ctx) == 0


def test_deliveries_that_wait_for_their_next_try_hold_up_nobody(
    ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor
) -> None:
    shop = two_orders_that_wait(ctx, shop_of, saleor)
    assert drain_inbox(shop.ctx, most=1) == 0
    assert drain_inbox(shop.ctx, most=1) == 1


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
