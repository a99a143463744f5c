"""The returns policy as shoppers read it."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.policy import PolicyDocument, presets
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.policies import begin_draft, publish_draft
from tests.conftest import add_tenant
from tests.fakes import FakeClock


def publish(ctx: Context, tenant: Tenant, staff: Actor, document: PolicyDocument, *, in_days: int = 0) -> None:
    row = begin_draft(ctx, tenant.id, actor=staff, document=document)
    later = ctx.now() + timedelta(days=in_days) if in_days else None
    publish_draft(ctx, tenant.id, actor=staff, revision=row.revision, note="New", effective_from=later)


def test_it_is_written_from_the_published_rules(
    client: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    assert "within 7 days of receipt" in client.get("/r/shop/policy").text
    publish(ctx, tenant, staff, presets.us())
    page = client.get("/r/shop/policy").text
    assert "within 30 days of receipt" in page
    assert "Version 1, in force since March 2, 2026." in page


def test_a_draft_and_what_is_to_come_are_not_told(
    client: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor, clock: FakeClock
) -> None:
    publish(ctx, tenant, staff, presets.us(), in_days=3)
    begin_draft(ctx, tenant.id, actor=staff, document=presets.eu())
    assert "within 7 days of receipt" in client.get("/r/shop/policy").text
    clock.forward(days=3)
    assert "within 30 days of receipt" in client.get("/r/shop/policy").text


def test_it_speaks_the_reader_s_language(client: FlaskClient) -> None:
    page = client.get("/r/shop/policy", headers={"Accept-Language": "zh-CN"})
    assert page.headers["Content-Language"] == "zh"
    assert "退货政策" in page.text
    assert "within" not in page.text


def test_it_may_be_kept_for_a_while_and_is_asked_for_again_cheaply(visitor: FlaskClient) -> None:
    page = visitor.get("/r/shop/policy")
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}
    assert "Set-Cookie" not in page.headers
    assert "Sign out" not in page.text  # the same for everybody
    again = visitor.get("/r/shop/policy", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_pages_of_a_shopper_are_still_kept_nowhere(visitor: FlaskClient) -> None:
    assert visitor.get("/r/shop/order").headers["Cache-Control"] == "no-store"


def test_each_shop_has_its_own(client: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    publish(ctx, tenant, staff, presets.us())
    add_tenant(ctx.db, "other")
    assert "within 30 days" not in client.get("/r/other/policy").text


def test_it_is_linked_where_people_decide_and_leads_to_the_right_of_withdrawal(visitor: FlaskClient) -> None:
    assert 'href="/r/shop/policy"' in visitor.get("/r/shop/order").text
    visitor.delete_cookie("returns_session", path="/r/shop")
    assert 'href="/r/shop/policy"' in visitor.get("/r/shop").text
    assert 'href="/r/shop/withdraw"' in visitor.get("/r/shop/policy").text
