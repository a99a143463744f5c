"""Store credit on the shopper's page: the code, for its shopper alone."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.offers import accept_offer, make_offer
from tests.fakes import FakeSaleor, usd
from tests.services.journeys import Shop

from .walking import cases, fill_in, send

CASE = "/r/shop/cases/R-2026-000001"


def test_the_code_stands_on_the_page_of_the_return_and_nowhere_else(
    visitor: FlaskClient, app: Flask, ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor, saleor: FakeSaleor
) -> None:
    send(visitor, fill_in(visitor))
    case = cases(ctx, tenant)[0]
    proposal = Proposal(kind=OfferKind.STORE_CREDIT, amount=usd("30.00"))
    offer = make_offer(ctx, tenant.id, case.id, actor=staff, proposal=proposal)
    accept_offer(ctx, tenant.id, offer, actor=shopper)
    found = {line.id: counted(received=line.quantity, accepted=line.quantity) for line in case.lines}
    receive_case(ctx, tenant.id, case.id, actor=staff, found=found)
    assert "ABCD" not in visitor.get(CASE).text
    issue_credit(ctx, tenant.id, case.id, actor=staff)
    Shop(ctx, tenant.id, staff, shopper).work()
    page = visitor.get(CASE).text
    assert saleor.gift_cards[0][0].code in page
    assert "$30.00" in page
    assert "您的 US$30.00 商店余额已可使用" in visitor.get(f"{CASE}?lang=zh").text
    assert app.test_client().get(CASE).status_code == 401
