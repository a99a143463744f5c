"""Complaints at the desk: in the queue, on their page, filed for a shopper, made good in a return."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from saleor_returns_app.domain.complaints import Topic
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.complaints import acknowledge_complaint
from saleor_returns_app.services.filing import Filing
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_complaints import HURT, complaint, file, investigated

from .desk import Desk, hidden, seat, words


def page(desk: Desk, case_id: str) -> str:
    return words(desk.get(f"/dashboard/cases/{case_id}").text)


def test_it_goes_from_the_queue_to_a_decision(desk: Desk, shop: Shop) -> None:
    case_id = file(shop)
    queue = words(desk.get("/dashboard/", view="complaints").text)
    assert "C-2026-000001" in queue
    assert "The delivery" in queue
    assert "New complaint" in queue
    assert "Complaints 1" in queue
    said = page(desk, case_id)
    for text in ("Read this complaint and tell the shopper that you did", "It came ten days late", "An apology."):
        assert text in said
    for name, typed, state in (
        ("acknowledge", {"message": "We are sorry."}, "acknowledged"),
        ("investigate", {}, "investigating"),
        ("classify", {"severity": "high", "root_cause": "carrier"}, "investigating"),
        ("note", {"body": "The carrier says: lost for a week."}, "investigating"),
        ("message", {"body": "Which day was it?"}, "investigating"),
        ("decide", {"outcome": "upheld", "reasons": "So it was.", "root_cause": "carrier"}, "resolved"),
        ("close", {}, "closed"),
    ):
        answer = desk.act(case_id, name, **typed)
        assert answer.status_code == 200, words(answer.text)
        assert shop.case(case_id).status == state, name
    said = page(desk, case_id)
    for text in ("Upheld: the shopper is right", "So it was.", "The carrier says: lost for a week.", "High"):
        assert text in said
    assert "Offer" not in said.partition("Conversation")[2].partition("History")[0]


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("decide", {"outcome": "", "reasons": "Kept words", "root_cause": "carrier"}, "Choose how it is decided."),
        ("decide", {"outcome": "upheld", "reasons": " ", "root_cause": "carrier"}, "Write the reasons"),
        ("decide", {"outcome": "upheld", "reasons": "Kept words", "root_cause": ""}, "Choose why it happened"),
        ("escalate", {"reason": ""}, "Write why somebody else should decide it."),
        ("withdraw", {"reason": ""}, "Write the reason"),
        ("classify", {"severity": "awful"}, "Choose how bad it is."),
    ],
)
def test_what_is_missing_is_said_in_its_form(
    desk: Desk, shop: Shop, name: str, typed: dict[str, str], said: str
) -> None:
    case_id = investigated(shop)
    answer = desk.act(case_id, name, **typed)
    assert answer.status_code == 400
    assert said in words(answer.text)
    if "Kept words" in typed.values():
        assert "Kept words" in answer.text
    assert shop.case(case_id).status == "investigating"


def test_two_tabs_decide_once(desk: Desk, shop: Shop) -> None:
    case_id = investigated(shop)
    seen = desk.seen(f"/dashboard/cases/{case_id}")
    typed = {"outcome": "upheld", "reasons": "Yes.", "root_cause": "carrier"}
    assert desk.post(f"/dashboard/cases/{case_id}/decide", **seen, **typed).status_code == 200
    again = desk.post(f"/dashboard/cases/{case_id}/decide", **seen, **{**typed, "outcome": "not_upheld"})
    assert again.status_code == 409
    assert "Complaint decided" in words(again.text)
    assert complaint(shop, case_id).outcome == "upheld"


def test_danger_stands_first_until_it_is_taken_care_of(desk: Desk, shop: Shop) -> None:
    case_id = file(shop, HURT)
    assert "Danger The shopper says that somebody was or could be hurt" in page(desk, case_id)
    assert "Critical" in words(desk.get("/dashboard/", view="attention").text)
    assert desk.act(case_id, "handle-danger", done=" ").status_code == 400
    assert desk.act(case_id, "handle-danger", done="Off sale.").status_code == 200
    assert "somebody was or could be hurt (" not in page(desk, case_id)


def test_a_return_is_opened_to_make_it_good_and_linked(desk: Desk, shop: Shop) -> None:
    case_id = investigated(shop)
    shown = desk.get(f"/dashboard/cases/{case_id}").text
    found = re.search(r'href="(/dashboard/open-case/order-1\?complaint=[^"]+)"', shown)
    assert found, "a way to open a return"
    form = desk.get(found[1]).text
    known = {name: hidden(form, name) for name in ("order_id", "once", "complaint")}
    typed = {"quantity:line-1": "1", "reason:line-1": "late", "through": "phone"}
    assert desk.post("/dashboard/open-case", **known, **typed).status_code == 200
    assert shop.case(case_id).status == "negotiating"
    said = page(desk, case_id)
    assert "R-2026-000002" in said
    assert "It is made good in a return" in said


def test_a_complaint_is_filed_for_who_phones_once(desk: Desk, shop: Shop) -> None:
    path = "/dashboard/file-complaint/order-1"
    typed = {"once": hidden(desk.get(path).text, "once"), "topic": "service", "through": "phone"}
    refused = desk.post(path, **typed, description="")
    assert refused.status_code == 400
    assert "Please describe what happened." in words(refused.text)
    for _ in range(2):
        answer = desk.post(path, **typed, description="Nobody called back.")
        assert answer.status_code == 200
    assert "C-2026-000001" in words(answer.text)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        (case,) = session.scalars(select(Case)).all()
        assert (case.opened_through, case.opened_by) == ("phone", "sam@shop.example")


def test_the_orders_widget_names_it_and_leads_to_filing_one(desk: Desk, shop: Shop) -> None:
    file(shop)
    frame = desk.get("/dashboard/widgets/order", orderId="order-1")
    assert "Complaint · The delivery" in words(frame.text)
    assert "/file-complaint/order-1" in frame.text


@pytest.mark.parametrize("name", ["approve", "reject", "receive", "refund", "cancel", "tracking", "offer", "more-time"])
def test_buttons_of_returns_do_nothing_to_it(desk: Desk, shop: Shop, name: str) -> None:
    case_id = investigated(shop)
    answer = desk.post(f"/dashboard/cases/{case_id}/{name}", version="", kind="refund", reason="x")
    assert answer.status_code in (400, 404), name
    assert shop.case(case_id).status == "investigating"


@pytest.mark.parametrize("part", ["receive", "quote", "exchange", "refunds", "replacement"])
def test_pages_of_returns_are_not_there_for_it(desk: Desk, shop: Shop, part: str) -> None:
    answer = desk.get(f"/dashboard/cases/{investigated(shop)}/{part}")
    if part == "receive":
        assert "Find out what happened, then decide" in words(answer.text), "it shows itself"
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("name", ["acknowledge", "decide", "escalate", "handle-danger", "classify"])
def test_buttons_of_complaints_do_nothing_to_a_return(desk: Desk, shop: Shop, name: str) -> None:
    case_id = shop.request()
    answer = desk.post(f"/dashboard/cases/{case_id}/{name}", version="", outcome="upheld", reasons="x", severity="low")
    assert answer.status_code == 404
    assert shop.case(case_id).status == "requested"


def test_other_channels_and_shops_see_nothing_of_it(yen_desk: Desk, foreign_desk: Desk, shop: Shop) -> None:
    case_id = file(shop)
    for stranger in (yen_desk, foreign_desk):
        assert stranger.get(f"/dashboard/cases/{case_id}").status_code == 404
        assert stranger.post(f"/dashboard/cases/{case_id}/acknowledge").status_code == 404
        assert "C-2026" not in stranger.get("/dashboard/", view="complaints").text
    assert yen_desk.get("/dashboard/file-complaint/order-1").status_code == 404


def test_who_it_is_about_is_told_to_pass_it_on(
    desk: Desk, web: Flask, saleor: FakeSaleor, tenant: Tenant, shop: Shop
) -> None:
    about = shop.request()
    assert desk.act(about, "reject", reason="Worn.").status_code == 200
    case_id = file(
        shop, Filing(topic=Topic.ITEM, order_line_id="line-1", description="No.", about=shop.case(about).number)
    )
    acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    other = seat(web, saleor, tenant, email="olga@shop.example")
    other.get("/dashboard/")
    assert "This is about your own work." in page(desk, case_id)
    assert "This is about your own work." not in page(other, case_id)
    refused = desk.act(case_id, "investigate")
    assert refused.status_code == 409
    assert "is about this person’s own work" in words(refused.text)
    assert other.act(case_id, "investigate").status_code == 200
    given = desk.post(f"/dashboard/cases/{case_id}/desk/take")
    assert given.status_code == 409
    assert shop.case(case_id).assignee == "olga@shop.example"


def test_it_is_no_goal_of_a_merge_and_no_part_of_what_is_done_to_many(desk: Desk, shop: Shop) -> None:
    case_id, returned = file(shop), shop.request()
    assert "Merge into it" not in page(desk, returned)
    for action in ("approve", "approve_refund", "tag"):
        answer = desk.post("/dashboard/bulk", action=action, case=[case_id, returned])
        assert answer.status_code == 200, action
