"""What staff do to an order in the Dashboard itself, without the app."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.shop.errors import Refused
from demo.shop.model.orders import Fulfillment, FulfillmentLine, Order
from demo.shop.refunds import grant_refund, request_refund
from demo.shop.returns import refresh_status

if TYPE_CHECKING:
    from demo.shop.shop import Shop

Action = Callable[["Shop", Order, dict[str, Any]], None]


def fulfill(shop: Shop, order: Order, _data: dict[str, Any]) -> None:
    """Sends everything that was not sent yet. Refused is raised while the order is not paid."""
    if order.due.amount:
        raise Refused("order", "CANNOT_FULFILL_UNPAID_ORDER", "Cannot fulfill unpaid order.")
    waiting = [line for line in order.lines if line.quantity_to_fulfill > 0]
    if not waiting:
        return
    warehouse, number = next(iter(shop.state.warehouses.values())), len(order.fulfillments) + 1
    made = Fulfillment(
        shop.state.next_id("Fulfillment"), "FULFILLED", shop.clock.now(), number, f"TRACK-{order.number}-{number}"
    )
    for line in waiting:
        quantity = line.quantity_to_fulfill
        made.lines.append(FulfillmentLine(shop.state.next_id("FulfillmentLine"), line, quantity, warehouse, made))
        line.quantity_fulfilled += quantity
        if line.variant is not None:
            key = (line.variant.id, warehouse.id)
            shop.state.stocks[key] = max(shop.state.stocks.get(key, 0) - quantity, 0)
    shop.state.add_fulfillment(order, made)
    refresh_status(shop, order)
    shop.note(order, "FULFILLMENT_FULFILLED_ITEMS")
    shop.emit("fulfillment_created", fulfillment=made, order=order)
    shop.emit("order_updated", order=order)
    if order.status == "FULFILLED":
        shop.emit("order_fulfilled", order=order)


def cancel(shop: Shop, order: Order, _data: dict[str, Any]) -> None:
    order.status, order.updated_at = "CANCELED", shop.clock.now()
    shop.note(order, "CANCELED")
    shop.emit("order_cancelled", order=order)
    shop.emit("order_updated", order=order)


def track(shop: Shop, order: Order, data: dict[str, Any]) -> None:
    """Gives the first parcel another tracking number."""
    if not order.fulfillments:
        return
    first = order.fulfillments[0]
    first.tracking_number = str(data.get("trackingNumber") or "1Z999AA10123456784")
    shop.note(order, "TRACKING_UPDATED", message=first.tracking_number)
    shop.emit("fulfillment_tracking_number_updated", fulfillment=first, order=order)
    shop.emit("order_updated", order=order)


def refund(shop: Shop, order: Order, data: dict[str, Any]) -> None:
    """Grants and requests an amount by hand, as the Dashboard's own refund page does. Refused is raised."""
    asked = {
        "transactionId": order.transactions[0].id,
        "amount": Decimal(str(data["amount"])),
        "reason": data.get("reason"),
    }
    request_refund(shop, grant_refund(shop, order, asked, app=None))


ACTIONS: dict[str, Action] = {"fulfill": fulfill, "cancel": cancel, "track": track, "refund": refund}
