"""Products and variants as a channel sells them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from demo.shop.model.catalogue import Channel, Product, SoldProduct, SoldVariant, Variant
from demo.shop.money import TaxedMoney
from demo.shop.resolvers.connections import connection
from demo.shop.resolvers.kinds import Fields, Resolvers
from demo.shop.state import State

#: Units of one variant that Saleor sells at once.
AT_ONCE = 50


def _channel(state: State, slug: str | None) -> Channel | None:
    return next((channel for channel in state.channels.values() if channel.slug == slug), None)


def _values(item: Product | Variant) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


def _product(
    _root: object, info: Any, id: str | None = None, channel: str | None = None, **_: Any
) -> SoldProduct | None:
    state = info.context.shop.state
    found = next((variant.product for variant in state.variants.values() if variant.product.id == id), None)
    return SoldProduct(**_values(found), channel=_channel(state, channel)) if found else None


def _of_product(product: Product, info: Any, **arguments: Any) -> dict[str, Any]:
    channel = product.channel if isinstance(product, SoldProduct) else None
    found = [item for item in info.context.shop.state.variants.values() if item.product.id == product.id]
    return _page(found, channel, arguments)


def _variants(
    _root: object, info: Any, ids: list[str] | None = None, channel: str | None = None, **arguments: Any
) -> dict[str, Any]:
    state = info.context.shop.state
    found = [item for item in state.variants.values() if ids is None or item.id in ids]
    return _page(found, _channel(state, channel), arguments)


def _page(variants: list[Variant], channel: Channel | None, arguments: dict[str, Any]) -> dict[str, Any]:
    wanted = arguments.get("filter") or {}
    text = (wanted.get("search") or "").lower()
    sold = [
        SoldVariant(**_values(item), channel=channel)
        for item in variants
        if text in f"{item.product.name}\n{item.name}\n{item.sku or ''}".lower()
        and (wanted.get("sku") is None or item.sku in wanted["sku"])
    ]
    return connection(sold, arguments)


def _pricing(variant: Variant, _info: Any, **_: Any) -> dict[str, TaxedMoney] | None:
    channel = variant.channel if isinstance(variant, SoldVariant) else None
    return {"price": channel.tax(variant.price)} if channel else None


def _quantity_available(variant: Variant, info: Any, **_: Any) -> int:
    state: State = info.context.shop.state
    return min(state.free(variant), AT_ONCE)


def _listings(_product: Product, info: Any) -> list[dict[str, Any]]:
    channels = info.context.shop.state.channels.values()
    return [{"channel": channel, "isPublished": True, "isAvailableForPurchase": True} for channel in channels]


FIELDS: Fields = {
    "Product": {
        "productVariants": _of_product,
        "channelListings": _listings,
        "thumbnail": lambda product, info, size=None: {
            "url": f"{info.context.shop.base_url}/pictures/{product.slug}.svg",
            "alt": product.name,
        },
    },
    "ProductVariant": {"pricing": _pricing, "quantityAvailable": _quantity_available},
    "Category": {"ancestors": lambda category, _info, **page: connection(category.above, page)},
}
QUERY: Resolvers = {"product": _product, "productVariants": _variants}
