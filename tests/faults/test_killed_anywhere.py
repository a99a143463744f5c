"""Whatever a worker was doing when it died: money is paid once, goods are recorded and put on stock once, a credit is made once, and
nothing is lost.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.effects import OPEN
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import SaleorRefused
from saleor_returns_app.models.base import Database, make_engine
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import OrderNote
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.advancing import advance_order, sweep_due
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import issue_credit
from tests.conftest import add_tenant
from tests.fake_replacements import make_variant
from tests.fakes import FakeClock, FakeSaleor, RecordingJobs, make_order, make_payment, make_transaction, usd
from tests.services.journeys import Shop
from tests.services.test_credits import agreed
from tests.services.test_exchanges import agree, receive, send
from tests.services.test_vouchers import agreed as agreed_on_voucher

from .killing import Killed, Killer, MortalDatabase, MortalSaleor

#: More than any flow has; the test asserts that it came to the end.
MOST_POINTS = 150


class World:
    """A shop, its Saleor, and workers that die at a point of our choosing."""

    def __init__(self, ctx: Context, shop: Shop, saleor: FakeSaleor) -> None:
        assert isinstance(saleor.clock, FakeClock)
        self.clock, self.saleor, self.jobs = saleor.clock, saleor, RecordingJobs()
        healthy = replace(ctx, clock=self.clock, saleor=saleor, jobs=self.jobs)
        self.shop = Shop(healthy, shop.tenant_id, shop.staff, shop.shopper)
        self.killer = Killer()
        self.mortal = replace(healthy, db=MortalDatabase(ctx.db, self.killer), saleor=MortalSaleor(saleor, self.killer))

    def copied(self, database: Database) -> World:
        """The same world on a copy of its database, to die in another way."""
        world = World(replace(self.shop.ctx, db=database), self.shop, deepcopy(self.saleor))
        world.jobs.keys.update(self.jobs.keys)
        return world

    def work(self, *, kill_at: int | None) -> bool:
        """Run the lane until nothing is due; True when the worker died at the wished point on the way."""
        self.killer.at, self.killer.passed, self.killer.where = kill_at, 0, ""
        died = False
        for _ in range(12):
            waiting = self.jobs.take()
            while waiting:
                tenant_id, order_id = waiting.pop(0)
                try:
                    advance_order(self.mortal, tenant_id, order_id, holder="worker")
                except Killed:
                    died = True
                    self.killer.at = None
                    waiting.insert(0, (tenant_id, order_id))  # the engine gives the job to another worker
            self.clock.forward(seconds=95)
            sweep_due(self.shop.ctx)
            if self.is_at_rest():
                break
        return died

    def is_at_rest(self) -> bool:
        """Nothing is left that time alone would bring on: settled or with a person, goods and notes written."""
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            waiting = session.scalars(select(OrderNote).where(OrderNote.sent_at.is_(None))).first()
            case = session.scalars(select(Case)).one()
            undone = session.scalars(select(Effect).where(Effect.state.in_(OPEN))).first()
        handed_over = case.attention in ("DECLINED", "UNDELIVERED")
        settled = case.status == "resolved" or handed_over or self.exchanged() is not None
        return waiting is None and undone is None and case.return_recorded and settled

    def exchanged(self) -> ExchangeState | None:
        """How far a replacement is, once the rest lies with a person."""
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            state = session.scalar(select(Exchange.state))
        return ExchangeState(state) if state in (ExchangeState.UNPAID, ExchangeState.OUT_OF_STOCK) else None

    def returned_units(self) -> int:
        return sum(self.saleor.orders["order-1"].quantities(RETURNED).values())

    def paid(self) -> Counter[str]:
        return Counter(key for key, _ in self.saleor.paid)


FLOWS: dict[str, dict[str, Any]] = {
    "success": {"moods": [], "restocks": True},
    "pays, answer lost": {"moods": ["lost"]},
    "never arrived": {"moods": ["gone"]},
    "not sent": {"moods": ["unsent"]},
    "undelivered but paid": {"moods": ["timeout"]},
    "declined": {"moods": ["decline"]},
    "legacy": {"moods": [], "legacy": True},
    "split": {"moods": [], "split": True},
    "store credit": {"moods": [], "credit": True, "restocks": True},
    "voucher": {"moods": [], "voucher": True},
    "exchange": {"moods": [], "exchange": True},
    "exchange, sold out": {"moods": [], "exchange": True, "sold out": True},
}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_worker_may_die_at_any_point(
    flow: str, ctx: Context, database: Database, staff: Actor, shopper: Actor, tmp_path: Path
) -> None:
    given = FLOWS[flow]
    saleor = FakeSaleor(_order(legacy=bool(given.get("legacy")), split=bool(given.get("split"))))
    saleor.clock = FakeClock()
    first = World(ctx, Shop(ctx, add_tenant(database).id, staff, shopper), saleor)
    units = 3 if given.get("split") else 1
    _choose_restocking(first.shop, restocks=bool(given.get("restocks")))
    if given.get("exchange"):
        case_id = _to_exchange(first.shop, saleor, sold_out=bool(given.get("sold out")))
    elif given.get("credit") or given.get("voucher"):
        case_id = _to_code(first.shop, agreed if given.get("credit") else agreed_on_voucher)
    else:
        case_id = first.shop.to_payment({"line-1": units})
    saleor.moods = list(given["moods"])
    database.engine.dispose()
    fresh = Database(make_engine(f"sqlite:///{tmp_path / 'again.db'}"))
    for point in range(MOST_POINTS):
        _begin_again(fresh, Path(str(database.engine.url.database)))
        world = first.copied(fresh)
        died = world.work(kill_at=point)
        where = f"{flow}, point {point}: {world.killer.where}"
        _check(world, case_id, units, where, added=units if given.get("restocks") else 0)
        if not died:
            fresh.engine.dispose()
            assert point > 10, "the flow has more points than this"
            return
    pytest.fail("the flow never came to its end without dying")


def _begin_again(fresh: Database, prepared: Path) -> None:
    """The prepared database under the name of the one that was worked on: its engine keeps what it has compiled."""
    fresh.engine.dispose()
    path = Path(str(fresh.engine.url.database))
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(prepared, path)


def _order(*, legacy: bool, split: bool) -> Order:
    if legacy:
        return make_order(transactions=(), payments=(make_payment(),))
    if split:
        return make_order(
            transactions=(
                make_transaction("t-1", charged=usd("30.00")),
                make_transaction("t-2", charged=usd("40.00")),
            )
        )
    return make_order()


def _choose_restocking(shop: Shop, *, restocks: bool) -> None:
    """The stock has a lane of its own: two flows show that it survives, the others need not run it at each point as well."""
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "restocks": restocks}


def _to_code(shop: Shop, agree_on: Callable[..., str]) -> str:
    case_id = agree_on(shop, amount="15.00", units=1)
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    return case_id


def _to_exchange(shop: Shop, saleor: FakeSaleor, *, sold_out: bool) -> str:
    saleor.variants["variant-2"] = make_variant(price="25.00")
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    if sold_out:
        saleor.trouble["complete_replacement"] = [SaleorRefused("Insufficient stock", codes=["INSUFFICIENT_STOCK"])]
    return case_id


def _check(world: World, case_id: str, units: int, where: str, *, added: int) -> None:
    case, refunds = world.shop.case(case_id), world.shop.refunds(case_id)
    asked = sum(refund.amount_minor for refund in refunds)
    paid = sum(amount.minor for _, amount in world.saleor.paid)
    assert paid <= asked, f"paid twice: {where}"
    assert all(count == 1 for count in world.paid().values()), f"paid twice: {where}"
    assert len(world.saleor.orders["order-1"].granted_refunds) <= len(refunds), f"granted twice: {where}"
    assert world.returned_units() == units, f"goods recorded {world.returned_units()} times: {where}"
    assert case.return_recorded, f"return lost: {where}"
    assert world.saleor.stock["variant-1", "warehouse-1"] == 5 + added, f"put on stock not once: {where}"
    assert world.saleor.marks == {}, f"marks left behind: {where}"
    terms = CaseTerms.load(case.terms)
    credit, voucher = terms.resolution is Resolution.STORE_CREDIT, terms.detail.get("kind") == "voucher"
    cards, vouchers = len(world.saleor.gift_cards), len(world.saleor.vouchers)
    assert cards == int(credit and not voucher), f"credits made {cards} times: {where}"
    assert (vouchers, len(world.saleor.listed)) == (int(voucher), int(voucher)), (
        f"vouchers made {vouchers} times: {where}"
    )
    _check_exchange(world, where)
    settled = (case.status == "resolved" or world.exchanged() is not None) and paid == asked
    assert settled or case.attention, f"lost: {where}: {case.status} {[refund.status for refund in refunds]}"
    agreed_on = credit or world.exchanged() is not None
    noted = ("return requested", "goods received") + (() if agreed_on else ("return approved",))
    for said in noted:
        written = sum(text.count(said) for _, text in world.saleor.notes)
        assert written == 1, f"note “{said}” written {written} times: {where}"


def _check_exchange(world: World, where: str) -> None:
    """One order at exactly the difference, or no draft left behind where it ran out."""
    orders = list(world.saleor.replacements.values())
    if world.exchanged() is ExchangeState.UNPAID:
        assert [(str(order.total), order.is_draft) for order in orders] == [("5.00 USD", False)], f"ordered: {where}"
    else:
        assert orders == [], f"a draft is left behind: {where}"
