"""Returns of the stand-in."""

from __future__ import annotations

from collections.abc import Callable

from demo.shop import Shop
from demo.shop.model.orders import Order
from tests.demo.conftest import Client
from tests.demo.operations import RETURN, codes

OrderOf = Callable[..., Order]


def test_returning_everything_of_a_parcel_deletes_its_fulfillment(
    shop: Shop, client: Client, order_of: OrderOf
) -> None:
    order = order_of("two-warehouses")
    second = order.fulfillments[1]
    asked = {"fulfillmentLines": [{"fulfillmentLineId": second.lines[0].id, "quantity": 1}]}
    before = second.lines[0].id
    answer = client.data(RETURN, order=order.id, input=asked)
    assert answer["order"]["status"] == "PARTIALLY_RETURNED"
    assert second not in order.fulfillments
    assert answer["returnFulfillment"]["lines"][0]["id"] != before
    assert codes(client.data(RETURN, order=order.id, input=asked)) == ["NOT_FOUND"]


def test_a_gift_card_line_cannot_come_back(client: Client, order_of: OrderOf) -> None:
    order = order_of("gift-card-bought")
    line = order.fulfillments[0].lines[0]
    asked = {"fulfillmentLines": [{"fulfillmentLineId": line.id, "quantity": 1}]}
    assert codes(client.data(RETURN, order=order.id, input=asked)) == ["GIFT_CARD_LINE"]


def test_a_returned_line_cannot_be_returned_again(client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    asked = {"fulfillmentLines": [{"fulfillmentLineId": order.fulfillments[0].lines[0].id, "quantity": 1}]}
    made = client.data(RETURN, order=order.id, input=asked)["returnFulfillment"]
    again = {"fulfillmentLines": [{"fulfillmentLineId": made["lines"][0]["id"], "quantity": 1}]}
    assert codes(client.data(RETURN, order=order.id, input=again)) == ["INVALID"]


def test_lines_of_another_order_and_nothing_at_all_pass(client: Client, order_of: OrderOf) -> None:
    order, other = order_of("plain"), order_of("plain")
    foreign = {"fulfillmentLines": [{"fulfillmentLineId": other.fulfillments[0].lines[0].id, "quantity": 0}]}
    assert codes(client.data(RETURN, order=order.id, input=foreign)) == []


def test_everything_back_is_returned(client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    lines = [{"fulfillmentLineId": line.id, "quantity": line.quantity} for line in order.fulfillments[0].lines]
    answer = client.data(RETURN, order=order.id, input={"fulfillmentLines": lines})
    assert answer["order"]["status"] == "RETURNED"


def test_unfulfilled_units_can_be_returned_too(client: Client, order_of: OrderOf) -> None:
    order = order_of("partly-sent")
    asked = {"orderLines": [{"orderLineId": order.lines[1].id, "quantity": 2}]}
    assert codes(client.data(RETURN, order=order.id, input=asked)) == []
    assert codes(client.data(RETURN, order=order.id, input=asked)) == ["INVALID_QUANTITY"]
