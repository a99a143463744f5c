"""A Saleor order as the app reads it: what lists, policy, quotes and refunds need, and nothing else.

Saleor stays the source of truth; these are snapshots of one read. Ids are Saleor's global ids.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .money import Money, total


class FulfillmentStatus(StrEnum):
    FULFILLED = "FULFILLED"
    REFUNDED = "REFUNDED"
    RETURNED = "RETURNED"
    REPLACED = "REPLACED"
    REFUNDED_AND_RETURNED = "REFUNDED_AND_RETURNED"
    CANCELED = "CANCELED"
    WAITING_FOR_APPROVAL = "WAITING_FOR_APPROVAL"


#: The units are with the shopper: they can be announced, and Saleor lets them be returned from such a fulfillment.
WITH_SHOPPER = frozenset({FulfillmentStatus.FULFILLED, FulfillmentStatus.REFUNDED})
RETURNED = frozenset(
    {
        FulfillmentStatus.RETURNED,
        FulfillmentStatus.REFUNDED_AND_RETURNED,
        FulfillmentStatus.REPLACED,
    }
)


class GrantStatus(StrEnum):
    NONE = "NONE"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    id: str
    product_name: str
    variant_name: str
    sku: str | None
    quantity: int
    unit_gross: Money  # rounded for show: never multiply it
    undiscounted_unit_gross: Money
    total_gross: Money  # what the line was worth after all discounts
    total_net: Money
    is_shipping_required: bool
    is_gift_card: bool = False
    is_gift: bool = False  # given by the shop on top
    image_url: str | None = None
    variant_id: str | None = None  # None: the variant was deleted since
    product_id: str | None = None
    product_type_id: str | None = None
    category_id: str | None = None
    product_type_slug: str = ""
    category_slugs: tuple[str, ...] = ()  # its own, then its ancestors, nearest first
    collection_slugs: tuple[str, ...] = ()
    product_metadata: dict[str, str] = field(default_factory=dict)
    variant_metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentLine:
    id: str  # changes when Saleor moves the line: resolve at the moment of writing
    order_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    id: str
    status: FulfillmentStatus
    created: datetime
    tracking_number: str
    warehouse_id: str | None
    lines: tuple[FulfillmentLine, ...]
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEvent:
    id: str
    type: str  # Saleor's TransactionEventTypeEnum; an unknown one is kept as it is
    amount: Money
    psp_reference: str
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A transaction item: one payment of the order. `charged` is what is still charged now (Saleor lowers it by refunds)."""

    id: str
    name: str
    psp_reference: str
    charged: Money
    refunded: Money
    refund_pending: Money
    actions: tuple[str, ...] = ()
    events: tuple[TransactionEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRefundLine:
    order_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRefund:
    id: str
    status: GrantStatus
    amount: Money
    reason: str
    shipping_included: bool
    created_at: datetime
    transaction_id: str | None
    lines: tuple[GrantedRefundLine, ...] = ()
    events: tuple[TransactionEvent, ...] = ()  # those of this grant only


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A legacy payment (no transactions on the order)."""

    id: str
    gateway: str
    is_active: bool
    charge_status: str
    captured: Money
    available_refund: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardUse:
    """A gift card spent at checkout, taken off `Order.total` but no transaction of its own."""

    last_code_chars: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    name: str = ""
    company: str = ""
    street_1: str = ""
    street_2: str = ""
    city: str = ""
    postal_code: str = ""
    country_area: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    phone: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """As it is written on a parcel: from the person to the country."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        said = (self.name, self.company, self.street_1, self.street_2, town, self.country_area, self.country)
        return tuple(line for line in (" ".join(part.split()) for part in said) if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: str
    number: str
    status: str
    charge_status: str
    created: datetime
    updated_at: datetime
    email: str
    customer_id: str | None
    customer_name: str
    language: str  # BCP 47, lower case: "en", "zh-hans"
    channel_slug: str
    currency: str
    total_gross: Money
    shipping_gross: Money
    shipping_net: Money
    total_charged: Money
    total_refunded: Money
    lines: tuple[OrderLine, ...]
    fulfillments: tuple[Fulfillment, ...]
    transactions: tuple[Transaction, ...]
    granted_refunds: tuple[GrantedRefund, ...]
    payments: tuple[Payment, ...]
    gift_cards: tuple[GiftCardUse, ...] = ()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    customer_metadata: dict[str, str] = field(default_factory=dict)

    def line(self, line_id: str) -> OrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def country(self) -> str:
        """Where it went to, as an ISO code; else where it was billed to, or nothing."""
        return next((found.country for found in (self.shipping_address, self.billing_address) if found), "")

    @property
    def legacy_payment(self) -> Payment | None:
        """The payment that Saleor's legacy refund reaches: the last active one."""
        return next((payment for payment in reversed(self.payments) if payment.is_active), None)

    def transaction(self, transaction_id: str) -> Transaction | None:
        return next((item for item in self.transactions if item.id == transaction_id), None)

    def grant(self, grant_id: str) -> GrantedRefund | None:
        return next((item for item in self.granted_refunds if item.id == grant_id), None)

    @property
    def worth(self) -> Money:
        """What goods and shipping were worth: lines plus shipping, never `total` (a gift card lowers that)."""
        return total((line.total_gross for line in self.lines), self.currency) + self.shipping_gross

    def quantities(self, statuses: frozenset[FulfillmentStatus]) -> Counter[str]:
        """Units per order line id that lie in fulfillments of these statuses."""
        found: Counter[str] = Counter()
        for fulfillment in self.fulfillments:
            if fulfillment.status in statuses:
                for line in fulfillment.lines:
                    found[line.order_line_id] += line.quantity
        return found
