"""Taking goods back: lines move to a new fulfillment and get new ids. Nothing is locked and stock stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.shop.drafts import create_replacement
from demo.shop.errors import Refused, not_found
from demo.shop.legacy import refund_payment
from demo.shop.model.orders import Fulfillment, FulfillmentLine, Order, OrderLine
from demo.shop.model.payments import ZERO

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_RETURNABLE = ("FULFILLED", "REFUNDED", "WAITING_FOR_APPROVAL")


@dataclass(slots=True, frozen=True)
class _Move:
    """Some of a line, with the quantity the line had when it was checked."""

    order_line: OrderLine
    fulfillment_line: FulfillmentLine | None
    quantity: int
    had: int
    replace: bool
    reason: str


@dataclass(slots=True, frozen=True)
class Returned:
    """What came of it; a return fulfillment always, even when every line was replaced."""

    return_fulfillment: Fulfillment
    replace_fulfillment: Fulfillment | None
    replace_order: Order | None


def return_products(shop: Shop, order: Order, data: dict[str, Any]) -> Returned:
    """Moves the asked lines. Does not ask whether they belong to the order, nor whether a quantity is above zero."""
    payment = order.payments[-1] if order.payments else None
    if data.get("refund"):
        if payment is None or not payment.can_refund:
            raise Refused("order", "CANNOT_REFUND", "Order cannot be refunded.")
        limit = data.get("amountToRefund")
        if limit is not None and limit > payment.captured:
            message = "The amountToRefund is greater than the maximal possible amount to refund."
            raise Refused("amountToRefund", "CANNOT_REFUND", message)
    moves = [_unfulfilled(shop, entry) for entry in data.get("orderLines") or []]
    moves += [_fulfilled(shop, entry) for entry in data.get("fulfillmentLines") or []]
    shop.gap()
    with shop.lock:
        total = _refund(shop, order, data, moves) if data.get("refund") else None
        returned = _move_all(shop, order, moves, total=total, reason=data.get("reason") or "")
        _drop_emptied(shop, order)
        refresh_status(shop, order)
    if data.get("refund") and total:
        shop.emit("order_refunded", order=order)
        if order.total_refunded.amount >= order.total.gross.amount:
            shop.emit("order_fully_refunded", order=order)
    shop.emit("order_updated", order=order)
    return returned


def _checked(line: OrderLine, *, quantity: int, available: int, field: str, message: str) -> None:
    if line.is_gift_card:
        raise Refused(field, "GIFT_CARD_LINE", "Cannot refund or return gift card line.")
    if available < quantity:
        raise Refused(field, "INVALID_QUANTITY", message)


def _unfulfilled(shop: Shop, entry: dict[str, Any]) -> _Move:
    line = shop.state.order_lines.get(entry["orderLineId"])
    if line is None:
        raise not_found("orderLines", entry["orderLineId"])
    quantity = entry["quantity"]
    message = "Provided quantity is bigger than unfulfilled quantity."
    _checked(line, quantity=quantity, available=line.quantity_to_fulfill, field="orderLineId", message=message)
    had = line.quantity_to_fulfill
    return _Move(line, None, quantity, had, bool(entry.get("replace")), entry.get("reason") or "")


def _fulfilled(shop: Shop, entry: dict[str, Any]) -> _Move:
    line = shop.state.fulfillment_lines.get(entry["fulfillmentLineId"])
    if line is None:
        raise not_found("fulfillmentLines", entry["fulfillmentLineId"])
    quantity, had = entry["quantity"], line.quantity
    field, message = "fulfillmentLineId", "Provided quantity is bigger than quantity from fulfillment line"
    _checked(line.order_line, quantity=quantity, available=had, field=field, message=message)
    if line.fulfillment.status not in _RETURNABLE:
        allowed = ", ".join(status.lower() for status in _RETURNABLE)
        message = f"Unable to process action for fulfillmentLine with different status than {allowed}."
        raise Refused(field, "INVALID", message)
    if entry.get("replace") and line.order_line.variant is None:
        message = "Unable to replace line as the assigned product doesn't exist."
        raise Refused("orderLineId", "INVALID_QUANTITY", message)
    return _Move(line.order_line, line, quantity, had, bool(entry.get("replace")), entry.get("reason") or "")


def _refund(shop: Shop, order: Order, data: dict[str, Any], moves: list[_Move]) -> Decimal:
    amount: Decimal | None = data.get("amountToRefund")
    if amount is None:
        kept = [move for move in moves if not move.replace]
        amount = sum((move.quantity * move.order_line.unit_price.gross.amount for move in kept), ZERO)
        if data.get("includeShippingCosts"):
            amount += order.shipping_price.gross.amount
    payment = order.payments[-1]
    amount = min(amount, payment.captured)
    if amount:
        refund_payment(shop, order, payment, amount)
    return amount


def _move_all(shop: Shop, order: Order, moves: list[_Move], *, total: Decimal | None, reason: str) -> Returned:
    replaced, draft = None, None
    if swaps := [move for move in moves if move.replace]:
        replaced = _new_fulfillment(shop, order, "REPLACED", reason=reason)
        _move(shop, swaps, replaced)
        draft = create_replacement(shop, order, [(move.order_line, move.quantity) for move in swaps])
        shop.note(order, "FULFILLMENT_REPLACED")
    status = "RETURNED" if total is None else "REFUNDED_AND_RETURNED"
    target = _new_fulfillment(shop, order, status, reason=reason)
    target.total_refund = total
    _move(shop, [move for move in moves if not move.replace], target)
    shop.note(order, "FULFILLMENT_RETURNED")
    return Returned(target, replaced, draft)


def _new_fulfillment(shop: Shop, order: Order, status: str, *, reason: str) -> Fulfillment:
    number = len(order.fulfillments) + 1
    made = Fulfillment(shop.state.next_id("Fulfillment"), status, shop.clock.now(), number, reason=reason)
    shop.state.add_fulfillment(order, made)
    return made


def _move(shop: Shop, moves: list[_Move], target: Fulfillment) -> None:
    """Writes what was computed from the checked quantity, so the last of parallel writers wins on the source line."""
    for move in moves:
        source, taken = move.fulfillment_line, min(move.had, move.quantity)
        if source is None:
            move.order_line.quantity_fulfilled += taken
        else:
            source.quantity = move.had - taken
            if source.quantity == 0 and source in source.fulfillment.lines:
                source.fulfillment.lines.remove(source)
                shop.state.fulfillment_lines.pop(source.id, None)
        if taken > 0:
            warehouse = source.warehouse if source else None
            line_id = shop.state.next_id("FulfillmentLine")
            line = FulfillmentLine(line_id, move.order_line, taken, warehouse, target, move.reason)
            target.lines.append(line)
            shop.state.fulfillment_lines[line.id] = line


def _drop_emptied(shop: Shop, order: Order) -> None:
    for item in list(order.fulfillments):
        if not item.lines and item.status in ("FULFILLED", "WAITING_FOR_APPROVAL"):
            order.fulfillments.remove(item)
            shop.state.fulfillments.pop(item.id, None)


def refresh_status(shop: Shop, order: Order) -> None:
    """An order's status from what was sent, came back and was replaced."""

    def count(*statuses: str) -> int:
        return sum(line.quantity for item in order.fulfillments if item.status in statuses for line in item.lines)

    replaced, returned, waiting = (
        count("REPLACED"),
        count("RETURNED", "REFUNDED_AND_RETURNED"),
        count("WAITING_FOR_APPROVAL"),
    )
    total = sum(line.quantity for line in order.lines) - replaced
    sent = sum(line.quantity_fulfilled for line in order.lines) - replaced - waiting
    order.updated_at = shop.clock.now()
    if total == 0 or order.status in ("CANCELED", "DRAFT"):
        return
    if sent <= 0:
        order.status = "UNFULFILLED"
    elif 0 < returned < total:
        order.status = "PARTIALLY_RETURNED"
    elif returned == total:
        order.status = "RETURNED"
    else:
        order.status = "PARTIALLY_FULFILLED" if sent < total else "FULFILLED"
