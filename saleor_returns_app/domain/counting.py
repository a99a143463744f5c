"""What is counted for the analytics: facts of cases and orders, and the cells of the rollups that they add up in.

A fact is what one case or order adds to one number on one day. Everything else is a sum of facts, so a number can always be
followed back to the cases behind it, and counted again from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """What is counted, and on which day."""

    SOLD = "sold"  # units, and what was paid for them, on the day of the order
    OPENED = "opened"  # cases, on the day they were opened; name: kind of case
    REQUESTED = "requested"  # units of returns, on the day they were opened; name: resolution
    RETURNED = "returned"  # units that came back, on the day they were counted; name: disposition
    PAID = "paid"  # money out, on the day it was settled; name: kind
    COST = "cost"  # what returns cost besides: postage, write-off
    RETAINED = "retained"  # what exchanges kept in the shop instead of money out
    EXCHANGED = "exchanged"  # units sent instead; name: larger, smaller or other
    STEP = "step"  # states that cases left; name: the state, number: whole hours it took
    DEADLINE = "deadline"  # deadlines that ended; name: what was waited for, number: 1 kept, 0 missed
    STARS = "stars"  # answers to the survey; number: stars


class Dimension(StrEnum):
    """What numbers are broken down by. The sales channel is not among them: it stands in every row."""

    ALL = "all"
    NAME = "name"
    PRODUCT = "product"
    VARIANT = "variant"
    CATEGORY = "category"
    COUNTRY = "country"
    REASON = "reason"
    PRODUCT_REASON = "product_reason"
    PRODUCT_NAME = "product_name"
    NAME_NUMBER = "name_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFact:
    """What one source adds. `amount` in minor units of `currency`; what a measure does not know is empty."""

    measure: Measure
    day: date
    channel: str
    country: str = ""
    currency: str = ""
    product: str = ""  # Saleor ids
    variant: str = ""
    category: str = ""  # slug
    reason: str = ""
    name: str = ""
    number: int = 0
    units: int = 0
    amount: int = 0


#: Between the parts of a key that has two.
APART: Final = "|"
#: Dimension → fields of a fact that make its key.
KEYS: Mapping[Dimension, tuple[str, ...]] = {
    Dimension.ALL: (),
    Dimension.NAME: ("name",),
    Dimension.PRODUCT: ("product",),
    Dimension.VARIANT: ("variant",),
    Dimension.CATEGORY: ("category",),
    Dimension.COUNTRY: ("country",),
    Dimension.REASON: ("reason",),
    Dimension.PRODUCT_REASON: ("product", "reason"),
    Dimension.PRODUCT_NAME: ("product", "name"),
    Dimension.NAME_NUMBER: ("name", "number"),
}
_D = Dimension
_GOODS = (_D.ALL, _D.PRODUCT, _D.VARIANT, _D.CATEGORY, _D.COUNTRY)
#: What the rollups keep of each measure.
ROLLED: Mapping[Measure, tuple[Dimension, ...]] = {
    Measure.SOLD: _GOODS,
    Measure.OPENED: (_D.ALL, _D.NAME, _D.COUNTRY),
    Measure.REQUESTED: (*_GOODS, _D.NAME, _D.REASON, _D.PRODUCT_REASON),
    Measure.RETURNED: (*_GOODS, _D.NAME, _D.REASON),
    Measure.PAID: (_D.ALL, _D.NAME),
    Measure.COST: (_D.ALL, _D.NAME),
    Measure.RETAINED: (_D.ALL, _D.NAME),
    Measure.EXCHANGED: (_D.ALL, _D.PRODUCT_NAME),
    Measure.STEP: (_D.NAME_NUMBER,),
    Measure.DEADLINE: (_D.NAME_NUMBER,),
    Measure.STARS: (_D.NAME_NUMBER,),
}


def key_of(fact: CountedFact, dimension: Dimension) -> str:
    """Where a fact stands in a dimension."""
    return APART.join(str(getattr(fact, field)) for field in KEYS[dimension])


def added(facts: Iterable[CountedFact]) -> tuple[CountedFact, ...]:
    """The same facts with those that differ in units and amount only made one, and without what adds nothing."""
    sums: dict[CountedFact, tuple[int, int]] = {}
    for fact in facts:
        bare = replace(fact, units=0, amount=0)
        units, amount = sums.get(bare, (0, 0))
        sums[bare] = (units + fact.units, amount + fact.amount)
    return tuple(replace(bare, units=units, amount=amount) for bare, (units, amount) in sums.items() if units or amount)


def steps(entries: Sequence[tuple[datetime, str]]) -> list[tuple[str, datetime, int]]:
    """Of a history (moment, state afterwards), oldest first: each state that was left, when, and after how many whole hours."""
    left = []
    since, state = entries[0] if entries else (None, "")
    for at, then in entries[1:]:
        if since is not None and then != state:
            left.append((state, at, max(0, int((at - since).total_seconds() // 3600))))
            since, state = at, then
    return left


def share(total: int, *, units: int, of: int) -> int:
    """The part of an amount in minor units that so many of its units are, rounded half up; nothing for no units."""
    if of <= 0:
        return 0
    return int((Decimal(total) * units / of).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percentile(spread: Mapping[int, int], percent: int) -> int | None:
    """Nearest-rank percentile of values that were counted (value → how often): the smallest value that at least so many per cent
    do not exceed. None for none."""
    count = sum(spread.values())
    if not count:
        return None
    wanted = max(1, -(-count * percent // 100))
    reached = 0
    for value in sorted(spread):
        reached += spread[value]
        if reached >= wanted:
            return value
    raise AssertionError("the last value reaches the whole count")


LARGER, SMALLER, OTHER = "larger", "smaller", "other"
_LETTERS = re.compile(r"(\d*)(x*)(s|m|l)", re.IGNORECASE)
_WORDS = re.compile(r"[\w.,]+")


def size_step(old: str, new: str) -> str:
    """Whether a variant was exchanged for a larger or a smaller size of it, as their names say; `other` where they do not.

    Names are compared word by word; exactly one word has to differ, and be a size in both: XS … 5XL, or a number.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) != len(after):
        return OTHER
    differing = [(a, b) for a, b in zip(before, after, strict=True) if a.casefold() != b.casefold()]
    if len(differing) != 1:
        return OTHER
    for read in _SIZES:
        sizes = [read(word) for word in differing[0]]
        if sizes[0] is not None and sizes[1] is not None:
            return LARGER if sizes[1] > sizes[0] else SMALLER if sizes[1] < sizes[0] else OTHER
    return OTHER


def _lettered(word: str) -> float | None:
    found = _LETTERS.fullmatch(word)
    if found is None:
        return None
    digits, crosses, letter = found[1], len(found[2]), found[3].lower()
    times = int(digits) if digits and crosses else crosses
    if letter == "m":
        return 0 if not times and not digits else None
    if digits and not crosses:
        return None
    return (1 + times) * (-1 if letter == "s" else 1)


def _numbered(word: str) -> float | None:
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None


_SIZES: Sequence[Callable[[str], float | None]] = (_lettered, _numbered)
