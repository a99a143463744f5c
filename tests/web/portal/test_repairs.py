"""The shopper's side of a repair: what is broken, what it costs, yes or no, and where the goods are."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.repairs import Finding
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import repairs
from saleor_returns_app.services.context import Context
from tests.services.journeys import Shop
from tests.services.test_repairs import agree, do, quote, repair, send

from .walking import cases, fill_in, hidden, post
from .walking import send as ask

CASE = "/r/shop/cases/R-2026-000001"


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)


@pytest.fixture
def case_id(visitor: FlaskClient, shop: Shop) -> str:
    """A case of the visitor whose goods are in the workshop."""
    ask(visitor, fill_in(visitor))
    found = cases(shop.ctx, _tenant(shop))[0].id
    agree(shop, found)
    shop.receive(found)
    do(shop, repairs.start_repair, found)
    return found


def _tenant(shop: Shop) -> Tenant:
    with shop.ctx.db.everyone() as session:
        return session.get_one(Tenant, shop.tenant_id)


def test_the_page_speaks_of_a_repair(visitor: FlaskClient, case_id: str) -> None:
    page = visitor.get(CASE).text
    assert "In repair" in page
    assert "Your repair is under way" in page
    assert "It is repaired and sent back" in page
    assert "refund is on its way" not in page
    assert "维修中" in visitor.get(f"{CASE}?lang=zh").text


def test_a_price_is_accepted_once(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    quote(shop, case_id)
    page = visitor.get(CASE)
    assert "The pump leaks." in page.text
    assert "Repair it for $12.00" in page.text
    seen = hidden(page, "seen")
    for _ in range(2):
        assert post(visitor, "cases/R-2026-000001/repair/accept", seen=seen).status_code == 303
    assert repair(shop, case_id).status == "repairing"
    assert "You agreed to the price of the repair" in visitor.get(CASE).text
    late = visitor.get(post(visitor, "cases/R-2026-000001/repair/decline", seen=seen).headers["location"])
    assert "Cannot decline" in late.text or "not possible any more" in late.text


def test_a_price_that_changed_is_read_again(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    quote(shop, case_id)
    seen = hidden(visitor.get(CASE), "seen")
    do(shop, repairs.withdraw_repair_quote, case_id)
    quote(shop, case_id, "40.00")
    answer = visitor.get(post(visitor, "cases/R-2026-000001/repair/accept", seen=seen).headers["location"])
    assert "The shop changed the price in the meantime" in answer.text
    assert repair(shop, case_id).status == "quoted"


def test_a_declined_price_is_told_with_its_reason(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    quote(shop, case_id)
    seen = hidden(visitor.get(CASE), "seen")
    post(visitor, "cases/R-2026-000001/repair/decline", seen=seen, reason="Too dear <b>for</b> me")
    assert repair(shop, case_id).status == "unrepaired"
    page = visitor.get(CASE).text
    assert "Too dear &lt;b&gt;for&lt;/b&gt; me" in page
    assert "Repair it for" not in page


def test_repaired_goods_can_be_followed(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.FREE, diagnosis="The switch is broken.")
    assert "The repair is free of charge." in visitor.get(CASE).text
    do(shop, repairs.begin_repair, case_id)
    do(shop, repairs.finish_repair, case_id, work="New switch.")
    send(shop, case_id)
    page = visitor.get(CASE).text
    assert "On its way to you" in page
    assert "tracknum=1Z12345E0205271688" in page
    assert "Have you sent it?" not in page
