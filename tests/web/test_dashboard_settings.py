"""What the shop sets for its returns, and who may."""

from __future__ import annotations

import re

import pytest

from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import ShippingRule
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.fakes import FakeClock, FakeSaleor
from tests.services.journeys import Shop

from .desk import Desk, words

TYPED = {
    "return_address": "  Warehouse 2 \n\n Dock 7\n",
    "window_days": "30",
    "shipping_rule": "always",
    "brand_color": "#1A73E8",
    "contact_email": "help@shop.example",
}


def stored(ctx: Context, tenant: Tenant) -> TenantSettings:
    return ctx.tenant_settings(tenant.id)


def test_settings_are_saved_and_used(ctx: Context, desk: Desk, tenant: Tenant) -> None:
    answer = desk.post("/dashboard/settings", **TYPED)
    assert answer.status_code == 200
    assert "Settings saved" in answer.headers["HX-Trigger"]
    assert stored(ctx, tenant) == TenantSettings(
        return_address="Warehouse 2\nDock 7",
        window_days=30,
        shipping_rule=ShippingRule.ALWAYS,
        brand_color="#1a73e8",
        contact_email="help@shop.example",
    )
    assert "Warehouse 2" in desk.get("/dashboard/settings").text


def test_what_another_release_keeps_beside_them_stays(ctx: Context, desk: Desk, tenant: Tenant) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"from_the_future": 1}
    desk.post("/dashboard/settings", **TYPED)
    assert ctx.tenant(tenant.id).settings["from_the_future"] == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("return_address", "x" * 1001, "at most 1000 characters"),
        ("window_days", "-1", "whole number from 0 to 3650"),
        ("window_days", "3651", "whole number from 0 to 3650"),
        ("window_days", "soon", "whole number from 0 to 3650"),
        ("window_days", "", "whole number from 0 to 3650"),
        ("shipping_rule", "sometimes", "Choose one of the rules."),
        ("brand_color", "red; } body { display: none", "Write the colour like #1a73e8."),
        ("contact_email", "help@shop.example\r\nBcc: all@example.com", "does not look like an e-mail address"),
        ("contact_email", "help", "does not look like an e-mail address"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_saved(
    ctx: Context, desk: Desk, tenant: Tenant, field: str, value: str, said: str
) -> None:
    before = stored(ctx, tenant)
    answer = desk.post("/dashboard/settings", **{**TYPED, field: value})
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "Dock 7" in answer.text or field == "return_address"  # the rest of what was typed is still there
    assert stored(ctx, tenant) == before


def test_empty_is_fine_where_nothing_is_needed(ctx: Context, desk: Desk, tenant: Tenant) -> None:
    empty = {"return_address": "", "brand_color": "", "contact_email": ""}
    assert desk.post("/dashboard/settings", **{**TYPED, **empty}).status_code == 200
    assert stored(ctx, tenant).return_address == ""


def test_who_may_not_manage_the_app_can_read_but_not_change(ctx: Context, orders_desk: Desk, tenant: Tenant) -> None:
    before = stored(ctx, tenant)
    page = orders_desk.get("/dashboard/settings").text
    assert "<fieldset disabled>" in page
    assert "MANAGE_APPS" in page
    assert orders_desk.post("/dashboard/settings", **TYPED).status_code == 403
    assert stored(ctx, tenant) == before


def test_another_shop_s_settings_are_another_s(ctx: Context, desk: Desk, foreign_desk: Desk, tenant: Tenant) -> None:
    before = stored(ctx, tenant)
    assert foreign_desk.post("/dashboard/settings", **TYPED).status_code == 200
    assert stored(ctx, tenant) == before
    assert "Dock 7" not in desk.get("/dashboard/settings").text
    assert "/r/other" in foreign_desk.get("/dashboard/settings").text


def test_the_portal_s_address_is_there_to_copy(desk: Desk) -> None:
    page = desk.get("/dashboard/settings").text
    assert 'data-copies="http://returns.test/r/shop"' in page


@pytest.mark.parametrize(("color", "shown"), [("", "#14323a"), ("#ffee00", "#ffee00")])
def test_the_colour_can_be_picked_beside_its_text(desk: Desk, color: str, shown: str) -> None:
    desk.post("/dashboard/settings", **{**TYPED, "brand_color": color})
    page = desk.get("/dashboard/settings").text
    assert f'<input id="brand_color" name="brand_color" type="text" value="{color}"' in page
    assert f'<input type="color" value="{shown}" data-picks="brand_color" aria-label="Pick the colour">' in page


def test_the_window_that_was_set_decides_the_next_request(
    saleor: FakeSaleor, tenant: Tenant, desk: Desk, shop: Shop, clock: FakeClock
) -> None:
    desk.post("/dashboard/settings", **{**TYPED, "window_days": "1"})
    clock.forward(days=3)
    desk.renew(saleor, tenant, clock)
    page = desk.get("/dashboard/open-case?orderId=order-1").text
    assert "The 1 days for returns are over." in words(page)
