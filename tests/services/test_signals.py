"""What stands out in a shop's numbers: found, kept, settled, quiet for a while, and found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.analytics import FactRow, SignalRow
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.rolling import keep_numbers, roll_day, roll_month
from saleor_returns_app.services.signals import look_for_signals, read_signals, settle_signal

from .journeys import Shop
from .test_complaints import clock_of


def add(shop: Shop, measure: str, *, days_ago: int, units: int, **what: object) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        day = shop.ctx.now().date() - timedelta(days=days_ago)
        fact = FactRow(source_id="s", measure=measure, day=day, channel="default-channel", units=units, **what)
        session.add(fact)
        session.flush()
        roll_day(session, day)
        roll_month(session, day.replace(day=1))


def look(shop: Shop, hours: float = 7) -> dict[tuple[str, str], SignalRow]:
    clock_of(shop).forward(hours=hours)
    look_for_signals(shop.ctx)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return {(row.kind, row.key): row for row in session.scalars(select(SignalRow))}


def open_ones(shop: Shop) -> set[str]:
    return {shown.row.kind for shown in read_signals(shop.ctx, shop.tenant_id, actor=shop.staff)}


def first_request(shop: Shop) -> None:
    shop.request()
    while keep_numbers(shop.ctx):
        pass


def test_what_stands_out_is_found_with_its_numbers(shop: Shop) -> None:
    first_request(shop)
    found = look(filled(shop))
    assert set(found) == {("rate", "p1"), ("runs_small", "p2"), ("reason", "p3|damaged")}
    rate = found["rate", "p1"]
    assert rate.numbers == {
        "some": 40, "of": 100, "share": 0.4, "some_before": 50, "of_before": 500, "share_before": 0.1
    }  # fmt: skip
    assert look_for_signals(shop.ctx) == 0  # not again within hours


def filled(shop: Shop) -> Shop:
    add(shop, "sold", days_ago=60, units=500, product="p1")
    add(shop, "returned", days_ago=60, units=50, product="p1")
    add(shop, "sold", days_ago=5, units=100, product="p1")
    add(shop, "returned", days_ago=5, units=40, product="p1")
    add(shop, "exchanged", days_ago=40, units=9, product="p2", name="larger")
    add(shop, "requested", days_ago=5, units=12, product="p3", reason="damaged")
    add(shop, "requested", days_ago=6, units=1, product="p3", reason="late")
    add(shop, "returned", days_ago=5, units=90, product="")
    return shop


def test_one_that_was_settled_is_quiet_for_four_weeks(shop: Shop) -> None:
    first_request(shop)
    row = look(filled(shop))["rate", "p1"]
    with pytest.raises(BadInput):
        settle_signal(shop.ctx, shop.tenant_id, row.id, actor=shop.staff, how=" ")
    settle_signal(shop.ctx, shop.tenant_id, row.id, actor=shop.staff, how="Sale stopped.")
    assert "rate" not in open_ones(shop)
    with pytest.raises(Conflict):
        settle_signal(shop.ctx, shop.tenant_id, row.id, actor=shop.staff, how="Again.")
    assert look(shop)["rate", "p1"].state == "settled"
    settled = look(shop, hours=24 * 21)["rate", "p1"]
    assert (settled.state, settled.settled_how, settled.settled_by) == ("settled", "Sale stopped.", shop.staff.name)
    # Quiet no more: it stands out again, with the numbers of now.
    add(shop, "sold", days_ago=3, units=100, product="p1")
    add(shop, "returned", days_ago=3, units=50, product="p1")
    again = look(shop, hours=24 * 8)["rate", "p1"]
    assert (again.state, again.settled_how, again.numbers["some"]) == ("open", "", 50)


def test_one_that_stands_out_no_more_is_over(shop: Shop) -> None:
    first_request(shop)
    look(filled(shop))
    assert "rate" in open_ones(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.execute(delete(FactRow).where(FactRow.measure == "returned"))
        for days_ago in (5, 60):
            day = shop.ctx.now().date() - timedelta(days=days_ago)
            roll_day(session, day)
            roll_month(session, day.replace(day=1))
    assert look(shop)["rate", "p1"].state == "over"
    assert "rate" not in open_ones(shop)


def test_many_late_cases_are_a_cluster(shop: Shop) -> None:
    first_request(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.scalars(select(Case)).one()
        for number in range(6):
            session.add(
                Case(
                    **{
                        name: getattr(case, name)
                        for name in (
                            "saleor_order_id",
                            "order_number",
                            "channel_slug",
                            "currency",
                            "email",
                            "created_at",
                        )
                    },
                    sequence=100 + number,
                    number=f"R-2026-0001{number:02}",
                    opened_through="portal",
                    due_by=Who.STAFF,
                    due_at=shop.ctx.now() - timedelta(hours=1),
                    updated_at=shop.ctx.now(),
                )
            )
    assert look(shop)["late", "requested"].numbers["some"] >= 6


def test_who_sees_only_some_channels_or_another_shop_sees_none(shop: Shop) -> None:
    first_request(shop)
    row = look(filled(shop))["rate", "p1"]
    narrow = replace(shop.staff, channels=frozenset({"default-channel"}))
    assert read_signals(shop.ctx, shop.tenant_id, actor=narrow) == ()
    with pytest.raises(NotFound):
        settle_signal(shop.ctx, shop.tenant_id, row.id, actor=narrow, how="x")
    with pytest.raises(Forbidden):
        read_signals(shop.ctx, shop.tenant_id, actor=replace(shop.staff, permissions=frozenset()))
