"""Each document tied to the model of its answer. This is the list that the tests hold against Saleor's schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from . import answers, order_answers, replacement_answers, voucher_answers
from .answers import Answer
from .documents import DOCUMENTS, Document

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Operation(Generic[A]):
    document: Document
    answer: type[A]


def _operation(name: str, answer: type[A]) -> Operation[A]:
    return Operation(DOCUMENTS[name], answer)


APP = _operation("App", answers.AppAnswer)
SHOP = _operation("Shop", answers.ShopAnswer)
ORDER = _operation("Order", order_answers.OrderAnswer)
ORDERS = _operation("Orders", order_answers.OrdersAnswer)
ORDER_NOTES = _operation("OrderNotes", answers.OrderNotesAnswer)
INVOICES = _operation("Invoices", answers.InvoicesAnswer)
SHOPPER = _operation("Shopper", answers.ShopperAnswer)
STAFF_MEMBER = _operation("StaffMember", answers.StaffMemberAnswer)
REFUND_SETTINGS = _operation("RefundSettings", answers.RefundSettingsAnswer)
STOCK = _operation("Stock", answers.StockAnswer)
GIFT_CARDS = _operation("GiftCards", answers.GiftCardsAnswer)
VOUCHERS = _operation("Vouchers", voucher_answers.VouchersAnswer)
WAREHOUSES = _operation("Warehouses", answers.WarehousesAnswer)
PRODUCT_VARIANTS = _operation("ProductVariants", replacement_answers.ProductVariantsAnswer)
VARIANTS = _operation("Variants", replacement_answers.VariantsAnswer)
ORDER_TO_REPLACE = _operation("OrderToReplace", replacement_answers.OrderToReplaceAnswer)
REPLACEMENT = _operation("Replacement", replacement_answers.ReplacementAnswer)
FIND_REPLACEMENTS = _operation("FindReplacements", replacement_answers.FindReplacementsAnswer)
SHIPPING_METHODS = _operation("ShippingMethods", replacement_answers.ShippingMethodsAnswer)

GRANT_REFUND = _operation("GrantRefund", answers.GrantRefundAnswer)
REQUEST_REFUND = _operation("RequestRefund", answers.RequestRefundAnswer)
RETURN_PRODUCTS = _operation("ReturnProducts", answers.ReturnProductsAnswer)
REFUND_LEGACY_ORDER = _operation("RefundLegacyOrder", answers.RefundLegacyOrderAnswer)
ADD_ORDER_NOTE = _operation("AddOrderNote", answers.AddOrderNoteAnswer)
CREATE_INVOICE = _operation("CreateInvoice", answers.CreateInvoiceAnswer)
UPDATE_ORDER_METADATA = _operation("UpdateOrderMetadata", answers.UpdateOrderMetadataAnswer)
CREATE_GIFT_CARD = _operation("CreateGiftCard", answers.CreateGiftCardAnswer)
CREATE_VOUCHER = _operation("CreateVoucher", voucher_answers.CreateVoucherAnswer)
LIST_VOUCHER = _operation("ListVoucher", voucher_answers.ListVoucherAnswer)
SET_STOCK = _operation("SetStock", answers.SetStockAnswer)
DELETE_PRIVATE_METADATA = _operation("DeletePrivateMetadata", answers.DeletePrivateMetadataAnswer)
CREATE_DRAFT_ORDER = _operation("CreateDraftOrder", replacement_answers.CreateDraftOrderAnswer)
CHOOSE_SHIPPING = _operation("ChooseShipping", replacement_answers.ChooseShippingAnswer)
ADD_ORDER_DISCOUNT = _operation("AddOrderDiscount", replacement_answers.AddOrderDiscountAnswer)
DELETE_ORDER_DISCOUNT = _operation("DeleteOrderDiscount", replacement_answers.DeleteOrderDiscountAnswer)
COMPLETE_DRAFT_ORDER = _operation("CompleteDraftOrder", replacement_answers.CompleteDraftOrderAnswer)
DELETE_DRAFT_ORDER = _operation("DeleteDraftOrder", replacement_answers.DeleteDraftOrderAnswer)
CANCEL_ORDER = _operation("CancelOrder", replacement_answers.CancelOrderAnswer)
REPORT_PROBLEM = _operation("ReportProblem", answers.ReportProblemAnswer)
DISMISS_PROBLEM = _operation("DismissProblem", answers.DismissProblemAnswer)

OPERATIONS: tuple[Operation[Answer], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Operation)
)
