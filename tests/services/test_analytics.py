"""Reading the numbers: the right months and days, shares and rates, against adding up the facts one by one."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.counting import CountedFact, Measure
from saleor_returns_app.models.analytics import DailyFact, FactRow, TimeToRoll
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services import analytics
from saleor_returns_app.services.analytics import Period, period_of, read_analytics, spans
from saleor_returns_app.services.counting import fact_of
from saleor_returns_app.services.rolling import next_month, roll_day, roll_month

from .journeys import Shop

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(DAYS, st.integers(1, 500), st.sets(DAYS.map(lambda day: day.replace(day=1))))
def test_months_and_ranges_are_exactly_the_days_of_the_time(since: date, days: int, stale: set[date]) -> None:
    period = Period(since, since + timedelta(days=days))
    months, ranges = spans(period, stale)
    covered = Counter[date]()
    for a, b in [*((month, next_month(month)) for month in months), *ranges]:
        covered.update(a + timedelta(days=number) for number in range((b - a).days))
    assert covered == Counter(since + timedelta(days=number) for number in range(days))
    assert not stale & set(months)


def test_the_time_before_is_as_long_and_right_before() -> None:
    period = period_of(date(2026, 3, 31), days=30)
    assert (period.since, period.last, period.days) == (date(2026, 3, 2), date(2026, 3, 31), 30)
    assert period.before() == Period(date(2026, 1, 31), date(2026, 3, 2))


@pytest.fixture
def filled(shop: Shop) -> list[CountedFact]:
    """A few hundred facts of ten weeks, rolled up; two of the months are up to date, one is not."""
    dice = random.Random(7)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for number in range(600):
            measure = dice.choice(list(Measure))
            session.add(
                FactRow(
                    source_id=f"source-{number % 90}",
                    measure=measure,
                    day=date(2026, 1, 20) + timedelta(days=dice.randrange(70)),
                    channel=dice.choice(["default-channel", "other"]),
                    country=dice.choice(["DE", "PL"]),
                    currency=dice.choice(["USD", "EUR"]) if measure in ("paid", "cost", "retained", "sold") else "",
                    product=dice.choice(["p1", "p2", "p3"]),
                    reason=dice.choice(["late", "damaged"]),
                    name=dice.choice(["a", "b"]),
                    number=dice.randrange(2) if measure == "deadline" else dice.randrange(1, 6),
                    units=dice.randrange(1, 9),
                    amount=dice.randrange(0, 5000),
                )
            )
        session.flush()
        for day in set(session.scalars(select(FactRow.day))):
            roll_day(session, day)
        for month in (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)):
            roll_month(session, month)
        session.add(TimeToRoll(grain="month", day=date(2026, 2, 1), due_at=shop.ctx.now()))
        return [fact_of(row) for row in session.scalars(select(FactRow))]


def test_what_is_read_is_what_adding_up_gives(shop: Shop, staff: Actor, filled: list[CountedFact]) -> None:
    period = Period(date(2026, 1, 25), date(2026, 4, 1))
    found = read_analytics(shop.ctx, shop.tenant_id, actor=staff, period=period, channel="other")
    mine = [fact for fact in filled if period.since <= fact.day < period.until and fact.channel == "other"]

    def units(measure: Measure, **what: object) -> int:
        return sum(
            fact.units
            for fact in mine
            if fact.measure is measure and all(getattr(fact, name) == value for name, value in what.items())
        )

    now = found.now
    assert (now.opened, now.requested, now.returned, now.sold) == tuple(
        units(measure) for measure in (Measure.OPENED, Measure.REQUESTED, Measure.RETURNED, Measure.SOLD)
    )
    assert now.reasons == {reason: units(Measure.REQUESTED, reason=reason) for reason in ("late", "damaged")}
    assert {row.name: (row.kept, row.missed) for row in now.deadlines} == {
        name: (units(Measure.DEADLINE, name=name, number=1), units(Measure.DEADLINE, name=name, number=0))
        for name in ("a", "b")
    }
    for currency in ("USD", "EUR"):
        for name in ("a", "b"):
            paid = [f.amount for f in mine if (f.measure, f.currency, f.name) == (Measure.PAID, currency, name)]
            assert now.paid[currency][name] == sum(paid)
    for row in now.steps:
        values = sorted(Counter({n: units(Measure.STEP, name=row.name, number=n) for n in range(1, 6)}).elements())
        assert (row.count, row.median, row.ninetieth) == (
            len(values),
            values[-(-len(values) // 2) - 1],
            values[-(-len(values) * 9 // 10) - 1],
        )
    assert {rate.key: (rate.returned, rate.sold) for rate in found.rates} == {
        product: (units(Measure.RETURNED, product=product), units(Measure.SOLD, product=product))
        for product in ("p1", "p2", "p3")
    }
    assert [rate.returned for rate in found.rates] == sorted((rate.returned for rate in found.rates), reverse=True)
    assert {day: came for day, _, came in found.by_day} == {
        period.since + timedelta(days=number): sum(
            f.units for f in mine if f.measure is Measure.RETURNED and f.day == period.since + timedelta(days=number)
        )
        for number in range(period.days)
    }


@pytest.mark.usefixtures("filled")
def test_whole_months_are_read_from_their_sums(shop: Shop, staff: Actor) -> None:
    period = Period(date(2026, 3, 1), date(2026, 4, 1))
    before = read_analytics(shop.ctx, shop.tenant_id, actor=staff, period=period).now
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.execute(delete(DailyFact))
    assert read_analytics(shop.ctx, shop.tenant_id, actor=staff, period=period).now == before
    february = Period(date(2026, 2, 1), date(2026, 3, 1))
    assert read_analytics(shop.ctx, shop.tenant_id, actor=staff, period=february).now.opened == 0


@pytest.mark.usefixtures("filled")
def test_a_channel_that_is_not_ones_own_adds_nothing(shop: Shop) -> None:
    narrow = Actor(
        who=shop.staff.who,
        id="narrow",
        name="narrow@shop.example",
        permissions=shop.staff.permissions,
        channels=frozenset({"other"}),
        roles=None,
    )
    period = Period(date(2026, 1, 1), date(2026, 5, 1))
    own = read_analytics(shop.ctx, shop.tenant_id, actor=narrow, period=period, by="channel")
    everything = read_analytics(shop.ctx, shop.tenant_id, actor=shop.staff, period=period, by="channel")
    assert [rate.key for rate in own.rates] == ["other"]
    assert {rate.key for rate in everything.rates} == {"other", "default-channel"}
    foreign = read_analytics(shop.ctx, shop.tenant_id, actor=narrow, period=period, channel="default-channel")
    assert foreign.now.opened == 0


def test_pages_of_cases_hold_each_case_once(shop: Shop, staff: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        shop.request({"line-1": 1})
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        ids = sorted(session.scalars(select(Case.id)), reverse=True)
        for case_id in ids:
            for number in range(3):
                fact = {"measure": "requested", "day": date(2026, 2, 1 + number), "channel": "default-channel"}
                session.add(FactRow(source_id=case_id, product="p1", units=2, **fact))
    monkeypatch.setattr(analytics, "CASES_A_PAGE", 2)
    monkeypatch.setattr(analytics, "_AT_ONCE", 2)
    asked = {
        "actor": staff,
        "measure": "requested",
        "by": "product",
        "key": "p1",
        "period": Period(date(2026, 1, 1), date(2026, 3, 1)),
    }
    first = analytics.read_behind(shop.ctx, shop.tenant_id, **asked)  # type: ignore[arg-type]
    second = analytics.read_behind(shop.ctx, shop.tenant_id, **asked, after=first.after)  # type: ignore[arg-type]
    assert [row.case.id for row in (*first.rows, *second.rows)] == ids
    assert {row.units for row in first.rows} == {6}
    assert {row.day for row in first.rows} == {date(2026, 2, 3)}
    assert second.after == ""
