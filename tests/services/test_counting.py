"""The numbers: facts of cases and orders, rolled up by day and month, and the same however they were come by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date

import pytest
from sqlalchemy import delete, func, select

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.counting import ROLLED, CountedFact, Measure, key_of
from saleor_returns_app.models.analytics import (
    Counting,
    DailyFact,
    FactName,
    FactRow,
    MonthlyFact,
    SourceToCount,
    TimeToRoll,
)
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import close_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.counting import fact_of, facts_of_cases, facts_of_orders
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.services.rolling import count_anew, keep_numbers
from saleor_returns_app.services.surveys import answer_survey
from tests.fakes import FakeSaleor

from .journeys import Shop
from .test_complaints import clock_of
from .test_surveys import token

Cells = dict[tuple[str, ...], tuple[int, int]]


def keep(shop: Shop) -> None:
    """Let the worker do all there is."""
    while keep_numbers(shop.ctx):
        pass
    clock_of(shop).forward(hours=7)
    while keep_numbers(shop.ctx):
        pass


def facts(shop: Shop) -> list[CountedFact]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [fact_of(row) for row in session.scalars(select(FactRow))]


def of(shop: Shop, measure: Measure) -> list[CountedFact]:
    return [fact for fact in facts(shop) if fact.measure is measure]


def cells(shop: Shop, table: type[DailyFact] | type[MonthlyFact]) -> Cells:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return {
            (str(row.day), row.measure, row.dimension, row.channel, row.key, row.currency): (row.units, row.amount)
            for row in session.scalars(select(table))
        }


def obvious(shop: Shop, *, month: bool = False) -> Cells:
    """The rollups by adding up one fact after the other, counted anew from the cases and orders."""
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        orders = facts_of_orders(session, session.scalars(select(OrderMirror.id)).all(), zone="UTC")
        cases = facts_of_cases(session, session.scalars(select(Case.id)).all(), zone="UTC")
    units: Counter[tuple[str, ...]] = Counter()
    amounts: Counter[tuple[str, ...]] = Counter()
    for fact in [each for found in (*orders.values(), *cases.values()) for each in found]:
        for dimension in ROLLED[fact.measure]:
            day = fact.day.replace(day=1) if month else fact.day
            place = (str(day), fact.measure, dimension, fact.channel, key_of(fact, dimension), fact.currency)
            units[place] += fact.units
            amounts[place] += fact.amount
    return {place: (units[place], amounts[place]) for place in units}


def agrees(shop: Shop) -> None:
    assert cells(shop, DailyFact) == obvious(shop)
    assert cells(shop, MonthlyFact) == obvious(shop, month=True)


def settled(shop: Shop) -> str:
    case_id = shop.to_payment({"line-1": 1})
    shop.work(looks=3)
    return case_id


def test_a_return_is_counted_from_the_request_to_the_money(shop: Shop) -> None:
    case_id = settled(shop)
    close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    answer_survey(shop.ctx, shop.tenant_id, token(shop), stars="4", comment="")
    keep(shop)
    order = fresh_order(shop.ctx, shop.tenant_id, "order-1")
    bought = order.lines[0]
    (opened,) = of(shop, Measure.OPENED)
    assert (opened.name, opened.units, opened.channel) == ("return", 1, order.channel_slug)
    (requested,) = of(shop, Measure.REQUESTED)
    assert (requested.units, requested.reason, requested.name) == (1, "changed_mind", "refund")
    assert (requested.product, requested.variant) == (bought.product_id or "", bought.variant_id or bought.sku)
    (returned,) = of(shop, Measure.RETURNED)
    assert (returned.units, returned.name) == (1, "restock")
    (refund,) = shop.refunds(case_id)
    (paid,) = of(shop, Measure.PAID)
    assert (paid.name, paid.amount, paid.currency) == ("refund", refund.paid_minor, refund.currency)
    assert refund.paid_minor > 0
    (stars,) = of(shop, Measure.STARS)
    assert (stars.number, stars.units) == (4, 1)
    assert {fact.name for fact in of(shop, Measure.STEP)} >= {"requested", "approved", "received", "resolved"}
    assert {(fact.name, fact.number) for fact in of(shop, Measure.DEADLINE)} >= {("review", 1)}
    sold = of(shop, Measure.SOLD)
    assert sum(fact.units for fact in sold) == sum(line.quantity for line in order.lines)
    agrees(shop)


def test_what_is_written_off_costs_what_it_was_bought_for(shop: Shop) -> None:
    from saleor_returns_app.domain.inspection import Disposition, Found, Grade
    from saleor_returns_app.services.inspection import receive_case

    case_id = shop.request({"line-1": 1})
    shop.approve(case_id)
    line = shop.case(case_id).lines[0]
    found = {line.id: (Found(quantity=1, grade=Grade.DAMAGED, accepted=True, disposition=Disposition.SCRAP),)}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)
    keep(shop)
    bought = fresh_order(shop.ctx, shop.tenant_id, "order-1").line("line-1")
    assert bought is not None
    (cost,) = of(shop, Measure.COST)
    assert (cost.name, cost.amount) == ("write_off", bought.total_gross.minor // bought.quantity)
    agrees(shop)


def test_an_order_that_was_cancelled_was_not_sold(shop: Shop, saleor: FakeSaleor) -> None:
    order = fresh_order(shop.ctx, shop.tenant_id, "order-1")
    keep(shop)
    assert of(shop, Measure.SOLD)
    later = replace(order, status="CANCELED", updated_at=clock_of(shop).now())
    saleor.orders["order-1"] = later
    clock_of(shop).forward(hours=1)
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    keep(shop)
    assert of(shop, Measure.SOLD) == []
    assert cells(shop, DailyFact) == {}
    assert cells(shop, MonthlyFact) == {}


def test_counting_everything_anew_changes_nothing(shop: Shop) -> None:
    settled(shop)
    shop.request({"line-1": 1}, wishes={"line-1": Resolution.STORE_CREDIT})
    keep(shop)
    before = (Counter(facts(shop)), cells(shop, DailyFact), cells(shop, MonthlyFact))
    count_anew(shop.ctx, shop.tenant_id, actor=shop.staff)
    keep(shop)
    assert (Counter(facts(shop)), cells(shop, DailyFact), cells(shop, MonthlyFact)) == before
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        counting = session.scalars(select(Counting)).one()
        assert (counting.state, counting.done, counting.total) == ("idle", 3, 3)


def test_counting_anew_mends_what_was_lost(shop: Shop) -> None:
    settled(shop)
    keep(shop)
    before = (Counter(facts(shop)), cells(shop, DailyFact))
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.execute(delete(DailyFact))
        some = session.scalars(select(FactRow.id).limit(3)).all()
        session.execute(delete(FactRow).where(FactRow.id.in_(some)))
        session.add(FactRow(source_id="nobody", measure="paid", day=date(2020, 1, 1), channel="x", amount=5))
    count_anew(shop.ctx, shop.tenant_id, actor=shop.staff)
    keep(shop)
    assert (Counter(facts(shop)), cells(shop, DailyFact)) == before


def test_nothing_is_left_to_do_and_counting_again_writes_nothing(
    any_ctx: Context, shop_of: Callable[..., Shop]
) -> None:
    shop = shop_of(any_ctx)
    settled(shop)
    keep(shop)
    agrees(shop)
    with any_ctx.db.tenant(shop.tenant_id) as session:
        ids = sorted(session.scalars(select(FactRow.id)))
        assert session.scalar(select(func.count()).select_from(SourceToCount)) == 0
        assert session.scalar(select(func.count()).select_from(TimeToRoll)) == 0
        session.add(SourceToCount(kind="case", source_id=session.scalars(select(Case.id)).one()))
    keep(shop)
    with any_ctx.db.tenant(shop.tenant_id) as session:
        assert sorted(session.scalars(select(FactRow.id))) == ids


def test_a_change_that_was_taken_back_leaves_no_mark(shop: Shop) -> None:
    case_id = shop.request()
    keep(shop)

    class TakenBackError(Exception):
        pass

    def change() -> None:
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.get_one(Case, case_id).assignee = "Somebody"
            session.flush()
            raise TakenBackError

    with pytest.raises(TakenBackError):
        change()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalar(select(SourceToCount.id)) is None


def test_another_time_zone_counts_everything_anew(shop: Shop) -> None:
    settled(shop)
    keep(shop)
    days = {fact.day for fact in of(shop, Measure.OPENED)}
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "time_zone": "Pacific/Kiritimati"}
    shop.request({"line-1": 1})
    keep(shop)
    assert {fact.day for fact in of(shop, Measure.OPENED)} != days


def test_products_have_the_name_of_their_newest_order(shop: Shop, saleor: FakeSaleor) -> None:
    order = fresh_order(shop.ctx, shop.tenant_id, "order-1")
    line = replace(order.lines[0], product_id="product-1", product_name="Old name")
    saleor.orders["order-1"] = replace(order, lines=(line,), updated_at=clock_of(shop).now())
    saleor.orders["order-2"] = replace(
        order,
        id="order-2",
        number="2",
        created=clock_of(shop).now(),
        updated_at=clock_of(shop).now(),
        lines=(replace(line, product_name="New name"),),
    )
    clock_of(shop).forward(hours=1)
    for order_id in ("order-2", "order-1"):
        fresh_order(shop.ctx, shop.tenant_id, order_id)
        keep(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        named = select(FactName.name).where(FactName.dimension == "product", FactName.key == "product-1")
        assert session.scalars(named).one() == "New name"


def test_a_source_that_breaks_holds_up_nobody(shop: Shop, saleor: FakeSaleor) -> None:
    order = fresh_order(shop.ctx, shop.tenant_id, "order-1")
    saleor.orders["order-2"] = replace(order, id="order-2", number="2", lines=order.lines[:1])
    fresh_order(shop.ctx, shop.tenant_id, "order-2")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        broken = session.scalars(select(OrderMirror).where(OrderMirror.saleor_id == "order-1")).one()
        broken.snapshot = {"id": "order-1"}
    keep(shop)
    sold = of(shop, Measure.SOLD)
    assert sum(fact.units for fact in sold) == order.lines[0].quantity
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalar(select(SourceToCount.id)) is None


def test_a_fact_that_stands_twice_is_mended(shop: Shop) -> None:
    settled(shop)
    keep(shop)
    before = Counter(facts(shop))
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        row = session.scalars(select(FactRow).where(FactRow.measure == "returned")).one()
        session.add(FactRow(source_id=row.source_id, **asdict(fact_of(row))))
    count_anew(shop.ctx, shop.tenant_id, actor=shop.staff)
    keep(shop)
    assert Counter(facts(shop)) == before
    agrees(shop)
