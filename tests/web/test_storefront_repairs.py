"""The price of a repair through the storefront API."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import repairs
from saleor_returns_app.services.context import Context
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_repairs import agree, do, quote

from .test_storefront import BASE, create, known, token
from .test_storefront_threads import case_id, signed_in_client


@pytest.fixture
def client(ctx: Context, tenant: Tenant) -> FlaskClient:
    return signed_in_client(ctx, tenant)


@pytest.fixture
def rita(saleor: FakeSaleor) -> dict[str, str]:
    return known(saleor, token())


@pytest.fixture
def number(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor
) -> str:
    """A return whose goods are in the workshop, with a price told."""
    shop = Shop(ctx, tenant.id, staff, shopper)
    number = str(create(client, rita).json["number"])
    case = case_id(ctx, tenant)
    agree(shop, case)
    shop.receive(case)
    do(shop, repairs.start_repair, case)
    quote(shop, case)
    return number


def read(client: FlaskClient, who: dict[str, str], number: str) -> Any:
    return client.get(f"{BASE}/cases/{number}", headers=who).json


def answer(client: FlaskClient, who: dict[str, str], number: str, **body: Any) -> Any:
    return client.post(f"{BASE}/cases/{number}/repair", json=body, headers=who)


def test_the_price_is_read_and_accepted(client: FlaskClient, rita: dict[str, str], number: str) -> None:
    said = read(client, rita, number)
    repair = said["repair"]
    assert (repair["status"], repair["price"], repair["can_answer"]) == (
        "quoted",
        {"amount": "12.00", "currency": "USD"},
        True,
    )
    assert (repair["diagnosis"], repair["items"][0]["order_line_id"]) == ("The pump leaks.", "line-1")
    assert said["next_text"].startswith("The shop told you what the repair costs.")
    done = answer(client, rita, number, answer="accept", version=repair["version"])
    assert (done.status_code, done.json["repair"]["status"], done.json["repair"]["can_answer"]) == (
        200,
        "repairing",
        False,
    )
    assert answer(client, rita, number, answer="accept", version=repair["version"]).status_code == 409


def test_another_price_than_the_one_read_is_not_accepted(
    client: FlaskClient, rita: dict[str, str], number: str
) -> None:
    version = read(client, rita, number)["repair"]["version"]
    refused = answer(client, rita, number, answer="accept", version=version + 1)
    assert (refused.status_code, refused.json["code"]) == (409, "STALE")
    assert answer(client, rita, number, answer="perhaps", version=version).status_code == 400
    declined = answer(client, rita, number, answer="decline", version=version, reason="Too dear.")
    assert declined.json["repair"]["status"] == "unrepaired"


def test_nobody_else_answers(client: FlaskClient, saleor: FakeSaleor, rita: dict[str, str], number: str) -> None:
    version = read(client, rita, number)["repair"]["version"]
    other = known(saleor, token(user_id="user-2"), user_id="user-2", email="otto@example.com")
    assert answer(client, other, number, answer="accept", version=version).status_code == 404
    assert read(client, rita, number)["repair"]["status"] == "quoted"
