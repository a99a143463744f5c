"""Draft orders: what they cost with a discount, what they hold, and how the shopper pays them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from demo.shop import Shop
from demo.shop.drafts import complete_draft, create_draft, set_shipping
from demo.shop.errors import Refused
from demo.shop.model.orders import Order
from demo.shop.pricing import add_discount, delete_discount
from demo.shop.samples.catalogue import variant_of
from demo.shop.samples.people import RITA, SHOPPER_PASSWORD


def make_draft(shop: Shop, *wanted: tuple[str, int], channel: str = "default-channel") -> Order:
    (found,) = [item for item in shop.state.channels.values() if item.slug == channel]
    lines = [{"variantId": variant_of(shop.state, slug).id, "quantity": quantity} for slug, quantity in wanted]
    draft = create_draft(shop, {"channelId": found.id, "userEmail": RITA, "lines": lines})
    method = next(item for item in shop.state.shipping_methods.values() if item.name == "EMS")
    set_shipping(shop, draft, method.id)
    return draft


def take_off(shop: Shop, draft: Order, value: str) -> None:
    add_discount(shop, draft, {"valueType": "FIXED", "value": Decimal(value), "reason": "Exchange"})


def test_a_fixed_discount_is_spread_over_lines_and_shipping(shop: Shop) -> None:
    draft = make_draft(shop, ("tee", 2), ("mug", 1))
    assert draft.total.gross.amount == Decimal("94.19")
    take_off(shop, draft, "84.19")
    parts = [line.total_price.gross.amount for line in draft.lines]
    assert (parts, draft.shipping_price.gross.amount) == ([Decimal("4.25"), Decimal("2.12")], Decimal("3.63"))
    assert (draft.total.gross.amount, draft.undiscounted_total.gross.amount) == (Decimal(10), Decimal("94.19"))


def test_tax_comes_on_top_of_what_the_discount_leaves(shop: Shop) -> None:
    draft = make_draft(shop, ("lamp", 1), channel="channel-pln")
    assert (draft.total.net.amount, draft.total.gross.amount) == (Decimal("67.53"), Decimal("83.07"))
    take_off(shop, draft, "57.53")
    assert (draft.total.net.amount, draft.total.gross.amount) == (Decimal("10.00"), Decimal("12.30"))


def test_nothing_is_known_of_the_whole_once_all_is_taken_off(shop: Shop) -> None:
    draft = make_draft(shop, ("tee", 1))
    take_off(shop, draft, "54.20")
    assert draft.total.gross.amount == draft.undiscounted_total.gross.amount == 0
    delete_discount(draft, draft.discounts[0].id)
    assert draft.total.gross.amount == Decimal("54.20")


def test_one_discount_of_no_more_than_the_whole(shop: Shop) -> None:
    draft = make_draft(shop, ("tee", 1))
    with pytest.raises(Refused, match="cannot be higher"):
        take_off(shop, draft, "54.21")
    take_off(shop, draft, "1")
    with pytest.raises(Refused, match="already has"):
        take_off(shop, draft, "1")


def test_an_order_holds_its_units_until_they_are_sent_or_it_is_cancelled(shop: Shop) -> None:
    tee = variant_of(shop.state, "tee")
    before = shop.state.free(tee)
    draft = make_draft(shop, ("tee", 3))
    assert shop.state.free(tee) == before
    complete_draft(shop, draft)
    assert shop.state.free(tee) == before - 3
    draft.status = "CANCELED"
    assert shop.state.free(tee) == before


def test_more_than_there_is_stays_a_draft(shop: Shop) -> None:
    draft = make_draft(shop, ("tee", 201))
    with pytest.raises(Refused, match="Insufficient"):
        complete_draft(shop, draft)
    assert draft.status == "DRAFT"


def lever(shop: Shop, order: Order, action: str) -> requests.Response:
    return requests.post(f"{shop.base_url}/demo/orders/{order.number}/{action}", json={}, timeout=10)


def test_an_unpaid_order_is_not_sent_until_it_is_paid(served: Shop) -> None:
    draft = make_draft(served, ("tee", 1))
    complete_draft(served, draft)
    refused = lever(served, draft, "fulfill")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "CANNOT_FULFILL_UNPAID_ORDER")
    paid: dict[str, Any] = lever(served, draft, "pay").json()
    assert (paid["due"], paid["charged"]) == ("0", "54.20")
    assert lever(served, draft, "pay").json()["charged"] == "54.20"
    assert lever(served, draft, "fulfill").json()["status"] == "FULFILLED"


def test_the_shopper_pays_on_the_order_page(served: Shop) -> None:
    draft = make_draft(served, ("tee", 1))
    complete_draft(served, draft)
    page = f"{served.base_url}/shop/orders/{draft.number}"
    assert requests.post(f"{page}/pay", timeout=10).status_code == 403
    with requests.Session() as browser:
        browser.post(f"{page}/login", {"email": RITA, "password": SHOPPER_PASSWORD}, timeout=10)
        assert "Pay $54.20" in browser.get(page, timeout=10).text
        after = browser.post(f"{page}/pay", timeout=10).text
    assert "Pay $54.20" not in after
    assert draft.due.amount == 0
