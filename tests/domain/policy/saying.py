"""Facts and rules, said in a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from saleor_returns_app.domain.policy import LineFacts, OrderFacts, PolicyDocument, Rule
from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.conditions import Amount, When
from tests.fakes import make_line

_OF_ORDER = (
    "channel",
    "country",
    "currency",
    "language",
    "customer_id",
    "customer_metadata",
    "order_metadata",
    "value",
)
_OF_LINE = (
    "sku",
    "category_slugs",
    "product_type_slug",
    "collection_slugs",
    "product_metadata",
    "variant_metadata",
    "is_gift_card",
    "is_gift",
    "is_shipping_required",
    "unit_gross",
    "undiscounted_unit_gross",
    "total_gross",
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> datetime:
    """`at("2026-03-02 23:59", "Europe/Berlin")`, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def facts(**known: Any) -> LineFacts:
    """Facts of one line by their names, whether of the order, the line or the request; everything arrived at noon by default."""
    order = {name: known.pop(name) for name in _OF_ORDER if name in known}
    line = {name: known.pop(name) for name in _OF_LINE if name in known}
    values: dict[str, Any] = {
        "purchased_at": NOON,
        "fulfilled_at": NOON,
        "last_parcel_at": NOON,
        "delivered_at": NOON,
        "now": NOON,
    }
    return LineFacts(line=make_line(**line), order=OrderFacts(**{"currency": "USD", **order}), **{**values, **known})


def usd(amount: str) -> tuple[Amount, ...]:
    return (Amount(amount=Decimal(amount), currency="USD"),)


def rule(rule_id: str, *then: Then, when: tuple[When, ...] = (), **more: Any) -> Rule:
    return Rule(id=rule_id, name=rule_id.title(), when=when, then=then, **more)


def policy(*rules: Rule) -> PolicyDocument:
    return PolicyDocument(name="test", rules=rules)
