"""Ways back through the storefront API."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.cases import ReturnLine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import idempotency
from saleor_returns_app.services.context import Context
from tests.fakes import FakeClock, FakeSaleor, make_order
from tests.services.journeys import Shop
from tests.services.test_return_methods import HOME, STORE, configure

from .test_storefront import BASE, create, known, token
from .test_storefront_threads import case_id, signed_in_client


@pytest.fixture
def client(ctx: Context, tenant: Tenant) -> FlaskClient:
    return signed_in_client(ctx, tenant)


@pytest.fixture
def rita(saleor: FakeSaleor) -> dict[str, str]:
    who = known(saleor, token())
    saleor.orders["order-1"] = make_order(shipping_address=HOME)
    return who


@pytest.fixture
def number(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor
) -> str:
    shop = Shop(ctx, tenant.id, staff, shopper)
    configure(
        shop, places=[STORE.dump()], methods=["courier_pickup", "in_store"], postage={"courier_pickup": {"USD": "6.90"}}
    )
    number = str(create(client, rita).json["number"])
    assert ways(client, rita, number)["methods"] == []
    shop.approve(case_id(ctx, tenant))
    return number


def ways(client: FlaskClient, who: dict[str, str], number: str) -> Any:
    return client.get(f"{BASE}/cases/{number}/ways", headers=who).json


def post(client: FlaskClient, who: dict[str, str], number: str, **body: Any) -> Any:
    return client.post(f"{BASE}/cases/{number}/ways", json=body, headers=who)


def test_a_courier_is_chosen_and_read_back(client: FlaskClient, rita: dict[str, str], number: str) -> None:
    said = ways(client, rita, number)
    assert [way["method"] for way in said["methods"]] == ["courier_pickup", "in_store"]
    assert said["methods"][0]["cost"] == {"amount": "6.90", "currency": "USD"}
    assert said["stores"] == [{"name": "City store", "address": "Demo\n2 High St\nBonn", "hours": "10–18"}]
    body = {"method": "courier_pickup", "pickup_day": said["pickup_days"][0], "pickup_address": said["home"]}
    answer = post(client, rita, number, **body, pickup_window="13:00–18:00")
    assert answer.status_code == 200
    assert [(parcel["number"], parcel["method"], parcel["arranged"]) for parcel in answer.json["parcels"]] == [
        (1, "courier_pickup", False)
    ]


def test_what_is_wrong_names_the_field(client: FlaskClient, rita: dict[str, str], number: str) -> None:
    answer = post(client, rita, number, method="courier_pickup")
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "PICKUP_DAY", "day")
    assert post(client, rita, number, method="by_drone").status_code == 400
    assert post(client, rita, number, method="drop_off").json["code"] == "METHOD"
    assert post(client, rita, "R-2026-000099", method="in_store").status_code == 404


def test_one_more_parcel_asked_for_again_after_a_crash_is_one(
    client: FlaskClient,
    rita: dict[str, str],
    number: str,
    ctx: Context,
    tenant: Tenant,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ctx.db.tenant(tenant.id) as session:
        session.scalars(select(ReturnLine)).one().quantity = 3
    keyed = {**rita, "Idempotency-Key": "one-more"}
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "finish", _crash)
        assert post(client, keyed, number, method="in_store", parcel=0).status_code == 500
    clock.forward(minutes=3)
    answer = post(client, keyed, number, method="in_store", parcel=0)
    assert [parcel["number"] for parcel in answer.json["parcels"]] == [1]


def _crash(*_: object, **__: object) -> None:
    raise RuntimeError("the process died")
