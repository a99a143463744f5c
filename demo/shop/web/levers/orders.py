"""Fresh orders, and what staff do to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from demo.shop.drafts import initialize_payment
from demo.shop.errors import Refused
from demo.shop.model.orders import Order
from demo.shop.samples.making import announce, make_order
from demo.shop.samples.recipes import RECIPES, Item, Recipe
from demo.shop.shop import Shop
from demo.shop.staff_actions import ACTIONS
from demo.shop.web.current import body, current_shop, order_by

orders = Blueprint("orders", __name__, url_prefix="/demo/orders")
_CHANGES = {
    "email": "email",
    "channel": "channel",
    "shipping": "shipping",
    "daysAgo": "days_ago",
    "language": "language",
    "giftCard": "gift_card",
    "isLegacy": "is_legacy",
    "hasRefundWebhook": "has_refund_webhook",
}


def order_as_dict(shop: Shop, order: Order) -> dict[str, Any]:
    """What a test wants to know of an order; amounts are text. `paidOut` is what the provider says."""
    lines = [
        {
            "id": line.id,
            "product": line.product_name,
            "quantity": line.quantity,
            "fulfilled": line.quantity_fulfilled,
            "total": str(line.total_price.gross.amount),
        }
        for line in order.lines
    ]
    return {
        "id": order.id,
        "number": order.number,
        "email": order.user_email,
        "channel": order.channel.slug,
        "currency": order.currency,
        "status": order.status,
        "chargeStatus": order.charge_status,
        "total": str(order.total.gross.amount),
        "shipping": str(order.shipping_price.gross.amount),
        "due": str(order.due.amount),
        "charged": str(order.total_charged.amount),
        "refunded": str(order.total_refunded.amount),
        "paidOut": str(shop.paid_out(order)),
        "transactions": [{"id": item.id, "charged": str(item.charged)} for item in order.transactions],
        "fulfillments": [item.status for item in order.fulfillments],
        "notes": [event.message for event in order.events if event.type == "NOTE_ADDED"],
        "lines": lines,
    }


def recipe_from(data: dict[str, Any]) -> Recipe:
    """A sample by name (`plain` unless told), with what the request changes. KeyError, TypeError: not a recipe."""
    changes: dict[str, Any] = {name: data[key] for key, name in _CHANGES.items() if key in data}
    if "items" in data:
        changes |= {"items": tuple(Item(**item) for item in data["items"]), "discounts": ()}
    if "payments" in data:
        changes["payments"] = tuple(data["payments"])
    return replace(RECIPES[data.get("sample", "plain")], **changes)


@orders.get("")
def list_orders() -> ResponseReturnValue:
    shop = current_shop()
    return jsonify([order_as_dict(shop, order) for order in shop.state.orders.values()])


@orders.post("")
def new_orders() -> ResponseReturnValue:
    """`{sample, count, email, daysAgo, items, payments, …, announce}`: fresh orders, paid and sent."""
    shop, data = current_shop(), body()
    try:
        recipe = recipe_from(data)
        made = [make_order(shop, recipe) for _ in range(int(data.get("count", 1)))]
    except (KeyError, TypeError, ArithmeticError) as error:
        return jsonify({"error": f"not a recipe: {error!r}", "samples": list(RECIPES)}), 400
    if data.get("announce", True):
        for order in made:
            announce(shop, order)
    return jsonify([order_as_dict(shop, order) for order in made]), 201


@orders.get("/<key>")
def one_order(key: str) -> ResponseReturnValue:
    return jsonify(order_as_dict(current_shop(), order_by(key)))


@orders.post("/<key>/pay")
def pay(key: str) -> ResponseReturnValue:
    """The shopper pays what the order still costs."""
    shop, order = current_shop(), order_by(key)
    if order.due.amount:
        initialize_payment(shop, order, order.due.amount)
    return one_order(key)


@orders.post("/<key>/<action>")
def act(key: str, action: str) -> ResponseReturnValue:
    """What staff do in the Dashboard without any app: fulfill, cancel, track, refund."""
    if action not in ACTIONS:
        abort(404)
    try:
        ACTIONS[action](current_shop(), order_by(key), body())
    except Refused as refused:
        return jsonify({"errors": refused.errors}), 409
    return one_order(key)
