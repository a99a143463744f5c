"""The small frames beside an order and a customer."""

from __future__ import annotations

import pytest

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.fakes import FakeSaleor, make_order
from tests.services.journeys import Shop

from .desk import Desk, words


def test_an_order_s_cases_with_state_and_amount(desk: Desk, shop: Shop) -> None:
    shop.request({"line-1": 1})
    shop.to_payment({"line-1": 2})
    said = words(desk.get("/dashboard/widgets/order", orderId="order-1").text)
    assert "R-2026-000001 Requested" in said
    assert "expected $20.00" in said
    assert "R-2026-000002 Refunding" in said
    assert "$40.00" in said


def test_a_case_that_came_to_nothing_promises_no_money(desk: Desk, shop: Shop) -> None:
    desk.act(shop.request(), "reject", reason="No.")
    said = words(desk.get("/dashboard/widgets/order", orderId="order-1").text)
    assert "Rejected" in said
    assert "$" not in said


def test_an_order_without_cases_offers_to_open_one(desk: Desk) -> None:
    page = desk.get("/dashboard/widgets/order", orderId="T3JkZXI6MQ==").text
    assert "No returns" in page
    assert 'data-dashboard-path="/extensions/app/app-1/open-case/T3JkZXI6MQ%3D%3D"' in page


def test_a_case_opens_in_the_dashboard(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    page = desk.get("/dashboard/widgets/order", orderId="order-1").text
    assert f'data-dashboard-path="/extensions/app/app-1/cases/{case_id}"' in page


def test_an_older_dashboard_knows_apps_under_their_former_address(
    ctx: Context, desk: Desk, shop: Shop, tenant: Tenant
) -> None:
    case_id = shop.request()
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).saleor_version = "3.21.5"
    page = desk.get("/dashboard/widgets/order", orderId="order-1").text
    assert f'data-dashboard-path="/apps/app-1/app/cases/{case_id}"' in page


def test_a_customer_s_cases_over_all_orders(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75")
    saleor.orders["order-3"] = make_order("order-3", number="76", customer_id="user-2")
    for order_id in ("order-1", "order-2", "order-3"):
        shop.request(order_id=order_id)
    said = words(desk.get("/dashboard/widgets/customer", customerId="user-1").text)
    assert "R-2026-000001" in said
    assert "R-2026-000002" in said
    assert "R-2026-000003" not in said
    assert "Open a return" not in said


def test_a_widget_that_needs_a_person_says_so(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    shop.to_payment({"line-1": 1})
    shop.work()
    assert "Needs attention" in desk.get("/dashboard/widgets/order", orderId="order-1").text


def test_a_widget_never_asks_the_shop(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    shop.request()
    desk.get("/dashboard/")
    saleor.calls.clear()
    desk.get("/dashboard/widgets/order", orderId="order-1")
    assert not saleor.calls


@pytest.mark.parametrize("kind", ["order", "customer"])
def test_a_widget_that_is_not_told_what_to_show_says_so(desk: Desk, kind: str) -> None:
    answer = desk.get(f"/dashboard/widgets/{kind}")
    assert answer.status_code == 400
    assert "Reload the page" in answer.text
