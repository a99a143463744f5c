"""Signals: numbers that stand out, and are large enough to mean something.

A share is taken for higher than before only when the lower end of its 95 % confidence interval (Wilson, 1927) lies clearly above what
was usual, so that two returns of three sold raise no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt

from .counting import LARGER, SMALLER


class SignalKind(StrEnum):
    RATE = "rate"  # a product comes back more often than before
    REASON = "reason"  # a product is returned for one reason more often than before
    RUNS_SMALL = "runs_small"  # who exchanges it takes a larger size
    RUNS_LARGE = "runs_large"
    LATE = "late"  # many cases wait for the staff in the same state beyond their time


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """`key`: the product, product and reason, or the state. `numbers` are what it rests on; shares from 0 to 1."""

    kind: SignalKind
    key: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of so many."""

    some: int
    of: int

    @property
    def share(self) -> float:
        return min(self.some, self.of) / self.of if self.of else 0.0

    @property
    def at_least(self) -> float:
        """Lower end of the 95 % confidence interval of the share."""
        return wilson_low(min(self.some, self.of), self.of)


_Z = 1.959964
#: How far above the usual share the lower end has to be.
JUMP = 1.5
#: A usual share below these counts as these: ten times nearly nothing is still little.
_LEAST_RATE, _LEAST_SHARE = 0.02, 0.1
#: Units that a signal needs at least.
LEAST_UNITS = 5
LEAST_SOLD, LEAST_SOLD_BEFORE = 20, 50
#: Share of exchanges in one direction that says something about the size.
ONE_WAY = 0.6
LEAST_LATE = 5


def wilson_low(some: int, of: int) -> float:
    """Lower end of the Wilson score interval at 95 %; 0 for none of none."""
    if of <= 0:
        return 0.0
    share, square = some / of, _Z * _Z
    middle = share + square / (2 * of)
    margin = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - margin) / (1 + square / of))


def rate_signal(product: str, *, now: Counted, before: Counted) -> Signal | None:
    """Units returned of units sold, lately and in the time before."""
    if now.some < LEAST_UNITS or now.of < LEAST_SOLD or before.of < LEAST_SOLD_BEFORE:
        return None
    if now.at_least <= JUMP * max(before.share, _LEAST_RATE):
        return None
    return Signal(kind=SignalKind.RATE, key=product, numbers=_numbers(now, before))


def reason_signal(key: str, *, now: Counted, before: Counted) -> Signal | None:
    """Units returned for one reason, of all units of the product that were asked for."""
    if now.some < LEAST_UNITS or now.at_least <= JUMP * max(before.share, _LEAST_SHARE):
        return None
    return Signal(kind=SignalKind.REASON, key=key, numbers=_numbers(now, before))


def size_signal(product: str, directions: Mapping[str, int]) -> Signal | None:
    """Units that were exchanged for a larger or a smaller size."""
    larger, smaller = directions.get(LARGER, 0), directions.get(SMALLER, 0)
    for kind, some in ((SignalKind.RUNS_SMALL, larger), (SignalKind.RUNS_LARGE, smaller)):
        counted = Counted(some, larger + smaller)
        if some >= LEAST_UNITS and counted.at_least > ONE_WAY:
            return Signal(kind=kind, key=product, numbers={"some": some, "of": counted.of, "share": counted.share})
    return None


def late_signal(status: str, *, late: int) -> Signal | None:
    """Cases in one state."""
    if late < LEAST_LATE:
        return None
    return Signal(kind=SignalKind.LATE, key=status, numbers={"some": late})


def _numbers(now: Counted, before: Counted) -> dict[str, float]:
    return {
        "some": now.some,
        "of": now.of,
        "share": now.share,
        "some_before": before.some,
        "of_before": before.of,
        "share_before": before.share,
    }
