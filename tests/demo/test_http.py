"""The stand-in over HTTP: the API with its faults, the levers, and that every page answers."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from demo.mailbox import Mailbox
from demo.shop import Shop
from demo.shop.samples.people import CATALOGUE_ONLY, KEN, TOKYO
from demo.shop.samples.recipes import RECIPES
from demo.shop.serve import serve
from tests.demo.operations import GRANT, REQUEST


def post(shop: Shop, path: str, **data: Any) -> Any:
    answer = requests.post(f"{shop.base_url}{path}", json=data, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def ask(shop: Shop, token: str, query: str, **variables: Any) -> requests.Response:
    headers = {"authorization": f"Bearer {token}"}
    return requests.post(shop.api_url, json={"query": query, "variables": variables}, headers=headers, timeout=10)


@pytest.fixture
def app_token(served: Shop) -> str:
    made = post(served, "/demo/apps", name="x", permissions=["MANAGE_ORDERS", "HANDLE_PAYMENTS"])
    token: str = made["token"]
    return token


def test_a_refund_over_http_and_the_providers_books(served: Shop, app_token: str) -> None:
    (order,) = post(served, "/demo/orders", sample="plain")
    given = {"transactionId": order["transactions"][0]["id"], "amount": 53.57}
    made = ask(served, app_token, GRANT, order=order["id"], input=given).json()
    grant = made["data"]["orderGrantRefundCreate"]["grantedRefund"]["id"]
    ask(served, app_token, REQUEST, grant=grant)
    assert post(served, "/demo/settle")["settled"]
    shown = requests.get(f"{served.base_url}/demo/orders/{order['number']}", timeout=10).json()
    assert (shown["paidOut"], shown["refunded"], shown["charged"]) == ("53.57", "53.57", "96.27")
    (call,) = requests.get(f"{served.base_url}/demo/provider", timeout=10).json()["calls"]
    assert (call["asked"], call["paid"], call["grantedRefund"]) == ("53.57", "53.57", grant)


def test_what_was_answered_later_is_reported_once(served: Shop, app_token: str) -> None:
    (order,) = post(served, "/demo/orders")
    post(served, "/demo/provider/mood", mood="async")
    given = {"transactionId": order["transactions"][0]["id"], "amount": 10}
    made = ask(served, app_token, GRANT, order=order["id"], input=given).json()
    ask(served, app_token, REQUEST, grant=made["data"]["orderGrantRefundCreate"]["grantedRefund"]["id"])
    post(served, "/demo/settle")
    assert post(served, "/demo/provider/report") == {"reported": 1}
    assert post(served, "/demo/provider/report") == {"reported": 0}
    shown = requests.get(f"{served.base_url}/demo/orders/{order['number']}", timeout=10).json()
    assert (shown["paidOut"], shown["refunded"]) == ("10", "10")


@pytest.mark.parametrize(("kind", "done"), [("down", False), ("lost", True)])
def test_a_connection_may_break_before_or_after(served: Shop, app_token: str, kind: str, done: bool) -> None:
    (order,) = post(served, "/demo/orders")
    post(served, "/demo/faults", kind=kind, operation="Note")
    query = """mutation Note($o: ID!) { orderNoteAdd(order: $o, input: {message: "x"}) { errors { code } } }"""
    with pytest.raises(requests.ConnectionError):
        ask(served, app_token, query, o=order["id"])
    shown = requests.get(f"{served.base_url}/demo/orders/{order['number']}", timeout=10).json()
    assert shown["notes"] == (["x"] if done else [])
    assert ask(served, app_token, query, o=order["id"]).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("bad-gateway", 502), ("nonsense", 200)])
def test_an_answer_may_be_no_answer(served: Shop, app_token: str, kind: str, status: int) -> None:
    post(served, "/demo/faults", kind=kind)
    answer = ask(served, app_token, "{ shop { name } }")
    assert (answer.status_code, answer.text[:6]) == (status, "<html>")


def test_requests_are_counted_by_operation(served: Shop, app_token: str) -> None:
    for _ in range(3):
        ask(served, app_token, "query Shop { shop { name } }")
    shown = requests.get(f"{served.base_url}/demo/traffic", timeout=10).json()
    assert shown["Shop"]["count"] == 3
    assert requests.delete(f"{served.base_url}/demo/traffic", timeout=10).json() == {}


@pytest.mark.parametrize("sample", list(RECIPES))
def test_every_sample_can_be_ordered_and_adds_up(served: Shop, sample: str) -> None:
    (order,) = post(served, "/demo/orders", sample=sample)
    found = served.state.orders[order["id"]]
    goods = sum((line.total_price.gross.amount for line in found.lines), found.shipping_price.gross.amount)
    assert goods - found.gift_card_paid == found.total.gross.amount == found.total_charged.amount


def test_an_order_can_be_made_to_measure(served: Shop) -> None:
    items = [{"product": "mug", "quantity": 2, "unit": "5.005", "total": "10.01"}]
    (order,) = post(served, "/demo/orders", items=items, shipping="0", email=KEN, payments=["4.00", "6.01"])
    assert (order["total"], [item["charged"] for item in order["transactions"]]) == ("10.01", ["4.00", "6.01"])
    answer = requests.post(f"{served.base_url}/demo/orders", json={"sample": "nothing"}, timeout=10)
    assert answer.status_code == 400


def test_settings_keep_their_kinds(served: Shop) -> None:
    assert post(served, "/demo/settings", race_gap=1, version="3.22.67")["race_gap"] == 1.0
    assert served.settings.version == "3.22.67"
    refused = requests.post(f"{served.base_url}/demo/settings", json={"no_such": 1}, timeout=10)
    assert refused.status_code == 400


def test_every_page_answers(key_pem: bytes) -> None:
    from demo.shop import create_shop

    mailbox = Mailbox()
    mailbox.add(b"From: a@b\r\nTo: c@d\r\nSubject: Hi\r\n\r\nBody", ("c@d",))
    shop = create_shop(key_pem=key_pem)
    customer = shop.user(KEN).id
    with serve(shop, mailbox=mailbox):
        for order in shop.state.orders.values():
            assert requests.get(f"{shop.base_url}/shop/orders/{order.number}", timeout=10).ok
            assert requests.get(f"{shop.base_url}/dashboard/orders/{order.id}", timeout=10).ok
        paths = ["/", "/provider/", "/mailbox/", "/mailbox/1", "/dashboard/", "/dashboard/customers/"]
        paths += [f"/dashboard/customers/{customer}", "/dashboard/extensions/installed", "/pictures/mug.svg"]
        assert [path for path in paths if not requests.get(f"{shop.base_url}{path}", timeout=10).ok] == []


def test_shoppers_see_their_own_order_after_logging_in(served: Shop) -> None:
    (mine,) = post(served, "/demo/orders", sample="plain")
    (other,) = post(served, "/demo/orders", sample="yen")
    browser = requests.Session()
    page = f"{served.base_url}/shop/orders/{mine['number']}"
    assert "Enamel Mug" not in browser.get(page, timeout=10).text
    login = {"email": "rita@example.com", "password": "password123"}
    assert "Enamel Mug" in browser.post(f"{page}/login", data=login, timeout=10).text
    assert "Sencha Tea" not in browser.get(f"{served.base_url}/shop/orders/{other['number']}", timeout=10).text
    token = browser.post(f"{served.base_url}/shop/token", timeout=10).json()["token"]
    assert ask(served, token, "{ me { email } }").json()["data"]["me"]["email"] == "rita@example.com"


def test_staff_see_what_they_may_in_the_dashboard(served: Shop) -> None:
    (dollars,) = post(served, "/demo/orders", sample="plain")
    (yen,) = post(served, "/demo/orders", sample="yen")
    statuses = {}
    for email in (TOKYO, CATALOGUE_ONLY):
        browser = requests.Session()
        browser.post(f"{served.base_url}/dashboard/api/staff", data={"email": email}, timeout=10)
        orders = [
            browser.get(f"{served.base_url}/dashboard/orders/{each['id']}", timeout=10) for each in (dollars, yen)
        ]
        statuses[email] = [answer.status_code for answer in orders]
    assert statuses == {TOKYO: [403, 200], CATALOGUE_ONLY: [403, 403]}
