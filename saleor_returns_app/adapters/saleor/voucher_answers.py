"""What Saleor answers about vouchers."""

from __future__ import annotations

from .answers import Answer, Payload


class VoucherCode(Answer):
    code: str | None


class VoucherCodeEdge(Answer):
    node: VoucherCode


class VoucherCodes(Answer):
    edges: tuple[VoucherCodeEdge, ...]


class ListedChannel(Answer):
    id: str


class VoucherListing(Answer):
    currency: str
    channel: ListedChannel


class VoucherNode(Answer):
    id: str
    codes: VoucherCodes | None
    channel_listings: tuple[VoucherListing, ...] | None


class VoucherEdge(Answer):
    node: VoucherNode


class VoucherEdges(Answer):
    edges: tuple[VoucherEdge, ...]


class SellingChannel(Answer):
    id: str
    currency_code: str


class VouchersAnswer(Answer):
    vouchers: VoucherEdges | None
    channel: SellingChannel | None


class MadeVoucher(Answer):
    id: str


class VoucherPayload(Payload):
    voucher: MadeVoucher | None


class CreateVoucherAnswer(Answer):
    voucher_create: VoucherPayload | None


class ListVoucherAnswer(Answer):
    voucher_channel_listing_update: VoucherPayload | None
