"""Finding the order: number and e-mail, the code from the mailbox, the link from the shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.portal import LoginCode
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.logins import make_link
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.web import build_web
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor

from .walking import code_in_mail, post


@pytest.mark.parametrize(
    ("number", "email"), [("75", "rita@example.com"), ("74", "eve@example.com"), ("nothing", "eve@example.com")]
)
def test_unknown_orders_are_answered_like_known_ones(
    client: FlaskClient, ctx: Context, number: str, email: str
) -> None:
    known = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    unknown = client.post("/r/shop", data={"number": number, "email": email})
    assert (unknown.status_code, unknown.headers["Location"], unknown.text) == (
        known.status_code,
        known.headers["Location"],
        known.text,
    )
    with ctx.db.everyone() as session:
        assert len(session.scalars(select(Notification)).all()) == 1


def test_the_code_of_an_unknown_order_opens_nothing(client: FlaskClient, ctx: Context) -> None:
    client.post("/r/shop", data={"number": "74", "email": "eve@example.com"})
    for guess in ("000000", "123456"):
        assert client.post("/r/shop/code", data={"code": guess}).status_code == 400


def test_a_wrong_code_is_said_and_five_of_them_end_it(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    right = code_in_mail(ctx, tenant)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert client.post("/r/shop/code", data={"code": wrong}).status_code == 400
    answer = client.post("/r/shop/code", data={"code": right})
    assert answer.status_code == 429
    assert "ask for a new one" in answer.text


def test_an_old_code_is_worthless(client: FlaskClient, ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    clock.forward(minutes=11)
    assert client.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)}).status_code == 400


def test_a_code_is_used_once(client: FlaskClient, app: Flask, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    handle = client.get_cookie("returns_code", path="/r/shop")
    assert handle is not None
    code = code_in_mail(ctx, tenant)
    assert client.post("/r/shop/code", data={"code": code}).status_code == 303
    second = app.test_client()
    second.set_cookie("returns_code", handle.value, path="/r/shop")
    assert second.post("/r/shop/code", data={"code": code}).status_code == 400


def test_a_code_works_only_in_the_browser_that_asked(app: Flask, ctx: Context, tenant: Tenant) -> None:
    app.test_client().post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    other = app.test_client()
    assert other.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)}).status_code == 400


def test_codes_are_not_mailed_without_end(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert answer.status_code == 429
    assert "newest one" in answer.text


def test_codes_and_sessions_are_not_stored_as_they_are(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    code = code_in_mail(ctx, tenant)
    with ctx.db.tenant(tenant.id) as session:
        row = session.scalars(select(LoginCode)).one()
    assert code not in (row.code_digest, row.handle)
    assert "rita" not in row.email_digest


@pytest.mark.parametrize(
    ("field", "value"), [("number", ""), ("number", "x" * 65), ("email", ""), ("email", "rita"), ("email", "a b@c.d")]
)
def test_what_was_typed_stays_when_it_is_refused(client: FlaskClient, field: str, value: str) -> None:
    typed = {"number": "74", "email": "rita@example.com", field: value}
    page = client.post("/r/shop", data=typed)
    assert page.status_code == 400
    assert 'aria-invalid="true"' in page.text
    kept = "rita@example.com" if field == "number" else "74"
    assert f'value="{kept}"' in page.text


def test_a_session_ends_after_two_hours(visitor: FlaskClient, clock: FakeClock) -> None:
    clock.forward(hours=2, seconds=1)
    page = visitor.get("/r/shop/order")
    assert page.status_code == 401
    assert "find your order again" in page.text


def test_signing_out_ends_the_session_on_our_side(visitor: FlaskClient, app: Flask) -> None:
    cookie = visitor.get_cookie("returns_session", path="/r/shop")
    assert cookie is not None
    post(visitor, "leave")
    thief = app.test_client()
    thief.set_cookie("returns_session", cookie.value, path="/r/shop")
    assert thief.get("/r/shop/order").status_code == 401


def test_a_session_of_one_shop_is_worth_nothing_in_another(visitor: FlaskClient, app: Flask, ctx: Context) -> None:
    add_tenant(ctx.db, "other")
    cookie = visitor.get_cookie("returns_session", path="/r/shop")
    assert cookie is not None
    other = app.test_client()
    other.set_cookie("returns_session", cookie.value, path="/r/other")
    assert other.get("/r/other/order").status_code == 401


def test_a_shop_that_is_down_is_said_and_no_code_is_promised(client: FlaskClient, saleor: FakeSaleor) -> None:
    saleor.trouble["find_order"] = [SaleorUnavailable()]
    page = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert page.status_code == 503
    assert "try again" in page.text


def test_cookies_are_only_for_this_shop_and_no_script(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = client.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)})
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("returns_session"))
    for part in ("HttpOnly", "SameSite=Lax", "Path=/r/shop"):
        assert part in cookie


def test_a_link_from_the_shop_is_used_once_and_not_by_looking_at_it(
    client: FlaskClient, ctx: Context, tenant: Tenant, app: Flask
) -> None:
    fresh_order(ctx, tenant.id, "order-1")
    token = make_link(ctx, tenant.id, saleor_order_id="order-1", email="rita@example.com")
    for _ in range(2):
        assert client.get(f"/r/shop/enter?t={token}").status_code == 200
    assert client.post("/r/shop/enter", data={"t": token}).status_code == 303
    assert client.get("/r/shop/order").status_code == 200
    assert app.test_client().post("/r/shop/enter", data={"t": token}).status_code == 401


def test_an_old_link_opens_nothing(client: FlaskClient, ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    token = make_link(ctx, tenant.id, saleor_order_id="order-1", email="rita@example.com")
    clock.forward(seconds=timedelta(minutes=2).total_seconds() + 1)
    assert client.post("/r/shop/enter", data={"t": token}).status_code == 401


@pytest.mark.parametrize(("path", "most"), [("", 30), ("/code", 100), ("/enter", 100)])
def test_one_address_cannot_try_without_end(client: FlaskClient, path: str, most: int) -> None:
    answers = [client.post(f"/r/shop{path}", data={}).status_code for _ in range(most + 1)]
    assert answers.index(429) == most
    other = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.post(f"/r/shop{path}", data={}, environ_base=other).status_code != 429


def test_a_subscriber_of_many_addresses_counts_as_one(client: FlaskClient) -> None:
    for number in range(31):
        answer = client.post("/r/shop", data={}, environ_base={"REMOTE_ADDR": f"2001:db8::{number:x}"})
    assert answer.status_code == 429


def test_a_shop_that_answers_nonsense_is_said_and_no_code_is_promised(client: FlaskClient, saleor: FakeSaleor) -> None:
    saleor.trouble["find_order"] = [ValueError("nonsense")]
    page = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert page.status_code == 500
    assert "Nothing was lost" in page.text


def test_the_shop_may_send_its_shopper_straight_in(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    fresh_order(ctx, tenant.id, "order-1")
    token = make_link(ctx, tenant.id, saleor_order_id="order-1", email="rita@example.com")
    answer = client.post("/r/shop/enter?lang=zh", data={"t": token}, headers={"Origin": "https://store.example"})
    assert answer.status_code == 303
    assert "您想退回" in client.get("/r/shop/order").text


def test_over_https_cookies_stay_there(ctx: Context, tenant: Tenant) -> None:
    secure = replace(ctx, settings=ctx.settings.model_copy(update={"base_url": "https://returns.test"}))
    answer = build_web(secure).test_client().post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert answer.headers.getlist("Set-Cookie")
