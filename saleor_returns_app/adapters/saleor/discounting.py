"""Finding the discount that makes a draft cost exactly what it is to cost.

Saleor takes a fixed discount off the prices as they were entered. With tax in them the total falls by just that. Without,
the tax is worked out anew on each line and on shipping, so the right value has to be tried. It keeps three digits whatever
the currency, and rounds after the tax: so a value between two cents reaches totals that whole cents do not.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused

from .replacement_answers import Discount, ReplacementFields

_MANUAL = "MANUAL"
#: The smallest step of a discount's value.
_STEP = Decimal("0.001")
#: How often a value is tried. One does almost always.
_TRIES = 8

Add = Callable[[Decimal], ReplacementFields]
TakeAway = Callable[[ReplacementFields], ReplacementFields]


def manual_discounts(order: ReplacementFields) -> list[Discount]:
    """Those that staff or an app gave to the whole order: vouchers and promotions are of other types."""
    return [discount for discount in order.discounts if discount.type == _MANUAL]


def settle_discount(draft: ReplacementFields, goal: Money, *, add: Add, take_away: TakeAway) -> None:
    """Give a draft without discount the one after which its total is `goal`, or else the next lower total there is.

    Raises SaleorRefused (DISCOUNT_INEXACT) when Saleor's totals follow no value that is given.
    """
    value, share = _first_value(draft, goal)
    too_little: Decimal | None = None  # the highest value that left the total above the goal
    too_much: tuple[Decimal, Money] | None = None  # the lowest one that brought it below, and where
    for left in reversed(range(_TRIES)):
        order = add(value)
        total = Money(order.total.gross.amount, goal.currency)
        if total == goal:
            return
        if total > goal:
            too_little = value if too_little is None else max(too_little, value)
        elif too_much is None or value < too_much[0]:
            too_much = value, total
        following = _between(too_little, too_much[0] if too_much else None)
        if following is None:
            following = max(value + _to_step((total - goal).amount * share), _STEP)
        if not left or following in (too_little, too_much and too_much[0]):
            break  # nothing lies between the two
        take_away(order)
        value = following
    if too_much is None or (goal - too_much[1]).minor > len(draft.lines) + 1:
        raise SaleorRefused(f"no discount brings the total to {goal}", codes=["DISCOUNT_INEXACT"])
    if value != too_much[0]:
        take_away(order)
        add(too_much[0])


def _first_value(draft: ReplacementFields, goal: Money) -> tuple[Decimal, Decimal]:
    """What to take off, and the share of it in a gross amount: all of it, or that without tax."""
    net, gross = draft.total.net.amount, draft.total.gross.amount
    share = Decimal(1)
    if not draft.channel.tax_configuration.prices_entered_with_tax and gross:
        share = net / gross
    return _to_step((gross - goal.amount) * share), share


def _between(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """The middle of two values, or the lower one of neighbours; None while one of them is missing."""
    if low is None or high is None:
        return None
    return low + ((high - low) / 2 // _STEP) * _STEP


def _to_step(amount: Decimal) -> Decimal:
    return amount.quantize(_STEP, rounding=ROUND_HALF_UP)
