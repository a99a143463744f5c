"""What no rule can change: whether there is a unit that can be sent back at all."""

from __future__ import annotations

from saleor_returns_app.domain.because import Because

from .facts import LineFacts

_GIFT_CARD = Because("GIFT_CARD", "Gift cards cannot be returned.")
_NOT_SHIPPED = Because("NOT_SHIPPED", "Items that are not shipped cannot be sent back.")
_NOT_FULFILLED = Because(
    "NOT_FULFILLED", "This item has not been sent to you yet.", staff="No parcel with this item has left yet."
)
_NOTHING_LEFT = Because("NOTHING_LEFT", "Everything of this item was already returned or announced.")


def plain_facts(facts: LineFacts) -> tuple[Because, ...]:
    """Why the line cannot be returned whatever the policy says; empty when it can."""
    line = facts.line
    if not line.is_gift_card and line.is_shipping_required and 0 < facts.returnable >= facts.quantity:
        return ()
    found: list[Because] = []
    if line.is_gift_card:
        found.append(_GIFT_CARD)
    if not line.is_shipping_required:
        found.append(_NOT_SHIPPED)
    if facts.returnable <= 0:
        found.append(_NOT_FULFILLED if facts.fulfilled_at is None and not facts.returned else _NOTHING_LEFT)
    elif facts.quantity > facts.returnable:
        found.append(Because("TOO_MANY", "At most %(most)s can be returned.", {"most": facts.returnable}))
    return tuple(found)
