"""Finding the order: number and e-mail, the code from the mailbox, the link from the shop."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from saleor_returns_app.adapters.cipher import FernetCipher
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

from .walking import code_in_mail, post, refused


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
        assert wrong_code(client, guess)


def test_a_wrong_code_is_said_and_five_of_them_end_it(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    right = code_in_mail(ctx, tenant)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert wrong_code(client, wrong)
    answer = refused(client, client.post("/r/shop/code", data={"code": right}))
    assert "ask for a new one" in answer.text


def test_an_old_code_is_worthless(client: FlaskClient, ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    clock.forward(minutes=11)
    assert wrong_code(client, code_in_mail(ctx, tenant))


def test_a_code_is_used_once(client: FlaskClient, app: Flask, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    handle = client.get_cookie("returns_code", path="/r/shop")
    assert handle is not None
    code = code_in_mail(ctx, tenant)
    assert client.post("/r/shop/code", data={"code": code}).status_code == 303
    second = app.test_client()
    second.set_cookie("returns_code", handle.value, path="/r/shop")
    assert wrong_code(second, code)


def test_a_code_works_only_in_the_browser_that_asked(app: Flask, ctx: Context, tenant: Tenant) -> None:
    app.test_client().post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    other = app.test_client()
    assert wrong_code(other, code_in_mail(ctx, tenant))


def test_codes_are_not_mailed_without_end(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = refused(client, client.post("/r/shop", data={"number": "74", "email": "rita@example.com"}))
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
    page = refused(client, client.post("/r/shop", data=typed))
    assert 'aria-invalid="true"' in page.text
    kept = "rita@example.com" if field == "number" else "74"
    assert f'value="{kept}"' in page.text


def test_an_empty_form_is_told_of_both_fields(client: FlaskClient) -> None:
    page = refused(client, client.post("/r/shop", data={"number": " ", "email": ""}))
    assert re.findall(r'<a href="#(\w+)">', page.text) == ["number", "email"]
    assert page.text.count('aria-invalid="true"') == 2


def test_what_was_refused_is_not_said_when_coming_back_later(client: FlaskClient) -> None:
    client.post("/r/shop", data={"number": "74", "email": ""})
    page = client.get("/r/shop").text
    assert "Please check this" not in page
    assert 'value="74"' in page


def test_what_was_refused_is_said_in_the_language_chosen_afterwards(client: FlaskClient) -> None:
    client.post("/r/shop", data={"number": "74", "email": ""})
    assert "请填写下单时使用的邮箱。" in client.get("/r/shop?check=1&lang=zh").text


@pytest.mark.parametrize(("number", "email"), [("74", "rita@example.com"), ("<b>9", "eve@example.com")])
def test_the_code_page_says_what_was_typed_and_lets_it_be_changed(client: FlaskClient, number: str, email: str) -> None:
    client.post("/r/shop", data={"number": number, "email": email})
    for _ in range(2):
        page = client.get("/r/shop/code").text
        assert f'<dd dir="auto">{escape(number)}</dd>' in page
        assert f'<dd dir="auto">{email}</dd>' in page
        assert '<a href="/r/shop">Change order number or e-mail</a>' in page
        wrong_code(client, "1")  # what was typed stays beside the error
    assert f'value="{email}"' in client.get("/r/shop").text


def test_the_code_page_looks_the_same_for_known_and_unknown_orders(app: Flask) -> None:
    pages = []
    for number in ("74", "99"):
        browser = app.test_client()
        browser.post("/r/shop", data={"number": number, "email": "rita@example.com"})
        pages.append(browser.get("/r/shop/code").text.replace(number, "…"))
    assert pages[0] == pages[1]


def test_a_wrong_code_is_said_first_thing_on_the_page(client: FlaskClient) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    page = refused(client, client.post("/r/shop/code", data={"code": "x"})).text
    assert re.search(r'role="alert"[^>]*autofocus><h2>Please check this</h2>\s*<ul><li><a href="#code">', page)


CIPHER = FernetCipher(Fernet.generate_key().decode())


@pytest.fixture
def locked(ctx: Context, tenant: Tenant) -> FlaskClient:
    """A browser at an app that really encrypts."""
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).token_secret = CIPHER.encrypt("token")
    return build_web(replace(ctx, cipher=CIPHER)).test_client()


def test_what_was_typed_can_be_read_by_nobody_else_and_ends_with_signing_in(
    locked: FlaskClient, ctx: Context, tenant: Tenant
) -> None:
    client, app = locked, locked.application
    answer = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if "rita" in cookie]
    kept = client.get_cookie("returns_typed", path="/r/shop")
    assert kept is not None
    for value in ("x", kept.value[:-5]):
        other = app.test_client()
        other.set_cookie("returns_typed", value, path="/r/shop")
        assert other.get("/r/shop").status_code == 200
    add_tenant(ctx.db, "other")
    client.set_cookie("returns_typed", kept.value, path="/r/other")
    assert "rita" not in client.get("/r/other").text
    client.post("/r/shop/code", data={"code": code_in_mail(replace(ctx, cipher=CIPHER), tenant)})
    assert client.get_cookie("returns_typed", path="/r/shop") is None


def test_what_is_typed_too_long_still_fits_into_a_cookie(locked: FlaskClient) -> None:
    client = locked
    answer = client.post("/r/shop", data={"number": "订" * 9000, "email": "邮" * 9000})
    assert max(len(cookie) for cookie in answer.headers.getlist("Set-Cookie")) < 4000
    assert 'value="订' in refused(client, answer).text


def wrong_code(client: FlaskClient, code: str) -> bool:
    return "This code is not right" in refused(client, client.post("/r/shop/code", data={"code": code})).text


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
