"""Refunds of the legacy Payments API: at once, by the dummy gateway, on the last payment only."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from demo.shop.errors import Refused
from demo.shop.model.orders import Fulfillment, Order
from demo.shop.model.payments import Payment
from demo.shop.provider import Ask

if TYPE_CHECKING:
    from demo.shop.shop import Shop


def refund_payment(shop: Shop, order: Order, payment: Payment, amount: Decimal) -> None:
    """Pays back; Refused when it is more than was captured."""
    if amount > payment.captured:
        raise Refused("payment", "PAYMENT_ERROR", "Cannot refund more than captured.")
    shop.provider.pay_legacy(Ask(payment.id, payment.psp_reference, order.money(amount), order.number, None))
    payment.captured -= amount
    payment.refunds.append(amount)
    payment.charge_status = "PARTIALLY_REFUNDED"
    if payment.captured <= 0:
        payment.charge_status, payment.is_active = "FULLY_REFUNDED", False
    order.updated_at = shop.clock.now()
    shop.note(order, "PAYMENT_REFUNDED", amount=amount)


def refund_order(shop: Shop, order: Order, amount: Decimal) -> None:
    """`orderRefund`: an amount of the last payment, whatever the goods do."""
    if amount <= 0:
        raise Refused("amount", "ZERO_QUANTITY", "Amount should be a positive number.")
    if any(line.is_gift_card for line in order.lines):
        raise Refused("id", "CANNOT_REFUND", "Cannot refund order with gift card lines.")
    if not order.payments:
        raise Refused("payment", "PAYMENT_MISSING", "There's no payment associated with the order.")
    payment = order.payments[-1]
    if not payment.can_refund:
        raise Refused("payment", "CANNOT_REFUND", "Payment cannot be refunded.")
    with shop.lock:
        refund_payment(shop, order, payment, amount)
        number = len(order.fulfillments) + 1
        made = Fulfillment(shop.state.next_id("Fulfillment"), "REFUNDED", shop.clock.now(), number)
        made.total_refund = amount
        shop.state.add_fulfillment(order, made)
    shop.emit("order_refunded", order=order)
    shop.emit("order_updated", order=order)
    if order.total_refunded.amount >= order.total.gross.amount:
        shop.emit("order_fully_refunded", order=order)
