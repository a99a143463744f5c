"""The protocol: every waiting state has an owner, a deadline and a default; days end as people count them."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_returns_app import domain
from saleor_returns_app.domain.cases import OPEN, CaseStatus
from saleor_returns_app.domain.deadlines import (
    AT_REST,
    CASE_WAITS,
    PROTOCOL,
    WAITING,
    ShopCalendar,
    TimeOut,
    Wait,
    case_wait,
    deadline_until,
    due_after,
    next_deadline,
    refund_by_law,
)
from saleor_returns_app.domain.machines import Machine, Who
from saleor_returns_app.domain.policy.terms import DEFAULT_DEADLINES
from saleor_returns_app.domain.terms import CaseTerms, Length, LengthUnit

NEW_YORK, BERLIN, SHANGHAI = "America/New_York", "Europe/Berlin", "Asia/Shanghai"
HOURS, DAYS, BUSINESS = LengthUnit.HOURS, LengthUnit.DAYS, LengthUnit.BUSINESS_DAYS


def machines() -> dict[str, Machine]:  # type: ignore[type-arg]
    modules = [
        importlib.import_module(item.name) for item in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}.")
    ]
    named = [pair for module in modules for pair in vars(module).items()]
    return {name: value for name, value in named if isinstance(value, Machine)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_machine_says_what_its_states_wait_for() -> None:
    assert [name for name, machine in machines().items() if machine not in WAITING] == []


@pytest.mark.parametrize("name", sorted(machines()))
def test_every_state_that_can_be_left_has_owner_length_and_default(name: str) -> None:
    machine = machines()[name]
    left = {move.source.value for move in machine.moves}
    waiting = WAITING[machine]
    assert left - set(waiting) - AT_REST.get(machine, frozenset()) == set()
    for state in left & set(waiting):
        clause = PROTOCOL[waiting[state]]
        assert clause.owner in Who
        assert clause.length.length > 0
        assert clause.default in TimeOut


@pytest.mark.parametrize("state", sorted(OPEN | {CaseStatus.RESOLVED}))
def test_an_open_case_waits_for_something(state: CaseStatus) -> None:
    assert case_wait(state, CaseTerms()) is CASE_WAITS[state]


@pytest.mark.parametrize("state", sorted(set(CaseStatus) - OPEN - {CaseStatus.RESOLVED}))
def test_nobody_owes_anything_when_it_is_over(state: CaseStatus) -> None:
    assert case_wait(state, CaseTerms()) is None


def test_where_the_item_is_kept_nobody_waits_for_goods() -> None:
    assert case_wait(CaseStatus.APPROVED, CaseTerms(keeps_item=True)) is Wait.APPROVAL


@pytest.mark.parametrize(
    ("wait", "owner", "length", "unit", "default"),
    [
        (Wait.REVIEW, Who.STAFF, 48, HOURS, TimeOut.APPROVE),
        (Wait.EVIDENCE, Who.SHOPPER, 7, DAYS, TimeOut.EXPIRE),
        (Wait.OFFER, Who.STAFF, 3, DAYS, TimeOut.LAPSE),
        (Wait.GOODS_SENT, Who.SHOPPER, 7, DAYS, TimeOut.EXPIRE),
        (Wait.PARCEL, Who.SYSTEM, 21, DAYS, TimeOut.HAND_OVER),
        (Wait.INSPECTION, Who.STAFF, 3, DAYS, TimeOut.ESCALATE),
        (Wait.APPROVAL, Who.STAFF, 1, DAYS, TimeOut.ESCALATE),
        (Wait.SECOND_APPROVAL, Who.STAFF, 1, DAYS, TimeOut.ESCALATE),
        (Wait.REFUND, Who.SYSTEM, 7, BUSINESS, TimeOut.ALARM),
        (Wait.DISPUTE, Who.STAFF, 5, DAYS, TimeOut.ESCALATE),
        (Wait.CONFIRMATION, Who.SHOPPER, 7, DAYS, TimeOut.CLOSE),
    ],
)
def test_the_published_protocol(wait: Wait, owner: Who, length: int, unit: LengthUnit, default: TimeOut) -> None:
    clause = PROTOCOL[wait]
    assert (clause.owner, clause.length, clause.default) == (owner, Length(length, unit), default)


@pytest.mark.parametrize(
    ("begun", "length", "zone", "country", "due"),
    [
        # Hours are exact, also through the night when clocks change.
        ("2026-03-28 12:00", Length(48, HOURS), BERLIN, "", "2026-03-30 12:00"),
        # A minute before and after local midnight are different days of beginning.
        ("2026-03-10 03:59", Length(7), NEW_YORK, "", "2026-03-17 03:59:59.999999"),
        ("2026-03-10 04:01", Length(7), NEW_YORK, "", "2026-03-18 03:59:59.999999"),
        # The last day is as long as clocks make it: 23 hours in Berlin on 29 March, 25 on 25 October.
        ("2026-03-22 12:00", Length(7), BERLIN, "", "2026-03-29 21:59:59.999999"),
        ("2026-10-18 12:00", Length(7), BERLIN, "", "2026-10-25 22:59:59.999999"),
        # A year's and a month's end, a leap day.
        ("2026-12-29 12:00", Length(3), "UTC", "", "2027-01-01 23:59:59.999999"),
        ("2028-02-27 12:00", Length(3), "UTC", "", "2028-03-01 23:59:59.999999"),
        ("2026-02-27 12:00", Length(3), "UTC", "", "2026-03-02 23:59:59.999999"),
        # The same moment is another day in Shanghai.
        ("2026-03-10 17:00", Length(1), "UTC", "", "2026-03-11 23:59:59.999999"),
        ("2026-03-10 17:00", Length(1), SHANGHAI, "", "2026-03-12 15:59:59.999999"),
        # Seven business days: a week and a weekend; a weekend as the day of beginning.
        ("2026-03-02 12:00", Length(7, BUSINESS), "UTC", "", "2026-03-11 23:59:59.999999"),
        ("2026-03-07 12:00", Length(1, BUSINESS), "UTC", "", "2026-03-09 23:59:59.999999"),
        # Good Friday and Easter Monday are holidays in Germany and not in the United States.
        ("2026-04-02 12:00", Length(1, BUSINESS), BERLIN, "DE", "2026-04-07 21:59:59.999999"),
        ("2026-04-02 12:00", Length(1, BUSINESS), BERLIN, "US", "2026-04-03 21:59:59.999999"),
        # A holiday of a country that nobody knows is no holiday.
        ("2026-04-02 12:00", Length(1, BUSINESS), BERLIN, "XX", "2026-04-03 21:59:59.999999"),
    ],
)
def test_when_a_length_ends(begun: str, length: Length, zone: str, country: str, due: str) -> None:
    assert due_after(utc(begun), length, ShopCalendar(zone=zone, country=country)) == utc(due)


def test_days_that_the_shop_is_closed_do_not_count() -> None:
    calendar = ShopCalendar(closed=frozenset({date(2026, 3, 3), date(2026, 3, 4)}))
    assert due_after(utc("2026-03-02 12:00"), Length(1, BUSINESS), calendar) == utc("2026-03-05 23:59:59.999999")


def test_a_shop_that_is_always_closed_still_has_a_date() -> None:
    always = frozenset(date(2026, 3, 2) + timedelta(days=day) for day in range(8000))
    assert due_after(utc("2026-03-02 12:00"), Length(1, BUSINESS), ShopCalendar(closed=always)) > utc(
        "2026-03-02 12:00"
    )


@settings(deadline=None)  # the first call reads the holidays of a country
@given(
    begun=st.integers(0, 5 * 365 * 86_400).map(lambda seconds: utc("2025-01-01") + timedelta(seconds=seconds)),
    days=st.integers(1, 60),
    zone=st.sampled_from(["UTC", NEW_YORK, BERLIN, SHANGHAI, "Pacific/Apia", "Africa/Cairo", "Asia/Kathmandu"]),
    country=st.sampled_from(["", "DE", "CN", "US"]),
)
def test_business_days_are_never_sooner_than_days_and_more_days_never_end_sooner(
    begun: datetime, days: int, zone: str, country: str
) -> None:
    calendar = ShopCalendar(zone=zone, country=country)
    plain, business = (due_after(begun, Length(days, unit), calendar) for unit in (DAYS, BUSINESS))
    assert begun < plain <= business
    assert business < due_after(begun, Length(days + 1, BUSINESS), calendar)


def test_the_terms_of_a_case_hold_instead_of_the_protocol() -> None:
    terms = CaseTerms(deadlines={"goods_sent": Length(14)})
    found = next_deadline(Wait.GOODS_SENT, begun=utc("2026-03-02 12:00"), calendar=ShopCalendar(), terms=terms)
    assert found.due == utc("2026-03-16 23:59:59.999999")
    assert found.remind_at == utc("2026-03-14 23:59:59.999999")


def test_a_reminder_that_would_come_at_once_falls_away() -> None:
    begun = utc("2026-03-02 12:00")
    assert deadline_until(Wait.EVIDENCE, due=begun + timedelta(days=2), begun=begun).remind_at is None
    later = deadline_until(Wait.EVIDENCE, due=begun + timedelta(days=2, seconds=1), begun=begun)
    assert later.remind_at == begun + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("country", "goods", "begun", "due"),
    [
        # European Union: 14 days from the notice, whenever the goods came …
        ("DE", "2026-03-10 12:00", "2026-03-11 12:00", "2026-03-16 23:59:59.999999"),
        # … but a shop may wait for the goods; then it pays on the next business day.
        ("DE", "2026-03-20 12:00", "2026-03-20 12:00", "2026-03-23 23:59:59.999999"),
        # United Kingdom and China count from the goods.
        ("GB", "2026-03-10 12:00", "2026-03-11 12:00", "2026-03-24 23:59:59.999999"),
        ("CN", "2026-03-10 12:00", "2026-03-11 12:00", "2026-03-17 23:59:59.999999"),
        ("CN", None, "2026-03-11 12:00", None),
    ],
)
def test_the_date_of_the_law(country: str, goods: str | None, begun: str, due: str | None) -> None:
    found = refund_by_law(
        notice=utc("2026-03-02 12:00"),
        goods=utc(goods) if goods else None,
        begun=utc(begun),
        calendar=ShopCalendar(country=country),
    )
    assert found == (utc(due) if due else None)


def test_the_law_only_ever_makes_it_sooner() -> None:
    begun, calendar = utc("2026-03-02 12:00"), ShopCalendar()
    sooner, later = begun + timedelta(days=1), begun + timedelta(days=40)
    own = next_deadline(Wait.REFUND, begun=begun, calendar=calendar, terms=CaseTerms()).due
    for latest, due in ((sooner, sooner), (later, own)):
        found = next_deadline(Wait.REFUND, begun=begun, calendar=calendar, terms=CaseTerms(), latest=latest)
        assert found.due == due


def test_where_no_rule_says_it_the_policy_and_the_protocol_agree() -> None:
    said = {wait: (length.length, str(length.unit)) for wait, length in DEFAULT_DEADLINES.items()}
    assert said == {wait: (clause.length.length, clause.length.unit.value) for wait, clause in PROTOCOL.items()}
