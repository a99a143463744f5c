"""What holds for every page: languages, colours, locks, shops that are not there."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.context import Context
from saleor_returns_app.web.brand import DARK_GROUNDS, LIGHT_GROUNDS, contrast

from .walking import refused


def test_the_portal_speaks_chinese(visitor: FlaskClient) -> None:
    page = visitor.get("/r/shop/order?lang=zh")
    assert '<html lang="zh">' in page.text
    assert "您想退回" in page.text


@pytest.mark.parametrize("slug", ["nobody", "shop%00", "../shop", "x" * 300])
def test_an_unknown_shop_is_said_kindly(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/r/{slug}").status_code == 404


@pytest.mark.parametrize("state", [TenantState.PAUSED, TenantState.DISCONNECTED])
def test_a_shop_that_is_switched_off_says_so(
    client: FlaskClient, ctx: Context, tenant: Tenant, state: TenantState
) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).state = state
    page = client.get("/r/shop")
    assert page.status_code == 503
    assert "contact the shop" in page.text


def test_five_megabytes_are_refused(client: FlaskClient) -> None:
    page = client.post("/r/shop", data={"number": "7" * 5_000_000, "email": "rita@example.com"})
    assert page.status_code == 413
    assert "too large" in page.text


def test_pages_are_locked_down(visitor: FlaskClient) -> None:
    headers = visitor.get("/r/shop/order").headers
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize(("color", "text"), [("#ffffff", "#000000"), ("#14323a", "#ffffff"), ("#ffcc00", "#000000")])
def test_the_brand_colour_gets_text_that_can_be_read(
    client: FlaskClient, ctx: Context, tenant: Tenant, color: str, text: str
) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"brand_color": color}
    style = client.get("/r/shop/brand.css").text
    assert style.startswith(f":root {{ --brand: {color}; --on-brand: {text}; --brand-line: ")
    line, in_dark = re.findall(r"--brand-line: (#\w{6});", style)
    assert min(contrast(line, ground) for ground in LIGHT_GROUNDS) >= 3
    assert min(contrast(in_dark, ground) for ground in DARK_GROUNDS) >= 3


def test_a_brand_colour_cannot_smuggle_in_a_style(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"brand_color": "red;}body{display:none"}
    assert client.get("/r/shop/brand.css").text.startswith(":root { --brand: #14323a; --on-brand: #ffffff; ")


def test_a_form_from_another_site_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.post("/r/shop/order", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(visitor: FlaskClient) -> None:
    assert visitor.post("/r/shop/order", data={"quantity-line-1": "1"}).status_code == 403


def test_the_other_language_is_the_same_page(client: FlaskClient) -> None:
    page = client.get("/r/shop/enter?t=abc").text
    assert 'href="?t=abc&amp;lang=zh"' in page


def test_the_way_to_privacy_keeps_the_language(client: FlaskClient) -> None:
    assert 'href="/privacy?lang=zh"' in client.get("/r/shop?lang=zh").text


def test_the_chosen_language_stays(client: FlaskClient) -> None:
    client.get("/r/shop?lang=zh")
    assert '<html lang="zh">' in client.get("/r/shop").text
    assert '<html lang="en">' in client.get("/r/shop?lang=en").text


def test_errors_are_said_in_the_language_of_the_page(client: FlaskClient) -> None:
    page = refused(client, client.post("/r/shop?lang=zh", data={"number": "74", "email": "x"})).text
    assert "请填写下单时使用的邮箱。" in page


@pytest.mark.parametrize("path", ["/r/shop/nothing", "/r/shop/cases/R-1", "/r/shop/cases", "/r/shop/a/b"])
def test_every_address_answers_with_a_page(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
