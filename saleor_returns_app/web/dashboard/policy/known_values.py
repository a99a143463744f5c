"""Names that the shop's own orders hold, to pick from instead of remembering slugs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.services.context import Context

#: Orders that are looked at, and names of a kind that are offered.
_LOOKED_AT, _OFFERED = 200, 12


def known_values(ctx: Context, tenant_id: str) -> dict[str, list[str]]:
    """Kind of condition → values in the newest orders, the most frequent first."""
    snapshot = OrderMirror.snapshot
    with ctx.db.tenant(tenant_id) as session:
        rows = session.execute(
            select(
                OrderMirror.channel_slug,
                OrderMirror.currency,
                snapshot["shipping_address"]["country"].as_string(),
                snapshot["lines"],
            )
            .order_by(OrderMirror.saleor_created_at.desc())
            .limit(_LOOKED_AT)
        ).all()
    counts: dict[str, Counter[str]] = {}

    def count(kind: str, *values: Any) -> None:
        counts.setdefault(kind, Counter()).update(str(value) for value in values if value)

    for channel, currency, country, lines in rows:
        count("channel", channel)
        count("currency", currency)
        count("country", country)
        for line in lines:
            count("category", *line.get("category_slugs", ()))
            count("product_type", line.get("product_type_slug"))
            count("collection", *line.get("collection_slugs", ()))
            count("sku", line.get("sku"))
    return {kind: [value for value, _ in found.most_common(_OFFERED)] for kind, found in counts.items()}
