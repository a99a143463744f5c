"""Everybody locks the lane, then the case, then what belongs to it: taken the other way round, two could wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from saleor_returns_app.models.base import Database, make_engine
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services import disputes, payouts, repairs, steps, tracking
from saleor_returns_app.services.carrier_ports import TrackingEvent, TrackingStatus
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.logistics import add_tracking
from saleor_returns_app.services.orders import lock_lane

from .journeys import Shop

Call = Callable[[Shop, str], Any]


@pytest.fixture
def shop(ctx: Context, postgres_url: str, shop_of: Callable[[Context], Shop]) -> Any:
    engine = make_engine(postgres_url)
    yield shop_of(replace(ctx, db=Database(engine)))
    engine.dispose()


def turn(shop: Shop, case_id: str) -> None:
    repairs.turn_repair(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def overturn(shop: Shop, case_id: str) -> None:
    disputes.overturn_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def propose(shop: Shop, case_id: str) -> None:
    payouts.propose_payout(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff, means="cash")


def tell(shop: Shop, _case_id: str) -> None:
    event = TrackingEvent(
        event_id="evt_1",
        tracking_number="RR123",
        carrier="",
        status=TrackingStatus.DELIVERED,
        at=None,
        detail="",
    )
    tracking.take_tracking_event(shop.ctx, shop.tenant_id, event)


def try_step_again(shop: Shop, case_id: str) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        effect_id = session.scalars(select(Effect.id).where(Effect.case_id == case_id)).first()
    steps.retry_effect(shop.ctx, shop.tenant_id, effect_id or "", actor=shop.staff)


def the_case(session: Session, case_id: str) -> Any:
    return session.scalars(select(Case).where(Case.id == case_id).with_for_update(nowait=True)).one()


def the_lane(session: Session, _case_id: str) -> Any:
    return lock_lane(session, "order-1")


def its(what: Any) -> Callable[[Session, str], Any]:
    return lambda session, case_id: session.scalars(
        select(what).where(what.case_id == case_id).with_for_update(nowait=True)
    ).first()


@pytest.mark.parametrize(
    ("first", "then", "call"),
    [
        (the_lane, the_case, turn),
        (the_lane, the_case, overturn),
        (the_case, its(Refund), propose),
        (the_case, its(Parcel), tell),
        (the_case, its(Effect), try_step_again),
    ],
    ids=["turn a repair", "overturn a decision", "propose a payout", "a carrier's word", "try a step again"],
)
def test_who_waits_holds_nothing_that_the_first_still_needs(shop: Shop, first: Any, then: Any, call: Call) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="RR123")
    shop.receive(case_id)
    shop.pay(case_id)
    with ThreadPoolExecutor(1) as pool:
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            first(session, case_id)
            running = pool.submit(call, shop, case_id)
            wait_until_blocked(session, running)
            assert then(session, case_id) is not None
        running.exception(timeout=30)


def wait_until_blocked(session: Session, running: Future[Any]) -> None:
    """Until the other thread waits for one of our locks; a while at most."""
    connection, pause = session.connection(), threading.Event()
    waiting = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    for _ in range(500):
        connection.execute(text("select pg_stat_clear_snapshot()"))  # else it shows what it showed first
        if connection.execute(waiting).scalar_one():
            return
        assert not running.done(), running.exception()
        pause.wait(0.01)
    pytest.fail("it never waited")
