"""Granting and requesting refunds, with the same gaps between checking and acting that the real one has."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from demo.shop.errors import Refused, not_found
from demo.shop.model.orders import Order
from demo.shop.model.payments import ZERO, GrantedRefund, GrantedRefundLine, Transaction, TransactionEvent
from demo.shop.provider import Answer, Ask
from demo.shop.transactions import add_event, amounts_changed, recalculate, set_grant_status

if TYPE_CHECKING:
    from demo.shop.model.apps import App
    from demo.shop.shop import Shop

UNDELIVERED = "Failed to delivery request."
_RETRIES = 5


def grant_refund(shop: Shop, order: Order, data: dict[str, Any], *, app: App | None) -> GrantedRefund:
    """Grants as the real one: caps lines over all grants ever, shipping once, the amount by what is charged now.

    Nothing is locked between the checks and the write. Negative amounts and zero pass.
    """
    if data.get("amount") is None and not data.get("lines") and not data.get("grantRefundForShipping"):
        message = "You must provide at least one of `amount`, `lines`, `grantRefundForShipping`."
        raise Refused("amount", "REQUIRED", message)
    _check_reason(shop, data.get("reasonReference"), app=app)
    lines = _checked_lines(shop, order, data.get("lines") or [])
    with_shipping = bool(data.get("grantRefundForShipping"))
    if with_shipping and any(grant.shipping_costs_included for grant in order.granted_refunds):
        message = "Shipping costs have already been granted."
        raise Refused("grantRefundForShipping", "SHIPPING_COSTS_ALREADY_GRANTED", message)
    transaction = shop.state.transactions.get(data["transactionId"])
    if transaction is None or transaction.order is not order:
        raise not_found("transactionId", data["transactionId"])
    amount = data.get("amount")
    if amount is None:
        automatic = sum((line.order_line.unit_price.gross.amount * line.quantity for line in lines), ZERO)
        automatic += order.shipping_price.gross.amount if with_shipping else ZERO
        amount = min(automatic, transaction.charged)
    elif amount > transaction.charged:
        message = "Amount cannot be greater than the charged amount of provided transaction."
        raise Refused("amount", "AMOUNT_GREATER_THAN_AVAILABLE", message)
    shop.gap()
    grant = GrantedRefund(
        id=shop.state.next_id("OrderGrantedRefund"),
        order=order,
        amount=order.money(amount),
        reason=data.get("reason") or "",
        shipping_costs_included=with_shipping,
        lines=lines,
        transaction=transaction,
        created_at=shop.clock.now(),
        app=app,
    )
    order.granted_refunds.append(grant)
    shop.state.granted_refunds[grant.id] = grant
    order.updated_at = shop.clock.now()
    return grant


def _check_reason(shop: Shop, reference: str | None, *, app: App | None) -> None:
    """Once a page type is configured, people must name a reason and apps may omit it."""
    if reference is not None and not shop.settings.refund_reason_type:
        raise Refused("reasonReference", "INVALID", "Reason reference type is not configured.")
    if reference is None and shop.settings.refund_reason_type and app is None:
        raise Refused("reasonReference", "REQUIRED", "Reason reference is required when reason type is configured.")


def _checked_lines(shop: Shop, order: Order, asked: list[dict[str, Any]]) -> list[GrantedRefundLine]:
    lines, errors = [], []
    for entry in asked:
        line = shop.state.order_lines.get(entry["id"])
        if line is None or line not in order.lines:
            errors.append(_line_error(entry["id"], "NOT_FOUND", "lines", f"Could not resolve to a node: {entry['id']}"))
            continue
        granted = sum(
            each.quantity for grant in order.granted_refunds for each in grant.lines if each.order_line is line
        )
        if entry["quantity"] + granted > line.quantity:
            left = line.quantity - granted
            message = f"Cannot grant refund for more than the available quantity of the line ({left})."
            errors.append(_line_error(line.id, "QUANTITY_GREATER_THAN_AVAILABLE", "quantity", message))
            continue
        line_id = shop.state.next_id("OrderGrantedRefundLine")
        lines.append(GrantedRefundLine(line_id, line, entry["quantity"], entry.get("reason")))
    if errors:
        raise Refused("lines", "INVALID", "Provided input for lines is invalid.", lines=errors)
    return lines


def _line_error(line_id: str, code: str, field: str, message: str) -> dict[str, Any]:
    return {"lineId": line_id, "code": code, "field": field, "message": message}


def request_refund(shop: Shop, grant: GrantedRefund) -> Transaction:
    """Asks the payment provider, after the answer. Parallel requests for one grant all pass, and all are sent."""
    transaction = grant.transaction
    if grant.status == "PENDING":
        raise Refused("grantedRefundId", "REFUND_IS_PENDING", "The refund request is already in progress.")
    if grant.status == "SUCCESS":
        raise Refused("grantedRefundId", "REFUND_ALREADY_PROCESSED", "The granted refund is already processed.")
    charged, amount = transaction.charged, grant.amount.amount
    if charged < amount:
        message = (
            f"The granted refund amount {amount} is greater than available charged amount on "
            f"transactionItem ({charged}).Update the order granted refund amount to process the grant refund."
        )
        raise Refused("grantedRefundId", "AMOUNT_GREATER_THAN_AVAILABLE", message)
    shop.gap()
    value = min(amount or charged, charged)  # a grant of 0 asks for everything, as in Saleor
    request = add_event(shop, transaction, kind="REFUND_REQUEST", amount=value, grant=grant, counts=False)
    if not transaction.has_refund_webhook:
        cause = "No app or plugin is configured to handle payment action requests."
        add_event(shop, transaction, kind="REFUND_FAILURE", amount=value, message=cause, grant=grant, counts=False)
        set_grant_status(grant)
        raise Refused(None, "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK", cause)
    shop.note(grant.order, "TRANSACTION_REFUND_REQUESTED", message=transaction.psp_reference)
    shop.worker.soon(partial(_ask_provider, shop, transaction, request))
    set_grant_status(grant)
    return transaction


def _ask_provider(shop: Shop, transaction: Transaction, request: TransactionEvent, attempt: int = 0) -> None:
    grant, order = request.granted_refund, transaction.order
    ask = Ask(
        transaction=transaction.id,
        psp_reference=transaction.psp_reference,
        money=request.amount,
        order_number=order.number if order else "",
        granted_refund=grant.id if grant else None,
    )
    answer = shop.provider.refund(ask if attempt == 0 else None)
    if answer.status >= 500:
        if attempt < _RETRIES:
            again = partial(_ask_provider, shop, transaction, request, attempt + 1)
            shop.worker.later(shop.settings.retry_base * 2**attempt, again)
        else:
            _fail(shop, transaction, request, UNDELIVERED)
    elif answer.late:
        shop.worker.later(shop.settings.provider_timeout, partial(_fail, shop, transaction, request, UNDELIVERED))
    else:
        _take_answer(shop, transaction, request, answer)


def resume(shop: Shop) -> None:
    """After a restart: what the provider had not answered yet is given up once the usual time is over."""
    for grant in shop.state.granted_refunds.values():
        events = grant.transaction_events
        if grant.status == "PENDING" and events and not events[0].psp_reference:
            give_up = partial(_fail, shop, grant.transaction, events[0], UNDELIVERED)
            shop.worker.later(shop.settings.provider_timeout, give_up)


def _fail(shop: Shop, transaction: Transaction, request: TransactionEvent, cause: str) -> None:
    """An outcome that nobody is told of: no webhook follows."""
    grant = request.granted_refund
    with shop.lock:
        amount, reference = request.amount.amount, request.psp_reference
        add_event(
            shop,
            transaction,
            kind="REFUND_FAILURE",
            amount=amount,
            psp_reference=reference,
            message=cause,
            grant=grant,
            counts=False,
        )
        set_grant_status(grant)


def _take_answer(shop: Shop, transaction: Transaction, request: TransactionEvent, answer: Answer) -> None:
    body = answer.body
    reference, result = body.get("pspReference"), body.get("result")
    if reference is None and result != "REFUND_FAILURE":
        shown = {key: float(value) if isinstance(value, Decimal) else value for key, value in body.items()}
        _fail(shop, transaction, request, f"Missing value for field: pspReference. Input: {shown}.")
        return
    with shop.lock:
        charged, refunded = transaction.charged, transaction.refunded
        if reference is not None:
            request.psp_reference, request.include_in_calculations = reference, True
        if result is not None:
            amount = body.get("amount") or request.amount.amount
            add_event(
                shop,
                transaction,
                kind=result,
                amount=amount,
                psp_reference=reference or "",
                message=body.get("message", ""),
                grant=request.granted_refund,
            )
        recalculate(transaction)
    amounts_changed(shop, transaction, charged_before=charged, refunded_before=refunded)
    set_grant_status(request.granted_refund)


def report_refund(shop: Shop, *, psp_reference: str, result: str, amount: Decimal, message: str = "") -> bool:
    """What the provider tells later (`transactionEventReport`); True when it was told before. KeyError: unknown."""
    for transaction in list(shop.state.transactions.values()):
        request = next((event for event in transaction.log if event.psp_reference == psp_reference), None)
        if request is not None:
            break
    else:
        raise KeyError(psp_reference)
    with shop.lock:
        if any(event.psp_reference == psp_reference and event.type == result for event in transaction.log):
            return True
        charged, refunded = transaction.charged, transaction.refunded
        grant = request.granted_refund
        add_event(
            shop, transaction, kind=result, amount=amount, psp_reference=psp_reference, message=message, grant=grant
        )
        recalculate(transaction)
    amounts_changed(shop, transaction, charged_before=charged, refunded_before=refunded)
    set_grant_status(grant)
    return False
