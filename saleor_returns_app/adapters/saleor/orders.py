"""From Saleor's answer to `domain.orders.Order`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import (
    Address,
    Fulfillment,
    FulfillmentLine,
    GiftCardUse,
    GrantedRefund,
    GrantedRefundLine,
    Order,
    OrderLine,
    Payment,
    Transaction,
    TransactionEvent,
)
from saleor_returns_app.errors import SaleorRefused

from .order_answers import (
    Amount,
    Card,
    Category,
    Event,
    Grant,
    LegacyPayment,
    Line,
    MetadataItem,
    OrderAddress,
    OrderFields,
    OrderFulfillment,
    OrderTransaction,
)

_GIFT_CARD = "GIFT_CARD"
#: base64 of `ProductVariant:`. Core names a variant that has no name by its id; nobody wants to read that.
NAMED_BY_ID = "UHJvZHVjdFZhcmlhbnQ6"


class _Converter:
    """The parts of one order: all its amounts are in one currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def money(self, amount: Amount) -> Money:
        """Raises ValueError for an amount with more digits than the currency has."""
        return Money(amount.amount, self.currency)

    def for_show(self, amount: Amount) -> Money:
        # Unit prices are shown and never summed, so nobody gains or loses the cent.
        return Money.rounded(amount.amount, self.currency)

    def optional(self, amount: Amount | None) -> Money:
        return Money.zero(self.currency) if amount is None else self.money(amount)

    def line(self, line: Line) -> OrderLine:
        product = line.variant.product if line.variant else None
        category = product.category if product else None
        return OrderLine(
            id=line.id,
            product_name=line.product_name,
            variant_name="" if line.variant_name.startswith(NAMED_BY_ID) else line.variant_name,
            sku=line.product_sku,
            quantity=line.quantity,
            unit_gross=self.for_show(line.unit_price.gross),
            undiscounted_unit_gross=self.for_show(line.undiscounted_unit_price.gross),
            total_gross=self.money(line.total_price.gross),
            total_net=self.money(line.total_price.net),
            is_shipping_required=line.is_shipping_required,
            is_gift_card=product is not None and product.product_type.kind == _GIFT_CARD,
            is_gift=bool(line.is_gift),
            image_url=line.thumbnail.url if line.thumbnail else None,
            variant_id=line.variant.id if line.variant else None,
            product_id=product.id if product else None,
            product_type_id=product.product_type.id if product else None,
            category_id=category.id if category else None,
            product_type_slug=product.product_type.slug if product else "",
            category_slugs=_slugs(category) if category else (),
            collection_slugs=tuple(item.slug for item in (product.collections if product else None) or ()),
            product_metadata=_metadata(product.metadata) if product else {},
            variant_metadata=_metadata(line.variant.metadata) if line.variant else {},
        )

    def event(self, event: Event) -> TransactionEvent:
        return TransactionEvent(
            id=event.id,
            type=event.type or "",
            amount=self.money(event.amount),
            psp_reference=event.psp_reference,
            message=event.message,
            created_at=event.created_at,
        )

    def events(self, events: Iterable[Event] | None) -> tuple[TransactionEvent, ...]:
        return tuple(self.event(event) for event in events or ())

    def transaction(self, item: OrderTransaction) -> Transaction:
        return Transaction(
            id=item.id,
            name=item.name,
            psp_reference=item.psp_reference,
            charged=self.money(item.charged_amount),
            refunded=self.money(item.refunded_amount),
            refund_pending=self.money(item.refund_pending_amount),
            actions=item.actions,
            events=self.events(item.events),
        )

    def grant(self, grant: Grant) -> GrantedRefund:
        return GrantedRefund(
            id=grant.id,
            status=grant.status,
            amount=self.money(grant.amount),
            reason=grant.reason or "",
            shipping_included=grant.shipping_costs_included,
            created_at=grant.created_at,
            transaction_id=grant.transaction.id if grant.transaction else None,
            lines=tuple(
                GrantedRefundLine(order_line_id=line.order_line.id, quantity=line.quantity)
                for line in grant.lines or ()
            ),
            events=self.events(grant.transaction_events),
        )

    def payment(self, payment: LegacyPayment) -> Payment:
        return Payment(
            id=payment.id,
            gateway=payment.gateway,
            is_active=payment.is_active,
            charge_status=payment.charge_status,
            captured=self.optional(payment.captured_amount),
            available_refund=self.optional(payment.available_refund_amount),
        )

    def gift_card(self, card: Card, order_id: str) -> GiftCardUse | None:
        """What this order took from the card: the fall of its balance in the events that name the order."""
        taken = Decimal(0)
        for event in card.events:
            balance = event.balance
            if event.order_id == order_id and balance is not None and balance.old_current_balance is not None:
                taken += balance.old_current_balance.amount - balance.current_balance.amount
        if taken <= 0:
            return None
        return GiftCardUse(last_code_chars=card.last4_code_chars, amount=Money(taken, self.currency))


