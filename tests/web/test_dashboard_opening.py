"""Staff open cases for shoppers who phone, write or stand at the counter."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.tenants import Tenant
from tests.fakes import FakeClock, FakeSaleor, make_line, make_order, usd
from tests.services.journeys import Shop

from .desk import Desk, hidden, words

FORM = "/dashboard/open-case?orderId=order-1"
TYPED = {"quantity:line-1": "2", "reason:line-1": "damaged", "description:line-1": "A hole.", "through": "email"}


def send(desk: Desk, page: str = FORM, **typed: str) -> tuple[int, str]:
    form = desk.get(page).text
    known = {name: hidden(form, name) for name in ("order_id", "once")}
    answer = desk.post("/dashboard/open-case", **{**known, **TYPED, **typed})
    return answer.status_code, answer.text


def cases(shop: Shop) -> list[Case]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Case).order_by(Case.id)))


def test_the_form_shows_what_can_be_returned_and_what_not(desk: Desk, saleor: FakeSaleor) -> None:
    card = make_line("line-2", product_name="Gift card", is_gift_card=True, quantity=1, total_gross=usd("10.00"))
    saleor.orders["order-1"] = make_order(lines=(make_line(), card))
    said = words(desk.get(FORM).text)
    assert "Order #74 · Rita Returner" in said
    assert "3 bought for $60.00" in said
    assert "Gift cards cannot be returned." in said


def test_a_case_is_opened_for_the_shopper(desk: Desk, shop: Shop) -> None:
    form = desk.get(FORM).text
    known = {name: hidden(form, name) for name in ("order_id", "once", "popup")}
    answer = desk.post("/dashboard/open-case", **known, **TYPED)
    assert answer.status_code == 200
    (case,) = cases(shop)
    assert (case.opened_through, case.email, case.language) == ("email", "rita@example.com", "en")
    line = case.lines[0]
    assert (line.quantity, line.reason, line.description) == (2, "damaged", "A hole.")
    assert "R-2026-000001 is open" in words(answer.text)
    assert f'data-dashboard-path="/extensions/app/app-1/cases/{case.id}"' in answer.text
    assert "saleor:refresh" in json.loads(answer.headers["HX-Trigger"])
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        entry = session.scalars(select(CaseEntry)).one()
    assert (entry.who, entry.actor) == ("staff", "sam@shop.example")


def test_as_a_page_of_its_own_it_leads_to_the_case(desk: Desk, shop: Shop) -> None:
    status, text = send(desk, "/dashboard/open-case/order-1")
    assert status == 200
    assert f'href="/dashboard/cases/{cases(shop)[0].id}"' in text


def test_a_second_press_opens_no_second_case(desk: Desk, shop: Shop) -> None:
    form = desk.get(FORM).text
    known = {name: hidden(form, name) for name in ("order_id", "once")}
    first = desk.post("/dashboard/open-case", **known, **TYPED)
    second = desk.post("/dashboard/open-case", **known, **TYPED)
    assert (first.status_code, second.status_code) == (200, 200)
    assert [case.number for case in cases(shop)] == ["R-2026-000001"]
    assert "R-2026-000001 is open" in words(second.text)


def test_after_a_refusal_the_same_form_can_be_sent_again(desk: Desk, shop: Shop) -> None:
    form = desk.get(FORM).text
    known = {name: hidden(form, name) for name in ("order_id", "once")}
    refused = desk.post("/dashboard/open-case", **known, **{**TYPED, "quantity:line-1": "9"})
    assert refused.status_code == 409
    assert hidden(refused.text, "once") == known["once"]
    assert desk.post("/dashboard/open-case", **known, **TYPED).status_code == 200
    assert len(cases(shop)) == 1


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"quantity:line-1": "0"}, 400, "Choose at least one item"),
        ({"quantity:line-1": ""}, 400, "Choose at least one item"),
        ({"quantity:line-1": "-1"}, 400, "must be a whole number"),
        ({"quantity:line-1": "1.5"}, 400, "must be a whole number"),
        ({"quantity:line-1": "four"}, 400, "must be a whole number"),
        ({"quantity:line-1": "4"}, 409, "At most 3 of this item"),
        ({"quantity:line-1": "99999999999"}, 400, "must be a whole number"),
        ({"reason:line-1": ""}, 400, "Choose a reason."),
        ({"reason:line-1": "boredom"}, 400, "Choose a reason."),
        ({"reason:line-1": "other", "description:line-1": " "}, 400, "describe in a few words"),
        ({"description:line-1": "x" * 5000}, 400, "at most 4000 characters"),
        ({"through": ""}, 400, "how the shopper reached you"),
        ({"through": "portal"}, 400, "how the shopper reached you"),
    ],
)
def test_what_cannot_be_used_comes_back_with_what_is_wrong(
    desk: Desk, shop: Shop, typed: dict[str, str], status: int, said: str
) -> None:
    got, text = send(desk, **typed)
    assert got == status
    assert said in words(text)
    assert cases(shop) == []
    for value in typed.values():
        if value.strip() and value in ("four", "-1", "4"):
            assert f'value="{value}"' in text


@pytest.mark.parametrize("field", ["quantity", "reason", "description"])
def test_a_problem_stands_at_its_own_field(desk: Desk, field: str) -> None:
    wrong = {"quantity": "9", "reason": "", "description": "x" * 5000}[field]
    _, text = send(desk, **{f"{field}:line-1": wrong})
    assert re.search(rf'id="{field}:line-1"[^>]*aria-invalid="true"', text)


def test_an_item_of_another_order_is_not_in_the_form(desk: Desk, shop: Shop) -> None:
    status, _ = send(desk, **{"quantity:line-1": "0", "quantity:line-9": "1", "reason:line-9": "damaged"})
    assert status == 400
    assert cases(shop) == []


def test_outside_the_policy_a_reason_is_asked_for_and_kept(
    desk: Desk, shop: Shop, clock: FakeClock, saleor: FakeSaleor, tenant: Tenant
) -> None:
    clock.forward(days=10)
    desk.renew(saleor, tenant, clock)
    page = desk.get(FORM).text
    assert "Outside policy" in page
    assert "Reason for an exception" in page
    status, text = send(desk, **{"reason:line-1": "changed_mind"})
    assert status == 409
    assert re.search(r'id="override"[^>]*aria-invalid="true"', text)
    assert "The 7 days for returns are over." in words(text)
    status, _ = send(desk, **{"reason:line-1": "changed_mind", "override": "A loyal customer."})
    assert status == 200
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(CaseEntry)).one().detail == {"override": "A loyal customer."}
    assert "A loyal customer." in desk.get(f"/dashboard/cases/{cases(shop)[0].id}").text


def test_a_preview_tells_the_refund_and_changes_nothing(desk: Desk, shop: Shop) -> None:
    answer = desk.post("/dashboard/open-case/preview", order_id="order-1", **TYPED)
    assert "Monospace Tee × 2 $40.00" in words(answer.text)
    assert cases(shop) == []


@pytest.mark.parametrize("typed", [{}, {"quantity:line-1": "x"}, {"quantity:line-1": "1", "reason:line-1": ""}])
def test_a_preview_of_half_a_form_is_of_what_is_there(desk: Desk, typed: dict[str, str]) -> None:
    answer = desk.post("/dashboard/open-case/preview", order_id="order-1", **typed)
    assert answer.status_code == 200
    assert "Choose items to see it." in answer.text


def test_cases_of_the_order_so_far_are_shown(desk: Desk, shop: Shop) -> None:
    shop.request({"line-1": 1})
    page = desk.get(FORM).text
    assert "Returns of this order so far" in page
    assert "R-2026-000001" in page
    assert re.search(r'name="quantity:line-1"[^>]*max="2"', page)


@pytest.mark.parametrize("path", ["/dashboard/open-case", "/dashboard/open-case/nothing"])
def test_an_order_that_is_not_there_is_said_to_be_so(desk: Desk, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code in (400, 404)
    assert "order" in words(answer.text)


def test_a_shop_that_is_down_loses_nothing_of_what_was_typed(
    desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    form = desk.get(FORM).text
    known = {name: hidden(form, name) for name in ("order_id", "once")}
    clock.forward(minutes=2)
    saleor.trouble["read_order"] = [SaleorUnavailable()]
    assert desk.post("/dashboard/open-case", **known, **TYPED).status_code == 503
    assert cases(shop) == []
    assert desk.post("/dashboard/open-case", **known, **TYPED).status_code == 200
