"""Many refunds approved at once: only as they were seen, each once, each with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.errors import BadInput, Forbidden, SaleorUnavailable
from saleor_returns_app.models.base import Database
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.staff import StaffMember
from saleor_returns_app.services import bulk
from saleor_returns_app.services.bulk import chosen_cases, plan_bulk, read_bulk, work_bulk
from saleor_returns_app.services.bulk_refunds import Prospect, look_at_refunds, sums_of
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.orders import outdate_order
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order, make_transaction, usd

from .journeys import Shop
from .test_second_approval import limited


@pytest.fixture
def cases(shop: Shop, saleor: FakeSaleor) -> list[str]:
    """Three cases of three orders, counted and waiting for their money."""
    for number in (2, 3):
        paid = make_transaction(f"transaction-{number}")
        saleor.orders[f"order-{number}"] = make_order(f"order-{number}", number=str(number), transactions=(paid,))
    return [inspected(shop, order_id=f"order-{number}") for number in (1, 2, 3)]


def inspected(shop: Shop, units: dict[str, int] | None = None, *, order_id: str = "order-1") -> str:
    case_id = shop.request(units, order_id=order_id)
    shop.approve(case_id)
    shop.receive(case_id)
    return case_id


def look(shop: Shop, case_ids: list[str], actor: Actor | None = None) -> tuple[Prospect, ...]:
    who = actor or shop.staff
    chosen = chosen_cases(shop.ctx, shop.tenant_id, actor=who, case_ids=case_ids)
    return look_at_refunds(shop.ctx, shop.tenant_id, chosen, actor=who)


def plan(shop: Shop, prospects: tuple[Prospect, ...], **more: Any) -> str:
    seen = {found.case.id: {"fingerprint": found.quote.fingerprint} for found in prospects if found.quote}
    values: dict[str, Any] = {"actor": shop.staff, "typed": {}, "shown": seen, **more}
    return plan_bulk(
        shop.ctx, shop.tenant_id, action="approve_refund", case_ids=[found.case.id for found in prospects], **values
    )


def results(shop: Shop, run_id: str, actor: Actor | None = None) -> list[tuple[str, str]]:
    _, found = read_bulk(shop.ctx, shop.tenant_id, run_id, actor=actor or shop.staff)
    return [(result.item.state, result.item.code) for result in found]


def refunds(shop: Shop) -> int:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalar(select(func.count(Refund.id))) or 0


def test_each_is_paid_once_with_a_result(shop: Shop, cases: list[str], saleor: FakeSaleor) -> None:
    prospects = look(shop, cases)
    assert [str(found.quote.total) for found in prospects if found.quote] == ["20.00 USD"] * 3
    assert sums_of(prospects) == (usd("60.00"),)
    run_id = plan(shop, prospects)
    assert (work_bulk(shop.ctx), work_bulk(shop.ctx)) == (3, 0)
    shop.work()
    assert [shop.case(case_id).status for case_id in cases] == [CaseStatus.RESOLVED] * 3
    assert [amount for _, amount in saleor.paid] == [usd("20.00")] * 3
    _, found = read_bulk(shop.ctx, shop.tenant_id, run_id, actor=shop.staff)
    assert {result.item.said % result.item.params for result in found} == {"20.00 USD approved"}


def test_on_both_databases(any_ctx: Context, shop_of: Callable[[Context], Shop]) -> None:
    shop = shop_of(any_ctx)
    case_id = inspected(shop)
    run_id = plan(shop, look(shop, [case_id]))
    assert (work_bulk(any_ctx), work_bulk(any_ctx)) == (1, 0)
    shop.work()
    assert results(shop, run_id) == [("done", "")]
    assert shop.case(case_id).status == CaseStatus.RESOLVED


def test_orders_are_read_several_at_once(shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock) -> None:
    saleor.calls.clear()
    run_id = plan(shop, look(shop, cases))
    assert saleor.calls == {"read_orders": 1}
    work_bulk(shop.ctx)
    assert saleor.calls == {"read_orders": 1}, "what was read a moment ago is not read again"
    assert {state for state, _ in results(shop, run_id)} == {"done"}
    more = [inspected(shop, order_id=f"order-{number}") for number in (1, 2, 3)]
    plan(shop, look(shop, more))
    clock.forward(minutes=2)
    saleor.calls.clear()
    work_bulk(shop.ctx)
    assert saleor.calls == {"read_orders": 1}


def test_a_quote_that_changed_is_left_alone_and_never_paid(
    shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock
) -> None:
    run_id = plan(shop, look(shop, cases))
    clock.forward(minutes=2)
    saleor.change("order-2", transactions=(make_transaction("transaction-2", charged=usd("15.00")),))
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", ""), ("refused", "QUOTE_CHANGED"), ("done", "")]
    assert (shop.case(cases[1]).status, refunds(shop)) == (CaseStatus.INSPECTED, 2)


def test_two_cases_of_one_order_are_quoted_one_after_the_other(shop: Shop, saleor: FakeSaleor) -> None:
    """The second one's money was there when it was seen, and is no more once the first is approved."""
    saleor.change("order-1", transactions=(make_transaction(charged=usd("30.00")),))
    run_id = plan(shop, look(shop, [inspected(shop), inspected(shop)]))
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", ""), ("refused", "QUOTE_CHANGED")]


