"""How goods come back: the ways a case offers, and what each of them costs whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from .deadlines import ShopCalendar
from .deductions import shopper_part
from .money import Money
from .policy.actions import ReturnMethod
from .terms import CaseTerms

#: As people read it (msgids).
METHODS = {
    ReturnMethod.COURIER_PICKUP: "Courier pick-up",
    ReturnMethod.DROP_OFF: "Drop-off at a parcel shop",
    ReturnMethod.SELF_SHIPPING: "With a carrier of your choice",
    ReturnMethod.IN_STORE: "Hand-in at a store",
}
#: The shop arranges and pays for these; the others cost it nothing.
ARRANGED = frozenset({ReturnMethod.COURIER_PICKUP, ReturnMethod.DROP_OFF})
#: Days that a pick-up can be chosen for, from the next business day on.
PICKUP_DAYS = 10
#: Days: a shop that is closed for longer than this sends no courier.
_LONGEST_SEARCH = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMethod:
    """`cost` is what the shop charges for a parcel, None where it costs nothing; `taken_off` is the shopper's part of it."""

    method: ReturnMethod
    cost: Money | None
    taken_off: Money


def offered_methods(
    terms: CaseTerms,
    *,
    currency: str,
    offers: Collection[str],
    prices: Mapping[str, Mapping[str, str]],
    has_stores: bool,
) -> tuple[OfferedMethod, ...]:
    """The ways back of a case: those that the policy allows and the shop `offers`. `prices` are decimal amounts by method and currency.

    What the shopper would have to pay for and cannot be charged for (a withdrawal by law, an amount that was agreed on) is not
    offered: they pay the carrier of their choice themselves.
    """
    found = []
    for method in ReturnMethod:
        if method not in offers or (terms.methods and method not in terms.methods):
            continue
        if method is ReturnMethod.IN_STORE and not has_stores:
            continue
        price = prices.get(method.value, {}).get(currency) if method in ARRANGED else None
        cost = Money(Decimal(price), currency) if price is not None else None
        part = shopper_part(cost, terms) if cost is not None else Money.zero(currency)
        if cost and terms.shopper_percent and not part:
            continue
        found.append(OfferedMethod(method=method, cost=cost, taken_off=part))
    nothing = Money.zero(currency)
    return tuple(found) or (OfferedMethod(method=ReturnMethod.SELF_SHIPPING, cost=None, taken_off=nothing),)


def is_choice(offered: Sequence[OfferedMethod]) -> bool:
    """Whether there is more to say than a tracking number."""
    return [way.method for way in offered] != [ReturnMethod.SELF_SHIPPING]


def pickup_days(calendar: ShopCalendar, today: date) -> tuple[date, ...]:
    """The next business days of the shop, after `today`, that a courier can come on."""
    coming = (today + timedelta(days=ahead) for ahead in range(1, _LONGEST_SEARCH))
    return tuple(islice(filter(calendar.is_business_day, coming), PICKUP_DAYS))
