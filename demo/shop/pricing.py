"""What a draft costs: a fixed discount is spread over lines and shipping as Saleor does it, then comes the tax."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.shop.errors import Refused
from demo.shop.ids import new_uuid_id
from demo.shop.model.orders import Order, OrderDiscount, OrderLine
from demo.shop.model.payments import ZERO
from demo.shop.money import Money, TaxedMoney, quantize

if TYPE_CHECKING:
    from demo.shop.shop import Shop


def add_discount(shop: Shop, order: Order, given: dict[str, Any]) -> None:
    """The one discount that a draft can have."""
    _check_draft(order)
    if order.discounts:
        raise Refused("orderId", "CANNOT_DISCOUNT", "Order already has assigned discount.")
    worth = order.undiscounted_total.gross
    value: Decimal = given["value"]
    if given["valueType"] == "FIXED" and value > worth.amount:
        raise Refused("value", "INVALID", f"The value ({value}) cannot be higher than {worth}")
    made = new_uuid_id("OrderDiscount")
    reason = given.get("reason") or ""
    order.discounts = [OrderDiscount("MANUAL", given["valueType"], value, order.money(ZERO), "", reason, made)]
    reprice(order)


def delete_discount(order: Order, discount_id: str) -> None:
    _check_draft(order)
    order.discounts = [item for item in order.discounts if item.id != discount_id]
    reprice(order)


def _check_draft(order: Order) -> None:
    if order.status != "DRAFT":
        raise Refused("orderId", "CANNOT_DISCOUNT", "Only draft and unconfirmed order can be modified.")


def reprice(order: Order) -> None:
    """Works out lines, shipping and the discount's own amount anew from the prices as they were entered."""
    bases = [_entered(line) * line.quantity for line in order.lines]
    subtotal, shipping = sum(bases, ZERO), order.base_shipping or ZERO
    off = _off(order, subtotal + shipping)
    of_lines = off * subtotal / (subtotal + shipping) if off else ZERO
    left = of_lines
    for line, base in zip(order.lines, bases, strict=True):
        is_last = line is order.lines[-1]
        share = left if is_last else quantize(of_lines * base / subtotal if subtotal else ZERO, order.currency)
        left -= share
        line.total_price = order.channel.tax(max(base - share, ZERO))
        line.unit_price = _unit(line.total_price, line.quantity)
    order.shipping_price = order.channel.tax(shipping - (off - of_lines))


def _entered(line: OrderLine) -> Decimal:
    return line.base_unit if line.base_unit is not None else line.unit_price.gross.amount


def _off(order: Order, whole: Decimal) -> Decimal:
    off = ZERO
    for position, item in enumerate(order.discounts):
        worth = item.value if item.value_type == "FIXED" else whole * item.value / 100
        off += min(worth, whole)
        order.discounts[position] = OrderDiscount(
            item.type,
            item.value_type,
            item.value,
            order.money(quantize(off, order.currency)),
            item.name,
            item.reason,
            item.id,
        )
    return off


def _unit(total: TaxedMoney, quantity: int) -> TaxedMoney:
    """For show only: rounded, so units do not add up to the line."""
    net, gross = (
        Money(quantize(each.amount / quantity, total.currency), total.currency) for each in (total.net, total.gross)
    )
    return TaxedMoney(net, gross)
