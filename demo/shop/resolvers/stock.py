"""What variants have on stock, and the private metadata of whatever has an id."""

from __future__ import annotations

from typing import Any

from demo.shop.asked import Asked
from demo.shop.errors import Refused, not_found, permission_denied
from demo.shop.ids import global_id, kind_of
from demo.shop.model.catalogue import Variant
from demo.shop.resolvers.connections import connection
from demo.shop.resolvers.kinds import Fields, Resolvers

#: Kind of the id → who may read and write its private metadata.
_OWNERS = {"ProductVariant": "MANAGE_PRODUCTS", "Product": "MANAGE_PRODUCTS", "GiftCard": "MANAGE_GIFT_CARD"}
_OTHERS = "MANAGE_ORDERS"


def _stocks(variant: Variant, info: Any) -> list[dict[str, Any]]:
    shop = info.context.shop
    return [
        {
            "id": global_id("Stock", f"{variant.id}{warehouse.id}"),
            "warehouse": warehouse,
            "quantity": quantity,
            "quantityAllocated": 0,
        }
        for warehouse in shop.state.warehouses.values()
        if (quantity := shop.state.stocks.get((variant.id, warehouse.id))) is not None
    ]


def _update_stocks(asked: Asked, stocks: list[dict[str, Any]], **arguments: Any) -> dict[str, Any]:
    """Sets absolute quantities and makes a stock where there is none."""
    state = asked.shop.state
    variant_id, sku = arguments.get("variantId"), arguments.get("sku")
    if (variant_id is None) == (sku is None):
        raise Refused(None, "GRAPHQL_ERROR", "Exactly one of the arguments must be provided.")
    variants = [item for item in state.variants.values() if variant_id == item.id or (sku and sku == item.sku)]
    if not variants:
        raise not_found("variantId", variant_id or "")
    for position, stock in enumerate(stocks):
        if stock["warehouse"] not in state.warehouses:
            raise Refused("warehouse", "NOT_FOUND", f"Couldn't resolve to a node: {stock['warehouse']}", index=position)
        if stock["quantity"] < 0:
            raise Refused("quantity", "INVALID", "Quantity cannot be lower than 0.", index=position)
    with asked.shop.lock:
        for stock in stocks:
            state.stocks[variants[0].id, stock["warehouse"]] = stock["quantity"]
    return {"productVariant": variants[0]}


def _owned(asked: Asked, id: str) -> tuple[Any, dict[str, str]]:
    state = asked.shop.state
    found = state.variants.get(id) or state.orders.get(id) or state.gift_cards.get(id)
    if found is None:
        raise not_found("id", id)
    needed = _OWNERS.get(kind_of(id), _OTHERS)
    if not asked.may(needed):
        raise permission_denied((needed,))
    return found, state.private_metadata.setdefault(id, {})


def _update_private(asked: Asked, id: str, input: list[dict[str, str]]) -> dict[str, Any]:
    found, items = _owned(asked, id)
    if any(not item["key"].strip() for item in input):
        raise Refused("input", "REQUIRED", "Metadata key cannot be empty.")
    items.update({item["key"]: item["value"] for item in input})
    return {"item": found}


def _delete_private(asked: Asked, id: str, keys: list[str]) -> dict[str, Any]:
    found, items = _owned(asked, id)
    for key in keys:
        items.pop(key, None)
    return {"item": found}


def _private(source: Any, info: Any) -> dict[str, str]:
    needed = _OWNERS.get(kind_of(source.id), _OTHERS)
    if not info.context.may(needed):
        raise permission_denied((needed,))
    items: dict[str, str] = info.context.shop.state.private_metadata.get(source.id, {})
    return items


def _variant(_root: object, info: Any, id: str | None = None, sku: str | None = None, **_: Any) -> Variant | None:
    info.context.check_token()
    state = info.context.shop.state
    found: Variant | None = state.variants.get(id or "")
    return found or next((item for item in state.variants.values() if sku and item.sku == sku), None)


def _warehouses(_root: object, info: Any, **page: Any) -> dict[str, Any]:
    return connection(list(info.context.shop.state.warehouses.values()), page)


#: Fields that every type with metadata has.
EVERYWHERE: Resolvers = {
    "privateMetadata": lambda source, info: [
        {"key": key, "value": value} for key, value in _private(source, info).items()
    ],
    "privateMetafield": lambda source, info, key: _private(source, info).get(key),
}
FIELDS: Fields = {"ProductVariant": {"stocks": _stocks, "trackInventory": lambda _variant, _info: True}}
QUERY: Resolvers = {"productVariant": _variant, "warehouses": _warehouses}
MUTATION: Resolvers = {
    "productVariantStocksUpdate": _update_stocks,
    "updatePrivateMetadata": _update_private,
    "deletePrivateMetadata": _delete_private,
}
