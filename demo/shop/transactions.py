"""Amounts of a transaction from its events, and what follows when they change."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from demo.shop.model.payments import ZERO, GrantedRefund, Transaction, TransactionEvent
from demo.shop.money import Money

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_STATUS = {"REFUND_SUCCESS": "SUCCESS", "REFUND_REQUEST": "PENDING", "REFUND_FAILURE": "FAILURE"}


def add_event(
    shop: Shop,
    transaction: Transaction,
    *,
    kind: str,
    amount: Decimal,
    psp_reference: str = "",
    message: str = "",
    grant: GrantedRefund | None = None,
    counts: bool = True,
    at: datetime | None = None,
) -> TransactionEvent:
    """Writes an event; `counts` says whether it takes part in the amounts."""
    event = TransactionEvent(
        id=shop.state.next_id("TransactionEvent"),
        type=kind,
        amount=Money(amount, transaction.currency),
        psp_reference=psp_reference,
        message=message[:512],
        created_at=at or shop.clock.now(),
        include_in_calculations=counts,
        granted_refund=grant,
    )
    transaction.log.append(event)
    return event


def recalculate(transaction: Transaction) -> None:
    """Adds the events up as Saleor does: grouped by reference; a request without an outcome is pending."""
    charged = refunded = pending = ZERO
    groups: defaultdict[str, dict[str, TransactionEvent]] = defaultdict(dict)
    for event in [event for event in transaction.log if event.include_in_calculations]:
        if event.psp_reference:
            groups[event.psp_reference][event.type] = event
        elif event.type in ("CHARGE_SUCCESS", "REFUND_REVERSE"):
            charged += event.amount.amount
        elif event.type == "REFUND_SUCCESS":
            refunded += event.amount.amount
    for group in groups.values():
        request, success = group.get("REFUND_REQUEST"), group.get("REFUND_SUCCESS")
        failure, charge = group.get("REFUND_FAILURE"), group.get("CHARGE_SUCCESS")
        if charge:
            charged += charge.amount.amount
        if request and not success and not failure:
            pending += request.amount.amount
            charged -= request.amount.amount
        if success and (not failure or success.created_at > failure.created_at):
            refunded += success.amount.amount
            charged -= success.amount.amount
    transaction.charged, transaction.refunded, transaction.refund_pending = charged, refunded, pending


def set_grant_status(grant: GrantedRefund | None) -> None:
    """A grant's status is that of its transaction's last refund event."""
    events = grant.transaction_events if grant else []
    if grant and events:
        grant.status = _STATUS.get(events[0].type, "NONE")


def amounts_changed(shop: Shop, transaction: Transaction, *, charged_before: Decimal, refunded_before: Decimal) -> None:
    """Emits what Saleor emits when a transaction's amounts moved; when none did, nothing."""
    order = transaction.order
    if order is None:
        return
    order.updated_at = shop.clock.now()
    events: list[str] = []
    if transaction.charged > charged_before:
        paid_up = order.charge_status in ("FULL", "OVERCHARGED")
        events += ["order_paid", *(["order_fully_paid"] if paid_up else []), "order_updated"]
    elif transaction.charged != charged_before:
        events.append("order_updated")
    if transaction.refunded > refunded_before:
        events = [name for name in events if name != "order_updated"] + ["order_refunded", "order_updated"]
        if order.total_refunded.amount >= order.total.gross.amount:
            events.append("order_fully_refunded")
    for name in events:
        shop.emit(name, order=order)
