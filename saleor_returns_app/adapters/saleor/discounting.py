"""Finding the discount that makes a draft cost exactly what it is to cost.

Saleor takes a fixed discount off the prices as they were entered. With tax in them the total falls by just that. Without,
the tax is worked out anew on each line and on shipping, so the right value has to be tried.
"""

from __future__ import annotations

from collections.abc import Callable

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused

from .replacement_answers import Discount, ReplacementFields

_MANUAL = "MANUAL"
#: How often a value is tried. One or two do almost always.
_TRIES = 6

Add = Callable[[Money], ReplacementFields]
TakeAway = Callable[[ReplacementFields], ReplacementFields]


def manual_discounts(order: ReplacementFields) -> list[Discount]:
    """Those that staff or an app gave to the whole order: vouchers and promotions are of other types."""
    return [discount for discount in order.discounts if discount.type == _MANUAL]


def settle_discount(draft: ReplacementFields, goal: Money, *, add: Add, take_away: TakeAway) -> None:
    """Give a draft without discount the one after which its total is `goal`, or else the next lower total there is.

    Raises SaleorRefused (DISCOUNT_INEXACT) when Saleor's totals follow no value that is given.
    """
    totals: dict[Money, Money] = {}
    value = first_value(draft, goal)
    while True:
        order = add(value)
        totals[value] = _total(order)
        if totals[value] == goal:
            return
        following = next_value(value, totals[value], goal)
        if following in totals or len(totals) == _TRIES:
            break  # both neighbours of the goal were seen, and nothing lies between them
        take_away(order)
        value = following
    lower = [(total, given) for given, total in totals.items() if total < goal]
    total, given = max(lower, key=lambda pair: pair[0].minor, default=(goal, value))
    if total == goal or (goal - total).minor > len(draft.lines) + 1:
        raise SaleorRefused(f"no discount brings the total to {goal}", codes=["DISCOUNT_INEXACT"])
    if given != value:
        take_away(order)
        add(given)


def first_value(draft: ReplacementFields, goal: Money) -> Money:
    """What to take off, by the share of tax in the whole."""
    net, gross = draft.total.net.amount, draft.total.gross.amount
    off = gross - goal.amount
    if not draft.channel.tax_configuration.prices_entered_with_tax and gross:
        off = off * net / gross
    return Money.rounded(off, goal.currency)


def next_value(value: Money, total: Money, goal: Money) -> Money:
    """A total that is too high needs more off. One minor unit of gross is about one of net."""
    return Money.from_minor(max(value.minor + (total - goal).minor, 0), goal.currency)


def _total(order: ReplacementFields) -> Money:
    return Money(order.total.gross.amount, order.channel.currency_code)
