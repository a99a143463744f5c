"""The sweep: whatever is due gets a job, once, and no shop stands in another's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services import tenants
from saleor_returns_app.services.advancing import sweep_due
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, RecordingJobs, make_order, make_transaction

from .journeys import Shop


def enqueued(context: Context) -> list[tuple[str, str]]:
    assert isinstance(context.jobs, RecordingJobs)
    return context.jobs.take()


def beside(shop: Shop, slug: str) -> Shop:
    """Another shop in the same database."""
    return Shop(shop.ctx, add_tenant(shop.ctx.db, slug).id, shop.staff, shop.shopper)


@pytest.fixture
def due_note(any_ctx: Context, shop_of: Callable[[Context], Shop], clock: FakeClock) -> Shop:
    """A shop with a note on order-1 whose time has come, and nothing else."""
    shop = shop_of(any_ctx)
    shop.request()
    clock.forward(seconds=90)
    return shop


def test_a_due_note_is_enqueued_once_and_again_when_its_job_was_lost(due_note: Shop, clock: FakeClock) -> None:
    assert sweep_due(due_note.ctx) == 1
    assert enqueued(due_note.ctx) == [(due_note.tenant_id, "order-1")]
    assert sweep_due(due_note.ctx) == 0
    clock.forward(seconds=30)
    assert sweep_due(due_note.ctx) == 1
    assert enqueued(due_note.ctx) == [(due_note.tenant_id, "order-1")]


def test_an_order_may_be_swept_twice_within_a_second(shop: Shop, clock: FakeClock) -> None:
    """Were the second job's key spent, the sweep would say that it did something and have done nothing."""
    shop.request()
    clock.forward(milliseconds=200)
    shop.request()
    clock.forward(milliseconds=59_900)
    assert sweep_due(shop.ctx) == 1
    clock.forward(milliseconds=200)
    assert sweep_due(shop.ctx) == 1
    assert isinstance(shop.ctx.jobs, RecordingJobs)
    assert len(shop.ctx.jobs.keys) == 2


def test_the_job_of_a_swept_note_sends_it(due_note: Shop, saleor: FakeSaleor) -> None:
    assert sweep_due(due_note.ctx) == 1
    due_note.work()
    assert len(saleor.notes) == 1


@pytest.mark.parametrize("leave", [tenants.pause_tenant, tenants.mark_uninstalled])
def test_a_shop_that_is_not_active_costs_no_jobs(
    due_note: Shop, saleor: FakeSaleor, clock: FakeClock, leave: Callable[[Context, str], None]
) -> None:
    saleor.moods = ["wait"]
    due_note.to_payment()
    due_note.work()
    leave(due_note.ctx, due_note.tenant_id)
    clock.forward(hours=1)
    assert sweep_due(due_note.ctx) == 0
    assert enqueued(due_note.ctx) == []


def test_what_waited_goes_on_when_the_shop_is_back(due_note: Shop, clock: FakeClock) -> None:
    tenants.pause_tenant(due_note.ctx, due_note.tenant_id)
    sweep_due(due_note.ctx)
    tenants.resume_tenant(due_note.ctx, due_note.tenant_id)
    assert sweep_due(due_note.ctx) == 1


def test_a_shop_that_is_stuck_does_not_hide_the_others(due_note: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    later = beside(due_note, "later")
    later.request()
    clock.forward(seconds=90)
    saleor.trouble["add_note"] = [SaleorUnavailable()] * 9
    swept = []
    for _ in range(3):
        sweep_due(due_note.ctx, most=1)
        swept += enqueued(due_note.ctx)
    assert swept == [(due_note.tenant_id, "order-1"), (later.tenant_id, "order-1")]


def test_the_longest_due_refund_comes_first(
    any_ctx: Context, shop_of: Callable[[Context], Shop], saleor: FakeSaleor
) -> None:
    saleor.orders["order-2"] = make_order("order-2", transactions=(make_transaction("transaction-2"),))
    saleor.moods = ["wait", "wait"]
    shop = shop_of(any_ctx)
    for order_id, minutes in (("order-1", 1), ("order-2", 2)):
        case_id = shop.to_payment(order_id=order_id)
        shop.work()
        with any_ctx.db.tenant(shop.tenant_id) as session:
            session.get_one(Refund, shop.refunds(case_id)[0].id).check_at = any_ctx.now() - timedelta(minutes=minutes)
    for order_id in ("order-2", "order-1"):
        assert sweep_due(any_ctx, most=1) == 1
        assert enqueued(any_ctx) == [(shop.tenant_id, order_id)]
