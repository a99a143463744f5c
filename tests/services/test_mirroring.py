"""Orders that changed and orders from before the app: read a while later, many by one call, none forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from saleor_returns_app.errors import Forbidden, SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.orders import OrderBackfill, OrderMirror, OrderToRead
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services import backfilling, mirroring
from saleor_returns_app.services.backfilling import (
    ask_for_backfill,
    backfill_orders,
    find_backfill,
    request_backfill,
)
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbox import drain_inbox
from saleor_returns_app.services.mirroring import GATHERED, read_changed_orders
from saleor_returns_app.services.orders import LONG_AGO, fresh_order
from saleor_returns_app.services.tenants import pause_tenant, reconnect_tenant, register_tenant, resume_tenant
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, FakeSaleor, make_order

from .journeys import Shop


def tell(ctx: Context, tenant_id: str, *order_ids: str) -> None:
    """The shop's webhooks say that the orders changed."""
    with ctx.db.tenant(tenant_id) as session:
        for order_id in order_ids:
            body = json.dumps({"order": {"id": order_id}, "nonce": new_id()}).encode()
            session.add(WebhookDelivery(key=new_id(), event="order_updated", body=body, received_at=ctx.now()))
    drain_inbox(ctx)


def mirrored(ctx: Context, tenant_id: str) -> set[str]:
    with ctx.db.tenant(tenant_id) as session:
        return set(session.scalars(select(OrderMirror.saleor_id)))


def left(ctx: Context, tenant_id: str) -> int:
    with ctx.db.tenant(tenant_id) as session:
        return len(session.scalars(select(OrderToRead)).all())


def fill(saleor: FakeSaleor, count: int, *, days_ago: int = 1) -> None:
    for number in range(count):
        order_id = f"old-{number}"
        placed = START - timedelta(days=days_ago, seconds=number)
        saleor.orders[order_id] = make_order(order_id, number=str(1000 + number), created=placed)


def test_an_order_without_a_case_is_mirrored_a_while_after_it_changed(
    any_ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor, clock: FakeClock
) -> None:
    shop = shop_of(any_ctx)
    for _ in range(3):  # paid, sent, noted
        tell(any_ctx, shop.tenant_id, "order-1")
        clock.forward(seconds=10)
    assert read_changed_orders(any_ctx) == 0
    clock.forward(seconds=GATHERED.total_seconds())
    assert read_changed_orders(any_ctx) == 1
    assert (mirrored(any_ctx, shop.tenant_id), saleor.calls["read_orders"]) == ({"order-1"}, 1)
    assert (left(any_ctx, shop.tenant_id), read_changed_orders(any_ctx)) == (0, 0)


