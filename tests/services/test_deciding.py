"""What rules decide the moment a case is opened, and what they leave to a person."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus, Reason, Resolution
from saleor_returns_app.domain.policy import PolicyDocument, Rule, actions, conditions
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import policies
from saleor_returns_app.services.refunds import approve_refund, current_quote

from .journeys import Shop


def amount(text: str) -> tuple[conditions.Amount, ...]:
    return (conditions.Amount(amount=Decimal(text), currency="USD"),)


def publish(shop: Shop, admin: Actor, *more: actions.Then) -> None:
    """A policy of thirty days, with these actions for everything besides."""
    document = PolicyDocument(
        name="ours", rules=(Rule(id="all", name="Everything", then=(actions.Window(days=30), *more)),)
    )
    draft = policies.begin_draft(shop.ctx, shop.tenant_id, actor=admin, document=document)
    policies.publish_draft(shop.ctx, shop.tenant_id, actor=admin, revision=draft.revision, note="First")


def entries(shop: Shop, case_id: str) -> dict[str, dict[str, object]]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id))
        return {entry.event: entry.detail for entry in found}


def change_settings(shop: Shop, **changes: object) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, **changes}


def test_a_rule_approves_up_to_its_limit_and_says_so(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")))
    case_id = shop.request()
    case = shop.case(case_id)
    assert (case.status, case.decided_by, case.policy_version) == (CaseStatus.APPROVED, "rule", 1)
    assert case.return_address.startswith("Returns dept.")
    detail = entries(shop, case_id)["approve"]
    assert (detail["rules"], detail["limit"]) == (["Everything"], "1000.00 USD")


@pytest.mark.parametrize("limit", ["0.01", None])
def test_above_the_limit_and_without_one_a_person_decides(shop: Shop, staff: Actor, limit: str | None) -> None:
    publish(shop, staff, *([actions.AutoApprove(up_to=amount(limit))] if limit else []))
    assert shop.case(shop.request()).status == CaseStatus.REQUESTED


def test_a_limit_in_another_currency_is_no_limit(shop: Shop, staff: Actor) -> None:
    other = (conditions.Amount(amount=Decimal("1000.00"), currency="EUR"),)
    publish(shop, staff, actions.AutoApprove(up_to=other))
    assert shop.case(shop.request()).status == CaseStatus.REQUESTED


def test_what_staff_open_waits_for_staff(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")))
    case = shop.case(shop.request(actor=staff))
    assert (case.status, case.opened_by) == (CaseStatus.REQUESTED, staff.name)


def test_without_an_address_nothing_is_approved_by_itself(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")))
    change_settings(shop, return_address="")
    assert shop.case(shop.request()).status == CaseStatus.REQUESTED


def test_a_drawn_share_goes_to_a_person(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")))
    change_settings(shop, spot_check_percent=100)
    case_id = shop.request()
    case = shop.case(case_id)
    assert (case.status, case.spot_check, case.decided_by) == (CaseStatus.REQUESTED, True, "")
    assert "spot_check" in entries(shop, case_id)


def test_below_a_value_the_shopper_keeps_the_item_and_the_refund_is_approved_without_goods(
    shop: Shop, staff: Actor
) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")), actions.KeepItem(under=amount("1000.00")))
    case_id = shop.request()
    case = shop.case(case_id)
    assert (case.status, case.return_address) == (CaseStatus.APPROVED, "")
    assert [(line.accepted, line.received) for line in case.lines] == [(1, 0)]
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=staff)
    assert quote.total.minor == case.expected_minor > 0
    approve_refund(shop.ctx, shop.tenant_id, case_id, actor=staff, fingerprint=quote.fingerprint)
    shop.work()
    assert shop.case(case_id).status == CaseStatus.RESOLVED


def test_units_that_were_kept_cannot_be_announced_again(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")), actions.KeepItem(under=amount("1000.00")))
    shop.request({"line-1": 2})
    with pytest.raises(Conflict, match="At most 1"):
        shop.request({"line-1": 2})


def test_a_case_keeps_the_version_it_was_judged_by(shop: Shop, staff: Actor) -> None:
    before = shop.case(shop.request()).policy_version
    publish(shop, staff, actions.Resolutions(allowed=(Resolution.EXCHANGE,)))
    first = shop.ctx.now()
    with pytest.raises(Conflict) as refused:
        shop.request()
    assert (before, refused.value.code) == (0, "RESOLUTION")
    assert policies.in_force(shop.ctx, shop.tenant_id).version == 1
    assert shop.ctx.now() == first


def test_the_rules_that_spoke_are_kept_with_the_line(shop: Shop, staff: Actor) -> None:
    publish(shop, staff)
    (line,) = shop.case(shop.request()).lines
    assert line.reason == Reason.CHANGED_MIND
    assert line.verdict["spoke"] == [{"rule": "all", "name": "Everything", "action": "window"}]


def test_a_fee_of_the_rule_lowers_the_expected_refund(shop: Shop, staff: Actor) -> None:
    before = shop.case(shop.request()).expected_minor
    publish(shop, staff, actions.RestockingFee(percent=Decimal(10)))
    after = shop.case(shop.request()).expected_minor
    assert after < before