def _metadata(items: Iterable[MetadataItem]) -> dict[str, str]:
    return {item.key: item.value for item in items}


def _slugs(category: Category) -> tuple[str, ...]:
    """The category's own slug, then those above it, nearest first: Saleor lists ancestors from the root."""
    above = [edge.node.slug for edge in category.ancestors.edges] if category.ancestors else []
    return (category.slug, *reversed(above))


def _fulfillment(item: OrderFulfillment) -> Fulfillment:
    return Fulfillment(
        id=item.id,
        status=item.status,
        created=item.created,
        tracking_number=item.tracking_number,
        warehouse_id=item.warehouse.id if item.warehouse else None,
        metadata=_metadata(item.metadata),
        lines=tuple(
            FulfillmentLine(id=line.id, order_line_id=line.order_line.id, quantity=line.quantity)
            for line in item.lines or ()
            if line.order_line is not None
        ),
    )


def _address(item: OrderAddress) -> Address:
    return Address(
        name=f"{item.first_name} {item.last_name}".strip(),
        company=item.company_name,
        street_1=item.street_address1,
        street_2=item.street_address2,
        city=item.city,
        postal_code=item.postal_code,
        country_area=item.country_area,
        country=item.country.code,
        phone=item.phone or "",
    )


def to_order(answer: OrderFields) -> Order:
    """Raises SaleorRefused (UNREADABLE_AMOUNT) when an amount has more digits than its currency: it was not exact."""
    try:
        return _to_order(answer)
    except ValueError as error:
        raise SaleorRefused(f"order {answer.number}: {error}", codes=["UNREADABLE_AMOUNT"]) from error


def _to_order(answer: OrderFields) -> Order:
    convert = _Converter(answer.channel.currency_code)
    gift_cards = (convert.gift_card(card, answer.id) for card in answer.gift_cards)
    person = answer.user
    return Order(
        id=answer.id,
        number=answer.number,
        status=answer.status,
        charge_status=answer.charge_status,
        created=answer.created,
        updated_at=answer.updated_at,
        email=answer.user_email or "",
        customer_id=person.id if person else None,
        customer_name=f"{person.first_name} {person.last_name}".strip() if person else "",
        language=answer.language_code_enum.lower().replace("_", "-"),
        channel_slug=answer.channel.slug,
        currency=convert.currency,
        total_gross=convert.money(answer.total.gross),
        shipping_gross=convert.money(answer.shipping_price.gross),
        shipping_net=convert.money(answer.shipping_price.net),
        total_charged=convert.money(answer.total_charged),
        total_refunded=convert.money(answer.total_refunded),
        lines=tuple(convert.line(line) for line in answer.lines),
        fulfillments=tuple(_fulfillment(item) for item in answer.fulfillments),
        transactions=tuple(convert.transaction(item) for item in answer.transactions),
        granted_refunds=tuple(convert.grant(grant) for grant in answer.granted_refunds),
        payments=tuple(convert.payment(payment) for payment in answer.payments),
        gift_cards=tuple(use for use in gift_cards if use is not None),
        shipping_address=_address(answer.shipping_address) if answer.shipping_address else None,
        billing_address=_address(answer.billing_address) if answer.billing_address else None,
        metadata=_metadata(answer.metadata),
        customer_metadata=_metadata(person.metadata) if person else {},
    )
