"""One action on many cases: for the person who asked, once for each, with a result for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.errors import BadInput, Forbidden, NotFound
from saleor_returns_app.models.bulk import BulkItem
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.staff import StaffMember
from saleor_returns_app.services import bulk
from saleor_returns_app.services.bulk import plan_bulk, preview_bulk, read_bulk, stop_bulk, work_bulk
from tests.conftest import add_tenant
from tests.fakes import FakeClock

from .journeys import Shop


def three(shop: Shop) -> list[str]:
    return [shop.request({"line-1": 1}) for _ in range(3)]


def plan(shop: Shop, case_ids: list[str], action: str = "approve", **more: Any) -> str:
    values: dict[str, Any] = {"actor": shop.staff, "typed": {}, **more}
    return plan_bulk(shop.ctx, shop.tenant_id, action=action, case_ids=case_ids, **values)


def results(shop: Shop, run_id: str) -> list[tuple[str, str]]:
    _, found = read_bulk(shop.ctx, shop.tenant_id, run_id, actor=shop.staff)
    return [(result.item.state, result.item.code) for result in found]


def test_each_case_gets_the_move_and_a_result(shop: Shop) -> None:
    cases = three(shop)
    run_id = plan(shop, cases)
    assert work_bulk(shop.ctx) == 3
    assert [shop.case(case_id).status for case_id in cases] == [CaseStatus.APPROVED] * 3
    run, _ = read_bulk(shop.ctx, shop.tenant_id, run_id, actor=shop.staff)
    assert (run.state, run.done, run.failed, run.total) == ("done", 3, 0, 3)
    assert work_bulk(shop.ctx) == 0


def test_one_that_moved_on_meanwhile_is_a_result_and_stops_nothing(shop: Shop) -> None:
    cases = three(shop)
    run_id = plan(shop, cases, action="reject", typed={"reason": "Worn."})
    shop.approve(cases[1])
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", ""), ("refused", "STALE"), ("done", "")]
    assert shop.case(cases[1]).status == CaseStatus.APPROVED


def test_one_that_moved_on_before_the_plan_is_a_result_too(shop: Shop) -> None:
    cases = three(shop)
    shop.approve(cases[1])
    run_id = plan(shop, cases)
    work_bulk(shop.ctx)
    assert [state for state, _ in results(shop, run_id)] == ["done", "refused", "done"]
    run, _ = read_bulk(shop.ctx, shop.tenant_id, run_id, actor=shop.staff)
    assert (run.done, run.failed, run.total) == (2, 1, 3)


def test_what_does_not_fit_is_said_before(shop: Shop) -> None:
    cases = three(shop)
    shop.approve(cases[0])
    shown = preview_bulk(shop.ctx, shop.tenant_id, actor=shop.staff, action="approve", case_ids=cases)
    assert ([case.id for case in shown.fits], [case.id for case in shown.others]) == (cases[1:], cases[:1])


def test_a_worker_that_dies_in_the_middle_of_a_case_leaves_neither_move_nor_result(
    shop: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = three(shop)
    run_id = plan(shop, cases)
    approve, calls = bulk.ACTIONS["approve"], [0]

    def dying(*args: Any) -> None:
        approve.run(*args)
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(bulk.ACTIONS, "approve", replace(approve, run=dying))
        with pytest.raises(KeyboardInterrupt):
            work_bulk(shop.ctx)
    assert [shop.case(case_id).status for case_id in cases] == ["approved", "requested", "requested"]
    assert results(shop, run_id) == [("done", ""), ("", ""), ("", "")]
    assert work_bulk(shop.ctx) == 0  # leased
    clock.forward(minutes=3)
    assert work_bulk(shop.ctx) == 2
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        approvals = session.scalar(select(func.count(CaseEntry.id)).where(CaseEntry.event == "approve"))
    assert approvals == 3


def test_stopped_work_stays_undone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = three(shop)
    run_id = plan(shop, cases)
    monkeypatch.setattr(bulk, "_PART", 1)
    work_bulk(shop.ctx)
    stop_bulk(shop.ctx, shop.tenant_id, run_id, actor=shop.staff)
    assert work_bulk(shop.ctx) == 0
    assert results(shop, run_id) == [("done", ""), ("", ""), ("", "")]


def test_the_job_may_do_no_more_than_the_person(shop: Shop) -> None:
    cases = three(shop)
    without = replace(shop.staff, permissions=frozenset({"HANDLE_PAYMENTS"}))
    with pytest.raises(Forbidden):
        plan(shop, cases, actor=without)
    elsewhere = replace(shop.staff, channels=frozenset({"channel-jpy"}))
    with pytest.raises(BadInput):
        plan(shop, cases, actor=elsewhere)


def test_planning_twice_with_one_id_is_one_run(shop: Shop) -> None:
    cases = three(shop)
    run_id = plan(shop, cases)
    assert plan(shop, cases, run_id=run_id) == run_id
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalar(select(func.count(BulkItem.id))) == 3


def test_an_id_that_is_taken_in_another_shop_plans_nothing_there(shop: Shop) -> None:
    """As for two clicks at once, the row is there though the look at it found none."""
    run_id = plan(shop, three(shop))
    other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
    theirs = other.request({"line-1": 1})
    assert plan(other, [theirs], run_id=run_id) == run_id
    with pytest.raises(NotFound):
        read_bulk(other.ctx, other.tenant_id, run_id, actor=other.staff)
    work_bulk(shop.ctx)
    assert other.case(theirs).status == CaseStatus.REQUESTED


@pytest.mark.parametrize(
    ("action", "count", "typed", "code"),
    [
        ("explode", 1, {}, "ACTION"),
        ("approve", 0, {}, "NO_CASES"),
        ("approve", 1001, {}, "TOO_MANY_CASES"),
        ("reject", 1, {"reason": " "}, "REASON"),
        ("tag", 1, {"tag": "\u200b"}, "TAG"),
        ("close", 1, {}, "NO_CASES"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_code(
    shop: Shop, action: str, count: int, typed: dict[str, str], code: str
) -> None:
    case_id = shop.request()
    ids = [case_id] if count == 1 else [f"case-{number}" for number in range(count)]
    with pytest.raises(BadInput) as refused:
        plan(shop, ids, action=action, typed=typed)
    assert refused.value.code == code


def test_cases_are_assigned_to_who_was_seen(shop: Shop) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(StaffMember(user_id="u-9", email="olga@shop.example", seen_at=shop.ctx.now()))
    cases = three(shop)
    plan(shop, cases, action="assign", typed={"user_id": "u-9"})
    work_bulk(shop.ctx)
    assert {shop.case(case_id).assignee for case_id in cases} == {"olga@shop.example"}
    run_id = plan(shop, cases, action="assign", typed={"user_id": "nobody"})
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("refused", "UNKNOWN_PERSON")] * 3


def test_a_run_is_for_the_eyes_of_who_planned_it(shop: Shop, staff: Actor) -> None:
    run_id = plan(shop, three(shop))
    with pytest.raises(NotFound):
        read_bulk(shop.ctx, shop.tenant_id, run_id, actor=replace(staff, id="somebody-else"))
    other = add_tenant(shop.ctx.db, "other")
    with pytest.raises(NotFound):
        read_bulk(shop.ctx, other.id, run_id, actor=staff)
    with pytest.raises(NotFound):
        stop_bulk(shop.ctx, other.id, run_id, actor=staff)


def test_one_case_that_breaks_is_a_result_and_the_others_go_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = three(shop)
    run_id = plan(shop, cases)
    approve = bulk.ACTIONS["approve"]

    def breaking(*args: Any) -> None:
        approve.run(*args)
        if args[2] == cases[1]:
            raise ZeroDivisionError

    monkeypatch.setitem(bulk.ACTIONS, "approve", replace(approve, run=breaking))
    assert work_bulk(shop.ctx) == 3
    assert results(shop, run_id) == [("done", ""), ("refused", "BROKEN"), ("done", "")]
    assert [shop.case(case_id).status for case_id in cases] == ["approved", "requested", "approved"]
