"""The bench: scanned, booked, undone; nothing booked twice, nothing lost, nothing for strangers."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.inspection import Disposition, Found, Grade, counted
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.inspection import Receipt
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.receipts import (
    book_held,
    find_scanned,
    hold_receipt,
    recent_bookings,
    set_aside,
    settle_stray,
    stray_goods,
    undo_receipt,
)

from .journeys import Shop


def approved(shop: Shop, units: int = 2) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    return case_id


def hold(
    shop: Shop, case_id: str, *found: Found, operation: str = "", more: bool = False, actor: Actor | None = None
) -> str:
    line = shop.case(case_id).lines[0]
    everything = found or counted(received=line.quantity, accepted=line.quantity)
    return hold_receipt(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=actor or shop.staff,
        operation=operation or str(uuid4()),
        found={line.id: everything},
        more_to_come=more,
    )


def forward(shop: Shop, seconds: float = 9) -> int:
    shop.ctx.clock.forward(seconds=seconds)  # type: ignore[attr-defined]
    return book_held(shop.ctx)


def states(shop: Shop) -> list[str]:
    return [item.receipt.state for item in recent_bookings(shop.ctx, shop.tenant_id, actor=shop.staff)]


@pytest.mark.parametrize(
    "typed", ["{number}", " {number}\n", "https://shop.example/r/{number}?a=b", "{sequence}", "74", "#74"]
)
def test_a_code_finds_its_case(shop: Shop, typed: str) -> None:
    case = shop.case(approved(shop))
    code = typed.format(number=case.number, sequence=case.sequence)
    assert [found.id for found in find_scanned(shop.ctx, shop.tenant_id, actor=shop.staff, code=code)] == [case.id]


@pytest.mark.parametrize("typed", ["", "R-1999-000001", "%", "nothing like it", "9" * 40, "\x00"])
def test_a_code_that_means_nothing_finds_nothing(shop: Shop, typed: str) -> None:
    approved(shop)
    assert not find_scanned(shop.ctx, shop.tenant_id, actor=shop.staff, code=typed)


def test_a_case_of_another_channel_is_not_found(shop: Shop) -> None:
    case = shop.case(approved(shop))
    elsewhere = replace(shop.staff, channels=frozenset({"channel-pln"}))
    assert not find_scanned(shop.ctx, shop.tenant_id, actor=elsewhere, code=case.number)
    with pytest.raises(NotFound):
        hold(shop, case.id, actor=elsewhere)


def test_a_booking_counts_only_after_it_can_no_longer_be_undone(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id)
    assert forward(shop, 3) == 0
    assert shop.case(case_id).status == "approved"
    assert forward(shop) == 1
    assert shop.case(case_id).status == "inspected"
    assert states(shop) == ["booked"]


def test_what_is_undone_never_counts(shop: Shop) -> None:
    case_id = approved(shop)
    undo_receipt(shop.ctx, shop.tenant_id, hold(shop, case_id), actor=shop.staff)
    assert forward(shop) == 0
    assert shop.case(case_id).status == "approved"
    assert states(shop) == ["undone"]
    hold(shop, case_id)
    assert forward(shop) == 1
    assert shop.case(case_id).status == "inspected"


def test_what_counts_is_not_undone(shop: Shop) -> None:
    receipt = hold(shop, approved(shop))
    forward(shop)
    with pytest.raises(Conflict, match="correct the count"):
        undo_receipt(shop.ctx, shop.tenant_id, receipt, actor=shop.staff)


def test_sending_a_booking_again_books_nothing_twice(shop: Shop) -> None:
    case_id = approved(shop)
    assert hold(shop, case_id, operation="operation-1") == hold(shop, case_id, operation="operation-1")
    forward(shop)
    assert hold(shop, case_id, operation="operation-1")
    assert forward(shop) == 0
    assert shop.case(case_id).lines[0].received == 2


def test_two_people_cannot_book_one_parcel(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id)
    with pytest.raises(Conflict, match="a moment ago"):
        hold(shop, case_id)


def test_a_case_that_moved_on_meanwhile_says_so_on_the_bench(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id)
    cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Called off.")
    forward(shop)
    (booking,) = recent_bookings(shop.ctx, shop.tenant_id, actor=shop.staff)
    assert booking.receipt.state == "refused"
    assert "cancelled" in booking.receipt.problem
    assert shop.case(case_id).status == "cancelled"


def test_another_count_sent_from_a_page_that_booked_already_is_not_taken_for_the_first(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id, Found(quantity=2), operation="operation-1")
    with pytest.raises(Conflict, match="booked another count already"):
        hold(shop, case_id, Found(quantity=1), operation="operation-1")
    forward(shop)
    assert shop.case(case_id).lines[0].received == 2


@pytest.mark.parametrize("operation", ["short", "x" * 65, "with space 123", ""])
def test_a_booking_needs_a_name_of_its_own(shop: Shop, operation: str) -> None:
    line = shop.case(approved(shop)).lines[0]
    with pytest.raises(BadInput):
        hold_receipt(shop.ctx, shop.tenant_id, line.case_id, actor=shop.staff, operation=operation, found={line.id: ()})


def test_impossible_counts_are_told_at_once(shop: Shop) -> None:
    case_id = approved(shop)
    with pytest.raises(BadInput):
        hold(shop, case_id, Found(quantity=3))
    assert states(shop) == []


def test_a_case_can_come_in_several_parcels(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id, Found(quantity=1), more=True)
    forward(shop)
    case = shop.case(case_id)
    assert (case.status, case.lines[0].received, case.lines[0].reception) == ("received", 1, "announced")
    with pytest.raises(BadInput, match="At most 1"):
        hold(shop, case_id, Found(quantity=2))
    hold(shop, case_id, Found(quantity=1, grade=Grade.DAMAGED, disposition=Disposition.SCRAP))
    forward(shop)
    case = shop.case(case_id)
    assert (case.status, case.lines[0].received, case.lines[0].accepted) == ("inspected", 2, 2)
    assert case.lines[0].reception == "received"


def test_the_second_parcel_that_never_came_leaves_the_line_short(shop: Shop) -> None:
    case_id = approved(shop)
    hold(shop, case_id, Found(quantity=1), more=True)
    forward(shop)
    hold(shop, case_id, Found(quantity=0))
    forward(shop)
    case = shop.case(case_id)
    assert (case.status, case.lines[0].reception, case.lines[0].accepted) == ("inspected", "short", 1)


def test_without_the_role_nothing_is_booked_or_undone(shop: Shop) -> None:
    case_id = approved(shop)
    agent = replace(shop.staff, roles=frozenset({"agent"}))
    with pytest.raises(Forbidden):
        hold(shop, case_id, actor=agent)
    receipt = hold(shop, case_id)
    with pytest.raises(Forbidden):
        undo_receipt(shop.ctx, shop.tenant_id, receipt, actor=agent)
    with pytest.raises(Forbidden):
        set_aside(shop.ctx, shop.tenant_id, actor=agent, description="A hat")


def test_goods_that_nobody_announced_wait_until_somebody_says_what_became_of_them(shop: Shop) -> None:
    case_id = approved(shop)
    set_aside(shop.ctx, shop.tenant_id, actor=shop.staff, description="A hat, sender Bo", code="00340")
    set_aside(shop.ctx, shop.tenant_id, actor=shop.staff, description="A scarf", case_id=case_id, operation="one")
    set_aside(shop.ctx, shop.tenant_id, actor=shop.staff, description="A scarf", case_id=case_id, operation="one")
    waiting = stray_goods(shop.ctx, shop.tenant_id, actor=shop.staff)
    assert [(goods.description, case.id if case else "") for goods, case in waiting] == [
        ("A hat, sender Bo", ""),
        ("A scarf", case_id),
    ]
    with pytest.raises(BadInput):
        settle_stray(shop.ctx, shop.tenant_id, waiting[0][0].id, actor=shop.staff, outcome=" ")
    settle_stray(shop.ctx, shop.tenant_id, waiting[0][0].id, actor=shop.staff, outcome="Sent back to Bo")
    assert [goods.description for goods, _ in stray_goods(shop.ctx, shop.tenant_id, actor=shop.staff)] == ["A scarf"]


def test_a_booking_that_breaks_does_not_hold_up_the_others_and_ends_with_a_person(shop: Shop) -> None:
    broken, other = approved(shop, 1), approved(shop, 1)
    receipt_id = hold(shop, broken)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        receipt = session.get_one(Receipt, receipt_id)
        receipt.found = {
            line_id: [{**item, "grade": "?"} for item in items] for line_id, items in receipt.found.items()
        }
    hold(shop, other)
    forward(shop)
    assert sorted(states(shop)) == ["booked", "held"]
    assert forward(shop) == 0
    for _ in range(12):
        forward(shop, 301)
    (told,) = [
        item.receipt
        for item in recent_bookings(shop.ctx, shop.tenant_id, actor=shop.staff)
        if item.receipt.id == receipt_id
    ]
    assert told.state == "refused"
    assert "Nothing was booked" in told.problem
    assert shop.case(broken).lines[0].received == 0
