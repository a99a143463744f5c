"""Orders as far as a policy asks about them, read by the thousand.

A whole snapshot costs ten times as much to send and to check as the parts that judging needs; these were checked when they were
stored, so here they are only put together.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import (
    Address,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Order,
    OrderLine,
)
from saleor_returns_app.models.orders import OrderMirror

#: Read as JSON, part by part.
_PARTS = ("lines", "fulfillments", "metadata", "customer_metadata")


def select_outlines() -> Select[Any]:
    """Rows for `outline`; the caller says which."""
    snapshot = OrderMirror.snapshot
    return select(
        OrderMirror.id,
        OrderMirror.saleor_id,
        OrderMirror.number,
        OrderMirror.email,
        OrderMirror.channel_slug,
        OrderMirror.currency,
        OrderMirror.saleor_created_at,
        snapshot["customer_id"].as_string().label("customer_id"),
        snapshot["language"].as_string().label("language"),
        snapshot["shipping_gross"]["amount"].as_string().label("shipping_gross"),
        snapshot["shipping_address"]["country"].as_string().label("country"),
        snapshot["billing_address"]["country"].as_string().label("billing_country"),
        *(snapshot[part].label(part) for part in _PARTS),
    )


def outline(row: Any) -> Order:
    """The order without its payments: what was charged is zero here and means nothing."""
    currency: str = row.currency
    zero = Money.zero(currency)
    return Order(
        id=row.saleor_id,
        number=row.number,
        status="",
        charge_status="",
        created=row.saleor_created_at,
        updated_at=row.saleor_created_at,
        email=row.email,
        customer_id=row.customer_id,
        customer_name="",
        language=row.language or "",
        channel_slug=row.channel_slug,
        currency=currency,
        total_gross=zero,
        shipping_gross=_amount(row.shipping_gross, currency),
        shipping_net=zero,
        total_charged=zero,
        total_refunded=zero,
        lines=tuple(_line(line, currency, zero) for line in row.lines),
        fulfillments=tuple(_fulfillment(item) for item in row.fulfillments),
        transactions=(),
        granted_refunds=(),
        payments=(),
        shipping_address=Address(country=row.country) if row.country else None,
        billing_address=Address(country=row.billing_country) if row.billing_country else None,
        metadata=row.metadata or {},
        customer_metadata=row.customer_metadata or {},
    )


def _line(line: dict[str, Any], currency: str, zero: Money) -> OrderLine:
    return OrderLine(
        id=line["id"],
        product_name=line["product_name"],
        variant_name=line["variant_name"],
        sku=line["sku"],
        quantity=line["quantity"],
        unit_gross=_money(line["unit_gross"], currency),
        undiscounted_unit_gross=_money(line["undiscounted_unit_gross"], currency),
        total_gross=_money(line["total_gross"], currency),
        total_net=zero,
        is_shipping_required=line["is_shipping_required"],
        is_gift_card=line.get("is_gift_card", False),
        is_gift=line.get("is_gift", False),
        variant_id=line.get("variant_id"),
        product_id=line.get("product_id"),
        product_type_id=line.get("product_type_id"),
        category_id=line.get("category_id"),
        product_type_slug=line.get("product_type_slug", ""),
        category_slugs=tuple(line.get("category_slugs", ())),
        collection_slugs=tuple(line.get("collection_slugs", ())),
        product_metadata=line.get("product_metadata") or {},
        variant_metadata=line.get("variant_metadata") or {},
    )


def _fulfillment(item: dict[str, Any]) -> Fulfillment:
    return Fulfillment(
        id=item["id"],
        status=FulfillmentStatus(item["status"]),
        created=datetime.fromisoformat(item["created"]),
        tracking_number="",
        warehouse_id=None,
        lines=tuple(_fulfillment_line(line) for line in item["lines"]),
        metadata=item.get("metadata") or {},
    )


def _fulfillment_line(line: dict[str, Any]) -> FulfillmentLine:
    return FulfillmentLine(id=line["id"], order_line_id=line["order_line_id"], quantity=line["quantity"])


def _money(packed: dict[str, str], currency: str) -> Money:
    return _amount(packed["amount"], currency)


@lru_cache(maxsize=8192)
def _amount(amount: str, currency: str) -> Money:
    """The same few prices come again and again."""
    return Money(Decimal(amount), currency)
