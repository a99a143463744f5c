"""Mutations of orders and payments: ids become records, and what can be refused is refused in the words of Saleor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.shop import drafts, legacy, pricing, refunds, returns, staff_actions
from demo.shop.asked import Asked
from demo.shop.errors import Refused, not_found, permission_denied
from demo.shop.model.orders import Invoice, Order
from demo.shop.resolvers.kinds import Resolvers


def _order(asked: Asked, id: str, *, field: str = "id") -> Order:
    found = asked.shop.state.orders.get(id)
    if found is None:
        raise not_found(field, id)
    asked.require_channel(found.channel.slug)
    return found


def _grant(asked: Asked, id: str, input: dict[str, Any]) -> dict[str, Any]:
    order = _order(asked, id)
    grant = refunds.grant_refund(asked.shop, order, input, app=asked.app)
    return {"order": order, "grantedRefund": grant}


def _request(asked: Asked, **arguments: Any) -> dict[str, Any]:
    grant = asked.shop.state.granted_refunds.get(arguments["grantedRefundId"])
    if grant is None:
        raise not_found("grantedRefundId", arguments["grantedRefundId"])
    asked.require_channel(grant.order.channel.slug)
    return {"transaction": refunds.request_refund(asked.shop, grant)}


def _return(asked: Asked, order: str, input: dict[str, Any]) -> dict[str, Any]:
    found = _order(asked, order, field="order")
    made = returns.return_products(asked.shop, found, input)
    moved = {"returnFulfillment": made.return_fulfillment, "replaceFulfillment": made.replace_fulfillment}
    return {**moved, "replaceOrder": made.replace_order, "order": found}


def _refund(asked: Asked, id: str, amount: Decimal) -> dict[str, Any]:
    order = _order(asked, id)
    legacy.refund_order(asked.shop, order, amount)
    return {"order": order}


def _note(asked: Asked, order: str, input: dict[str, Any]) -> dict[str, Any]:
    found = _order(asked, order)
    message = input["message"].strip()
    if not message:
        raise Refused("message", "REQUIRED", "Message can't be empty.")
    event = asked.shop.note(found, "NOTE_ADDED", message=message, app=asked.app, user=asked.user)
    asked.shop.emit("draft_order_updated" if found.status == "DRAFT" else "order_updated", order=found)
    return {"order": found, "event": event}


def _invoice(asked: Asked, orderId: str, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
    found = _order(asked, orderId, field="orderId")
    if found.status in ("DRAFT", "UNCONFIRMED", "EXPIRED"):
        raise Refused("orderId", "INVALID_STATUS", "Cannot create an invoice for draft, unconfirmed or expired order.")
    if found.billing_address is None:
        raise Refused("orderId", "NOT_READY", "Cannot create an invoice for order without billing address.")
    for name in ("number", "url"):
        if not input[name]:
            raise Refused(name, "REQUIRED", f"{name} cannot be empty.")
    made = Invoice(
        id=asked.shop.state.next_id("Invoice"),
        number=input["number"],
        url=input["url"],
        created_at=asked.shop.clock.now(),
    )
    found.invoices.append(made)
    return {"invoice": made}


def _metadata(asked: Asked, id: str, input: list[dict[str, str]]) -> dict[str, Any]:
    state = asked.shop.state
    order, transaction = state.orders.get(id), state.transactions.get(id)
    if order is None and transaction is None:
        raise not_found("id", id)
    needed = "MANAGE_ORDERS" if order else "HANDLE_PAYMENTS"
    if not asked.may(needed):
        raise permission_denied((needed,))
    if any(not item["key"].strip() for item in input):
        raise Refused("input", "REQUIRED", "Metadata key cannot be empty.")
    changes = {item["key"]: item["value"] for item in input}
    if order:
        order.metadata_items.update(changes)
        asked.shop.emit("order_metadata_updated", order=order)
    elif transaction:
        transaction.metadata_items.update(changes)
        asked.shop.emit("transaction_item_metadata_updated", transaction=transaction)
    return {"item": order or transaction}


def _draft_create(asked: Asked, input: dict[str, Any]) -> dict[str, Any]:
    return {"order": drafts.create_draft(asked.shop, input)}


def _draft_complete(asked: Asked, id: str) -> dict[str, Any]:
    order = _order(asked, id)
    drafts.complete_draft(asked.shop, order)
    return {"order": order}


def _draft_delete(asked: Asked, id: str | None = None, **_: Any) -> dict[str, Any]:
    order = _order(asked, id or "")
    drafts.delete_draft(asked.shop, order)
    return {"order": order}


def _cancel(asked: Asked, id: str) -> dict[str, Any]:
    order = _order(asked, id)
    if order.status in ("DRAFT", "CANCELED", "EXPIRED") or order.fulfillments:
        raise Refused("order", "CANNOT_CANCEL_ORDER", "This order can't be canceled.")
    staff_actions.cancel(asked.shop, order, {})
    return {"order": order}


def _add_discount(asked: Asked, orderId: str, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
    order = _order(asked, orderId, field="orderId")
    pricing.add_discount(asked.shop, order, input)
    return {"order": order}


def _delete_discount(asked: Asked, discountId: str) -> dict[str, Any]:  # noqa: N803
    orders = asked.shop.state.orders.values()
    order = next((one for one in orders if any(item.id == discountId for item in one.discounts)), None)
    if order is None:
        raise not_found("discountId", discountId)
    asked.require_channel(order.channel.slug)
    pricing.delete_discount(order, discountId)
    return {"order": order}


def _update_shipping(asked: Asked, order: str, input: dict[str, Any]) -> dict[str, Any]:
    found = _order(asked, order, field="order")
    drafts.set_shipping(asked.shop, found, input.get("shippingMethod"))
    return {"order": found}


def _initialize(asked: Asked, id: str, **arguments: Any) -> dict[str, Any]:
    order = _order(asked, id)
    transaction = drafts.initialize_payment(asked.shop, order, arguments.get("amount"))
    return {"transaction": transaction, "transactionEvent": transaction.events[0]}


MUTATION: Resolvers = {
    "orderGrantRefundCreate": _grant,
    "transactionRequestRefundForGrantedRefund": _request,
    "orderFulfillmentReturnProducts": _return,
    "orderRefund": _refund,
    "orderNoteAdd": _note,
    "invoiceCreate": _invoice,
    "updateMetadata": _metadata,
    "draftOrderCreate": _draft_create,
    "draftOrderComplete": _draft_complete,
    "draftOrderDelete": _draft_delete,
    "orderCancel": _cancel,
    "orderDiscountAdd": _add_discount,
    "orderDiscountDelete": _delete_discount,
    "orderUpdateShipping": _update_shipping,
    "transactionInitialize": _initialize,
}
