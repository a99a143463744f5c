"""Vouchers: as in Saleor, one is worth nothing until it is listed in a channel, and a code is taken once in the whole shop."""

from __future__ import annotations

from typing import Any

from demo.shop.asked import Asked
from demo.shop.errors import Refused, not_found
from demo.shop.ids import global_id
from demo.shop.model.vouchers import Voucher
from demo.shop.resolvers.connections import connection
from demo.shop.resolvers.gift_cards import new_code
from demo.shop.resolvers.kinds import Fields, Resolvers


def _create(asked: Asked, input: dict[str, Any]) -> dict[str, Any]:
    state = asked.shop.state
    codes = [code or new_code() for code in input.get("addCodes") or [input.get("code") or ""]]
    if len(set(codes)) < len(codes):
        raise Refused("addCodes", "DUPLICATED_INPUT_ITEM", "Duplicated promo codes provided.")
    with asked.shop.lock:
        taken = {code for voucher in state.vouchers.values() for code in voucher.codes}
        if not taken.union(card.code for card in state.gift_cards.values()).isdisjoint(codes):
            raise Refused("addCodes", "ALREADY_EXISTS", "Promo code already exists.")
        made = Voucher(
            id=state.next_id("Voucher"),
            name=input.get("name") or "",
            type=input.get("type") or "ENTIRE_ORDER",
            discount_value_type=input.get("discountValueType") or "FIXED",
            codes=codes,
            start_date=asked.shop.clock.now(),
            usage_limit=input.get("usageLimit"),
            single_use=bool(input.get("singleUse")),
            apply_once_per_customer=bool(input.get("applyOncePerCustomer")),
        )
        state.vouchers[made.id] = made
    return {"voucher": made}


def _list(asked: Asked, id: str, input: dict[str, Any]) -> dict[str, Any]:
    found = asked.shop.state.vouchers.get(id)
    if found is None:
        raise not_found("id", id)
    for channel in input.get("removeChannels") or []:
        found.listings.pop(channel, None)
    for listing in input.get("addChannels") or []:
        if all(channel.id != listing["channelId"] for channel in asked.shop.state.channels.values()):
            raise not_found("addChannels", listing["channelId"])
        if listing.get("discountValue") is None:
            raise Refused("discountValue", "REQUIRED", "Value is required for voucher.")
        found.listings[listing["channelId"]] = listing["discountValue"]
    return {"voucher": found}


def _vouchers(_root: object, info: Any, **arguments: Any) -> dict[str, Any]:
    info.context.require("MANAGE_DISCOUNTS")
    said = str((arguments.get("filter") or {}).get("search") or "").lower()
    found = [
        voucher
        for voucher in info.context.shop.state.vouchers.values()
        if said in voucher.name.lower() or any(said in code.lower() for code in voucher.codes)
    ]
    return connection(found, arguments)


def _codes(voucher: Voucher, _info: Any, **arguments: Any) -> dict[str, Any]:
    codes = [{"id": global_id("VoucherCode", code), "code": code} for code in voucher.codes]
    return connection(codes, arguments)


def _listings(voucher: Voucher, info: Any) -> list[dict[str, Any]]:
    channels = [item for item in info.context.shop.state.channels.values() if item.id in voucher.listings]
    return [
        {
            "id": global_id("VoucherChannelListing", f"{voucher.id}{channel.id}"),
            "channel": channel,
            "discountValue": float(voucher.listings[channel.id]),
            "currency": channel.currency_code,
        }
        for channel in channels
    ]


FIELDS: Fields = {"Voucher": {"codes": _codes, "channelListings": _listings}}
QUERY: Resolvers = {"vouchers": _vouchers}
MUTATION: Resolvers = {"voucherCreate": _create, "voucherChannelListingUpdate": _list}
