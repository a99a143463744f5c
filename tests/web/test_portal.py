"""The shopper's portal: from the order number to the case, and everything that can be typed wrongly on the way."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.portal import LoginCode
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.cases import approve_case, reject_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.web import build_web
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order


@pytest.fixture
def app(ctx: Context, tenant: Tenant) -> Flask:
    return build_web(ctx)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def code_in_mail(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.tenant(tenant.id) as session:
        mail = session.scalars(
            select(Notification).where(Notification.kind == "code").order_by(Notification.id.desc())
        ).first()
    assert mail is not None
    return ctx.cipher.decrypt(mail.params["code"])


def log_in(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = client.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)})
    assert answer.status_code == 303, answer.text


@pytest.fixture
def visitor(client: FlaskClient, ctx: Context, tenant: Tenant) -> FlaskClient:
    log_in(client, ctx, tenant)
    return client


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found.group(1)


def post(client: FlaskClient, path: str, **values: str) -> TestResponse:
    csrf = hidden(client.get("/r/shop/order"), "csrf")
    return client.post(f"/r/shop/{path}", data={"csrf": csrf, **values})


def cases(ctx: Context, tenant: Tenant) -> list[Case]:
    with ctx.db.tenant(tenant.id) as session:
        return list(session.scalars(select(Case).order_by(Case.id)))


def fill_in(
    client: FlaskClient, quantity: str = "2", reason: str = "size_or_fit", description: str = ""
) -> TestResponse:
    post(client, "order", **{"quantity-line-1": quantity})
    post(client, "reasons", **{"reason-line-1": reason, "description-line-1": description})
    return client.get("/r/shop/summary")


def send(client: FlaskClient, summary: TestResponse) -> TestResponse:
    return client.post("/r/shop/summary", data={"csrf": hidden(summary, "csrf"), "ticket": hidden(summary, "ticket")})


def test_a_guest_comes_from_the_order_number_to_the_case(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    order = visitor.get("/r/shop/order")
    assert "Monospace Tee" in order.text
    summary = fill_in(visitor)
    assert "$40.00" in summary.text
    answer = send(visitor, summary)
    assert answer.headers["Location"] == "/r/shop/cases/R-2026-000001/done"
    page = visitor.get(answer.headers["Location"])
    assert "R-2026-000001" in page.text
    assert cases(ctx, tenant)[0].lines[0].quantity == 2


def test_the_portal_speaks_chinese(visitor: FlaskClient) -> None:
    page = visitor.get("/r/shop/order?lang=zh")
    assert '<html lang="zh">' in page.text
    assert "您想退回" in page.text


def test_nothing_of_order_or_mailbox_is_in_an_address(visitor: FlaskClient) -> None:
    pages = [visitor.get("/r/shop/order"), fill_in(visitor)]
    links = re.findall(r'(?:href|action)="([^"]+)"', "".join(page.text for page in pages))
    assert not [link for link in links if "order-1" in link or "rita" in link]


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


def test_a_form_from_another_site_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.post("/r/shop/order", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(visitor: FlaskClient) -> None:
    assert visitor.post("/r/shop/order", data={"quantity-line-1": "1"}).status_code == 403


@pytest.mark.parametrize("quantity", ["-1", "4", "1.5", "one", "1" * 40, "٣", "<b>"])
def test_impossible_quantities_are_refused_with_what_is_possible(visitor: FlaskClient, quantity: str) -> None:
    page = post(visitor, "order", **{"quantity-line-1": quantity})
    assert page.status_code == 400
    assert "from 0 to 3" in page.text


def test_nothing_chosen_is_said(visitor: FlaskClient) -> None:
    page = post(visitor, "order", **{"quantity-line-1": "0"})
    assert page.status_code == 400
    assert "at least one item" in page.text


@pytest.mark.parametrize(("reason", "description"), [("", ""), ("greed", ""), ("other", "  "), ("quality", "x" * 4001)])
def test_a_reason_that_cannot_be_used_keeps_the_form(visitor: FlaskClient, reason: str, description: str) -> None:
    post(visitor, "order", **{"quantity-line-1": "1"})
    page = post(visitor, "reasons", **{"reason-line-1": reason, "description-line-1": description})
    assert page.status_code == 400
    assert 'role="alert"' in page.text


def test_text_of_any_kind_is_shown_as_text(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    said = '<script>alert("x")</script> 🙃 שלום {{7*7}} %(x)s'
    number = send(visitor, fill_in(visitor, description=said)).headers["Location"].split("/")[4]
    page = visitor.get(f"/r/shop/cases/{number}")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "שלום {{7*7}} %(x)s" in page.text


def test_a_double_click_opens_one_case(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    summary = fill_in(visitor, quantity="1")
    send(visitor, summary)
    assert send(visitor, summary).status_code == 303
    assert len(cases(ctx, tenant)) == 1


def test_what_became_impossible_meanwhile_is_said_and_nothing_is_lost(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, saleor: FakeSaleor, clock: FakeClock
) -> None:
    summary = fill_in(visitor)
    clock.forward(minutes=2)  # the mirror is too old to rely on
    saleor.trouble["read_order"] = [SaleorUnavailable()]
    page = send(visitor, summary)
    assert page.status_code == 503
    assert "does not answer" in page.text
    assert send(visitor, page).status_code == 303, "the page offers to send it again"
    assert len(cases(ctx, tenant)) == 1


def test_an_order_out_of_its_window_says_until_when_and_lets_faults_be_claimed(
    ctx: Context, tenant: Tenant, client: FlaskClient, clock: FakeClock
) -> None:
    clock.forward(days=30)
    log_in(client, ctx, tenant)
    post(client, "order", **{"quantity-line-1": "1"})
    refused = post(client, "reasons", **{"reason-line-1": "changed_mind"})
    assert refused.status_code == 400
    assert "are over" in refused.text
    assert post(client, "reasons", **{"reason-line-1": "quality"}).status_code == 303


def test_another_orders_case_does_not_exist(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, saleor: FakeSaleor
) -> None:
    from saleor_returns_app.domain.cases import Channel, Reason
    from saleor_returns_app.services.cases import LineRequest, open_case

    saleor.orders["order-2"] = make_order("order-2", number="75", email="eve@example.com")
    open_case(
        ctx,
        tenant.id,
        saleor_order_id="order-2",
        lines=[LineRequest(order_line_id="line-1", quantity=1, reason=Reason.LATE)],
        actor=Actor.shopper(email="eve@example.com"),
        through=Channel.PORTAL,
        language="en",
    )
    for method, path in (("get", ""), ("post", "/cancel"), ("post", "/tracking")):
        csrf = hidden(visitor.get("/r/shop/order"), "csrf")
        answer = visitor.open(
            f"/r/shop/cases/R-2026-000001{path}", method=method, data={"csrf": csrf} if method == "post" else None
        )
        assert answer.status_code == 404, path


def test_a_case_can_be_followed_tracked_and_withdrawn(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    send(visitor, fill_in(visitor))
    case_id = cases(ctx, tenant)[0].id
    approve_case(ctx, tenant.id, case_id, actor=staff, message="Use the box.")
    page = visitor.get("/r/shop/cases/R-2026-000001")
    assert "1 Dock Road" in page.text
    assert "Use the box." in page.text
    refused = post(visitor, "cases/R-2026-000001/tracking", tracking_number="?", carrier="Post")
    assert refused.status_code == 400
    assert 'value="?"' in refused.text
    assert post(visitor, "cases/R-2026-000001/tracking", tracking_number="RR123456785DE").status_code == 303
    late = post(visitor, "cases/R-2026-000001/cancel")
    assert late.status_code == 409
    assert "Possible now" in late.text


def test_a_rejection_is_shown_with_its_reason(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    send(visitor, fill_in(visitor))
    reject_case(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff, reason="It was worn <outside>.")
    assert "It was worn &lt;outside&gt;." in visitor.get("/r/shop/cases/R-2026-000001").text


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


def test_a_shop_that_is_down_is_said_and_no_code_is_promised(client: FlaskClient, saleor: FakeSaleor) -> None:
    saleor.trouble["find_order"] = [SaleorUnavailable()]
    page = client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    assert page.status_code == 503
    assert "try again" in page.text


def test_five_megabytes_are_refused(client: FlaskClient) -> None:
    page = client.post("/r/shop", data={"number": "7" * 5_000_000, "email": "rita@example.com"})
    assert page.status_code == 413
    assert "too large" in page.text


def test_pages_are_locked_down(visitor: FlaskClient) -> None:
    headers = visitor.get("/r/shop/order").headers
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_cookies_are_only_for_this_shop_and_no_script(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = client.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)})
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("returns_session"))
    for part in ("HttpOnly", "SameSite=Lax", "Path=/r/shop"):
        assert part in cookie


@pytest.mark.parametrize(("color", "text"), [("#ffffff", "#111"), ("#14323a", "#fff"), ("#ffcc00", "#111")])
def test_the_brand_colour_gets_text_that_can_be_read(
    client: FlaskClient, ctx: Context, tenant: Tenant, color: str, text: str
) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"brand_color": color}
    assert client.get("/r/shop/brand.css").text == f":root {{ --brand: {color}; --on-brand: {text}; }}\n"


def test_a_brand_colour_cannot_smuggle_in_a_style(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"brand_color": "red;}body{display:none"}
    assert client.get("/r/shop/brand.css").text == ""


def test_a_link_from_the_shop_is_used_once_and_not_by_looking_at_it(
    client: FlaskClient, ctx: Context, tenant: Tenant, app: Flask
) -> None:
    from saleor_returns_app.services.logins import make_link
    from saleor_returns_app.services.orders import fresh_order

    fresh_order(ctx, tenant.id, "order-1")
    token = make_link(ctx, tenant.id, saleor_order_id="order-1", email="rita@example.com")
    for _ in range(2):
        assert client.get(f"/r/shop/enter?t={token}").status_code == 200
    assert client.post("/r/shop/enter", data={"t": token}).status_code == 303
    assert client.get("/r/shop/order").status_code == 200
    assert app.test_client().post("/r/shop/enter", data={"t": token}).status_code == 401


def test_an_old_link_opens_nothing(client: FlaskClient, ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    from saleor_returns_app.services.logins import make_link

    token = make_link(ctx, tenant.id, saleor_order_id="order-1", email="rita@example.com")
    clock.forward(seconds=timedelta(minutes=2).total_seconds() + 1)
    assert client.post("/r/shop/enter", data={"t": token}).status_code == 401
