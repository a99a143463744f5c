"""Store credit on both sides: staff give what was agreed, the shopper alone reads the code."""

from __future__ import annotations

from flask import Flask

from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import offers
from saleor_returns_app.services.inspection import receive_case
from tests.fakes import FakeSaleor, usd
from tests.services.journeys import Shop

from .desk import Desk, seat, words


def agreed(shop: Shop) -> str:
    case_id = shop.request({"line-1": 2})
    proposal = Proposal(kind=OfferKind.STORE_CREDIT, amount=usd("45.00"))
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    line = shop.case(case_id).lines[0].id
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found={line: counted(received=2, accepted=2)})
    return case_id


def test_the_agreed_credit_is_given_with_one_button(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop)
    page = desk.get(f"/dashboard/cases/{case_id}").text
    assert "Give store credit" in page
    assert "A gift card of $45.00 is made in Saleor" in words(page)
    answer = desk.act(case_id, "issue-credit")
    assert answer.status_code == 200
    shop.work()
    assert [str(wanted.amount) for _, wanted in saleor.gift_cards] == ["45.00 USD"]
    done = desk.get(f"/dashboard/cases/{case_id}").text
    assert "Store credit given" in done
    assert saleor.gift_cards[0][0].code not in done


def test_who_may_not_handle_payments_reads_why(shop: Shop, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
    case_id = agreed(shop)
    clerk = seat(web, saleor, tenant, email="olga@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
    page = clerk.get(f"/dashboard/cases/{case_id}").text
    assert "You need the permission Handle payments for this." in words(page)
    assert clerk.act(case_id, "issue-credit").status_code == 403
    assert saleor.gift_cards == []


def test_a_second_press_says_what_happened(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agreed(shop)
    desk.act(case_id, "issue-credit")
    assert desk.act(case_id, "issue-credit").status_code == 409
    shop.work()
    assert len(saleor.gift_cards) == 1
