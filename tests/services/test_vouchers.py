"""Vouchers: agreed by both sides, made and listed once, worth what was accepted, the code for the shopper alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import Conflict, SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services import offers
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.issued_codes import issued_codes
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from tests.fakes import FakeSaleor, LostAnswer, usd

from .journeys import Shop


def agreed(shop: Shop, amount: str = "15.00", units: int = 2, accepted: int | None = None, **proposal: Any) -> str:
    case_id = shop.request({"line-1": units})
    wanted = Proposal(kind=OfferKind.VOUCHER, amount=usd(amount), **proposal)
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=wanted)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    if not proposal.get("keeps_item"):
        line = shop.case(case_id).lines[0]
        taken = units if accepted is None else accepted
        found = {line.id: counted(received=units, accepted=taken, refusal="Worn.")}
        receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)
    return case_id


def issue(shop: Shop, case_id: str) -> None:
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def worth(saleor: FakeSaleor) -> list[tuple[str, str]]:
    """What each voucher is worth, and where."""
    assert len(saleor.vouchers) == len(saleor.listed)
    return [(str(saleor.listed[voucher_id][1]), saleor.listed[voucher_id][0]) for voucher_id, _ in saleor.vouchers]


def step_of(shop: Shop, case_id: str) -> Effect:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalars(select(Effect).where(Effect.case_id == case_id, Effect.kind == "voucher")).one()


def test_the_agreed_voucher_is_made_in_the_channel_of_the_order(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop, keeps_item=True)
    issue(shop, case_id)
    assert shop.case(case_id).status == "resolving"
    shop.work()
    assert worth(saleor) == [("15.00 USD", shop.case(case_id).channel_slug)]
    assert shop.case(case_id).status == "resolved"
    assert (saleor.paid, saleor.gift_cards) == ([], [])


def test_the_code_is_hard_to_guess_and_for_the_shopper_alone(shop: Shop, saleor: FakeSaleor) -> None:
    codes = set()
    for _ in range(2):
        case_id = agreed(shop, keeps_item=True, units=1)
        issue(shop, case_id)
        shop.work()
        step = step_of(shop, case_id)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            (item,) = issued_codes(shop.ctx, session, case_id)
            entries = str([entry.detail for entry in session.scalars(select(CaseEntry))])
            mails = session.scalars(select(Notification).where(Notification.kind == "voucher_issued")).all()
            kept = f"{step.what} {entries}"
        assert item.worth == usd("15.00")
        assert len(item.code.replace("-", "")) == len("THANKS") + 16
        assert item.code == saleor.vouchers[-1][1].code
        assert item.code not in kept
        assert any(f"secret:{item.code}" in str(mail.params) for mail in mails)
        assert item.code not in repr(item)
        codes.add(item.code)
    assert len(codes) == 2


@pytest.mark.parametrize("call", ["create_voucher", "list_voucher"])
@pytest.mark.parametrize("trouble", [LostAnswer(), SaleorUnavailable()])
def test_a_lost_answer_makes_no_second_voucher(shop: Shop, saleor: FakeSaleor, call: str, trouble: Exception) -> None:
    saleor.trouble[call] = [trouble]
    case_id = agreed(shop, keeps_item=True)
    issue(shop, case_id)
    shop.work(looks=4)
    assert [amount for amount, _ in worth(saleor)] == ["15.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_a_second_click_makes_no_second_voucher(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop, keeps_item=True)
    issue(shop, case_id)
    with pytest.raises(Conflict):
        issue(shop, case_id)
    shop.work(looks=2)
    assert len(worth(saleor)) == 1


def test_only_what_was_accepted_is_given(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop, amount="50.00", units=3, accepted=1)
    issue(shop, case_id)
    shop.work()
    assert [amount for amount, _ in worth(saleor)] == ["16.67 USD"]


def test_a_refusal_asks_a_person_and_a_retry_makes_it(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["list_voucher"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = agreed(shop, keeps_item=True)
    issue(shop, case_id)
    shop.work()
    assert shop.case(case_id).attention == "VOUCHER_NOT_MADE"
    retry_effect(shop.ctx, shop.tenant_id, step_of(shop, case_id).id, actor=shop.staff)
    shop.work()
    assert [amount for amount, _ in worth(saleor)] == ["15.00 USD"]
    assert (shop.case(case_id).attention, shop.case(case_id).status) == ("", "resolved")


def test_a_voucher_made_by_hand_settles_the_case_and_shows_no_code_of_ours(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_voucher"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = agreed(shop, keeps_item=True)
    issue(shop, case_id)
    shop.work()
    vouch_effect(shop.ctx, shop.tenant_id, step_of(shop, case_id).id, actor=shop.staff)
    assert (shop.case(case_id).attention, shop.case(case_id).status) == ("", "resolved")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert issued_codes(shop.ctx, session, case_id) == ()
    shop.work(looks=2)
    assert saleor.vouchers == []
