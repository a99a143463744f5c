"""Orders, their lines and fulfillments, and what Saleor derives from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from demo.shop.model.accounts import Address, User
from demo.shop.model.catalogue import Channel, Variant, Warehouse
from demo.shop.model.payments import ZERO, GrantedRefund, Payment, Transaction
from demo.shop.money import Money, TaxedMoney

if TYPE_CHECKING:
    from demo.shop.model.apps import App


@dataclass(slots=True, eq=False)
class OrderLine:
    """A line as it was bought: prices are stored, never worked out again."""

    id: str
    product_name: str
    variant_name: str
    product_sku: str | None
    quantity: int
    unit_price: TaxedMoney
    total_price: TaxedMoney
    undiscounted_unit_price: TaxedMoney
    tax_rate: Decimal
    variant: Variant | None
    picture: str
    is_shipping_required: bool = True
    is_gift: bool = False
    is_gift_card: bool = False
    base_unit: Decimal | None = None  # of a draft: the price as it was entered
    quantity_fulfilled: int = 0
    metadata_items: dict[str, str] = field(default_factory=dict)

    @property
    def unit_discount(self) -> Money:
        """Zero: order-level discounts are spread into the prices and not shown here."""
        return Money(ZERO, self.unit_price.currency)

    @property
    def undiscounted_total_price(self) -> TaxedMoney:
        unit, count = self.undiscounted_unit_price, self.quantity
        return TaxedMoney(
            Money(unit.net.amount * count, unit.currency), Money(unit.gross.amount * count, unit.currency)
        )

    @property
    def quantity_to_fulfill(self) -> int:
        return self.quantity - self.quantity_fulfilled

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.metadata_items.items()]


@dataclass(slots=True, eq=False)
class FulfillmentLine:
    id: str
    order_line: OrderLine
    quantity: int
    warehouse: Warehouse | None
    fulfillment: Fulfillment
    reason: str = ""


@dataclass(slots=True, eq=False)
class Fulfillment:
    id: str
    status: str
    created: datetime
    number: int
    tracking_number: str = ""
    lines: list[FulfillmentLine] = field(default_factory=list)
    total_refund: Decimal | None = None
    reason: str = ""
    metadata_items: dict[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Warehouse | None:
        """Of the first line: a fulfillment knows no warehouse of its own."""
        return self.lines[0].warehouse if self.lines else None

    @property
    def fulfillment_order(self) -> int:
        return self.number

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.metadata_items.items()]


@dataclass(slots=True, frozen=True)
class OrderDiscount:
    type: str
    value_type: str
    value: Decimal
    amount: Money
    name: str
    reason: str = ""
    id: str = ""


@dataclass(slots=True, frozen=True)
class OrderEvent:
    id: str
    date: datetime
    type: str
    message: str | None = None
    user: User | None = None
    app: App | None = None
    amount: Decimal | None = None


@dataclass(slots=True, eq=False)
class GiftCardEvent:
    id: str
    type: str
    date: datetime
    order: Order | None
    old_balance: Money | None
    balance: Money


@dataclass(slots=True, eq=False)
class GiftCard:
    id: str
    code: str
    initial_balance: Money
    current_balance: Money
    created: datetime
    is_active: bool = True
    used_by_email: str | None = None
    log: list[GiftCardEvent] = field(default_factory=list)
    metadata_items: dict[str, str] = field(default_factory=dict)

    @property
    def last4_code_chars(self) -> str:
        return self.code[-4:]

    @property
    def display_code(self) -> str:
        return self.last4_code_chars

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.metadata_items.items()]


@dataclass(slots=True, eq=False)
class Invoice:
    """A document of an order, at an address of whoever made it."""

    id: str
    number: str
    url: str
    created_at: datetime
    status: str = "SUCCESS"


@dataclass(slots=True, eq=False)
class Order:
    """An order of the shop. Its total is lines plus shipping, less what gift cards paid at checkout."""

    id: str
    number: str
    created: datetime
    updated_at: datetime
    channel: Channel
    user: User | None
    user_email: str
    shipping_address: Address | None
    shipping_price: TaxedMoney
    shipping_method_name: str | None
    language_code: str = "EN"
    status: str = "UNFULFILLED"
    origin: str = "CHECKOUT"
    original: str | None = None
    story: str = ""
    shipping_method: object | None = None
    lines: list[OrderLine] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    granted_refunds: list[GrantedRefund] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    discounts: list[OrderDiscount] = field(default_factory=list)
    events: list[OrderEvent] = field(default_factory=list)
    gift_cards: list[GiftCard] = field(default_factory=list)
    metadata_items: dict[str, str] = field(default_factory=dict)
    gift_card_paid: Decimal = ZERO
    base_shipping: Decimal | None = None  # of a draft: the price as it was entered
    invoices: list[Invoice] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.channel.currency_code

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.channel.currency_code)

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.metadata_items.items()]

    @property
    def language_code_enum(self) -> str:
        return self.language_code

    @property
    def billing_address(self) -> Address | None:
        return self.shipping_address

    @property
    def is_shipping_required(self) -> bool:
        return any(line.is_shipping_required for line in self.lines)

    @property
    def subtotal(self) -> TaxedMoney:
        net = sum((line.total_price.net.amount for line in self.lines), ZERO)
        gross = sum((line.total_price.gross.amount for line in self.lines), ZERO)
        return TaxedMoney(self.money(net), self.money(gross))

    @property
    def total(self) -> TaxedMoney:
        subtotal, shipping, card = self.subtotal, self.shipping_price, self.gift_card_paid
        return TaxedMoney(
            self.money(max(subtotal.net.amount + shipping.net.amount - card, ZERO)),
            self.money(subtotal.gross.amount + shipping.gross.amount - card),
        )

    @property
    def undiscounted_total(self) -> TaxedMoney:
        """Nothing when everything was taken off: Saleor loses sight of it then."""
        if self.discounts and not self.total.gross.amount:
            return TaxedMoney(self.money(ZERO), self.money(ZERO))
        shipping = self.shipping_price
        if self.base_shipping is not None:
            shipping = self.channel.tax(self.base_shipping)
        parts = [shipping, *(line.undiscounted_total_price for line in self.lines)]
        net, gross = (sum((getattr(part, side).amount for part in parts), ZERO) for side in ("net", "gross"))
        return TaxedMoney(self.money(net), self.money(gross))

    @property
    def total_authorized(self) -> Money:
        return self.money(ZERO)

    @property
    def total_charged(self) -> Money:
        by_transactions = sum((item.charged for item in self.transactions), ZERO)
        return self.money(by_transactions + sum((payment.captured for payment in self.payments), ZERO))

    @property
    def due(self) -> Money:
        """What is still to be paid; nothing before the order is placed and after it ended."""
        if self.status in ("DRAFT", "CANCELED", "EXPIRED") or self.charge_status not in ("NONE", "PARTIAL"):
            return self.money(ZERO)
        return self.money(max(self.total.gross.amount - self.total_charged.amount, ZERO))

    @property
    def total_refunded(self) -> Money:
        by_transactions = sum((item.refunded for item in self.transactions), ZERO)
        return self.money(by_transactions + sum((sum(payment.refunds, ZERO) for payment in self.payments), ZERO))

    @property
    def total_refund_pending(self) -> Money:
        return self.money(sum((item.refund_pending for item in self.transactions), ZERO))

    @property
    def total_granted_refund(self) -> Money:
        return self.money(sum((grant.amount.amount for grant in self.granted_refunds), ZERO))

    @property
    def total_remaining_grant(self) -> Money:
        """What was granted and is not on its way; below zero for legacy refunds, which need no grant."""
        granted = min(self.total_granted_refund.amount, self.total.gross.amount)
        if self.payments and self.payments[-1].is_active:
            return self.money(granted - sum(self.payments[-1].refunds, ZERO))
        moved = self.total_refunded.amount + self.total_refund_pending.amount
        overpaid = sum((item.charged for item in self.transactions), ZERO) + moved - self.total.gross.amount
        return self.money(max(granted - max(moved - overpaid, ZERO), ZERO))

    @property
    def charge_status(self) -> str:
        """Against total less everything granted, paid or not: a grant makes an order OVERCHARGED until it is paid."""
        charged = self.total_charged.amount
        if not self.transactions and not self.payments:
            return "NONE"  # an order that costs nothing is never charged
        owed = max(self.total.gross.amount - self.total_granted_refund.amount, ZERO)
        if charged == owed:
            return "FULL"
        if charged <= 0:
            return "NONE"
        return "PARTIAL" if charged < owed else "OVERCHARGED"

    @property
    def payment_status(self) -> str:
        total = self.total.gross.amount
        by_fulfillments = sum((item.total_refund or ZERO for item in self.fulfillments), ZERO)
        if by_fulfillments and by_fulfillments == total:
            return "FULLY_REFUNDED"
        if not self.transactions:
            unpaid = "FULLY_CHARGED" if total == 0 else "NOT_CHARGED"
            return self.payments[-1].charge_status if self.payments else unpaid
        charged, owed = self.total_charged.amount, total - self.total_granted_refund.amount
        if charged >= owed:
            return "FULLY_CHARGED"
        return "PARTIALLY_CHARGED" if charged > 0 else "NOT_CHARGED"

    @property
    def authorize_status(self) -> str:
        return {"FULL": "FULL", "OVERCHARGED": "FULL", "PARTIAL": "PARTIAL", "NONE": "NONE"}[self.charge_status]

    @property
    def is_paid(self) -> bool:
        return self.total_charged.amount >= self.total.gross.amount
