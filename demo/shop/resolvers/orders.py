"""Fields of orders that depend on who asks, or are not kept as they are shown."""

from __future__ import annotations

from typing import Any

from demo.shop.errors import permission_denied
from demo.shop.model.catalogue import ShippingMethod
from demo.shop.model.orders import Order, OrderLine
from demo.shop.money import Money
from demo.shop.resolvers.kinds import Fields


def _user(order: Order, info: Any) -> Any:
    allowed = ("MANAGE_USERS", "MANAGE_ORDERS", "HANDLE_PAYMENTS", "HANDLE_TAXES")
    if order.user is not None and info.context.user is not order.user and not info.context.may(*allowed):
        raise permission_denied((*allowed, "OWNER"))
    return order.user


def _thumbnail(line: OrderLine, info: Any, size: int | None = None) -> dict[str, str] | None:
    if not line.picture:
        return None
    return {"url": f"{info.context.shop.base_url}/pictures/{line.picture}.svg", "alt": line.product_name}


def _shipping_methods(order: Order, info: Any) -> list[ShippingMethod]:
    if not order.is_shipping_required:
        return []
    return list(info.context.shop.state.shipping_methods.values())


def _price(method: ShippingMethod, _info: Any) -> Money:
    return Money(method.amount, "USD")


def _display(order: Order, _info: Any) -> str:
    return order.status.replace("_", " ").capitalize()


FIELDS: Fields = {
    "Order": {
        "user": _user,
        "shippingMethods": _shipping_methods,
        "statusDisplay": _display,
    },
    "OrderLine": {"thumbnail": _thumbnail},
    "OrderDiscount": {"id": lambda discount, _info: discount.id or f"discount-{discount.name}"},
    "ShippingMethod": {"price": _price},
    "Address": {"cityArea": lambda _address, _info: ""},
}
