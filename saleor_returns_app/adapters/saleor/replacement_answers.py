"""Answers about variants, and about the orders that are made for a case."""

from __future__ import annotations

from .answers import Answer, Node, Payload
from .order_answers import Amount, AmountIn, Gross, OrderAddress, Taxed


class Image(Answer):
    url: str


class ListingChannel(Answer):
    slug: str


class Listing(Answer):
    is_published: bool
    is_available_for_purchase: bool | None
    channel: ListingChannel


class VariantProduct(Answer):
    id: str
    name: str
    thumbnail: Image | None
    channel_listings: tuple[Listing, ...] | None


class Price(Answer):
    gross: AmountIn


class Pricing(Answer):
    price: Price | None


class VariantNode(Answer):
    id: str
    name: str
    sku: str | None
    quantity_available: int | None
    pricing: Pricing | None
    product: VariantProduct


class VariantEdge(Answer):
    node: VariantNode


class VariantEdges(Answer):
    edges: tuple[VariantEdge, ...]


class ProductWithVariants(Answer):
    product_variants: VariantEdges | None


class ProductVariantsAnswer(Answer):
    product: ProductWithVariants | None


class VariantsAnswer(Answer):
    product_variants: VariantEdges | None


class WholeAddress(OrderAddress):
    city_area: str


class OriginalOrder(Answer):
    user_email: str | None
    language_code_enum: str
    user: Node | None
    channel: Node
    billing_address: WholeAddress | None
    shipping_address: WholeAddress | None


class NodeEdge(Answer):
    node: Node


class NodeEdges(Answer):
    edges: tuple[NodeEdge, ...]


class OrderToReplaceAnswer(Answer):
    order: OriginalOrder | None
    product_variants: NodeEdges | None


class TaxConfiguration(Answer):
    prices_entered_with_tax: bool


class PricedChannel(Answer):
    currency_code: str
    tax_configuration: TaxConfiguration


class WithTax(Taxed):
    tax: Amount


class Discount(Answer):
    id: str
    type: str
    amount: Amount


class UnitsLine(Answer):
    quantity: int
    quantity_fulfilled: int


class Parcel(Answer):
    status: str
    tracking_number: str


class ReplacementFields(Answer):
    id: str
    number: str
    status: str
    is_shipping_required: bool
    shipping_method_name: str | None
    channel: PricedChannel
    total: WithTax
    undiscounted_total: Gross
    total_charged: Amount
    total_authorized: Amount
    discounts: tuple[Discount, ...]
    lines: tuple[UnitsLine, ...]
    fulfillments: tuple[Parcel, ...]


class ReplacementAnswer(Answer):
    order: ReplacementFields | None


class ReplacementEdge(Answer):
    node: ReplacementFields


class ReplacementEdges(Answer):
    edges: tuple[ReplacementEdge, ...]


class FindReplacementsAnswer(Answer):
    orders: ReplacementEdges | None
    draft_orders: ReplacementEdges | None


class ShippingMethod(Answer):
    id: str
    active: bool
    price: Amount


class OrderShippingMethods(Answer):
    is_shipping_required: bool
    shipping_methods: tuple[ShippingMethod, ...]


class ShippingMethodsAnswer(Answer):
    order: OrderShippingMethods | None


class ReplacementPayload(Payload):
    order: ReplacementFields | None


class NodePayload(Payload):
    order: Node | None


class CreateDraftOrderAnswer(Answer):
    draft_order_create: ReplacementPayload | None


class ChooseShippingAnswer(Answer):
    order_update_shipping: NodePayload | None


class AddOrderDiscountAnswer(Answer):
    order_discount_add: ReplacementPayload | None


class DeleteOrderDiscountAnswer(Answer):
    order_discount_delete: ReplacementPayload | None


class CompleteDraftOrderAnswer(Answer):
    draft_order_complete: NodePayload | None


class DeleteDraftOrderAnswer(Answer):
    draft_order_delete: NodePayload | None


class CancelOrderAnswer(Answer):
    order_cancel: NodePayload | None