def test_one_that_a_colleague_approved_after_it_was_seen_is_left_alone(shop: Shop, cases: list[str]) -> None:
    prospects = look(shop, cases)
    shop.pay(cases[1])
    run_id = plan(shop, prospects)
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", ""), ("refused", "DECIDED"), ("done", "")]
    assert refunds(shop) == 3


def test_what_was_not_shown_is_not_planned(shop: Shop, cases: list[str]) -> None:
    with pytest.raises(BadInput):
        plan(shop, look(shop, cases), shown={})
    run_id = plan(shop, look(shop, cases), shown={cases[0]: {"fingerprint": "made up"}})
    work_bulk(shop.ctx)
    assert (results(shop, run_id), refunds(shop)) == ([("refused", "QUOTE_CHANGED")], 0)


def test_those_left_alone_are_told_with_the_reason(shop: Shop, cases: list[str], saleor: FakeSaleor) -> None:
    shop.pay(cases[0])
    saleor.change("order-2", transactions=(make_transaction("transaction-2", charged=usd("15.00")),))
    announced = shop.request(order_id="order-3")
    nothing = inspected(shop, order_id="order-3")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = shop.case(nothing)
        session.add(case)
        case.lines[0].accepted = 0
    found = {prospect.case.id: prospect for prospect in look(shop, [*cases, announced, nothing])}
    codes = {case_id: found[case_id].why_not and found[case_id].why_not.code for case_id in found}  # type: ignore[union-attr]
    assert codes == {
        cases[0]: "DECIDED",
        cases[1]: "BY_HAND",
        cases[2]: None,
        announced: "NOT_INSPECTED",
        nothing: "NOTHING_DUE",
    }


def test_who_may_not_pay_sees_why_and_plans_nothing(shop: Shop, cases: list[str], saleor: FakeSaleor) -> None:
    clerk = replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"}))
    agent = replace(shop.staff, roles=frozenset({"agent"}))
    seen = look(shop, cases)
    saleor.calls.clear()
    for who, code in ((clerk, "PERMISSION"), (agent, "ROLE")):
        refused = [found.why_not for found in look(shop, cases, who)]
        assert [problem.code for problem in refused if problem] == [code] * 3
        with pytest.raises(Forbidden):
            plan(shop, seen, actor=who)
    assert not saleor.calls
    approver = replace(shop.staff, roles=frozenset({"approver"}))
    assert plan(shop, seen, actor=approver)


def test_a_right_that_was_taken_away_since_the_plan_is_gone(shop: Shop, cases: list[str]) -> None:
    approver = replace(shop.staff, roles=frozenset({"approver"}))
    run_id = plan(shop, look(shop, cases), actor=approver)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(StaffMember(user_id=shop.staff.id, email="s@shop.example", roles=["agent"], seen_at=shop.ctx.now()))
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("refused", "ROLE")] * 3
    assert refunds(shop) == 0


def test_first_and_second_approval(shop: Shop, staff: Actor) -> None:
    case_id = limited(shop, staff, "1.00")
    (first,) = look(shop, [case_id])
    assert (first.why_not, first.first, sums_of([first])) == (None, True, ())
    plan(shop, (first,))
    work_bulk(shop.ctx)
    assert (shop.case(case_id).status, refunds(shop)) == (CaseStatus.INSPECTED, 0)
    (again,) = look(shop, [case_id])
    assert again.why_not is not None
    assert again.why_not.code == "SECOND_PERSON"
    second = replace(staff, id="staff-2", name="second@shop.example")
    (other,) = look(shop, [case_id], second)
    assert (other.why_not, other.first) == (None, False)
    run_id = plan(shop, (other,), actor=second)
    work_bulk(shop.ctx)
    assert results(shop, run_id, second) == [("done", "")]
    assert (shop.case(case_id).status, refunds(shop)) == (CaseStatus.RESOLVING, 1)


