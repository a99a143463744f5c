"""Routes around a case and on many cases: who gets in, what the page says, what a refusal keeps."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from saleor_returns_app.models.bulk import BulkRun
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.services.bulk import work_bulk
from saleor_returns_app.web.dashboard.desk import VERBS
from tests.models.rows import make_case
from tests.services.journeys import Shop

from .desk import Desk, hidden, words

TYPED = {"user_id": "user:sam@shop.example", "tag": "vip", "number": "R-2026-000002"}


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(CaseEntry.event).where(CaseEntry.case_id == case_id)))


def runs(shop: Shop) -> list[BulkRun]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(BulkRun)))


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("who", ["yen_desk", "foreign_desk"])
def test_nobody_of_another_channel_or_shop_changes_a_case(
    request: pytest.FixtureRequest, desk: Desk, shop: Shop, who: str, verb: str
) -> None:
    case_id = shop.request()
    shop.request()
    before = events(shop, case_id)
    stranger: Desk = request.getfixturevalue(who)
    assert stranger.post(f"/dashboard/cases/{case_id}/desk/{verb}", **TYPED).status_code == 404
    assert events(shop, case_id) == before


def test_history_says_to_whom_which_tag_and_which_case(desk: Desk, shop: Shop) -> None:
    case_id, other = shop.request(), shop.request()
    desk.get("/dashboard/")
    for verb in ("assign", "tag", "link"):
        assert desk.post(f"/dashboard/cases/{case_id}/desk/{verb}", **TYPED).status_code == 200
    page = desk.get(f"/dashboard/cases/{case_id}").text
    history = re.findall(r'<p class="muted small">(?:<bdi>)?([^<]*)', page[page.index('id="history"') :])
    for said in ("sam@shop.example", "vip", shop.case(other).number):
        assert said in history


def test_what_was_refused_keeps_what_was_typed(desk: Desk, shop: Shop) -> None:
    answer = desk.post(f"/dashboard/cases/{shop.request()}/desk/link", number="R-1999-1")
    assert answer.status_code == 400
    assert 'value="R-1999-1"' in answer.text
    assert "No case has this number" in words(answer.text)


def test_several_are_looked_at_then_done_with_a_result_for_each(desk: Desk, shop: Shop) -> None:
    first, second, third = (shop.request({"line-1": 1}) for _ in range(3))
    shop.approve(third)
    page = desk.post("/dashboard/bulk", action="reject", case=[first, second, third]).text
    assert "1 is left out" in words(page)
    refused = desk.post("/dashboard/bulk/runs", action="reject", case=[first, second], reason=" ")
    assert refused.status_code == 400
    assert "Write the reason" in words(refused.text)
    run_id = hidden(page, "run_id")
    for _ in range(2):
        typed = {"action": "reject", "case": [first, second], "reason": "Worn.", "run_id": run_id}
        assert desk.post("/dashboard/bulk/runs", **typed).status_code == 200
    assert len(runs(shop)) == 1
    shop.approve(second)
    work_bulk(shop.ctx)
    said = words(desk.get(f"/dashboard/bulk/runs/{run_id}").text)
    assert "1 done, 1 left alone, 0 to go." in said
    assert "It has changed since you chose it" in said


@pytest.mark.parametrize("who", ["yen_desk", "foreign_desk"])
def test_strangers_neither_see_nor_change_what_they_choose(
    request: pytest.FixtureRequest, desk: Desk, shop: Shop, who: str
) -> None:
    case_id = shop.request()
    stranger: Desk = request.getfixturevalue(who)
    assert shop.case(case_id).number not in stranger.post("/dashboard/bulk", action="approve", case=case_id).text
    assert stranger.post("/dashboard/bulk/runs", action="approve", case=case_id).status_code == 400
    assert runs(shop) == []
    desk.post("/dashboard/bulk/runs", action="approve", case=case_id)
    run_id = runs(shop)[0].id
    assert stranger.get(f"/dashboard/bulk/runs/{run_id}").status_code == 404
    assert stranger.post(f"/dashboard/bulk/runs/{run_id}/stop").status_code == 404
    assert runs(shop)[0].state == "waiting"


def test_a_run_is_stopped_from_its_page(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    desk.post("/dashboard/bulk/runs", action="approve", case=case_id)
    assert "Stopped" in words(desk.post(f"/dashboard/bulk/runs/{runs(shop)[0].id}/stop").text)
    assert work_bulk(shop.ctx) == 0
    assert shop.case(case_id).status == "requested"


def test_refunds_are_seen_with_their_sums_before_they_are_approved(desk: Desk, shop: Shop) -> None:
    ready, announced = shop.request({"line-1": 1}), shop.request({"line-1": 1})
    shop.approve(ready)
    shop.receive(ready)
    page = desk.post("/dashboard/bulk", action="approve_refund", case=[ready, announced]).text
    said = words(page)
    assert "1 refund" in said
    assert "To be paid $20.00" in said
    assert "The goods were not inspected yet." in said
    typed = {
        "action": "approve_refund",
        "case": ready,
        "quote": hidden(page, "quote"),
        "run_id": hidden(page, "run_id"),
    }
    assert desk.post("/dashboard/bulk/runs", **{**typed, "quote": ""}).status_code == 400
    for _ in range(2):
        assert desk.post("/dashboard/bulk/runs", **typed).status_code == 200
    assert len(runs(shop)) == 1
    work_bulk(shop.ctx)
    address = f"/dashboard/bulk/runs/{typed['run_id']}"
    page = desk.get(address).text
    assert "$20.00 approved" in words(page)
    assert "0 of 1 are paid." in words(page)
    assert "every 1s" in page, "it goes on until the money is back"
    shop.work()
    page = desk.get(address).text
    assert "1 of 1 are paid." in words(page)
    assert "every 1s" not in page


def test_who_may_not_pay_is_told_so_and_plans_nothing(desk: Desk, orders_desk: Desk, shop: Shop) -> None:
    case_id = shop.request({"line-1": 1})
    shop.approve(case_id)
    shop.receive(case_id)
    seen = hidden(desk.post("/dashboard/bulk", action="approve_refund", case=case_id).text, "quote")
    page = orders_desk.post("/dashboard/bulk", action="approve_refund", case=case_id).text
    assert "You need the permission Handle payments" in words(page)
    assert 'name="quote"' not in page
    refused = orders_desk.post("/dashboard/bulk/runs", action="approve_refund", case=case_id, quote=seen)
    assert refused.status_code == 403
    assert runs(shop) == []


def test_a_whole_list_is_chosen_beyond_its_page(desk: Desk, yen_desk: Desk, shop: Shop) -> None:
    for _ in range(2):
        shop.approve(shop.request({"line-1": 1}))
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for number in range(30):
            named = {"id": f"case-{number}", "sequence": 100 + number, "number": f"R-2026-{100 + number:06}"}
            session.add(make_case(shop.tenant_id, **named))
    assert "the whole list" in desk.get("/dashboard/", view="requested").text
    assert "the whole list" not in desk.get("/dashboard/", view="approved").text
    chosen = {"action": "close", "whole_list": "1", "case": "what is ticked does not count"}
    page = desk.post("/dashboard/bulk", **{**chosen, "action": "tag"}, view="requested").text
    assert page.count('name="case"') == 30
    page = desk.post("/dashboard/bulk", **{**chosen, "action": "tag"}, view="approved").text
    assert page.count('name="case"') == 2
    assert 'name="case"' not in yen_desk.post("/dashboard/bulk", **{**chosen, "action": "tag"}, view="requested").text
