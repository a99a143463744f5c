"""Complaints through the storefront API."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.complaints import acknowledge_complaint, investigate_complaint
from saleor_returns_app.services.context import Context
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_complaints import decide

from .test_storefront import BASE, create, known, token
from .test_storefront_threads import case_id, signed_in_client

BODY = {"order_id": "order-1", "topic": "delivery", "description": "It came late.", "wish": "An apology."}


@pytest.fixture
def client(ctx: Context, tenant: Tenant) -> FlaskClient:
    return signed_in_client(ctx, tenant)


@pytest.fixture
def rita(saleor: FakeSaleor) -> dict[str, str]:
    return known(saleor, token())


@pytest.fixture
def decided(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor
) -> str:
    """The number of a complaint that was decided."""
    number = str(complain(client, rita).json["number"])
    shop = Shop(ctx, tenant.id, staff, shopper)
    found = case_id(ctx, tenant)
    acknowledge_complaint(ctx, tenant.id, found, actor=staff)
    investigate_complaint(ctx, tenant.id, found, actor=staff)
    decide(shop, found, outcome="not_upheld")
    return number


def complain(client: FlaskClient, who: dict[str, str], key: str = "", **more: Any) -> Any:
    headers = {**who, **({"Idempotency-Key": key} if key else {})}
    return client.post(f"{BASE}/complaints", json={**BODY, **more}, headers=headers)


def _json(answer: Any) -> Any:
    return answer.json


def post(client: FlaskClient, who: dict[str, str], number: str, name: str, **body: Any) -> Any:
    return client.post(f"{BASE}/complaints/{number}/{name}", json=body or None, headers=who)


def test_it_is_filed_once_a_key_and_read(client: FlaskClient, rita: dict[str, str]) -> None:
    made = complain(client, rita, key="key-1")
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/complaints/{_json(made)['number']}")
    assert complain(client, rita, key="key-1").json == made.json
    read = _json(client.get(made.headers["Location"], headers=rita))
    assert (read["status"], read["topic"], read["outcome"], read["can_withdraw"]) == (
        "submitted",
        "delivery",
        None,
        True,
    )
    assert read["next_text"].startswith("Somebody reads your complaint by")
    listed = _json(client.get(f"{BASE}/complaints", headers=rita))["complaints"]
    assert [item["number"] for item in listed] == [_json(made)["number"]]
    assert _json(client.get(f"{BASE}/cases", headers=rita))["cases"] == [], "returns are listed apart"


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({"topic": "weather"}, 400, "topic"),
        ({"description": " "}, 400, "description"),
        ({"topic": "item"}, 400, "item"),
        ({"about": "R-2026-000099"}, 400, "about"),
        ({"order_id": "order-of-somebody"}, 404, ""),
    ],
)
def test_what_cannot_be_used_is_a_problem(
    client: FlaskClient, rita: dict[str, str], more: dict[str, str], status: int, field: str
) -> None:
    answer = complain(client, rita, **more)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    if field:
        assert field in answer.text


def test_the_thread_is_that_of_returns(client: FlaskClient, rita: dict[str, str]) -> None:
    number = complain(client, rita).json["number"]
    sent = client.post(f"{BASE}/cases/{number}/messages", json={"body": "One more thing."}, headers=rita)
    assert sent.status_code == 200
    assert [message["body"] for message in _json(sent)["messages"]] == ["One more thing."]


def test_a_decision_is_read_and_objected_to(client: FlaskClient, rita: dict[str, str], decided: str) -> None:
    read = _json(client.get(f"{BASE}/complaints/{decided}", headers=rita))
    assert (read["status"], read["outcome"], read["can_reopen"], read["can_close"]) == (
        "resolved", "not_upheld", True, True,
    )  # fmt: skip
    assert read["objects_until"]
    again = post(client, rita, decided, "reopen", reason="It was late.")
    assert (again.status_code, again.json["status"], again.json["outcome"]) == (200, "investigating", None)
    assert post(client, rita, decided, "reopen", reason="It was late.").status_code == 409


def test_who_is_content_closes_it_once(client: FlaskClient, rita: dict[str, str], decided: str) -> None:
    for _ in range(2):
        assert post(client, rita, decided, "close").json["status"] == "closed"
    assert post(client, rita, decided, "withdraw").status_code == 409


def test_a_return_is_no_complaint_and_a_complaint_no_return(client: FlaskClient, rita: dict[str, str]) -> None:
    returned = _json(create(client, rita))["number"]
    complained = complain(client, rita).json["number"]
    assert client.get(f"{BASE}/complaints/{returned}", headers=rita).status_code == 404
    assert client.get(f"{BASE}/cases/{complained}", headers=rita).status_code == 404
    assert post(client, rita, returned, "withdraw").status_code == 404
    assert client.post(f"{BASE}/cases/{complained}/cancel", headers=rita).status_code == 404


def test_nobody_elses_complaint_is_read(client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor) -> None:
    number = complain(client, rita).json["number"]
    other = known(saleor, token(user_id="somebody"), user_id="somebody", email="somebody@else.example")
    assert client.get(f"{BASE}/complaints/{number}", headers=other).status_code == 404
    assert _json(client.get(f"{BASE}/complaints", headers=other))["complaints"] == []
    assert post(client, other, number, "withdraw").status_code == 404
