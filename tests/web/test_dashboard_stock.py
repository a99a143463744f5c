"""Stock in the settings, and the list for shops whose stock another system keeps."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO

import pytest
from flask import Flask

from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.stock_lists import as_csv, read_stock_list
from tests.fakes import FakeSaleor, make_fulfillment, make_line, make_order
from tests.services.journeys import Shop

from .desk import Desk, seat, words

LIST = "/dashboard/settings/stock-list"


@pytest.fixture
def listed(shop: Shop) -> Shop:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "restocks": False}
    return shop


def receive(shop: Shop, units: int = 2) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    shop.receive(case_id)
    return case_id


def test_the_list_has_what_was_booked_until_it_is_taken(desk: Desk, listed: Shop) -> None:
    number = listed.case(receive(listed)).number
    page = desk.get(LIST).text
    assert f"Monospace Tee S 328223580 +2 {number}" in words(page)
    table = re.search(r"<textarea id=\"stock-table\"[^>]*>(.*?)</textarea>", page, re.S)
    assert table
    (row,) = csv.DictReader(StringIO(unescape(table[1])))
    assert (row["sku"], row["quantity"], row["warehouse_id"]) == ("328223580", "2", "warehouse-1")
    answer = desk.post(LIST, case=row["id"])
    assert "Nothing to put on stock" in answer.text
    assert "1 line taken" in answer.headers["HX-Trigger"]
    assert "0 lines taken" in desk.post(LIST, case=row["id"]).headers["HX-Trigger"]


def test_a_name_that_is_a_formula_stays_a_name(listed: Shop, saleor: FakeSaleor) -> None:
    lines = (make_line(product_name='=HYPERLINK("http://evil.example")'),)
    saleor.orders["order-1"] = make_order(lines=lines, fulfillments=(make_fulfillment(lines),))
    receive(listed)
    found = read_stock_list(listed.ctx, listed.tenant_id, actor=listed.staff)
    (row,) = csv.DictReader(StringIO(as_csv(found.lines)))
    assert row["product"].startswith("'=")


def test_goods_of_another_channel_are_not_listed(listed: Shop, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
    receive(listed)
    found = read_stock_list(listed.ctx, listed.tenant_id, actor=listed.staff)
    elsewhere = seat(web, saleor, tenant, email="pola@shop.example", channels=frozenset({"channel-pln"}))
    assert "Monospace" not in elsewhere.get(LIST).text
    elsewhere.post(LIST, case=found.lines[0].effect.id)
    assert read_stock_list(listed.ctx, listed.tenant_id, actor=listed.staff).total == 1


def test_the_settings_choose_where_goods_go(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.stock["variant-1", "warehouse-2"] = 1
    page = desk.get("/dashboard/settings").text
    assert "Warehouse-2" in page
    answer = desk.post(
        "/dashboard/settings", window_days="7", shipping_rule="never", restocks="no", restock_warehouse="warehouse-2"
    )
    assert answer.status_code == 200
    settings = shop.ctx.tenant_settings(shop.tenant_id)
    assert (settings.restocks, settings.restock_warehouse) == (False, "warehouse-2")


def test_a_shop_that_does_not_answer_costs_only_the_choice(desk: Desk, saleor: FakeSaleor) -> None:
    saleor.trouble["list_warehouses"] = [SaleorUnavailable()]
    answer = desk.get("/dashboard/settings")
    assert answer.status_code == 200
    assert "The one they were sent from" in answer.text
