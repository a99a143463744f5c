"""Conditions made into functions, once per policy.

Every builder takes a condition and gives a test of line facts. What is not known holds in no form.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from saleor_returns_app.domain.cases import FAULT, Fault, Reason
from saleor_returns_app.domain.money import Money

from . import conditions as c
from .calendars import local_day
from .countries import members
from .facts import LineFacts

Test = Callable[[LineFacts], bool]

_COMPARE: dict[c.Comparison, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


def build_test(condition: c.When) -> Test:
    """A test that holds exactly where the condition does."""
    return _BUILDERS[condition.kind](condition)


def build_all(conditions: tuple[c.When, ...]) -> Test | None:
    """All of them together; None where there are none, and everything matches."""
    tests = [build_test(condition) for condition in conditions]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda facts: first(facts) and second(facts)
    return lambda facts: all(test(facts) for test in tests)


def _one(get: Callable[[LineFacts], Any]) -> Callable[[Any], Test]:
    """Membership of a single value; an empty one is not known."""

    def build(condition: Any) -> Test:
        values = frozenset(condition.values)
        if condition.op == "in":
            return lambda facts: get(facts) in values

        def outside(facts: LineFacts) -> bool:
            value = get(facts)
            return bool(value) and value not in values

        return outside

    return build


def _many(get: Callable[[LineFacts], tuple[str, ...]]) -> Callable[[Any], Test]:
    """Membership of one of several values. A product in no collection is known to be in none: `not_in` holds."""

    def build(condition: Any) -> Test:
        values = frozenset(condition.values)
        if condition.op == "in":
            return lambda facts: not values.isdisjoint(get(facts))
        return lambda facts: values.isdisjoint(get(facts))

    return build


def _country(condition: c.CountryIs) -> Test:
    codes = members(condition.values)
    if condition.op == "in":
        return lambda facts: facts.order.country in codes
    return lambda facts: bool(facts.order.country) and facts.order.country not in codes


def _sku(condition: c.SkuIs) -> Test:
    whole = frozenset(value for value in condition.values if not value.endswith("*"))
    beginnings = tuple(value[:-1] for value in condition.values if value.endswith("*"))

    def named(sku: str) -> bool:
        return sku in whole or sku.startswith(beginnings)

    if condition.op == "in":
        return lambda facts: bool(facts.line.sku) and named(facts.line.sku or "")
    return lambda facts: bool(facts.line.sku) and not named(facts.line.sku or "")


_METADATA: dict[str, Callable[[LineFacts], Mapping[str, str]]] = {
    "customer": lambda facts: facts.order.customer_metadata,
    "order": lambda facts: facts.order.order_metadata,
    "product": lambda facts: facts.line.product_metadata,
    "variant": lambda facts: facts.line.variant_metadata,
}


def _metadata(condition: c.MetadataIs) -> Test:
    get, key, values = _METADATA[condition.of], condition.key, frozenset(condition.values)
    if condition.op == "present":
        return lambda facts: key in get(facts)
    if condition.op == "absent":
        return lambda facts: key not in get(facts)
    if condition.op == "in":
        return lambda facts: get(facts).get(key) in values

    def outside(facts: LineFacts) -> bool:
        value = get(facts).get(key)
        return value is not None and value not in values

    return outside


def reasons_of(faults: frozenset[Fault]) -> frozenset[Reason]:
    """Reasons that are one of these faults."""
    return frozenset(reason for reason, fault in FAULT.items() if fault in faults)


def _fault(condition: c.FaultIs) -> Test:
    chosen = frozenset(condition.values)
    reasons = reasons_of(chosen if condition.op == "in" else frozenset(Fault) - chosen)
    return lambda facts: facts.reason in reasons


def discount_percent(facts: LineFacts) -> Decimal | None:
    """How much of the full price was taken off; None for what never had a price."""
    full = facts.line.undiscounted_unit_gross.amount * facts.line.quantity
    return (full - facts.line.total_gross.amount) * 100 / full if full else None


_TRAITS: dict[str, Test] = {
    "gift_card": lambda facts: facts.line.is_gift_card,
    "gift": lambda facts: facts.line.is_gift,
    "shipped": lambda facts: facts.line.is_shipping_required,
    "discounted": lambda facts: (discount_percent(facts) or 0) > 0,
    "guest": lambda facts: facts.order.customer_id is None,
}


def _trait(condition: c.Trait) -> Test:
    test = _TRAITS[condition.what]
    return test if condition.holds else lambda facts: not test(facts)


def _warranty(condition: c.Warranty) -> Test:
    if condition.state == "unknown":
        return lambda facts: facts.warranty_until is None
    if condition.state == "running":
        return lambda facts: facts.warranty_until is not None and facts.now <= facts.warranty_until
    return lambda facts: facts.warranty_until is not None and facts.now > facts.warranty_until


def _money(get: Callable[[LineFacts], Money | None]) -> Callable[[Any], Test]:
    def build(condition: Any) -> Test:
        compare = _COMPARE[condition.op]
        limits = {amount.currency: amount.amount for amount in condition.amounts}

        def test(facts: LineFacts) -> bool:
            money = get(facts)
            if money is None:
                return False
            limit = limits.get(money.currency)
            return limit is not None and compare(money.amount, limit)

        return test

    return build


def _number(get: Callable[[LineFacts], Decimal | int | None], field: str) -> Callable[[Any], Test]:
    def build(condition: Any) -> Test:
        compare, limit = _COMPARE[condition.op], getattr(condition, field)

        def test(facts: LineFacts) -> bool:
            number = get(facts)
            return number is not None and compare(number, limit)

        return test

    return build


#: When what a window or a count of days begins with took place, as far as it is known.
ANCHORS: dict[str, Callable[[LineFacts], datetime | None]] = {
    "purchase": lambda facts: facts.purchased_at,
    "fulfilment": lambda facts: facts.fulfilled_at,
    "last_parcel": lambda facts: facts.last_parcel_at,
    "delivery": lambda facts: facts.delivered_at,
}


def _days_since(condition: c.DaysSince) -> Test:
    get, compare, limit = ANCHORS[condition.anchor], _COMPARE[condition.op], condition.days

    def test(facts: LineFacts) -> bool:
        moment = get(facts)
        if moment is None:
            return False
        days = (local_day(facts.now, facts.zone) - local_day(moment, facts.zone)).days
        return compare(days, limit)

    return test


def _earlier_returns(condition: c.EarlierReturns) -> Test:
    compare, limit = _COMPARE[condition.op], condition.count
    if condition.of == "cases":
        return lambda facts: compare(facts.history.cases, limit)
    return lambda facts: compare(facts.history.units_returned, limit)


def _rate(facts: LineFacts) -> Decimal | None:
    rate = facts.history.rate
    return None if rate is None else rate * 100


def _returned_value(facts: LineFacts) -> Money | None:
    value = facts.history.returned_value
    if value is None and facts.order.currency:
        return Money.zero(facts.order.currency)
    return value


_BUILDERS: dict[str, Callable[[Any], Test]] = {
    "channel": _one(lambda facts: facts.order.channel),
    "country": _country,
    "currency": _one(lambda facts: facts.order.currency),
    "category": _many(lambda facts: facts.line.category_slugs),
    "product_type": _one(lambda facts: facts.line.product_type_slug),
    "collection": _many(lambda facts: facts.line.collection_slugs),
    "sku": _sku,
    "metadata": _metadata,
    "reason": _one(lambda facts: facts.reason),
    "fault": _fault,
    "condition": _one(lambda facts: facts.condition),
    "trait": _trait,
    "warranty": _warranty,
    "price": _money(lambda facts: facts.line.unit_gross),
    "order_value": _money(lambda facts: facts.order.value),
    "discount": _number(discount_percent, "percent"),
    "quantity": _number(lambda facts: facts.quantity, "units"),
    "days_since": _days_since,
    "earlier_returns": _earlier_returns,
    "return_rate": _number(_rate, "percent"),
    "returned_value": _money(_returned_value),
}
