"""Making an order from its recipe: paid, sent, and told to the apps when asked."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from demo.shop.ids import new_uuid_id
from demo.shop.model.orders import (
    Fulfillment,
    FulfillmentLine,
    GiftCard,
    GiftCardEvent,
    Order,
    OrderDiscount,
    OrderLine,
)
from demo.shop.model.payments import ZERO, Payment, Transaction
from demo.shop.money import Money, quantize, taxed
from demo.shop.resolvers.gift_cards import new_code
from demo.shop.returns import refresh_status
from demo.shop.samples.catalogue import variant_of
from demo.shop.samples.people import ADDRESSES
from demo.shop.samples.recipes import Item, Recipe
from demo.shop.transactions import add_event, recalculate

if TYPE_CHECKING:
    from demo.shop.shop import Shop


def make_order(shop: Shop, recipe: Recipe) -> Order:
    """The order, kept by the shop; no webhook is sent (see `announce`)."""
    channel = next(item for item in shop.state.channels.values() if item.slug == recipe.channel)
    placed = shop.clock.now() - timedelta(days=recipe.days_ago, hours=1)
    order = Order(
        id=new_uuid_id("Order"),
        number=shop.state.next_order_number(),
        created=placed,
        updated_at=placed,
        channel=channel,
        user=next((user for user in shop.state.users.values() if user.email == recipe.email), None),
        user_email=recipe.email,
        shipping_address=ADDRESSES.get(recipe.email),
        shipping_price=taxed(
            quantize(Decimal(recipe.shipping), channel.currency_code),
            Decimal(recipe.shipping_rate),
            channel.currency_code,
        ),
        shipping_method_name="DHL" if Decimal(recipe.shipping) else None,
        language_code=recipe.language,
        story=recipe.story,
    )
    order.lines = [_line(shop, item, order.currency) for item in recipe.items]
    order.discounts = [
        OrderDiscount(each.type, each.value_type, Decimal(each.value), order.money(Decimal(each.amount)), each.name)
        for each in recipe.discounts
    ]
    if Decimal(recipe.gift_card):
        _use_gift_card(shop, order, Decimal(recipe.gift_card))
    _pay(shop, order, recipe)
    shop.state.add_order(order)
    shop.note(order, "PLACED")
    _send(shop, order, recipe)
    return order


def announce(shop: Shop, order: Order) -> None:
    """The webhooks of an order's way from checkout to parcel, all at once."""
    shop.emit("order_created", order=order)
    shop.emit("order_fully_paid", order=order)
    for fulfillment in order.fulfillments:
        shop.emit("fulfillment_created", fulfillment=fulfillment, order=order)
    if order.status == "FULFILLED":
        shop.emit("order_fulfilled", order=order)
    shop.emit("order_updated", order=order)


def _line(shop: Shop, item: Item, currency: str) -> OrderLine:
    variant = variant_of(shop.state, item.product, item.variant)
    rate = Decimal(item.rate)

    def price(text: str) -> Decimal:
        return quantize(Decimal(text), currency)

    unit, product = price(item.unit), variant.product
    return OrderLine(
        id=new_uuid_id("OrderLine"),
        product_name=product.name,
        variant_name=variant.name,
        product_sku=variant.sku,
        quantity=item.quantity,
        unit_price=taxed(unit, rate, currency),
        total_price=taxed(price(item.total) if item.total else unit * item.quantity, rate, currency),
        undiscounted_unit_price=taxed(price(item.was) if item.was else unit, rate, currency),
        tax_rate=rate,
        variant=None if item.is_deleted else variant,
        picture="" if item.is_deleted else product.slug,
        is_shipping_required=product.product_type.is_shipping_required,
        is_gift=item.is_gift,
        is_gift_card=product.product_type.kind == "GIFT_CARD",
    )


def _use_gift_card(shop: Shop, order: Order, amount: Decimal) -> None:
    empty, worth = order.money(ZERO), order.money(amount)
    card = GiftCard(
        shop.state.next_id("GiftCard"), new_code(), worth, empty, order.created, used_by_email=order.user_email
    )
    card.log.append(
        GiftCardEvent(shop.state.next_id("GiftCardEvent"), "USED_IN_ORDER", order.created, order, worth, empty)
    )
    shop.state.gift_cards[card.id] = card
    order.gift_cards.append(card)
    order.gift_card_paid = amount


def _pay(shop: Shop, order: Order, recipe: Recipe) -> None:
    amounts = [Decimal(text) for text in recipe.payments] or [order.total.gross.amount]
    if recipe.is_legacy:
        worth = Money(amounts[0], order.currency)
        order.payments = [Payment(shop.state.next_id("Payment"), "mirumee.payments.dummy", worth, worth.amount)]
        return
    for amount in amounts:
        transaction = Transaction(
            id=new_uuid_id("TransactionItem"),
            order=order,
            name="Dummy card" if len(amounts) == 1 else f"Card {amount}",
            psp_reference=f"psp-charge-{secrets.token_hex(5)}",
            currency=order.currency,
            created_at=order.created,
            has_refund_webhook=recipe.has_refund_webhook,
        )
        manual = "Manual adjustment of the transaction."
        add_event(shop, transaction, kind="CHARGE_SUCCESS", amount=amount, message=manual, at=order.created)
        recalculate(transaction)
        order.transactions.append(transaction)


def _send(shop: Shop, order: Order, recipe: Recipe) -> None:
    """One fulfillment a warehouse; a line that is split lies in several."""
    warehouses = list(shop.state.warehouses.values())
    sent = order.created + timedelta(hours=1)
    for index, warehouse in enumerate(warehouses):
        parts = [
            (line, (item.split or (item.quantity,))[index])
            for line, item in zip(order.lines, recipe.items, strict=True)
            if item.is_sent and index < len(item.split or (item.quantity,))
        ]
        parts = [(line, quantity) for line, quantity in parts if quantity]
        if not parts:
            continue
        number = len(order.fulfillments) + 1
        made = Fulfillment(
            shop.state.next_id("Fulfillment"), "FULFILLED", sent, number, f"TRACK-{order.number}-{number}"
        )
        for line, quantity in parts:
            line_id = shop.state.next_id("FulfillmentLine")
            made.lines.append(FulfillmentLine(line_id, line, quantity, warehouse, made))
            line.quantity_fulfilled += quantity
        shop.state.add_fulfillment(order, made)
    refresh_status(shop, order)
    order.updated_at = sent
