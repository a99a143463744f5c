"""Draft orders: replacements, and exchanges with a price of their own."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.shop.errors import Denied, Refused, not_found
from demo.shop.ids import new_uuid_id
from demo.shop.model.accounts import Address, Country
from demo.shop.model.catalogue import Channel, Variant
from demo.shop.model.orders import Order, OrderLine
from demo.shop.model.payments import ZERO, Transaction
from demo.shop.money import Money, TaxedMoney, taxed
from demo.shop.pricing import reprice
from demo.shop.transactions import add_event, recalculate

if TYPE_CHECKING:
    from demo.shop.shop import Shop


def _plain(amount: Decimal, currency: str) -> TaxedMoney:
    return TaxedMoney(Money(amount, currency), Money(amount, currency))


def _new_order(shop: Shop, channel: Channel, *, email: str, address: Address | None) -> Order:
    now = shop.clock.now()
    user = next((user for user in shop.state.users.values() if user.email == email), None)
    return Order(
        id=new_uuid_id("Order"),
        number=shop.state.next_order_number(),
        created=now,
        updated_at=now,
        channel=channel,
        user=user,
        user_email=email,
        shipping_address=address,
        shipping_price=_plain(ZERO, channel.currency_code),
        shipping_method_name=None,
        status="DRAFT",
        origin="DRAFT",
    )


def create_replacement(shop: Shop, original: Order, lines: list[tuple[OrderLine, int]]) -> Order:
    """The draft that `replace: true` makes: same variants and prices, no shipping method."""
    draft = _new_order(shop, original.channel, email=original.user_email, address=original.shipping_address)
    draft.origin, draft.original = "REISSUE", original.id
    for line, quantity in lines:
        gross = line.unit_price.gross.amount * quantity
        total = taxed(gross, line.tax_rate, original.currency)
        draft.lines.append(
            OrderLine(
                id=new_uuid_id("OrderLine"),
                product_name=line.product_name,
                variant_name=line.variant_name,
                product_sku=line.product_sku,
                quantity=quantity,
                unit_price=line.unit_price,
                total_price=total,
                undiscounted_unit_price=line.undiscounted_unit_price,
                tax_rate=line.tax_rate,
                variant=line.variant,
                picture=line.picture,
            )
        )
    shop.state.add_order(draft)
    shop.note(original, "ORDER_REPLACEMENT_CREATED")
    shop.emit("draft_order_created", order=draft)
    return draft


def create_draft(shop: Shop, data: dict[str, Any]) -> Order:
    channel = shop.state.channels.get(data.get("channelId") or "")
    if channel is None:
        raise Refused("channelId", "REQUIRED", "An draft order cannot be created without channel.")
    lines = [_draft_line(shop, entry, channel) for entry in data.get("lines") or []]
    given = data.get("shippingAddress")
    address = _address(given) if given else None
    user = shop.state.users.get(data.get("user") or "")
    draft = _new_order(shop, channel, email=user.email if user else data.get("userEmail") or "", address=address)
    draft.lines, draft.base_shipping = lines, ZERO
    draft.language_code = data.get("languageCode") or "EN"
    draft.metadata_items = {item["key"]: item["value"] for item in data.get("metadata") or []}
    reprice(draft)
    shop.state.add_order(draft)
    shop.note(draft, "DRAFT_CREATED")
    shop.emit("draft_order_created", order=draft)
    return draft


def _address(given: dict[str, Any]) -> Address:
    return Address(
        first_name=given.get("firstName") or "",
        last_name=given.get("lastName") or "",
        company_name=given.get("companyName") or "",
        street_address1=given.get("streetAddress1") or "",
        street_address2=given.get("streetAddress2") or "",
        city=given.get("city") or "",
        postal_code=given.get("postalCode") or "",
        country=Country(given.get("country") or "", given.get("country") or ""),
        country_area=given.get("countryArea") or "",
        phone=given.get("phone") or "",
    )


def _draft_line(shop: Shop, entry: dict[str, Any], channel: Channel) -> OrderLine:
    variant: Variant | None = shop.state.variants.get(entry["variantId"])
    if variant is None:
        raise Denied(f"'{entry['variantId']}'", "KeyError")  # a fault of Saleor's own
    if entry["quantity"] < 1:
        raise Refused("quantity", "ZERO_QUANTITY", "Ensure this value is greater than 0.")
    entered: Decimal = entry["price"] if entry.get("price") is not None else variant.price
    unit, kind = channel.tax(entered), variant.product.product_type
    return OrderLine(
        id=new_uuid_id("OrderLine"),
        product_name=variant.product.name,
        variant_name=variant.name,
        product_sku=variant.sku,
        quantity=entry["quantity"],
        unit_price=unit,
        total_price=unit,
        undiscounted_unit_price=unit,
        tax_rate=channel.tax_rate,
        variant=variant,
        picture=variant.product.slug,
        is_shipping_required=kind.is_shipping_required,
        is_gift_card=kind.kind == "GIFT_CARD",
        base_unit=entered,
    )


def set_shipping(shop: Shop, order: Order, method_id: str | None) -> None:
    method = shop.state.shipping_methods.get(method_id or "")
    if method is None:
        raise not_found("shippingMethod", method_id or "")
    order.shipping_method, order.shipping_method_name = method, method.name
    order.base_shipping = method.amount
    reprice(order)


def complete_draft(shop: Shop, order: Order) -> None:
    """Makes it an order, unpaid; SHIPPING_METHOD_REQUIRED when goods are to be sent and no way was chosen."""
    if order.status != "DRAFT":
        raise Refused("id", "INVALID", "The order is not draft.")
    if order.is_shipping_required and order.shipping_method is None:
        raise Refused("shipping", "SHIPPING_METHOD_REQUIRED", "Shipping method is required.")
    with shop.lock:
        wanted = Counter[Variant]()
        for line in order.lines:
            if line.variant is not None:
                wanted[line.variant] += line.quantity
        if any(units > shop.state.free(variant) for variant, units in wanted.items()):
            raise Refused("lines", "INSUFFICIENT_STOCK", "Insufficient product stock.")
        order.status = "UNFULFILLED"
    order.created = order.updated_at = shop.clock.now()
    shop.note(order, "PLACED_FROM_DRAFT")
    shop.emit("order_created", order=order)


def delete_draft(shop: Shop, order: Order) -> None:
    if order.status != "DRAFT":
        raise Refused("id", "INVALID", "Provided order id belongs to non-draft order.")
    shop.state.drop_draft(order)
    shop.emit("draft_order_deleted", order=order)


def initialize_payment(shop: Shop, order: Order, amount: Decimal | None) -> Transaction:
    """The shopper pays what an unpaid order still costs; our gateway charges at once."""
    due = amount if amount is not None else order.due.amount
    transaction = Transaction(
        id=new_uuid_id("TransactionItem"),
        order=order,
        name="Dummy card",
        psp_reference=f"psp-charge-{shop.state.number('charge'):010x}",
        currency=order.currency,
        created_at=shop.clock.now(),
    )
    add_event(shop, transaction, kind="CHARGE_SUCCESS", amount=due, psp_reference=transaction.psp_reference)
    recalculate(transaction)
    order.transactions.append(transaction)
    shop.state.transactions[transaction.id] = transaction
    shop.emit("order_paid", order=order)
    if order.charge_status in ("FULL", "OVERCHARGED"):
        shop.emit("order_fully_paid", order=order)
    shop.emit("order_updated", order=order)
    return transaction
