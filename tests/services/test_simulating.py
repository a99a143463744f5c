"""Trying a draft: what is counted, and that one request has one result whatever happens to the worker."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Reason
from saleor_returns_app.domain.policy import PolicyDocument, Rule, actions, conditions, presets
from saleor_returns_app.domain.simulations import unpack_change
from saleor_returns_app.models.policies import PolicySimulation
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import simulating
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.judging import judge_order
from saleor_returns_app.services.orders import fresh_order, store_order
from saleor_returns_app.services.policies import begin_draft, read_draft
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, make_fulfillment, make_line, make_order
from tests.services.journeys import Shop

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)


def draft(ctx: Context, tenant: Tenant, staff: Actor, document: PolicyDocument) -> None:
    row = read_draft(ctx, tenant.id)
    begin_draft(ctx, tenant.id, actor=staff, document=document, revision=row.revision if row else None)


def mirror(ctx: Context, tenant: Tenant, number: str, *, days_ago: int, **line: Any) -> None:
    """An order that was sent so many days ago."""
    lines = (make_line(f"line-{number}", **line),)
    sent = START - timedelta(days=days_ago)
    order = make_order(
        id=f"order-{number}",
        number=number,
        created=sent,
        lines=lines,
        fulfillments=(make_fulfillment(lines, created=sent),),
    )
    with ctx.db.tenant(tenant.id) as session:
        store_order(session, order, now=START)


def run(ctx: Context, tenant: Tenant, staff: Actor) -> PolicySimulation:
    simulating.request_simulation(ctx, tenant.id, actor=staff)
    assert simulating.run_simulations(ctx) == 1
    return newest(ctx, tenant)


def newest(ctx: Context, tenant: Tenant) -> PolicySimulation:
    row = read_draft(ctx, tenant.id)
    assert row is not None
    found = simulating.newest_simulation(ctx, tenant.id, row.id)
    assert found is not None
    return found


def test_a_longer_window_opens_what_was_over(ctx: Context, tenant: Tenant, staff: Actor) -> None:
    mirror(ctx, tenant, "1", days_ago=2)
    mirror(ctx, tenant, "2", days_ago=20)
    mirror(ctx, tenant, "3", days_ago=60)
    mirror(ctx, tenant, "4", days_ago=120)  # too long ago to be looked at
    draft(ctx, tenant, staff, presets.standard(window_days=30))
    found = run(ctx, tenant, staff)
    assert (found.state, found.total, found.done) == ("done", 3, 3)
    result = found.result
    assert result["before"]["order"] == {"eligible": 1, "needs_review": 0, "ineligible": 2}
    assert result["after"]["order"] == {"eligible": 2, "needs_review": 0, "ineligible": 1}
    assert result["moves"] == [["order", "ineligible", "eligible", 1]]
    changes = [unpack_change(packed, result["names"]) for packed in result["changes"]]
    assert [(change.subject.order_number, change.differs) for change in changes] == [
        ("2", ("outcome",)),
        ("1", ("until",)),
    ]
    assert changes[0].rules_after == ("Everything",)


def test_an_order_is_judged_as_its_shopper_would_be_told(ctx: Context, tenant: Tenant, shop: Shop) -> None:
    """The fast way of reading orders and the ordinary one say the same."""
    shop.request({"line-1": 1})
    for number, days in (("10", 1), ("11", 9), ("12", 30)):
        mirror(ctx, tenant, number, days_ago=days, is_gift_card=days == 9)
    draft(ctx, tenant, shop.staff, presets.eu())
    result = run(ctx, tenant, shop.staff).result
    said: dict[str, int] = {"eligible": 0, "needs_review": 0, "ineligible": 0}
    for order_id in ("order-1", "order-10", "order-11", "order-12"):
        order = fresh_order(ctx, tenant.id, order_id, max_age=timedelta(days=999))
        for judged in judge_order(ctx, tenant.id, order):
            said[judged.verdict.outcome] += 1
    assert result["before"]["order"] == said


def test_a_past_return_is_judged_at_its_time_with_its_reason(
    ctx: Context, tenant: Tenant, shop: Shop, clock: FakeClock
) -> None:
    shop.request({"line-1": 1})
    clock.forward(days=40)  # over by now, but not when it was asked for
    refuse = Rule(
        id="no",
        name="No change of mind",
        when=(conditions.ReasonIs(values=(Reason.CHANGED_MIND,)),),
        then=(actions.Decide(outcome="ineligible"),),
    )
    approve = Rule(
        id="yes",
        name="By itself",
        then=(actions.AutoApprove(up_to=(conditions.Amount(amount=Decimal(100), currency="USD"),)),),
    )
    standard = presets.standard()
    draft(ctx, tenant, shop.staff, PolicyDocument(name="x", rules=(approve, *standard.rules)))
    result = run(ctx, tenant, shop.staff).result
    assert result["before"]["case"]["eligible"] == 1
    assert result["approved"] == {"before": 0, "after": 1}
    assert result["refunds"] == {"USD": {"before": 2000, "after": 2000}}
    draft(ctx, tenant, shop.staff, PolicyDocument(name="x", rules=(refuse, *standard.rules)))
    result = run(ctx, tenant, shop.staff).result
    assert result["after"]["case"]["ineligible"] == 1
    assert result["refunds"]["USD"]["after"] == 0


def test_a_simulation_asked_for_twice_is_run_once(ctx: Context, tenant: Tenant, staff: Actor) -> None:
    draft(ctx, tenant, staff, presets.standard())
    first = simulating.request_simulation(ctx, tenant.id, actor=staff)
    assert simulating.request_simulation(ctx, tenant.id, actor=staff) == first
    assert simulating.run_simulations(ctx) == 1
    assert simulating.run_simulations(ctx) == 0


def test_what_a_dead_worker_left_is_begun_again(
    ctx: Context, tenant: Tenant, staff: Actor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror(ctx, tenant, "1", days_ago=2)
    draft(ctx, tenant, staff, presets.standard(window_days=30))
    simulating.request_simulation(ctx, tenant.id, actor=staff)
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(simulating._Trial, "judge_cases", die)
        with pytest.raises(KeyboardInterrupt):
            simulating.run_simulations(ctx)
    assert newest(ctx, tenant).state == "running"
    assert simulating.run_simulations(ctx) == 0  # its lease still holds
    clock.forward(seconds=31)
    assert simulating.run_simulations(ctx) == 1
    assert newest(ctx, tenant).state == "done"
    assert newest(ctx, tenant).result["lines"]["order"] == 1


def test_a_worker_that_lost_its_lease_writes_nothing(
    ctx: Context, tenant: Tenant, staff: Actor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror(ctx, tenant, "1", days_ago=2)
    draft(ctx, tenant, staff, presets.standard())
    simulating.request_simulation(ctx, tenant.id, actor=staff)
    ordinary = simulating._Trial.judge_cases
    others: list[int] = []

    def sleep_through_the_lease(trial: Any) -> None:
        monkeypatch.setattr(simulating._Trial, "judge_cases", ordinary)
        clock.forward(seconds=31)
        others.append(simulating.run_simulations(ctx))
        with ctx.db.tenant(tenant.id) as session:
            session.scalars(select(PolicySimulation)).one().result = {"kept": True}
        ordinary(trial)

    monkeypatch.setattr(simulating._Trial, "judge_cases", sleep_through_the_lease)
    simulating.run_simulations(ctx)
    assert others == [1]
    assert newest(ctx, tenant).result == {"kept": True}


def test_what_fails_says_so(ctx: Context, tenant: Tenant, staff: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft(ctx, tenant, staff, presets.standard())

    def fail(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(simulating._Trial, "judge_orders", fail)
    found = run(ctx, tenant, staff)
    assert found.state == "failed"
    assert "Nothing was lost" in found.error


def test_orders_of_another_shop_are_not_looked_at(ctx: Context, tenant: Tenant, staff: Actor) -> None:
    mirror(ctx, add_tenant(ctx.db, "other"), "1", days_ago=2)
    draft(ctx, tenant, staff, presets.standard())
    assert run(ctx, tenant, staff).result["orders"] == 0


def test_only_the_last_results_are_kept(ctx: Context, tenant: Tenant, staff: Actor) -> None:
    draft(ctx, tenant, staff, presets.standard())
    for _ in range(8):
        run(ctx, tenant, staff)
    with ctx.db.tenant(tenant.id) as session:
        assert session.scalar(select(func.count(PolicySimulation.id))) == simulating.KEPT


def test_many_orders_are_all_counted_across_chunks(
    ctx: Context, tenant: Tenant, staff: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "CHUNK", 3)
    for number in range(10):
        mirror(ctx, tenant, str(number), days_ago=number % 2)
    draft(ctx, tenant, staff, presets.standard(window_days=30))
    assert run(ctx, tenant, staff).result["lines"] == {"order": 10, "case": 0}
