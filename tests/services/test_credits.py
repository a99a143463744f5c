"""Store credit: agreed by both sides, made once, worth what was accepted, its code for the shopper alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services import offers
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.issued_codes import issued_codes
from saleor_returns_app.services.refunds import current_quote
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from tests.fakes import FakeSaleor, LostAnswer, usd

from .journeys import Shop
from .test_payouts import LostKey


def agreed(shop: Shop, amount: str = "45.00", units: int = 2, accepted: int | None = None, **proposal: Any) -> str:
    """A case whose two sides agreed on store credit, and whose goods were counted."""
    case_id = shop.request({"line-1": units})
    offer_id = offers.make_offer(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        proposal=Proposal(kind=OfferKind.STORE_CREDIT, amount=usd(amount), **proposal),
    )
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    if not proposal.get("keeps_item"):
        line = shop.case(case_id).lines[0]
        taken = units if accepted is None else accepted
        found = {line.id: counted(received=units, accepted=taken, refusal="Worn.")}
        receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)
    return case_id


def issue(shop: Shop, case_id: str, **changes: Any) -> None:
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=replace(shop.staff, **changes))


def made(saleor: FakeSaleor) -> list[str]:
    return [str(wanted.amount) for _, wanted in saleor.gift_cards]


def card_of(shop: Shop, case_id: str) -> Effect:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalars(select(Effect).where(Effect.case_id == case_id, Effect.kind == "gift_card")).one()


def test_the_agreed_credit_is_made_and_settles_the_case(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop)
    issue(shop, case_id)
    assert shop.case(case_id).status == "resolving"
    shop.work()
    assert made(saleor) == ["45.00 USD"]
    assert shop.case(case_id).status == "resolved"
    assert saleor.paid == []


def test_the_code_is_for_the_shopper_and_sealed_at_rest(shop: Shop) -> None:
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work()
    result = card_of(shop, case_id).result
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert [(item.worth, item.code) for item in issued_codes(shop.ctx, session, case_id)] == [
            (usd("45.00"), "ABCD-EFGH-0000")
        ]
        mail = session.scalars(select(Notification).where(Notification.kind == "credit_issued")).one()
        kept = [str(result), str(mail.params)]
        history = str([entry.detail for entry in session.scalars(select(CaseEntry))])
    assert all("secret:ABCD-EFGH-0000" in text for text in kept)
    assert "ABCD-EFGH-0000" not in history


def test_a_code_whose_key_is_gone_is_not_shown_and_hides_nothing_else(shop: Shop) -> None:
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work()
    lost = replace(shop.ctx, cipher=LostKey())
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert issued_codes(lost, session, case_id) == ()


def test_a_lost_answer_is_recognised_and_makes_no_second_card(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [LostAnswer()]
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work(looks=3)
    assert made(saleor) == ["45.00 USD"]
    assert shop.case(case_id).status == "resolved"
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert len(issued_codes(shop.ctx, session, case_id)) == 1


def test_a_shop_that_is_down_is_tried_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [SaleorUnavailable()]
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work(looks=3)
    assert made(saleor) == ["45.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_a_second_click_makes_no_second_card(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop)
    issue(shop, case_id)
    with pytest.raises(Conflict):
        issue(shop, case_id)
    shop.work(looks=2)
    assert made(saleor) == ["45.00 USD"]


@pytest.mark.parametrize(("accepted", "owed"), [(3, "50.00 USD"), (2, "33.33 USD"), (1, "16.67 USD")])
def test_only_what_was_accepted_is_credited(shop: Shop, saleor: FakeSaleor, accepted: int, owed: str) -> None:
    case_id = agreed(shop, amount="50.00", units=3, accepted=accepted)
    issue(shop, case_id)
    shop.work()
    assert made(saleor) == [owed]


def test_nothing_accepted_is_no_credit(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop, accepted=0)
    with pytest.raises(Conflict, match="no credit is owed"):
        issue(shop, case_id)
    shop.work()
    assert made(saleor) == []


def test_a_shopper_who_keeps_the_items_gets_the_credit(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop, amount="10.00", keeps_item=True)
    issue(shop, case_id)
    shop.work()
    assert made(saleor) == ["10.00 USD"]
    assert saleor.calls["return_products"] == 0


def test_without_consent_there_is_no_credit(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 2})
    shop.approve(case_id)
    shop.receive(case_id)
    with pytest.raises(Conflict, match="did not agree"):
        issue(shop, case_id)
    assert made(saleor) == []


def test_nothing_goes_back_to_the_payment_as_well(shop: Shop) -> None:
    case_id = agreed(shop)
    assert not current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff).total


def test_who_may_not_pay_gives_no_credit(shop: Shop) -> None:
    case_id = agreed(shop)
    with pytest.raises(Forbidden):
        issue(shop, case_id, permissions=frozenset({"MANAGE_ORDERS"}))
    with pytest.raises(Forbidden):
        issue(shop, case_id, roles=frozenset({"warehouse"}))


def test_above_the_limit_two_people_approve(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        case.terms = CaseTerms.load(case.terms).but(second_approval_above=usd("40.00")).dump()
    issue(shop, case_id)
    with pytest.raises(Conflict, match="second person"):
        issue(shop, case_id)
    shop.work()
    assert made(saleor) == []
    issue(shop, case_id, id="staff-2", name="second@shop.example")
    shop.work()
    assert made(saleor) == ["45.00 USD"]


def test_the_shop_may_add_a_bonus_but_no_slip_of_the_keys(shop: Shop, saleor: FakeSaleor) -> None:
    with pytest.raises(BadInput, match=r"At most 40\.00"):
        agreed(shop, amount="41.00", units=1)
    case_id = agreed(shop, amount="55.00")
    issue(shop, case_id)
    shop.work()
    assert made(saleor) == ["55.00 USD"]


def test_a_refusal_asks_a_person_and_a_retry_makes_it(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work()
    case = shop.case(case_id)
    assert (case.attention, case.status) == ("CREDIT_NOT_MADE", CaseStatus.RESOLVING)
    with pytest.raises(Forbidden):
        retry_effect(
            shop.ctx,
            shop.tenant_id,
            card_of(shop, case_id).id,
            actor=replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"})),
        )
    retry_effect(shop.ctx, shop.tenant_id, card_of(shop, case_id).id, actor=shop.staff)
    shop.work()
    assert made(saleor) == ["45.00 USD"]
    assert (shop.case(case_id).attention, shop.case(case_id).status) == ("", "resolved")


def test_a_card_made_by_hand_settles_the_case(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = agreed(shop)
    issue(shop, case_id)
    shop.work()
    vouch_effect(shop.ctx, shop.tenant_id, card_of(shop, case_id).id, actor=shop.staff)
    assert (shop.case(case_id).attention, shop.case(case_id).status) == ("", "resolved")
    shop.work(looks=2)
    assert made(saleor) == []
