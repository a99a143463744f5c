"""Store credit in place of money: what of an agreed sum is owed once the goods were looked at."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .money import Money
from .orders import Order


def credit_owed(order: Order, *, agreed: Money, announced: Mapping[str, int], accepted: Mapping[str, int]) -> Money:
    """The agreed sum, or the part of it that the accepted units are worth of those it was agreed for.

    Units by order line id, worth by what was paid for them. Half a cent goes to the shopper.
    """
    whole, part = _worth(order, announced), _worth(order, accepted)
    if not whole:  # gifts: nothing was paid, so each unit counts alike
        whole, part = Decimal(sum(announced.values())), Decimal(sum(accepted.values()))
    if part >= whole:
        return agreed
    return Money.rounded(agreed.amount * part / whole, agreed.currency)


def _worth(order: Order, units: Mapping[str, int]) -> Decimal:
    lines = {line.id: line for line in order.lines}
    return sum(
        (
            lines[line_id].total_gross.amount * quantity / lines[line_id].quantity
            for line_id, quantity in units.items()
            if line_id in lines and lines[line_id].quantity
        ),
        Decimal(0),
    )
