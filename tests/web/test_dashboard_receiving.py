"""The warehouse's bench in the Dashboard: scanning, counting, undoing, correcting, what nobody announced."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.receipts import book_held, set_aside
from tests.fakes import FakeClock, FakeSaleor, HalfWay
from tests.services.journeys import Shop

from .desk import Desk, hidden, seat, words

BENCH = "/dashboard/receiving"


def approved(shop: Shop, units: int = 3) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    return case_id


def book(desk: Desk, shop: Shop, case_id: str, *, operation: str = "", **typed: str) -> TestResponse:
    line = shop.case(case_id).lines[0].id
    fields = {f"{line}.{name.replace('_', '.', 1)}": value for name, value in typed.items()}
    return desk.post(
        f"{BENCH}/cases/{case_id}", operation=operation or str(uuid4()), **{f"{line}.0.received": "3", **fields}
    )


def let_it_count(shop: Shop) -> None:
    assert isinstance(shop.ctx.clock, FakeClock)
    shop.ctx.clock.forward(seconds=9)
    book_held(shop.ctx)


def test_the_bench_waits_for_a_scan(desk: Desk) -> None:
    page = desk.get(BENCH).text
    assert re.search(r'<input id="scan"[^>]*autofocus', page)
    assert "Ready for a parcel" in page


def test_a_scan_shows_what_was_announced(desk: Desk, shop: Shop) -> None:
    case = shop.case(approved(shop))
    page = desk.get(f"{BENCH}?scan={case.number.lower()}").text
    assert case.number in words(page)
    assert "Monospace Tee" in page
    assert re.search(rf'name="{case.lines[0].id}\.0\.received"[^>]*max="3"[^>]*value="3"', page)


def test_an_order_with_several_returns_asks_which(desk: Desk, shop: Shop) -> None:
    numbers = [shop.case(approved(shop, 1)).number for _ in range(2)]
    page = words(desk.get(f"{BENCH}?scan=74").text)
    assert "Which of these?" in page
    assert all(number in page for number in numbers)


def test_a_parcel_that_nobody_announced_is_set_aside(desk: Desk, shop: Shop) -> None:
    page = desk.get(f"{BENCH}?scan=00340434161094").text
    assert "No return has “00340434161094”" in page
    refused = desk.post(f"{BENCH}/strays", code="00340434161094", operation=hidden(page, "operation"), description=" ")
    assert refused.status_code == 400
    assert "Say what it is" in refused.text
    kept = desk.post(
        f"{BENCH}/strays", code="00340434161094", operation="a-name-of-its-own", description="A hat, from Bo"
    )
    assert "A hat, from Bo" in kept.text
    address = re.search(rf"{BENCH}/strays/[\w-]+", kept.text)
    assert address
    assert "A hat, from Bo" not in desk.post(address[0], outcome="Sent back").text


def test_a_return_that_waits_for_nothing_says_so(desk: Desk, shop: Shop) -> None:
    case = shop.case(shop.request())
    page = words(desk.get(f"{BENCH}?scan={case.number}").text)
    assert "waits for no parcel" in page
    assert "Book in" not in page


def test_a_booking_is_held_and_then_counts(desk: Desk, shop: Shop) -> None:
    case_id = approved(shop)
    answer = book(desk, shop, case_id)
    assert answer.status_code == 200
    assert "/undo" in answer.text
    assert 'hx-trigger="every 2s' in desk.get(f"{BENCH}/bookings").text
    let_it_count(shop)
    after = desk.get(f"{BENCH}/bookings").text
    assert "Booked" in words(after)
    assert "every 2s" not in after
    assert shop.case(case_id).status == "inspected"


def test_a_booking_can_be_undone(desk: Desk, shop: Shop) -> None:
    case_id = approved(shop)
    undo = re.search(rf"{BENCH}/bookings/[\w-]+/undo", book(desk, shop, case_id).text)
    assert undo
    assert "Undone" in words(desk.post(undo[0]).text)
    let_it_count(shop)
    assert shop.case(case_id).status == "approved"
    refused = desk.post(undo[0])
    assert refused.status_code == 200  # a second press changes nothing


def test_undoing_too_late_says_what_to_do(desk: Desk, shop: Shop) -> None:
    undo = re.search(rf"{BENCH}/bookings/[\w-]+/undo", book(desk, shop, approved(shop)).text)
    assert undo
    let_it_count(shop)
    refused = desk.post(undo[0])
    assert refused.status_code == 409
    assert "correct the count there" in refused.text


def test_a_double_click_books_once(desk: Desk, shop: Shop) -> None:
    case_id = approved(shop)
    for _ in range(2):
        assert book(desk, shop, case_id, operation="one-and-the-same").status_code == 200
    let_it_count(shop)
    assert shop.case(case_id).lines[0].received == 3


def test_conditions_of_one_line_become_findings(desk: Desk, shop: Shop) -> None:
    case_id = approved(shop)
    answer = book(
        desk, shop, case_id, **{
            "0_received": "1", "1_received": "1", "1_grade": "damaged", "1_outcome": "scrap",
            "2_received": "1", "2_grade": "used", "2_outcome": "send_back", "2_refusal": "Worn.",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    let_it_count(shop)
    line = shop.case(case_id).lines[0]
    assert (line.received, line.accepted, line.refusal) == (3, 2, "Worn.")
    page = words(desk.get(f"/dashboard/cases/{case_id}").text)
    assert "1 × Damaged, scrapped" in page
    assert "1 × Used, refused, goes back to the shopper" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"0_received": "x"}, "Write how many there are"),
        ({"0_received": "4"}, "At most 3"),
        ({"0_received": "3", "0_outcome": "send_back"}, "Say why"),
        ({"0_received": ""}, "Write how many there are"),
    ],
)
def test_what_cannot_be_booked_comes_back_as_typed(desk: Desk, shop: Shop, typed: dict[str, str], said: str) -> None:
    case_id = approved(shop)
    answer = book(desk, shop, case_id, operation="the-operation", **typed, stray="A scarf as well")
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{typed["0_received"]}"' in answer.text
    assert hidden(answer.text, "operation") == "the-operation"
    assert shop.case(case_id).status == "approved"


def test_something_else_in_the_parcel_stands_on_the_case(desk: Desk, shop: Shop) -> None:
    case_id = approved(shop)
    line = shop.case(case_id).lines[0].id
    operation = str(uuid4())
    desk.post(f"{BENCH}/cases/{case_id}", operation=operation, **{f"{line}.0.received": "3"}, stray="A scarf")
    page = words(desk.get(f"/dashboard/cases/{case_id}").text)
    assert "Also in the parcel: A scarf" in page


def test_the_count_is_corrected_with_a_reason(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = approved(shop)
    shop.receive(case_id)
    shop.work()
    line = shop.case(case_id).lines[0].id
    address = f"/dashboard/cases/{case_id}/lines/{line}/correct"
    typed = {f"{line}.0.received": "2"}
    refused = desk.post(address, **typed)
    assert refused.status_code == 400
    assert "Say why the count is changed" in refused.text
    assert desk.post(address, **typed, why="One was counted twice").status_code == 200
    found = shop.case(case_id).lines[0]
    assert (found.received, found.accepted, found.reception) == (2, 2, "short")
    shop.work()
    assert saleor.stock["variant-1", "warehouse-1"] == 7
    assert "One was counted twice" in desk.get(f"/dashboard/cases/{case_id}").text


def test_after_the_refund_is_approved_the_count_stands(desk: Desk, shop: Shop) -> None:
    case_id = shop.to_payment({"line-1": 1})
    line = shop.case(case_id).lines[0].id
    answer = desk.post(
        f"/dashboard/cases/{case_id}/lines/{line}/correct", **{f"{line}.0.received": "0"}, why="Not there"
    )
    assert answer.status_code == 409
    assert shop.case(case_id).lines[0].accepted == 1


@pytest.mark.parametrize("name", ["retry", "vouch"])
def test_a_stock_change_that_is_stuck_is_settled_on_the_case(
    desk: Desk, shop: Shop, saleor: FakeSaleor, name: str
) -> None:
    saleor.trouble["set_stock"] = [HalfWay()]
    case_id = approved(shop)
    shop.receive(case_id)
    shop.work(looks=3)
    page = desk.get(f"/dashboard/cases/{case_id}").text
    assert "The stock of Monospace Tee could not be changed by 3" in words(page)
    address = re.search(rf"/dashboard/cases/{case_id}/steps/[\w-]+/{name}", page)
    assert address
    assert desk.post(address[0]).status_code == 200
    shop.work()
    assert shop.case(case_id).attention == ""
    assert saleor.stock["variant-1", "warehouse-1"] == (8 if name == "retry" else 5)


def test_a_step_of_another_case_is_not_found(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [HalfWay()]
    stuck, other = approved(shop, 1), approved(shop, 1)
    shop.receive(stuck)
    shop.work(looks=3)
    address = re.search(r"/steps/[\w-]+/vouch", desk.get(f"/dashboard/cases/{stuck}").text)
    assert address
    assert desk.post(f"/dashboard/cases/{other}{address[0]}").status_code == 404


def test_goods_of_another_channel_are_not_shown(
    desk: Desk, shop: Shop, web: Flask, saleor: FakeSaleor, tenant: Tenant
) -> None:
    case_id = approved(shop)
    set_aside(shop.ctx, shop.tenant_id, actor=shop.staff, description="Secret scarf", case_id=case_id)
    assert "Secret scarf" in desk.get(BENCH).text
    elsewhere = seat(web, saleor, tenant, email="pola@shop.example", channels=frozenset({"channel-pln"}))
    assert "Secret scarf" not in elsewhere.get(BENCH).text
