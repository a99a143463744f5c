"""The shopper's side of an exchange: choosing without scripts, what is wrong with it, what ran out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import offers
from saleor_returns_app.services.context import Context
from tests.fake_replacements import make_variant
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_exchanges import receive, send

from .walking import cases, fill_in, post
from .walking import send as ask

CASE = "/r/shop/cases/R-2026-000001"
MINE = "cases/R-2026-000001"


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)


@pytest.fixture
def case_id(visitor: FlaskClient, shop: Shop, tenant: Tenant, saleor: FakeSaleor) -> str:
    saleor.variants["variant-2"] = make_variant(price="25.00")
    ask(visitor, fill_in(visitor))
    return cases(shop.ctx, tenant)[0].id


def offers_of(shop: Shop) -> list[Offer]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Offer).order_by(Offer.number)))


def test_another_size_is_proposed_once_however_often_it_is_sent(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    page = visitor.get(f"{CASE}/exchange").text
    assert "you pay $5.00 more" in page
    for _ in range(2):
        post(visitor, f"{MINE}/exchange", **{"units_line-1": "1", "variant_line-1": "variant-2"})
    made = offers_of(shop)
    assert [(offer.detail["kind"], offer.detail["owed_minor"]) for offer in made] == [("exchange", 500)]
    assert "You pay $5.00 for the difference" in visitor.get(CASE).text
    assert shop.case(case_id).status == "negotiating"


def test_what_is_wrong_is_said_where_it_was_typed(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    for typed, problem in (
        ({"units_line-1": "0"}, "Choose at least one item."),
        ({"units_line-1": "1"}, "Choose what is sent for"),
        ({"units_line-1": "4", "variant_line-1": "variant-2"}, "part of this return"),
    ):
        answer = post(visitor, f"{MINE}/exchange", **typed)
        said = visitor.get(answer.headers["Location"]).text
        assert problem in said
    assert offers_of(shop) == []
    assert shop.case(case_id).status == "requested"


def test_what_ran_out_can_be_the_money_instead(
    visitor: FlaskClient, shop: Shop, saleor: FakeSaleor, case_id: str
) -> None:
    post(visitor, f"{MINE}/exchange", **{"units_line-1": "1", "variant_line-1": "variant-2"})
    offers.accept_offer(shop.ctx, shop.tenant_id, offers_of(shop)[0].id, actor=shop.staff)
    receive(shop, case_id)
    saleor.variants["variant-2"] = make_variant(available=0)
    send(shop, case_id)
    shop.work()
    assert "Somebody else was faster" in visitor.get(CASE).text
    assert "缺货" in visitor.get(f"{CASE}?lang=zh").text
    post(visitor, f"{MINE}/exchange/money")
    said = visitor.get(f"{CASE}?lang=en").text
    assert "Somebody else was faster" not in said
    assert "Money was chosen instead of new items" in said
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(Exchange.state)).all() == ["cancelled"]


def test_the_cases_of_others_are_nobody_s_business(visitor: FlaskClient, case_id: str) -> None:
    assert case_id
    for path in ("exchange", "exchange/money"):
        assert visitor.get(f"/r/shop/cases/R-2026-000099/{path}").status_code in (404, 303)
    assert post(visitor, "cases/R-2026-000099/exchange").status_code == 404
    assert post(visitor, "cases/R-2026-000099/exchange/money").status_code == 404
