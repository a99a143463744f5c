"""Above the policy's limit two people approve a refund, the very same quote; nothing is paid before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.policy import actions, conditions
from saleor_returns_app.errors import Conflict, MoveRefused
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.refunds import approve_refund, cancel_refund, current_quote
from tests.fakes import FakeSaleor

from .journeys import Shop
from .test_deciding import publish


@pytest.fixture
def second(staff: Actor) -> Actor:
    return replace(staff, id="staff-2", name="second@shop.example")


def limited(shop: Shop, staff: Actor, limit: str) -> str:
    above = (conditions.Amount(amount=Decimal(limit), currency="USD"),)
    publish(shop, staff, actions.SecondApproval(above=above))
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    return case_id


def approve(shop: Shop, case_id: str, actor: Actor) -> None:
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=actor)
    approve_refund(shop.ctx, shop.tenant_id, case_id, actor=actor, fingerprint=quote.fingerprint)


def refunds(shop: Shop) -> int:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return len(session.scalars(select(Refund.id)).all())


def test_the_first_approval_pays_nothing_and_waits_for_a_second_person(shop: Shop, staff: Actor, second: Actor) -> None:
    case_id = limited(shop, staff, "1.00")
    approve(shop, case_id, staff)
    assert (shop.case(case_id).status, refunds(shop)) == (CaseStatus.INSPECTED, 0)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        waits = select(DeadlineRow.waits_for).where(DeadlineRow.ended_at.is_(None))
        assert session.scalars(waits).all() == ["second_approval"]
    approve(shop, case_id, second)
    shop.work()
    assert (shop.case(case_id).status, refunds(shop)) == (CaseStatus.RESOLVED, 1)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        said = session.execute(select(CaseEntry.event, CaseEntry.actor).where(CaseEntry.event.like("approve_%"))).all()
    assert [tuple(row) for row in said] == [("approve_first", staff.name), ("approve_refund", second.name)]


def test_one_person_is_not_two(shop: Shop, staff: Actor) -> None:
    case_id = limited(shop, staff, "1.00")
    approve(shop, case_id, staff)
    with pytest.raises(Conflict) as refused:
        approve(shop, case_id, staff)
    assert (refused.value.code, refunds(shop)) == ("SECOND_PERSON", 0)


def test_an_approval_of_another_quote_does_not_count(shop: Shop, staff: Actor, second: Actor) -> None:
    case_id = limited(shop, staff, "1.00")
    approve(shop, case_id, staff)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = shop.case(case_id)
        session.add(case)
        case.first_approval = {**case.first_approval, "fingerprint": "of another quote"}
    approve(shop, case_id, second)
    assert refunds(shop) == 0
    approve(shop, case_id, staff)
    assert refunds(shop) == 1


def test_up_to_the_limit_one_person_is_enough(shop: Shop, staff: Actor) -> None:
    case_id = limited(shop, staff, "1000.00")
    approve(shop, case_id, staff)
    assert refunds(shop) == 1


def test_goods_that_were_not_counted_cannot_be_approved_first(shop: Shop, staff: Actor) -> None:
    limited(shop, staff, "1.00")
    other = shop.request()
    with pytest.raises(MoveRefused):
        approve(shop, other, staff)


def test_what_two_people_approved_once_takes_two_people_again(
    shop: Shop, staff: Actor, second: Actor, saleor: FakeSaleor
) -> None:
    case_id = limited(shop, staff, "1.00")
    saleor.moods = ["decline"]
    approve(shop, case_id, staff)
    approve(shop, case_id, second)
    shop.work()
    cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=second)
    approve(shop, case_id, second)
    assert (shop.case(case_id).status, refunds(shop)) == (CaseStatus.INSPECTED, 1)
    approve(shop, case_id, staff)
    shop.work()
    assert [str(amount) for _, amount in saleor.paid] == ["20.00 USD"]
