"""Choosing how it comes back, on the shopper's page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.terms import CaseTerms, PostageBearer
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.arranging import arrange_parcel
from saleor_returns_app.services.carrier_accounts import connect_carrier
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.logistics import read_parcels
from tests.fakes import FakeSaleor, make_order
from tests.fakes_carriers import FakeCarriers
from tests.services.journeys import Shop
from tests.services.test_return_methods import HARBOUR, HOME, STORE

from .walking import cases, fill_in, post, refused, send

CASE = "/r/shop/cases/R-2026-000001"
WAY = "cases/R-2026-000001/way"
PICKUP = {"method": "courier_pickup", "day": "2026-03-03", "window": "09:00–13:00", "address": "Rita\nHof 3"}


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)


@pytest.fixture(autouse=True)
def _home(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(shipping_address=HOME)


@pytest.fixture
def case_id(visitor: FlaskClient, shop: Shop, tenant: Tenant) -> str:
    with shop.ctx.db.everyone() as session:
        row = session.get_one(Tenant, tenant.id)
        places, postage = [HARBOUR.dump(), STORE.dump()], {"courier_pickup": {"USD": "6.90"}}
        ways = ["courier_pickup", "drop_off", "self_shipping", "in_store"]
        row.settings = {**row.settings, "places": places, "postage": postage, "methods": ways}
    send(visitor, fill_in(visitor))
    case_id = cases(shop.ctx, tenant)[0].id
    with shop.ctx.db.tenant(tenant.id) as session:
        case = session.get_one(Case, case_id)
        terms = CaseTerms.load(case.terms)
        case.terms = terms.but(postage_bearer=PostageBearer.SHOPPER).dump()
    shop.approve(case_id)
    return case_id


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (PICKUP, "Give the parcel to the courier"),
        ({"method": "drop_off"}, "Bring the parcel to a parcel shop with"),
        ({"method": "in_store", "store": "City store"}, "Hand the items in at the store"),
    ],
)
def test_only_who_sends_it_themselves_is_asked_for_a_number(
    visitor: FlaskClient, case_id: str, chosen: dict[str, str], said: str
) -> None:
    assert "Choose below how the items come back" in visitor.get(CASE).text
    post(visitor, WAY, **chosen)
    page = visitor.get(CASE).text
    assert said in page
    assert "Tell us the tracking number here." not in page
    assert "Choose below" not in page


def test_every_way_says_what_it_costs(visitor: FlaskClient, case_id: str) -> None:
    page = visitor.get(CASE).text
    assert "$6.90 a parcel is taken off your refund." in page
    assert "Costs you nothing." in page
    assert "You pay the carrier." in page
    assert "City store, Bonn (10–18)" in page
    assert "10115 Berlin" in page  # where the courier would come to


def test_a_courier_is_chosen_once_however_often_it_is_sent(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    before = shop.case(case_id).expected_minor
    for _ in range(2):
        assert post(visitor, WAY, **PICKUP).status_code == 303
    (parcel,) = read_parcels(shop.ctx, shop.tenant_id, case_id)
    assert (parcel.method, parcel.pickup_address) == ("courier_pickup", "Rita\nHof 3")
    assert shop.case(case_id).expected_minor == before - 690
    page = visitor.get(CASE).text
    assert "The shop arranges it and writes to you." in page
    assert "The shop books the courier and writes to you." in page
    assert "tell us the tracking number here" not in page
    assert 'name="method"' not in page
    assert 'value="courier_pickup" checked' in visitor.get(f"{CASE}?way=change").text


def test_what_is_wrong_is_said_where_it_was_typed(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    answer = post(visitor, WAY, **{**PICKUP, "address": " ", "window": "13:00–18:00"})
    page = refused(visitor, answer).text
    assert 'id="way-address-problem"' in page
    assert "<option selected>13:00–18:00" in page
    assert "Choose how you send it back." in refused(visitor, post(visitor, WAY)).text
    assert read_parcels(shop.ctx, shop.tenant_id, case_id) == []


def test_who_brings_it_to_a_store_reads_no_other_address(visitor: FlaskClient, case_id: str) -> None:
    assert "1 Quay" in visitor.get(CASE).text
    post(visitor, WAY, method="in_store", store="City store")
    page = visitor.get(CASE).text
    assert "with your return number." in page
    assert "2 High St" in page
    assert "1 Quay" not in page
    assert "Hand the items in at the store" in page
    assert "You sent it otherwise, or have a tracking number?" in page


def test_another_parcel_goes_its_own_way(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    post(visitor, WAY, **PICKUP)
    assert 'name="parcel" value="2"' in visitor.get(f"{CASE}?way=more").text
    for _ in range(2):  # a second click
        post(visitor, WAY, method="in_store", store="City store", parcel="2")
    parcels = read_parcels(shop.ctx, shop.tenant_id, case_id)
    assert [(parcel.number, parcel.method, parcel.place) for parcel in parcels] == [
        (1, "courier_pickup", ""),
        (2, "in_store", "City store"),
    ]


def test_there_are_no_more_parcels_than_items(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    for _ in range(3):
        post(visitor, WAY, method="in_store", store="City store", parcel="0")
    assert len(read_parcels(shop.ctx, shop.tenant_id, case_id)) == shop.case(case_id).lines[0].quantity == 2


def test_once_arranged_it_says_so_and_in_chinese(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    post(visitor, WAY, **PICKUP)
    arrange_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
    page = visitor.get(CASE).text
    assert "It is arranged." in page
    assert "way=change" not in page
    assert "已安排好" in visitor.get(f"{CASE}?lang=zh").text


def test_nobody_else_chooses_for_them(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).email = "somebody@example.com"
    assert post(visitor, WAY, **PICKUP).status_code == 404
    assert read_parcels(shop.ctx, shop.tenant_id, case_id) == []


def test_the_summary_of_a_request_says_who_pays(visitor: FlaskClient) -> None:
    fill_in(visitor)
    page = visitor.get("/r/shop/summary").text
    assert "How it comes back" in page
    assert "With a carrier of your choice" in page


def test_a_bought_label_is_printed_or_shown(visitor: FlaskClient, shop: Shop, case_id: str) -> None:
    assert isinstance(shop.ctx.carriers, FakeCarriers)
    connect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff, api_key="EZTK-1")
    post(visitor, WAY, method="drop_off")
    shop.work()
    assert "Print the label of parcel 1" in visitor.get(CASE).text
    answer = visitor.get(f"{CASE}/parcels/1/label")
    assert (answer.data, answer.content_type) == (b"%PDF-1.4 label", "application/pdf")
    assert visitor.get(f"{CASE}/parcels/1/label-code").status_code == 404
    for number, label in shop.ctx.carriers.labels.items():
        shop.ctx.carriers.labels[number] = replace(label, code=b"png")
    assert visitor.get(f"{CASE}/parcels/1/label-code").content_type == "image/png"
    assert visitor.get(f"{CASE}/parcels/2/label").status_code == 404
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).email = "somebody@example.com"
    assert visitor.get(f"{CASE}/parcels/1/label").status_code == 404