def test_many_orders_are_read_by_one_call(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    fill(saleor, 45)
    tell(shop.ctx, shop.tenant_id, *saleor.orders)
    clock.forward(seconds=GATHERED.total_seconds())
    while read_changed_orders(shop.ctx):
        pass
    assert saleor.calls["read_orders"] == 3
    assert mirrored(shop.ctx, shop.tenant_id) == set(saleor.orders)


def test_an_order_that_was_read_on_use_is_not_read_again(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    tell(shop.ctx, shop.tenant_id, "order-1")
    clock.forward(seconds=1)
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    clock.forward(seconds=GATHERED.total_seconds())
    assert read_changed_orders(shop.ctx) == 1
    assert saleor.calls["read_orders"] == 0


def test_an_order_that_changes_while_it_is_read_is_read_once_more(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(shop.ctx, shop.tenant_id, "order-1")
    clock.forward(seconds=GATHERED.total_seconds())
    read = saleor.read_orders

    def change_meanwhile(connection: object, ids: list[str]) -> object:
        found = read(connection, ids)  # type: ignore[arg-type]
        clock.forward(seconds=1)
        tell(shop.ctx, shop.tenant_id, "order-1")
        return found

    monkeypatch.setattr(saleor, "read_orders", change_meanwhile)
    assert read_changed_orders(shop.ctx) == 1
    monkeypatch.undo()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(OrderMirror.refreshed_at)).one() == LONG_AGO, "whoever uses it reads it anew"
    clock.forward(seconds=GATHERED.total_seconds())
    assert read_changed_orders(shop.ctx) == 1
    assert (saleor.calls["read_orders"], left(shop.ctx, shop.tenant_id)) == (2, 0)


def test_what_a_dead_worker_took_is_read_by_another(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    tell(shop.ctx, shop.tenant_id, "order-1")
    clock.forward(seconds=GATHERED.total_seconds())
    saleor.trouble["read_orders"] = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        read_changed_orders(shop.ctx)
    assert read_changed_orders(shop.ctx) == 0, "it may still be at work"
    clock.forward(seconds=mirroring.LEASE.total_seconds())
    assert read_changed_orders(shop.ctx) == 1
    assert mirrored(shop.ctx, shop.tenant_id) == {"order-1"}


def test_a_shop_that_does_not_answer_holds_up_nobody(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    other = add_tenant(shop.ctx.db, "other")
    tell(shop.ctx, shop.tenant_id, "order-1", "order-2")
    clock.forward(seconds=1)
    tell(shop.ctx, other.id, "order-1")
    clock.forward(seconds=GATHERED.total_seconds())
    saleor.trouble["read_orders"] = [SaleorUnavailable()]
    assert read_changed_orders(shop.ctx) == 0
    assert read_changed_orders(shop.ctx) == 1
    assert mirrored(shop.ctx, other.id) == {"order-1"}
    assert left(shop.ctx, shop.tenant_id) == 2, "they wait"


def test_an_order_that_the_shop_refuses_is_left_and_the_others_are_read(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(saleor, 6)
    tell(shop.ctx, shop.tenant_id, *saleor.orders)
    clock.forward(seconds=GATHERED.total_seconds())
    read = saleor.read_orders

    def refuse_one(connection: object, ids: list[str]) -> object:
        if "old-3" in ids:
            raise SaleorRefused("the answer cannot be read")
        return read(connection, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(saleor, "read_orders", refuse_one)
    read_changed_orders(shop.ctx)
    assert mirrored(shop.ctx, shop.tenant_id) == set(saleor.orders) - {"old-3"}
    assert left(shop.ctx, shop.tenant_id) == 0


def test_a_paused_shop_is_not_asked(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    tell(shop.ctx, shop.tenant_id, "order-1")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        ask_for_backfill(session, shop.tenant_id, now=clock.now())
    pause_tenant(shop.ctx, shop.tenant_id)
    clock.forward(days=1)
    assert (read_changed_orders(shop.ctx), backfill_orders(shop.ctx)) == (0, 0)
    resume_tenant(shop.ctx, shop.tenant_id)
    assert (read_changed_orders(shop.ctx), backfill_orders(shop.ctx)) == (1, 1)


def begin(shop: Shop) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        ask_for_backfill(session, shop.tenant_id, now=shop.ctx.now())


def found(shop: Shop) -> OrderBackfill:
    row = find_backfill(shop.ctx, shop.tenant_id)
    assert row is not None
    return row


def work(shop: Shop, clock: FakeClock, *, pages: int) -> None:
    for _ in range(pages):
        assert backfill_orders(shop.ctx) == 1
        clock.forward(seconds=backfilling.PAUSE.total_seconds())


def test_orders_of_the_last_90_days_are_read_page_by_page(
    any_ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor, clock: FakeClock
) -> None:
    shop = shop_of(any_ctx)
    saleor.orders.clear()
    fill(saleor, 45)
    saleor.orders["older"] = make_order("older", number="9", created=START - timedelta(days=120))
    begin(shop)
    work(shop, clock, pages=1)
    assert (found(shop).state, found(shop).done, found(shop).total) == ("running", 20, 45)
    assert "old-0" in mirrored(any_ctx, shop.tenant_id), "the newest first"
    work(shop, clock, pages=2)
    assert (found(shop).state, found(shop).done, found(shop).finished_at is not None) == ("done", 45, True)
    assert mirrored(any_ctx, shop.tenant_id) == set(saleor.orders) - {"older"}
    assert backfill_orders(any_ctx) == 0


def test_a_shop_is_not_asked_for_the_next_page_at_once(shop: Shop, saleor: FakeSaleor) -> None:
    fill(saleor, 45)
    begin(shop)
    assert (backfill_orders(shop.ctx), backfill_orders(shop.ctx)) == (1, 0)


def test_after_a_kill_the_page_is_read_again(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    fill(saleor, 30)
    begin(shop)
    work(shop, clock, pages=1)
    saleor.trouble["list_orders"] = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        backfill_orders(shop.ctx)
    assert backfill_orders(shop.ctx) == 0
    clock.forward(seconds=backfilling.LEASE.total_seconds())
    work(shop, clock, pages=1)
    assert (found(shop).state, found(shop).done) == ("done", len(saleor.orders))


def test_a_page_that_costs_too_much_is_asked_for_smaller(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    fill(saleor, 12)
    begin(shop)
    saleor.trouble["list_orders"] = [SaleorRefused("too costly", codes=["QueryCostError"])] * 2
    work(shop, clock, pages=5)
    assert saleor.pages == [5, 5, 5]
    assert (found(shop).state, found(shop).done) == ("done", len(saleor.orders))


def test_a_shop_that_never_answers_is_given_up_and_says_so(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    begin(shop)
    saleor.trouble["list_orders"] = [SaleorUnavailable() for _ in range(20)]
    for _ in range(backfilling.TRIES):
        assert backfill_orders(shop.ctx) == 1
        clock.forward(hours=1)
    assert (found(shop).state, found(shop).error) == ("failed", SaleorUnavailable.text)
    assert backfill_orders(shop.ctx) == 0
    saleor.trouble.clear()
    request_backfill(shop.ctx, shop.tenant_id, actor=shop.staff)
    work(shop, clock, pages=1)
    assert found(shop).state == "done"


def test_asking_again_lets_one_under_way_go_on(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    fill(saleor, 30)
    begin(shop)
    work(shop, clock, pages=1)
    request_backfill(shop.ctx, shop.tenant_id, actor=shop.staff)
    assert found(shop).done == 20
    with pytest.raises(Forbidden):
        request_backfill(shop.ctx, shop.tenant_id, actor=replace(shop.staff, permissions=frozenset()))


def test_a_worker_that_lost_its_page_writes_nothing(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(saleor, 30)
    begin(shop)
    listed = saleor.list_orders

    def slow(*given: object, **named: object) -> object:
        page = listed(*given, **named)  # type: ignore[arg-type]
        monkeypatch.undo()
        clock.forward(seconds=backfilling.LEASE.total_seconds())
        backfill_orders(shop.ctx)  # another worker
        return page

    monkeypatch.setattr(saleor, "list_orders", slow)
    backfill_orders(shop.ctx)
    assert found(shop).done == 20


def test_a_shop_that_installs_or_comes_back_has_its_orders_read(
    ctx: Context, tenant: Tenant, saleor: FakeSaleor, clock: FakeClock
) -> None:
    register_tenant(ctx, api_url="https://new.example.com/graphql/", token="token")
    with ctx.db.everyone() as session:
        fresh = session.scalars(select(Tenant).where(Tenant.api_url == "https://new.example.com/graphql/")).one()
        session.execute(update(Tenant).where(Tenant.id == tenant.id).values(state=TenantState.DISCONNECTED))
    row = find_backfill(ctx, fresh.id)
    assert row is not None
    assert (row.state, row.since) == ("waiting", (START - timedelta(days=90)).date())
    assert find_backfill(ctx, tenant.id) is None
    assert reconnect_tenant(ctx, tenant.id)
    assert find_backfill(ctx, tenant.id) is not None
