"""The numbers as rows of a table, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from .analytics import Analytics
from .formulas import inert

#: Amounts are in minor units of the currency; `whole` is what a value is a part of, where it is one.
HEADER = ("number", "of", "since", "until", "value", "whole", "currency")
Row = tuple[str, str, str, str, int, int | str, str]


def number_rows(found: Analytics, *, by: str) -> Iterator[Row]:
    """Everything that the page shows, in its order."""
    now, since, until = found.now, found.period.since.isoformat(), found.period.last.isoformat()

    def row(number: str, of: str, value: int, whole: int | str = "", currency: str = "") -> Row:
        return (number, inert(of), since, until, value, whole, currency)

    for name in ("opened", "requested", "returned", "sold"):
        yield row(name, "", getattr(now, name))
    for rate in found.rates:
        yield row(f"returned by {by}", rate.name, rate.returned, rate.sold)
    for number, sums in (("requested by reason", now.reasons), ("requested by resolution", now.resolutions)):
        yield from (row(number, key, units) for key, units in sums.items())
    for number, money in (("paid", now.paid), ("cost", now.cost), ("retained", now.retained)):
        for currency, kinds in money.items():
            yield from (row(number, kind, amount, "", currency) for kind, amount in kinds.items())
    for step in now.steps:
        yield row("median hours", step.name, step.median, step.count)
        yield row("90th percentile hours", step.name, step.ninetieth, step.count)
    yield from (row("deadlines kept", each.name, each.kept, each.kept + each.missed) for each in now.deadlines)
    yield from (row("answers by stars", str(stars), count) for stars, count in sorted(now.stars.items()))
    for day, requested, returned in found.by_day:
        yield ("requested by day", "", day.isoformat(), day.isoformat(), requested, "", "")
        yield ("returned by day", "", day.isoformat(), day.isoformat(), returned, "", "")


def as_csv(rows: Iterable[Row]) -> str:
    """UTF-8 text, commas, a header."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADER)
    table.writerows(rows)
    return out.getvalue()
