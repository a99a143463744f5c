"""The answer to the Order and Orders documents (fragment OrderFields)."""

from __future__ import annotations

from decimal import Decimal

from pydantic import AwareDatetime

from saleor_returns_app.domain.orders import FulfillmentStatus, GrantStatus

from .answers import Answer, Channel, Node, PageInfo


class Amount(Answer):
    amount: Decimal


class AmountIn(Amount):
    currency: str


class Gross(Answer):
    gross: Amount


class Taxed(Gross):
    net: Amount


class MetadataItem(Answer):
    key: str
    value: str


class Person(Answer):
    id: str
    first_name: str
    last_name: str
    metadata: tuple[MetadataItem, ...]


class OrderChannel(Channel):
    currency_code: str


class Country(Answer):
    code: str


class OrderAddress(Answer):
    first_name: str
    last_name: str
    company_name: str
    street_address1: str
    street_address2: str
    city: str
    postal_code: str
    country_area: str
    country: Country
    phone: str | None


class CardBalance(Answer):
    current_balance: AmountIn
    old_current_balance: AmountIn | None


class CardEvent(Answer):
    order_id: str | None
    balance: CardBalance | None


class Card(Answer):
    last4_code_chars: str
    events: tuple[CardEvent, ...]


class Image(Answer):
    url: str


class ProductType(Answer):
    id: str
    slug: str
    kind: str


class Slug(Answer):
    slug: str


class SlugEdge(Answer):
    node: Slug


class SlugEdges(Answer):
    edges: tuple[SlugEdge, ...]


class Category(Answer):
    id: str
    slug: str
    ancestors: SlugEdges | None


class Product(Answer):
    id: str
    metadata: tuple[MetadataItem, ...]
    category: Category | None
    collections: tuple[Slug, ...] | None
    product_type: ProductType


class Variant(Answer):
    id: str
    metadata: tuple[MetadataItem, ...]
    product: Product


class Line(Answer):
    id: str
    product_name: str
    variant_name: str
    product_sku: str | None
    quantity: int
    is_shipping_required: bool
    is_gift: bool | None
    unit_price: Gross
    undiscounted_unit_price: Gross
    total_price: Taxed
    thumbnail: Image | None
    variant: Variant | None


class FulfilledLine(Answer):
    id: str
    quantity: int
    order_line: Node | None


class OrderFulfillment(Answer):
    id: str
    status: FulfillmentStatus
    created: AwareDatetime
    tracking_number: str
    metadata: tuple[MetadataItem, ...]
    warehouse: Node | None
    lines: tuple[FulfilledLine, ...] | None


class Event(Answer):
    id: str
    type: str | None
    psp_reference: str
    message: str
    created_at: AwareDatetime
    amount: Amount


class OrderTransaction(Answer):
    id: str
    name: str
    psp_reference: str
    actions: tuple[str, ...]
    charged_amount: Amount
    refunded_amount: Amount
    refund_pending_amount: Amount
    events: tuple[Event, ...]


class GrantLine(Answer):
    quantity: int
    order_line: Node


class Grant(Answer):
    id: str
    status: GrantStatus
    created_at: AwareDatetime
    reason: str | None
    shipping_costs_included: bool
    amount: Amount
    lines: tuple[GrantLine, ...] | None
    transaction: Node | None
    transaction_events: tuple[Event, ...] | None


class LegacyPayment(Answer):
    id: str
    gateway: str
    is_active: bool
    charge_status: str
    captured_amount: Amount | None
    available_refund_amount: Amount | None


class OrderFields(Answer):
    id: str
    number: str
    status: str
    charge_status: str
    created: AwareDatetime
    updated_at: AwareDatetime
    user_email: str | None
    language_code_enum: str
    user: Person | None
    channel: OrderChannel
    metadata: tuple[MetadataItem, ...]
    shipping_address: OrderAddress | None
    billing_address: OrderAddress | None
    total: Gross
    shipping_price: Taxed
    total_charged: Amount
    total_refunded: Amount
    gift_cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    fulfillments: tuple[OrderFulfillment, ...]
    transactions: tuple[OrderTransaction, ...]
    granted_refunds: tuple[Grant, ...]
    payments: tuple[LegacyPayment, ...]


class OrderAnswer(Answer):
    order: OrderFields | None


class OrderEdge(Answer):
    node: OrderFields


class OrderEdges(Answer):
    page_info: PageInfo
    total_count: int | None = None
    edges: tuple[OrderEdge, ...]


class OrdersAnswer(Answer):
    orders: OrderEdges | None
