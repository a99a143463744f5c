"""What conditions let through, as sets that can be compared: does one lie within the other, can both hold at once?

Answers are sure in one direction only: `within` says True, and `meets` says False, only where that is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from saleor_returns_app.domain.cases import Fault, Reason

from . import conditions as c
from .countries import members
from .document import Rule
from .facts import Condition
from .matching import reasons_of

#: What a condition looks at: two conditions on different dimensions say nothing about each other.
Dimension = tuple[str, ...]


class Region(Protocol):
    def within(self, other: Any) -> bool: ...

    def meets(self, other: Any) -> bool: ...

    def is_empty(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of something that has one value; `outside`: all but these."""

    values: frozenset[str]
    outside: bool = False

    def within(self, other: Choice) -> bool:
        if self.outside:
            return other.outside and other.values <= self.values
        return self.values.isdisjoint(other.values) if other.outside else self.values <= other.values

    def meets(self, other: Choice) -> bool:
        if self.outside:
            return other.outside or bool(other.values - self.values)
        return bool(self.values - other.values if other.outside else self.values & other.values)

    def is_empty(self) -> bool:
        return not self.outside and not self.values


@dataclass(frozen=True, slots=True)
class Tags:
    """Something that has many values, one of which is here; `outside`: none of which is."""

    values: frozenset[str]
    outside: bool = False

    def within(self, other: Tags) -> bool:
        if self.outside:
            return other.outside and other.values <= self.values
        return not other.outside and self.values <= other.values

    def meets(self, other: Tags) -> bool:
        if self.outside == other.outside:
            return True
        inside, outside = (other, self) if self.outside else (self, other)
        return not inside.values <= outside.values

    def is_empty(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Patterns:
    """SKUs by name or beginning."""

    values: frozenset[str]
    outside: bool = False

    def within(self, other: Patterns) -> bool:
        if self.outside:
            return other.outside and all(_covered(value, self.values) for value in other.values)
        if other.outside:
            return not any(_overlap(mine, theirs) for mine in self.values for theirs in other.values)
        return all(_covered(value, other.values) for value in self.values)

    def meets(self, other: Patterns) -> bool:
        if self.outside and other.outside:
            return True
        if self.outside or other.outside:
            inside, outside = (other, self) if self.outside else (self, other)
            return not all(_covered(value, outside.values) for value in inside.values)
        return any(_overlap(mine, theirs) for mine in self.values for theirs in other.values)

    def is_empty(self) -> bool:
        return False


def _covered(value: str, patterns: frozenset[str]) -> bool:
    return any(
        value.rstrip("*").startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
        for pattern in patterns
    )


def _overlap(first: str, second: str) -> bool:
    return _covered(first, frozenset({second})) or _covered(second, frozenset({first}))


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`; an open end is not part of it, None means no end."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    def within(self, other: Span) -> bool:
        above = other.low is None or (
            self.low is not None
            and (self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open)))
        )
        below = other.high is None or (
            self.high is not None
            and (self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open)))
        )
        return above and below

    def meets(self, other: Span) -> bool:
        low = max((span for span in (self, other) if span.low is not None), key=_low, default=None)
        high = min((span for span in (self, other) if span.high is not None), key=_high, default=None)
        if low is None or high is None or low.low is None or high.high is None:
            return True
        return low.low < high.high or (low.low == high.high and not low.low_open and not high.high_open)

    def is_empty(self) -> bool:
        return not self.meets(self)


def _low(span: Span) -> tuple[Decimal, bool]:
    return span.low or Decimal(0), span.low_open


def _high(span: Span) -> tuple[Decimal, bool]:
    return span.high or Decimal(0), not span.high_open


@dataclass(frozen=True, slots=True)
class Spans:
    """A span of amounts in each currency."""

    by_currency: dict[str, Span]

    def within(self, other: Spans) -> bool:
        return all(
            currency in other.by_currency and span.within(other.by_currency[currency])
            for currency, span in self.by_currency.items()
        )

    def meets(self, other: Spans) -> bool:
        return any(
            span.meets(other.by_currency[currency])
            for currency, span in self.by_currency.items()
            if currency in other.by_currency
        )

    def is_empty(self) -> bool:
        return all(span.is_empty() for span in self.by_currency.values())


def region_of(condition: c.When) -> tuple[Dimension, Region]:
    """What a condition looks at, and what of it passes."""
    return _REGIONS[condition.kind](condition)


def can_hold(conditions: Sequence[c.When]) -> bool:
    """False when no line can ever meet all of these."""
    regions = [region_of(condition) for condition in conditions]
    return not any(region.is_empty() for _, region in regions) and all(
        first.meets(second)
        for place, (dimension, first) in enumerate(regions)
        for other, second in regions[place + 1 :]
        if other == dimension
    )


def covers(upper: Rule, lower: Rule) -> bool:
    """Whether `upper` matches wherever `lower` does."""
    below = [region_of(condition) for condition in lower.when]
    return all(
        any(dimension == other and region.within(wanted) for other, region in below)
        for dimension, wanted in map(region_of, upper.when)
    )


def overlap(first: Rule, second: Rule) -> bool:
    """Whether a line can match both."""
    return can_hold((*first.when, *second.when))


def _chosen(condition: Any, every: frozenset[str]) -> Choice:
    """Of something whose values are all known."""
    values = frozenset(str(value) for value in condition.values)
    return Choice(values if condition.op == "in" else every - values)


def _simple(kind: str, build: Callable[[frozenset[str], bool], Region]) -> Callable[[Any], tuple[Dimension, Region]]:
    return lambda condition: ((kind,), build(frozenset(condition.values), condition.op == "not_in"))


def _metadata(condition: c.MetadataIs) -> tuple[Dimension, Region]:
    absent, values = "\0absent", frozenset(condition.values)
    regions = {
        "in": Choice(values),
        "not_in": Choice(values | {absent}, outside=True),
        "present": Choice(frozenset({absent}), outside=True),
        "absent": Choice(frozenset({absent})),
    }
    return ("metadata", condition.of, condition.key), regions[condition.op]


def _fault(condition: c.FaultIs) -> tuple[Dimension, Region]:
    chosen = frozenset(condition.values)
    return ("reason",), Choice(frozenset(reasons_of(chosen if condition.op == "in" else frozenset(Fault) - chosen)))


def _span(op: c.Comparison, number: Decimal | int, *, least: int = 0) -> Span:
    """Nothing that is compared is ever below `least`. Whole numbers end where the last one lies."""
    value = Decimal(number)
    if isinstance(number, int) and op in ("more_than", "less_than"):
        op, value = ("at_least", value + 1) if op == "more_than" else ("at_most", value - 1)
    if op == "at_least":
        return Span(low=max(value, Decimal(least)))
    if op == "more_than":
        return Span(low=value, low_open=True)
    return Span(low=Decimal(least), high=value, high_open=op == "less_than")


def _amounts(kind: str) -> Callable[[Any], tuple[Dimension, Region]]:
    return lambda condition: (
        (kind,),
        Spans({amount.currency: _span(condition.op, amount.amount) for amount in condition.amounts}),
    )


_REGIONS: dict[str, Callable[[Any], tuple[Dimension, Region]]] = {
    "channel": _simple("channel", Choice),
    "country": lambda condition: (("country",), Choice(members(condition.values), condition.op == "not_in")),
    "currency": _simple("currency", Choice),
    "category": _simple("category", Tags),
    "product_type": _simple("product_type", Choice),
    "collection": _simple("collection", Tags),
    "sku": _simple("sku", Patterns),
    "metadata": _metadata,
    "reason": lambda condition: (("reason",), _chosen(condition, frozenset(Reason))),
    "fault": _fault,
    "condition": lambda condition: (("condition",), _chosen(condition, frozenset(Condition))),
    "trait": lambda condition: (("trait", condition.what), Choice(frozenset({str(condition.holds)}))),
    "warranty": lambda condition: (("warranty",), Choice(frozenset({condition.state}))),
    "price": _amounts("price"),
    "order_value": _amounts("order_value"),
    "discount": lambda condition: (("discount",), _span(condition.op, condition.percent, least=-1_000_000)),
    "quantity": lambda condition: (("quantity",), _span(condition.op, condition.units, least=1)),
    "days_since": lambda condition: (("days_since", condition.anchor), _span(condition.op, condition.days)),
    "earlier_returns": lambda condition: (("earlier_returns", condition.of), _span(condition.op, condition.count)),
    "return_rate": lambda condition: (("return_rate",), _span(condition.op, condition.percent)),
    "returned_value": _amounts("returned_value"),
}
