"""Which units can be announced, where they lie in Saleor, and whether a return of ours was recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .orders import RETURNED, WITH_SHOPPER, Fulfillment, Order


def returnable_units(order: Order, announced: Mapping[str, int]) -> dict[str, int]:
    """Units per order line that may still be announced: with the shopper, less those in open cases.

    `announced` counts units of cases that are neither released nor recorded as returned in Saleor.
    """
    there = order.quantities(WITH_SHOPPER)
    return {line.id: max(there[line.id] - announced.get(line.id, 0), 0) for line in order.lines}


def locate_units(order: Order, wanted: Mapping[str, int]) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """Fulfillment lines to take `wanted` units from, oldest fulfillment first, and what could not be found.

    Fulfillment line ids change whenever Saleor moves lines: call this with a read made just before writing.
    """
    left = {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}
    found: list[tuple[str, int]] = []
    for fulfillment in sorted(order.fulfillments, key=lambda item: item.created):
        if fulfillment.status not in WITH_SHOPPER:
            continue
        for line in fulfillment.lines:
            take = min(left.get(line.order_line_id, 0), line.quantity)
            if take:
                found.append((line.id, take))
                left[line.order_line_id] -= take
    return found, {line_id: quantity for line_id, quantity in left.items() if quantity}


def recognise_return(order: Order, *, known: frozenset[str], wanted: Mapping[str, int]) -> Fulfillment | None:
    """A returned fulfillment that was not there before and holds exactly our units: ours, whose answer was lost."""
    for fulfillment in order.fulfillments:
        if fulfillment.id in known or fulfillment.status not in RETURNED:
            continue
        held: Counter[str] = Counter()
        for line in fulfillment.lines:
            held[line.order_line_id] += line.quantity
        if dict(held) == {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}:
            return fulfillment
    return None


def returned_fulfillments(order: Order) -> frozenset[str]:
    return frozenset(item.id for item in order.fulfillments if item.status in RETURNED)
