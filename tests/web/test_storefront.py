"""The storefront API: a shopper's own token opens their own orders, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import reject_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.ports import ShopperIdentity
from saleor_returns_app.web import build_web
from saleor_returns_app.web.storefront import cases as storefront_cases
from tests.conftest import add_tenant
from tests.fakes import START, FakeSaleor, make_order

KEY = RSAKey.generate_key(2048, {"kid": "shop-key"}, private=True)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "shop-key"}, private=True)
BASE = "/api/storefront/v1/shops/shop"
LINES = [{"order_line_id": "line-1", "quantity": 2, "reason": "size_or_fit"}]


def token(*, key: RSAKey | OctKey = KEY, alg: str = "RS256", kid: str = "shop-key", **claims: Any) -> str:
    values = {
        "iss": "https://shop.example/graphql/",
        "owner": "saleor",
        "type": "access",
        "user_id": "user-1",
        "email": "rita@example.com",
        "exp": int(START.timestamp()) + 300,
        "is_staff": False,
        **claims,
    }
    return jwt.encode({"alg": alg, "kid": kid, "typ": "JWT"}, values, key, algorithms=[alg])


@pytest.fixture
def app(ctx: Context, tenant: Tenant) -> Flask:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).jwks = {"keys": [KEY.as_dict(private=False)]}
    return build_web(ctx)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def known(saleor: FakeSaleor, given: str, user_id: str = "user-1", email: str = "rita@example.com") -> dict[str, str]:
    saleor.shoppers[given] = ShopperIdentity(user_id=user_id, email=email)
    return {"Authorization": f"Bearer {given}"}


@pytest.fixture
def rita(saleor: FakeSaleor) -> dict[str, str]:
    return known(saleor, token())


def create(client: FlaskClient, who: dict[str, str], **more: Any) -> Any:
    body = {"order_id": "order-1", "lines": LINES, **more.pop("body", {})}
    return client.post(f"{BASE}/cases", json=body, headers={**who, **more})


def test_a_shopper_sees_what_can_be_returned(client: FlaskClient, rita: dict[str, str]) -> None:
    answer = client.post(f"{BASE}/returnable-lines", json={"order_id": "order-1"}, headers=rita)
    line = answer.json["lines"][0]  # type: ignore[index]
    assert (answer.status_code, line["returnable"], line["outcome"]) == (200, 3, "eligible")


def test_the_preview_is_exact_and_opens_nothing(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant
) -> None:
    answer = client.post(f"{BASE}/preview", json={"order_id": "order-1", "lines": LINES}, headers=rita)
    assert answer.json["total"] == {"amount": "40.00", "currency": "USD"}  # type: ignore[index]
    with ctx.db.tenant(tenant.id) as session:
        assert session.scalars(select(Case)).all() == []


def test_a_case_is_opened_read_tracked_and_withdrawn(client: FlaskClient, rita: dict[str, str]) -> None:
    made = create(client, rita)
    assert (made.status_code, made.json["number"], made.json["status"]) == (201, "R-2026-000001", "requested")
    assert made.headers["Location"] == f"{BASE}/cases/R-2026-000001"
    assert client.get(made.headers["Location"], headers=rita).json == made.json
    early = client.post(f"{BASE}/cases/R-2026-000001/tracking", json={"tracking_number": "RR123456785DE"}, headers=rita)
    assert (early.status_code, early.json["code"]) == (409, "MOVE_REFUSED")  # type: ignore[index]
    gone = client.post(f"{BASE}/cases/R-2026-000001/cancel", headers=rita)
    assert gone.json["status"] == "cancelled"  # type: ignore[index]
    assert client.get(f"{BASE}/cases", headers=rita).json["cases"][0]["status"] == "cancelled"  # type: ignore[index]


@pytest.mark.parametrize(
    ("forged", "code"),
    [
        ({"iss": "https://evil.example/graphql/"}, "TOKEN_ISSUER"),
        ({"type": "refresh"}, "TOKEN_TYPE"),
        ({"type": "thirdparty"}, "TOKEN_TYPE"),
        ({"exp": int(START.timestamp()) - 1}, "TOKEN_EXPIRED"),
        ({"key": OTHER_KEY}, "TOKEN_SIGNATURE"),
        ({"kid": "unknown"}, "TOKEN_KEY"),
        ({"key": OctKey.import_key("secret" * 8), "alg": "HS256"}, "TOKEN_ALGORITHM"),
    ],
)
def test_forged_tokens_are_refused(client: FlaskClient, saleor: FakeSaleor, forged: dict[str, Any], code: str) -> None:
    answer = client.get(f"{BASE}/cases", headers=known(saleor, token(**forged)))
    assert (answer.status_code, answer.json["code"]) == (401, code)  # type: ignore[index]


@pytest.mark.parametrize("header", ["", "Bearer", "Basic cml0YTpyaXRh", "Bearer x.y.z", "Bearer " + "a" * 20_000])
def test_what_is_no_token_is_refused(client: FlaskClient, header: str) -> None:
    assert client.get(f"{BASE}/cases", headers={"Authorization": header}).status_code == 401


def test_an_unsigned_token_is_refused(client: FlaskClient) -> None:
    head = "eyJhbGciOiJub25lIn0"
    assert (
        client.get(f"{BASE}/cases", headers={"Authorization": f"Bearer {head}.{token().split('.')[1]}."}).status_code
        == 401
    )


def test_a_session_that_ended_in_saleor_is_over_here(client: FlaskClient) -> None:
    answer = client.get(f"{BASE}/cases", headers={"Authorization": f"Bearer {token(jti='unknown to me')}"})
    assert (answer.status_code, answer.json["code"]) == (401, "SESSION_OVER")  # type: ignore[index]


def test_somebody_elses_order_does_not_exist(client: FlaskClient, saleor: FakeSaleor) -> None:
    eve = known(saleor, token(user_id="user-2", email="eve@example.com"), "user-2", "eve@example.com")
    for path in ("returnable-lines", "portal-links"):
        assert client.post(f"{BASE}/{path}", json={"order_id": "order-1"}, headers=eve).status_code == 404
    assert create(client, eve).status_code == 404


def test_the_same_mail_address_does_not_open_another_accounts_order(client: FlaskClient, saleor: FakeSaleor) -> None:
    impostor = known(saleor, token(user_id="user-3"), "user-3", "rita@example.com")
    assert client.post(f"{BASE}/returnable-lines", json={"order_id": "order-1"}, headers=impostor).status_code == 404


def test_a_guest_order_is_not_an_accounts_for_the_same_address(
    client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor, ctx: Context
) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75", customer_id=None)
    assert client.post(f"{BASE}/returnable-lines", json={"order_id": "order-2"}, headers=rita).status_code == 404
    number = create(client, rita).json["number"]
    with ctx.db.everyone() as session:
        session.scalars(select(Case)).one().customer_id = None
    assert client.get(f"{BASE}/cases", headers=rita).json == {"cases": []}
    assert client.get(f"{BASE}/cases/{number}", headers=rita).status_code == 404


def test_somebody_elses_case_does_not_exist(client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor) -> None:
    create(client, rita)
    eve = known(saleor, token(user_id="user-2", email="eve@example.com"), "user-2", "eve@example.com")
    assert client.get(f"{BASE}/cases/R-2026-000001", headers=eve).status_code == 404
    assert client.post(f"{BASE}/cases/R-2026-000001/cancel", headers=eve).status_code == 404
    assert client.get(f"{BASE}/cases", headers=eve).json == {"cases": []}


def test_a_token_of_one_shop_opens_nothing_in_another(client: FlaskClient, rita: dict[str, str], ctx: Context) -> None:
    other = add_tenant(ctx.db, "other")
    with ctx.db.everyone() as session:
        session.get_one(Tenant, other.id).jwks = {"keys": [KEY.as_dict(private=False)]}
    assert client.get("/api/storefront/v1/shops/other/cases", headers=rita).status_code == 401


def test_the_same_key_opens_one_case_and_gets_the_same_answer(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first, second = create(client, rita, **headers), create(client, rita, **headers)
    assert (second.status_code, second.json) == (201, first.json)
    with ctx.db.tenant(tenant.id) as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_a_key_used_for_another_request_is_a_conflict(client: FlaskClient, rita: dict[str, str]) -> None:
    create(client, rita, **{"Idempotency-Key": "k-1"})
    other = create(client, rita, **{"Idempotency-Key": "k-1", "body": {"lines": [{**LINES[0], "quantity": 1}]}})
    assert (other.status_code, other.json["code"]) == (409, "KEY_REUSED")


def test_a_crash_between_opening_and_answering_opens_no_second_case(
    client: FlaskClient, rita: dict[str, str], ctx: Context, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(storefront_cases, "case_out", lambda *_: 1 / 0)
        assert create(client, rita, **{"Idempotency-Key": "k-1"}).status_code == 500
    again = create(client, rita, **{"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json["number"]) == (201, "R-2026-000001")
    with ctx.db.tenant(tenant.id) as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_the_same_key_many_times_at_once_opens_one_case(
    app: Flask, rita: dict[str, str], ctx: Context, tenant: Tenant
) -> None:
    with ThreadPoolExecutor(5) as pool:
        sent = list(pool.map(lambda _: create(app.test_client(), rita, **{"Idempotency-Key": "k-1"}), range(5)))
    assert {answer.status_code for answer in sent} <= {201, 409}
    assert {answer.json["number"] for answer in sent if answer.status_code == 201} == {"R-2026-000001"}
    with ctx.db.tenant(tenant.id) as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_withdrawing_twice_is_withdrawing(client: FlaskClient, rita: dict[str, str]) -> None:
    create(client, rita)
    for _ in range(2):
        gone = client.post(f"{BASE}/cases/R-2026-000001/cancel", headers=rita)
        assert (gone.status_code, gone.json["status"]) == (200, "cancelled")  # type: ignore[index]


def test_a_refused_request_does_not_burn_its_key(client: FlaskClient, rita: dict[str, str]) -> None:
    refused = create(client, rita, **{"Idempotency-Key": "k-2", "body": {"lines": [{**LINES[0], "quantity": 9}]}})
    assert refused.status_code == 409
    assert create(client, rita, **{"Idempotency-Key": "k-2"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lines": []}, "NO_LINES"),
        ({"lines": [{**LINES[0], "quantity": 0}]}, "QUANTITY"),
        ({"lines": [{**LINES[0], "quantity": -1}]}, "QUANTITY"),
        ({"lines": [*LINES, *LINES]}, "LINE_TWICE"),
        ({"lines": [{**LINES[0], "order_line_id": "line-9"}]}, "UNKNOWN_LINE"),
        ({"lines": [{**LINES[0], "quantity": "two"}]}, "BODY"),
        ({"lines": [{**LINES[0], "reason": "greed"}]}, "BODY"),
        ({"lines": LINES, "admin": True}, "BODY"),
        ({"order_id": ""}, "BODY"),
        ({"lines": [{**LINES[0], "quantity": 1.5}]}, "BODY"),
    ],
)
def test_bad_bodies_get_a_stable_code(
    client: FlaskClient, rita: dict[str, str], body: dict[str, Any], code: str
) -> None:
    answer = create(client, rita, body=body)
    assert answer.status_code == 400
    assert (answer.json["code"], answer.content_type) == (code, "application/problem+json")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"'])
def test_what_is_no_json_object_is_refused(client: FlaskClient, rita: dict[str, str], raw: bytes) -> None:
    answer = client.post(f"{BASE}/cases", data=raw, content_type="application/json", headers=rita)
    assert answer.status_code in (400, 415)


def test_five_megabytes_are_refused(client: FlaskClient, rita: dict[str, str]) -> None:
    assert create(client, rita, body={"order_id": "x" * 5_000_000}).status_code == 413


def test_errors_are_said_in_the_callers_language(client: FlaskClient, rita: dict[str, str]) -> None:
    answer = create(client, rita, body={"lines": []}, **{"Accept-Language": "zh-CN"})
    assert answer.json["title"] == "请至少选择一件商品并填写数量。"


def test_a_shop_that_is_down_is_503_and_nothing_is_opened(
    client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor
) -> None:
    saleor.trouble["read_order"] = [SaleorUnavailable()]
    assert create(client, rita).status_code == 503
    assert create(client, rita).json["number"] == "R-2026-000001"


def test_any_site_may_ask_but_no_cookie_is_involved(client: FlaskClient, rita: dict[str, str]) -> None:
    asked = client.options(f"{BASE}/cases", headers={"Origin": "https://store.example"})
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    answer = client.get(f"{BASE}/cases", headers=rita)
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_another_site_can_read_what_went_wrong(client: FlaskClient) -> None:
    for answer in (client.get(f"{BASE}/cases"), client.get("/api/storefront/v1/shops/nobody/cases")):
        assert answer.status_code in (401, 404)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_token_is_confirmed_once_in_a_while_not_at_every_call(
    client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor
) -> None:
    before = saleor.calls["read_shopper"]
    fresh = known(saleor, token(jti="a new one"))
    for _ in range(3):
        assert client.get(f"{BASE}/cases", headers=fresh).status_code == 200
    assert saleor.calls["read_shopper"] == before + 1


def test_while_the_shop_cannot_confirm_a_token_nobody_is_let_in(client: FlaskClient, saleor: FakeSaleor) -> None:
    saleor.trouble["read_shopper"] = [SaleorUnavailable()]
    fresh = known(saleor, token(jti="another new one"))
    assert client.get(f"{BASE}/cases", headers=fresh).status_code == 503
    assert client.get(f"{BASE}/cases", headers=fresh).status_code == 200


def test_the_api_describes_itself(client: FlaskClient) -> None:
    described = client.get("/api/storefront/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")  # type: ignore[index]
    assert f"{BASE.replace('/shop', '/{shop}', 2).replace('/{shop}s', '/shops', 1)}/cases" in described["paths"]  # type: ignore[index]


def test_a_portal_link_opens_the_order_without_a_code(client: FlaskClient, rita: dict[str, str]) -> None:
    link = client.post(f"{BASE}/portal-links", json={"order_id": "order-1"}, headers=rita).json
    assert link["url"].startswith("http://returns.test/r/shop/enter?t=")  # type: ignore[index]
    opened = client.post("/r/shop/enter", data={"t": link["url"].partition("t=")[2]})  # type: ignore[index]
    assert opened.status_code == 303


def test_the_custom_element_can_be_loaded_from_anywhere(client: FlaskClient) -> None:
    with client.get("/storefront/saleor-returns.js") as script:
        assert (script.status_code, script.headers["Access-Control-Allow-Origin"]) == (200, "*")
        assert b"customElements.define" in script.data


def test_a_rejection_is_disputed_once(
    client: FlaskClient, rita: dict[str, str], saleor: FakeSaleor, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    create(client, rita)
    path = f"{BASE}/cases/R-2026-000001"
    early = client.post(f"{path}/dispute", json={"reason": "I disagree."}, headers=rita)
    assert (early.status_code, early.json["code"]) == (409, "MOVE_REFUSED")  # type: ignore[index]
    with ctx.db.tenant(tenant.id) as session:
        case_id = session.scalars(select(Case.id)).one()
    reject_case(ctx, tenant.id, case_id, actor=staff, reason="Too late.")
    assert client.get(path, headers=rita).json["can_dispute"] is True  # type: ignore[index]
    empty = client.post(f"{path}/dispute", json={"reason": " "}, headers=rita)
    assert (empty.status_code, empty.json["field"]) == (400, "reason")  # type: ignore[index]
    eve = known(saleor, token(user_id="user-2", email="eve@example.com"), "user-2", "eve@example.com")
    assert client.post(f"{path}/dispute", json={"reason": "Mine."}, headers=eve).status_code == 404
    for _ in range(2):
        done = client.post(f"{path}/dispute", json={"reason": "It was in time."}, headers=rita)
        assert (done.status_code, done.json["status"]) == (200, "disputed")  # type: ignore[index]
        assert (done.json["can_dispute"], done.json["sent"]) == (False, [])  # type: ignore[index]
