"""The query root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo.shop.asked import Asked
from demo.shop.errors import Denied, permission_denied
from demo.shop.ids import global_id
from demo.shop.resolvers.connections import connection
from demo.shop.resolvers.kinds import Resolvers

if TYPE_CHECKING:
    from demo.shop.model.apps import App
    from demo.shop.model.orders import Order
    from demo.shop.model.payments import Transaction


def _shop(_root: object, info: Any) -> dict[str, Any]:
    shop = info.context.shop
    domain = {"host": shop.domain, "sslEnabled": False, "url": f"{shop.base_url}/"}
    release = ".".join(shop.settings.version.split(".")[:2])
    named = {"id": global_id("Shop", 1), "name": shop.settings.name, "schemaVersion": release}
    return {**named, "domain": domain}


def _version(_root: object, info: Any) -> str:
    """The whole version is for staff and apps; everybody may read the `schemaVersion`."""
    info.context.require("AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP")
    version: str = info.context.shop.settings.version
    return version


def _app(_root: object, info: Any, id: str | None = None) -> App | None:
    asked: Asked = info.context
    asked.check_token()
    if id is None or (asked.app and asked.app.id == id):
        if asked.app:
            return asked.app
        if id is None or not asked.may("MANAGE_APPS", "AUTHENTICATED_STAFF_USER"):
            raise permission_denied(("AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP"))
    asked.require("MANAGE_APPS", "AUTHENTICATED_STAFF_USER")
    return asked.shop.state.apps.get(id)


def _me(_root: object, info: Any) -> Any:
    info.context.check_token()
    return info.context.user


def _order(_root: object, info: Any, id: str | None = None, **_: Any) -> Order | None:
    """Anyone who holds an order's id reads it; that is how Saleor is."""
    info.context.check_token()
    found: Order | None = info.context.shop.state.orders.get(id or "")
    if found and info.context.user and info.context.user.is_staff:
        try:
            info.context.require_channel(found.channel.slug)
        except Denied:
            return None
    return found


def _orders(_root: object, info: Any, **arguments: Any) -> dict[str, Any]:
    asked: Asked = info.context
    asked.require("MANAGE_ORDERS")
    orders = [order for order in asked.shop.state.orders.values() if _is_seen(asked, order)]
    orders = [order for order in orders if _matches(order, arguments)]
    sort = arguments.get("sortBy")
    by_time = sort is not None and sort["field"] in ("CREATED_AT", "CREATION_DATE")
    orders.sort(key=lambda order: int(order.number), reverse=_descending(sort))
    if by_time:
        orders.sort(key=lambda order: order.created, reverse=_descending(sort))
    return connection(orders, arguments)


def _draft_orders(_root: object, info: Any, **arguments: Any) -> dict[str, Any]:
    asked: Asked = info.context
    asked.require("MANAGE_ORDERS")
    drafts = [order for order in asked.shop.state.orders.values() if order.status == "DRAFT"]
    return connection([draft for draft in drafts if _matches(draft, {"filter": arguments.get("filter")})], arguments)


def _descending(sort: dict[str, Any] | None) -> bool:
    return sort is None or sort["direction"] == "DESC"


def _is_seen(asked: Asked, order: Order) -> bool:
    channels = asked.user.channels if asked.user else ()
    return order.status != "DRAFT" and (not channels or order.channel in channels)


def _matches(order: Order, arguments: dict[str, Any]) -> bool:
    given, where = arguments.get("filter") or {}, arguments.get("where") or {}
    channel = arguments.get("channel")
    return (
        (given.get("numbers") is None or order.number in given["numbers"])
        and (given.get("ids") is None or order.id in given["ids"])
        and (given.get("channels") is None or order.channel.id in given["channels"])
        and _within(order.created.date().isoformat(), given.get("created"))
        and _mentions(order, given.get("search"))
        and _mentions(order, given.get("customer"))
        and _mentions(order, arguments.get("search"))
        and _holds(order.metadata_items, given.get("metadata"))
        and (where.get("ids") is None or order.id in where["ids"])
        and _equals(int(order.number), where.get("number"))
        and _equals(order.user_email, where.get("userEmail"))
        and (channel is None or order.channel.slug == channel)
    )


def _within(day: str, wanted: dict[str, Any] | None) -> bool:
    first, last = (str((wanted or {}).get(end) or day) for end in ("gte", "lte"))
    return first <= day <= last


def _mentions(order: Order, text: str | None) -> bool:
    if not text:
        return True
    name = order.user.name if order.user else ""
    skus = " ".join(line.product_sku or "" for line in order.lines)
    return text.lower() in f"{order.number} {order.user_email} {name} {skus}".lower()


def _holds(items: dict[str, str], wanted: list[dict[str, Any]] | None) -> bool:
    return all(item["key"] in items and item.get("value") in (None, "", items[item["key"]]) for item in wanted or [])


def _equals(value: object, condition: dict[str, Any] | None) -> bool:
    if not condition:
        return True
    return condition.get("eq", value) == value and (condition.get("oneOf") is None or value in condition["oneOf"])


def _transaction(_root: object, info: Any, id: str | None = None, token: str | None = None) -> Transaction | None:
    info.context.require("HANDLE_PAYMENTS")
    found = info.context.shop.state.transactions
    by_token = (item for item in found.values() if token and str(item.token) == str(token))
    return found.get(id) if id else next(by_token, None)


def _gift_cards(_root: object, info: Any, **arguments: Any) -> dict[str, Any]:
    info.context.require("MANAGE_GIFT_CARD")
    given = arguments.get("filter") or {}
    cards = [
        card
        for card in info.context.shop.state.gift_cards.values()
        if given.get("isActive") in (None, card.is_active)
        and given.get("code") in (None, card.code)
        and _holds(card.metadata_items, given.get("metadata"))
    ]
    return connection(cards, arguments)


def _channel(_root: object, info: Any, id: str | None = None, slug: str | None = None) -> Any:
    channels = info.context.shop.state.channels.values()
    return next((channel for channel in channels if id == channel.id or slug == channel.slug), None)


def _channels(_root: object, info: Any) -> Any:
    info.context.require("AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    return list(info.context.shop.state.channels.values())


def _refund_settings(_root: object, info: Any) -> dict[str, Any]:
    info.context.require("AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    page_type = {"id": global_id("PageType", 7), "name": "Refund reason"}
    return {"reasonReferenceType": page_type if info.context.shop.settings.refund_reason_type else None}


def _return_settings(_root: object, info: Any) -> dict[str, Any]:
    info.context.require("AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    return {"reasonReferenceType": None}


SHOP: Resolvers = {"version": _version}
QUERY: Resolvers = {
    "shop": _shop,
    "refundSettings": _refund_settings,
    "returnSettings": _return_settings,
    "me": _me,
    "app": _app,
    "channel": _channel,
    "channels": _channels,
    "order": _order,
    "orders": _orders,
    "draftOrders": _draft_orders,
    "transaction": _transaction,
    "giftCards": _gift_cards,
}
