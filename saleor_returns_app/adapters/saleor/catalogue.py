"""From Saleor's answers to the variants that a shopper can have instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused
from saleor_returns_app.services.ports import ShopConnection, Variant

from . import operations
from .gateway import Gateway
from .orders import NAMED_BY_ID
from .replacement_answers import VariantEdges, VariantNode

_MOST = 100


class CatalogueCalls:
    """The part of the client that reads the catalogue."""

    _gateway: Gateway

    def list_variants(
        self,
        shop: ShopConnection,
        *,
        channel: str,
        country: str,
        product_id: str = "",
        search: str = "",
        most: int = 50,
    ) -> tuple[Variant, ...]:
        wanted: dict[str, Any] = {
            "channel": channel,
            "address": {"country": country} if country else None,
            "first": min(most, _MOST),
        }
        if not product_id:
            return self._variants(shop, channel, {**wanted, "filter": {"search": search} if search else None})
        try:
            found = self._gateway.read(shop, operations.PRODUCT_VARIANTS, {**wanted, "product": product_id}).product
        except SaleorRefused as error:
            if "GraphQLError" in error.codes:  # not an id of a product at all
                return ()
            raise
        return _sold(found.product_variants if found else None, channel)

    def read_variants(
        self, shop: ShopConnection, *, channel: str, country: str, variant_ids: Sequence[str]
    ) -> tuple[Variant, ...]:
        if not variant_ids:
            return ()
        wanted = {
            "ids": list(variant_ids),
            "channel": channel,
            "address": {"country": country} if country else None,
            "first": _MOST,
        }
        found = {variant.id: variant for variant in self._variants(shop, channel, wanted)}
        return tuple(found[key] for key in dict.fromkeys(variant_ids) if key in found)

    def _variants(self, shop: ShopConnection, channel: str, wanted: dict[str, Any]) -> tuple[Variant, ...]:
        return _sold(self._gateway.read(shop, operations.VARIANTS, wanted).product_variants, channel)


def _sold(found: VariantEdges | None, channel: str) -> tuple[Variant, ...]:
    """Apps are shown what shoppers do not see: products unpublished, or not for sale yet."""
    nodes = [edge.node for edge in found.edges] if found else []
    return tuple(variant for node in nodes if (variant := _variant(node, channel)) is not None)


def _variant(node: VariantNode, channel: str) -> Variant | None:
    price = node.pricing.price if node.pricing else None
    listings = node.product.channel_listings or ()
    listing = next((item for item in listings if item.channel.slug == channel), None)
    if price is None or listing is None or not (listing.is_published and listing.is_available_for_purchase):
        return None
    picture = node.product.thumbnail
    return Variant(
        id=node.id,
        product_id=node.product.id,
        product_name=node.product.name,
        name="" if node.name.startswith(NAMED_BY_ID) else node.name,
        sku=node.sku or "",
        price=Money.rounded(price.gross.amount, price.gross.currency),
        available=max(node.quantity_available or 0, 0),
        image_url=picture.url if picture else "",
    )
