"""What the charts of these pages are drawn from; `components/chart.html` draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` ≥ 0 is drawn, `text` is what people read; `href` leads to what stands behind it."""

    name: str
    value: float
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One time in a column chart: its days and, in the order of the chart's legend, how much of each."""

    since: date
    last: date
    values: tuple[int, ...]


#: Longest time, in days, that is drawn by day, and by week.
_BY_DAY, _BY_WEEK = 45, 400


def columns(days: Sequence[tuple[date, int, int]]) -> list[Column]:
    """Days gathered so that they fit on a page: by day, by week from Monday, or by month."""
    found: list[Column] = []
    for day, *values in days:
        begins = _begin(day, len(days))
        if found and _begin(found[-1].last, len(days)) == begins:
            last = found[-1]
            sums = tuple(a + b for a, b in zip(last.values, values, strict=True))
            found[-1] = Column(last.since, day, sums)
        else:
            found.append(Column(day, day, tuple(values)))
    return found


def _begin(day: date, count: int) -> date:
    if count <= _BY_DAY:
        return day
    return day - timedelta(days=day.weekday()) if count <= _BY_WEEK else day.replace(day=1)
