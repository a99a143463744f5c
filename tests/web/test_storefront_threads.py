"""Messages and offers through the storefront API."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.context import Context
from saleor_returns_app.web import build_web
from saleor_returns_app.web.storefront import threads
from tests.fakes import FakeSaleor, usd

from .test_storefront import BASE, KEY, create, known, token

BODIES: dict[str, dict[str, str]] = {"accept": {}, "decline": {"reason": "No."}}


def signed_in_client(ctx: Context, tenant: Tenant) -> FlaskClient:
    """For a shop whose tokens are checked with the key of these tests."""
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).jwks = {"keys": [KEY.as_dict(private=False)]}
    app: Flask = build_web(ctx)
    return app.test_client()


@pytest.fixture
def client(ctx: Context, tenant: Tenant) -> FlaskClient:
    return signed_in_client(ctx, tenant)


@pytest.fixture
def rita(saleor: FakeSaleor) -> dict[str, str]:
    return known(saleor, token())


@pytest.fixture
def number(client: FlaskClient, rita: dict[str, str]) -> str:
    return str(create(client, rita).json["number"])


def thread(client: FlaskClient, who: dict[str, str], number: str) -> Any:
    return client.get(f"{BASE}/cases/{number}/thread", headers=who).json


def post(client: FlaskClient, who: dict[str, str], path: str, **body: Any) -> Any:
    return client.post(f"{BASE}/cases/{path}", json=body, headers=who)


def case_id(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.tenant(tenant.id) as session:
        return session.scalars(select(Case.id)).one()


def staff_offer(ctx: Context, tenant: Tenant, staff: Actor) -> str:
    proposal = Proposal(kind=OfferKind.COMPENSATION, amount=usd("12.00"))
    return offers.make_offer(ctx, tenant.id, case_id(ctx, tenant), actor=staff, proposal=proposal)


def test_both_sides_messages_without_notes_or_names(
    client: FlaskClient, rita: dict[str, str], number: str, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    messages.add_note(ctx, tenant.id, case_id(ctx, tenant), actor=staff, body="Secret.")
    messages.send_message(ctx, tenant.id, case_id(ctx, tenant), actor=staff, body="Hello.", through="dashboard")
    said = post(client, rita, f"{number}/messages", body="Thanks.").json
    assert [(item["who"], item["body"]) for item in said["messages"]] == [("shop", "Hello."), ("shopper", "Thanks.")]
    assert staff.name not in str(said)


def test_one_key_is_one_message(client: FlaskClient, rita: dict[str, str], number: str) -> None:
    who = {**rita, "Idempotency-Key": "key-1"}
    for _ in range(2):
        assert post(client, who, f"{number}/messages", body="Hello.").status_code == 200
    assert len(thread(client, rita, number)["messages"]) == 1


def test_an_offer_is_read_and_accepted(
    client: FlaskClient, rita: dict[str, str], number: str, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    staff_offer(ctx, tenant, staff)
    offer = thread(client, rita, number)["offers"][0]
    assert offer["text"] == "You keep the items and get $12.00."
    assert offer["possible"] == ["accept", "decline", "counter"]
    answer = client.post(f"{BASE}/cases/{number}/offers/1/accept", headers=rita)
    assert (answer.status_code, answer.json["status"]) == (200, "approved")  # type: ignore[index]
    assert thread(client, rita, number)["offers"][0]["possible"] == []


@pytest.mark.parametrize(("name", "leads_to"), [("accept", "approved"), ("decline", "requested")])
def test_an_answer_that_was_carried_out_before_the_app_died_is_given_when_asked_for_again(
    client: FlaskClient,
    rita: dict[str, str],
    number: str,
    ctx: Context,
    tenant: Tenant,
    staff: Actor,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    leads_to: str,
) -> None:
    staff_offer(ctx, tenant, staff)
    who = {**rita, "Idempotency-Key": "k-1"}
    with monkeypatch.context() as broken:
        broken.setattr(threads, "fresh_case", lambda *_: 1 / 0)
        assert post(client, who, f"{number}/offers/1/{name}", **BODIES[name]).status_code == 500
    again = post(client, who, f"{number}/offers/1/{name}", **BODIES[name])
    assert (again.status_code, again.json["status"]) == (200, leads_to)
    assert [offer["status"] for offer in thread(client, rita, number)["offers"]] == [
        {"accept": "accepted", "decline": "declined"}[name]
    ]


def test_offers_go_back_and_forth(
    client: FlaskClient, rita: dict[str, str], number: str, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    staff_offer(ctx, tenant, staff)
    countered = post(client, rita, f"{number}/offers/1/counter", kind="compensation", amount="15.00").json
    assert [item["status"] for item in countered["offers"]] == ["countered", "open"]
    assert post(client, rita, f"{number}/offers/2/accept").status_code == 403
    assert post(client, rita, f"{number}/offers/2/withdraw", reason="").json["status"] == "requested"
    made = post(client, rita, f"{number}/offers", kind="exchange", wish="Size L").json
    assert [item["status"] for item in made["offers"]] == ["countered", "withdrawn", "open"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "compensation", "amount": "a lot"}, "amount"),
        ({"kind": "compensation", "amount": "4000.00"}, "amount"),
        ({"kind": "exchange", "amount": "1.00", "wish": "Size L"}, "amount"),
        ({"kind": "repair", "keeps_item": True}, "keeps_item"),
    ],
)
def test_what_cannot_be_offered_names_its_field(
    client: FlaskClient, rita: dict[str, str], number: str, body: dict[str, Any], field: str
) -> None:
    answer = post(client, rita, f"{number}/offers", **body)
    assert (answer.status_code, answer.json["field"]) == (400, field)


def test_another_shoppers_thread_does_not_exist(
    client: FlaskClient, rita: dict[str, str], number: str, saleor: FakeSaleor
) -> None:
    eve = known(saleor, token(user_id="user-2", email="eve@example.com"), user_id="user-2", email="eve@example.com")
    assert client.get(f"{BASE}/cases/{number}/thread", headers=eve).status_code == 404
    assert post(client, eve, f"{number}/messages", body="Hello.").status_code == 404
