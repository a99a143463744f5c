"""Vouchers: made with a code of ours, then listed in the one channel where they are worth something."""

from __future__ import annotations

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused, SaleorUnavailable, SaleorUnclear
from saleor_returns_app.services.ports import ShopConnection, Voucher, VoucherRequest

from . import operations
from .gateway import Gateway
from .refusals import raise_refusal
from .voucher_answers import VoucherNode, VouchersAnswer


class VoucherCalls:
    """The part of the client that gives vouchers."""

    _gateway: Gateway

    def find_voucher(self, shop: ShopConnection, *, code: str, channel: str) -> Voucher | None:
        answer = self._ask(shop, code=code, channel=channel)
        if answer.vouchers is None:
            raise SaleorUnavailable()
        # The search also finds what only contains the text.
        found = next((edge.node for edge in answer.vouchers.edges if _has(edge.node, code)), None)
        if found is None:
            return None
        listed = {listing.channel.id for listing in found.channel_listings or ()}
        return Voucher(id=found.id, is_listed=answer.channel is not None and answer.channel.id in listed)

    def create_voucher(self, shop: ShopConnection, wanted: VoucherRequest) -> str:
        given = {
            "addCodes": [wanted.code],
            "name": wanted.name,
            "type": "ENTIRE_ORDER",
            "discountValueType": "FIXED",
            "singleUse": True,
            "usageLimit": 1,
            "applyOncePerCustomer": True,
            "applyOncePerOrder": False,
            "onlyForStaff": False,
        }
        payload = self._gateway.write(shop, operations.CREATE_VOUCHER, {"input": given}).voucher_create
        if payload is None:
            raise SaleorUnclear()
        raise_refusal(payload.errors)
        if payload.voucher is None:
            raise SaleorUnclear()
        return payload.voucher.id

    def list_voucher(self, shop: ShopConnection, voucher_id: str, *, channel: str, amount: Money) -> None:
        if amount.amount <= 0:
            raise SaleorRefused("a voucher must be worth more than zero", codes=["AMOUNT_NOT_POSITIVE"])
        sold_in = self._ask(shop, code=voucher_id, channel=channel).channel
        if sold_in is None:
            raise SaleorRefused(f"the channel {channel} is gone", codes=["CHANNEL_GONE"])
        if sold_in.currency_code != amount.currency:
            text = f"the channel {channel} sells in {sold_in.currency_code}, not in {amount.currency}"
            raise SaleorRefused(text, codes=["OTHER_CURRENCY"])
        listing = {"channelId": sold_in.id, "discountValue": str(amount.amount)}
        variables = {"id": voucher_id, "input": {"addChannels": [listing]}}
        payload = self._gateway.write(shop, operations.LIST_VOUCHER, variables).voucher_channel_listing_update
        if payload is None:
            raise SaleorUnclear()
        raise_refusal(payload.errors)

    def _ask(self, shop: ShopConnection, *, code: str, channel: str) -> VouchersAnswer:
        return self._gateway.read(shop, operations.VOUCHERS, {"code": code, "channel": channel})


def _has(voucher: VoucherNode, code: str) -> bool:
    return voucher.codes is not None and any(edge.node.code == code for edge in voucher.codes.edges)