def test_a_batch_of_one_person_is_one_approval(shop: Shop, staff: Actor) -> None:
    """The plan was made before the first approval: the run refuses it all the same."""
    case_id = limited(shop, staff, "1.00")
    prospects = look(shop, [case_id])
    runs = [plan(shop, prospects), plan(shop, prospects)]
    work_bulk(shop.ctx)
    work_bulk(shop.ctx)
    assert [results(shop, run_id) for run_id in runs] == [[("done", "")], [("refused", "SECOND_PERSON")]]
    assert refunds(shop) == 0


def test_planned_twice_with_one_id_pays_once(shop: Shop, cases: list[str], saleor: FakeSaleor) -> None:
    prospects = look(shop, cases)
    run_id = plan(shop, prospects)
    assert plan(shop, prospects, run_id=run_id) == run_id
    other = plan(shop, prospects)  # the page of before, sent again with another id
    for _ in range(2):
        work_bulk(shop.ctx)
    shop.work()
    assert results(shop, other) == [("refused", "DECIDED")] * 3
    assert len(saleor.paid) == 3


def test_a_worker_that_dies_between_two_cases_pays_none_twice(
    shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = plan(shop, look(shop, cases))
    action, calls = bulk.ACTIONS["approve_refund"], [0]

    def dying(*args: Any) -> Any:
        said = action.run(*args)
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return said

    with monkeypatch.context() as patched:
        patched.setitem(bulk.ACTIONS, "approve_refund", replace(action, run=dying))
        with pytest.raises(KeyboardInterrupt):
            work_bulk(shop.ctx)
    assert (results(shop, run_id), refunds(shop)) == ([("done", ""), ("", ""), ("", "")], 1)
    shop.work()
    clock.forward(minutes=3)
    assert work_bulk(shop.ctx) == 2
    shop.work()
    assert results(shop, run_id) == [("done", "")] * 3
    assert [amount for _, amount in saleor.paid] == [usd("20.00")] * 3


def test_an_order_that_changes_after_the_read_is_read_again(
    shop: Shop, cases: list[str], saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = plan(shop, look(shop, cases))
    action, calls = bulk.ACTIONS["approve_refund"], [0]

    def told_meanwhile(*args: Any) -> None:
        assert action.read is not None
        action.read(*args)
        calls[0] += 1
        if calls[0] < 3:
            with shop.ctx.db.tenant(shop.tenant_id) as session:
                outdate_order(session, "order-1")

    saleor.calls.clear()
    monkeypatch.setitem(bulk.ACTIONS, "approve_refund", replace(action, read=told_meanwhile))
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", "")] * 3
    assert saleor.calls == {"read_orders": 2}


def test_an_order_that_cannot_be_read_is_a_result(
    shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock
) -> None:
    run_id = plan(shop, look(shop, cases))
    del saleor.orders["order-2"]
    clock.forward(minutes=2)
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", ""), ("refused", "ORDER_UNREAD"), ("done", "")]


def test_a_shop_that_does_not_answer_is_waited_for(
    shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock
) -> None:
    run_id = plan(shop, look(shop, cases))
    clock.forward(minutes=2)
    saleor.trouble["read_orders"] = [SaleorUnavailable()]
    assert (work_bulk(shop.ctx), work_bulk(shop.ctx)) == (0, 0)
    assert results(shop, run_id) == [("", "")] * 3
    clock.forward(minutes=3)
    assert work_bulk(shop.ctx) == 3


def test_nothing_is_read_inside_a_transaction(
    shop: Shop, cases: list[str], saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now = [0]
    for name in ("tenant", "together", "everyone"):
        monkeypatch.setattr(Database, name, _counted(getattr(Database, name), open_now))
    reading = saleor.read_orders

    def read_orders(*args: Any) -> Any:
        assert open_now == [0]
        return reading(*args)

    monkeypatch.setattr(saleor, "read_orders", read_orders)
    run_id = plan(shop, look(shop, cases))
    clock.forward(minutes=2)
    work_bulk(shop.ctx)
    assert results(shop, run_id) == [("done", "")] * 3


def _counted(method: Any, open_now: list[int]) -> Any:
    @contextmanager
    def counted(*args: Any) -> Iterator[Any]:
        with method(*args) as session:
            open_now[0] += 1
            try:
                yield session
            finally:
                open_now[0] -= 1

    return counted


def test_another_shop_and_another_channel_see_and_pay_nothing(shop: Shop, cases: list[str]) -> None:
    other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
    assert look(other, cases) == ()
    elsewhere = replace(shop.staff, channels=frozenset({"channel-jpy"}))
    assert look(shop, cases, elsewhere) == ()
    with pytest.raises(BadInput):
        plan(shop, look(shop, cases), actor=elsewhere)
    assert refunds(shop) == 0
