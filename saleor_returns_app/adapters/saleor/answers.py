"""Answers of Saleor, one frozen model a document. A test holds every field, list and null against the schemas."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Base of all answers: Saleor's camelCase outside, ours inside."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")


class Node(Answer):
    id: str


class LineError(Answer):
    line_id: str
    field: str | None
    code: str
    message: str | None


class MutationError(Answer):
    field: str | None
    code: str
    message: str | None


class GrantError(MutationError):
    lines: tuple[LineError, ...] | None


class NoteError(Answer):
    field: str | None
    code: str | None
    message: str | None


class App(Answer):
    id: str
    identifier: str | None


class AppAnswer(Answer):
    app: App | None


class Shop(Answer):
    name: str
    version: str


class ShopAnswer(Answer):
    shop: Shop


class Shopper(Answer):
    id: str
    email: str


class ShopperAnswer(Answer):
    me: Shopper | None


class Channel(Answer):
    slug: str


class StaffMember(Answer):
    id: str
    email: str
    is_staff: bool
    is_active: bool
    restricted_access_to_channels: bool
    accessible_channels: tuple[Channel, ...] | None


class StaffMemberAnswer(Answer):
    me: StaffMember | None


class RefundSettings(Answer):
    reason_reference_type: Node | None


class RefundSettingsAnswer(Answer):
    refund_settings: RefundSettings


class OrderEvent(Answer):
    type: str | None
    message: str | None


class OrderWithNotes(Answer):
    events: tuple[OrderEvent, ...]


class OrderNotesAnswer(Answer):
    order: OrderWithNotes | None


class Payload(Answer):
    """What every mutation answers at least."""

    errors: tuple[MutationError, ...]


class NotePayload(Answer):
    errors: tuple[NoteError, ...]


class Granted(Answer):
    id: str
    status: str


class GrantPayload(Answer):
    granted_refund: Granted | None
    errors: tuple[GrantError, ...]


class GrantRefundAnswer(Answer):
    order_grant_refund_create: GrantPayload | None
    note: NotePayload | None = None  # left out unless asked for


class RequestRefundPayload(Payload):
    transaction: Node | None


class RequestRefundAnswer(Answer):
    transaction_request_refund_for_granted_refund: RequestRefundPayload | None


class NewFulfillment(Answer):
    id: str
    status: str


class ReturnedOrder(Answer):
    id: str
    status: str


class ReturnPayload(Payload):
    return_fulfillment: NewFulfillment | None
    order: ReturnedOrder | None


class ReturnProductsAnswer(Answer):
    order_fulfillment_return_products: ReturnPayload | None
    note: NotePayload | None = None  # left out unless asked for


class AddOrderNoteAnswer(Answer):
    order_note_add: NotePayload | None


class Invoice(Answer):
    number: str | None


class OrderWithInvoices(Answer):
    invoices: tuple[Invoice, ...]


class InvoicesAnswer(Answer):
    order: OrderWithInvoices | None


class CreateInvoiceAnswer(Answer):
    invoice_create: Payload | None


class RefundLegacyOrderPayload(Payload):
    order: Node | None


class RefundLegacyOrderAnswer(Answer):
    order_refund: RefundLegacyOrderPayload | None


class UpdateOrderMetadataAnswer(Answer):
    update_metadata: Payload | None


class ReportProblemAnswer(Answer):
    app_problem_create: Payload | None


class DismissProblemAnswer(Answer):
    app_problem_dismiss: Payload | None


class Stock(Answer):
    quantity: int
    warehouse: Node


class VariantStock(Answer):
    id: str
    track_inventory: bool
    private_metafield: str | None
    stocks: tuple[Stock, ...] | None


class StockAnswer(Answer):
    product_variant: VariantStock | None


class WarehouseNode(Answer):
    id: str
    name: str


class WarehouseEdge(Answer):
    node: WarehouseNode


class PageInfo(Answer):
    has_next_page: bool
    end_cursor: str | None


class WarehouseEdges(Answer):
    edges: tuple[WarehouseEdge, ...]
    page_info: PageInfo


class WarehousesAnswer(Answer):
    warehouses: WarehouseEdges | None


class MarkedVariant(Answer):
    """Of `ProductVariant`; the fragment on it makes other objects answer without fields."""

    id: str | None = None
    stocks: tuple[Stock, ...] | None = None


class MarkPayload(Payload):
    item: MarkedVariant | None


class SetStockAnswer(Answer):
    begun: MarkPayload | None
    product_variant_stocks_update: Payload | None
    done: Payload | None


class DeletePrivateMetadataAnswer(Answer):
    delete_private_metadata: Payload | None


class GiftCardNode(Answer):
    id: str
    code: str


class GiftCardEdge(Answer):
    node: GiftCardNode


class GiftCardEdges(Answer):
    edges: tuple[GiftCardEdge, ...]


class GiftCardsAnswer(Answer):
    gift_cards: GiftCardEdges | None


class CreateGiftCardPayload(Payload):
    gift_card: GiftCardNode | None


class CreateGiftCardAnswer(Answer):
    gift_card_create: CreateGiftCardPayload | None
