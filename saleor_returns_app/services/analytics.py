"""Reading the numbers of a shop: sums of the rollups for a time, compared with the time before, and the cases behind each.

Whole months are read from the monthly rollup and what is left from the daily one; a month whose sum is older than its days is read
by day. So a year costs little more than two months.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.counting import APART, KEYS, ROLLED, Dimension, Measure, percentile
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.analytics import Cell, DailyFact, FactName, FactRow, MonthlyFact, TimeToRoll
from saleor_returns_app.models.cases import Case

from .context import Context
from .guards import require_permission
from .queue import visible_channels
from .rolling import Freshness, next_month, read_freshness

#: Rows of a table of products and the like.
MOST_ROWS = 20
#: Units sold below this say nothing about a rate.
FAIR_SOLD = 20
#: Longest time that can be looked at, in days.
LONGEST = 366 * 5
CASES_A_PAGE = 25
#: Facts that are read at once while looking for the cases of a page.
_AT_ONCE = 200
#: What return rates are broken down by; the sales channel besides.
RATED = (Dimension.PRODUCT, Dimension.VARIANT, Dimension.CATEGORY, Dimension.COUNTRY)
CHANNEL = "channel"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since`, up to but without `until`."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def last(self) -> date:
        return self.until - _DAY

    def before(self) -> Period:
        """As many days, right before."""
        return Period(self.since - timedelta(days=self.days), self.since)


def period_of(today: date, *, days: int) -> Period:
    """The last days, today among them."""
    return Period(today - timedelta(days=days - 1), today + _DAY)


def read_period(since: str, until: str) -> Period:
    """From the first to the last day as a form gives them (ISO). Raises BadInput."""
    try:
        found = Period(date.fromisoformat(since), date.fromisoformat(until) + _DAY)
    except (ValueError, OverflowError) as error:
        raise BadInput("Write both days like 2026-03-31.", code="PERIOD", field="since") from error
    if found.days < 1:
        raise BadInput("The last day is before the first.", code="PERIOD", field="until")
    if found.days > LONGEST or found.since.year < 2000:
        raise BadInput("Choose at most five years.", code="PERIOD", field="since")
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    units: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Units returned ÷ units sold in the same time. `rate` is None where too few were sold to say anything."""

    key: str
    name: str
    returned: int
    sold: int

    @property
    def rate(self) -> float | None:
        return self.returned / self.sold if self.sold >= FAIR_SOLD else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long cases were in a state that they left, in hours."""

    name: str
    count: int
    median: int
    ninetieth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Deadlines of one kind that ended."""

    name: str
    kept: int
    missed: int

    @property
    def share(self) -> float:
        return self.kept / (self.kept + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The numbers of one time. Amounts in minor units by currency, by kind; times in hours."""

    opened: int = 0
    requested: int = 0
    returned: int = 0
    sold: int = 0
    stars: Mapping[int, int] = field(default_factory=dict)
    deadlines: Sequence[Kept] = ()
    steps: Sequence[StepTime] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    resolutions: Mapping[str, int] = field(default_factory=dict)
    paid: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cost: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    retained: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        return Rate(key="", name="", returned=self.returned, sold=self.sold).rate

    @property
    def kept(self) -> float | None:
        kept, missed = (sum(getattr(row, name) for row in self.deadlines) for name in ("kept", "missed"))
        return kept / (kept + missed) if kept + missed else None

    @property
    def average_stars(self) -> float | None:
        count = sum(self.stars.values())
        return sum(stars * number for stars, number in self.stars.items()) / count if count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    """What the page shows. `by_day`: day → units asked for and units that came back."""

    period: Period
    now: Totals
    before: Totals
    by_day: Sequence[tuple[date, int, int]]
    rates: Sequence[Rate]
    freshness: Freshness


def today_of(ctx: Context, tenant_id: str) -> date:
    return local_day(ctx.now(), ctx.tenant_settings(tenant_id).time_zone)


def read_analytics(
    ctx: Context, tenant_id: str, *, actor: Actor, period: Period, channel: str = "", by: str = Dimension.PRODUCT
) -> Analytics:
    """In the channels that this person may see, or the one of them that was asked for."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        reader = RollupReader(session, tenant_id, visible_channels(actor, channel))
        return Analytics(
            period=period,
            now=reader.totals(period),
            before=reader.totals(period.before()),
            by_day=reader.by_day(period),
            rates=reader.rates(period, by),
            freshness=read_freshness(session),
        )


class RollupReader:
    """Reads rollups of one shop in some channels (None: all)."""

    def __init__(self, session: Session, tenant_id: str, channels: frozenset[str] | None) -> None:
        self._session, self._tenant_id, self._channels = session, tenant_id, channels
        self._stale = set(session.scalars(select(TimeToRoll.day).where(TimeToRoll.grain == "month")))

    def totals(self, period: Period) -> Totals:
        everything = self.sums(
            period, Dimension.ALL, (Measure.OPENED, Measure.REQUESTED, Measure.RETURNED, Measure.SOLD)
        )
        units = Counter[str]()
        for (measure, _, _), found in everything.items():
            units[measure] += found.units
        named = self.sums(period, Dimension.NAME, (Measure.REQUESTED, Measure.PAID, Measure.COST, Measure.RETAINED))
        numbered = self._numbered(period)
        reasons = self.sums(period, Dimension.REASON, (Measure.REQUESTED,))
        return Totals(
            opened=units[Measure.OPENED],
            requested=units[Measure.REQUESTED],
            returned=units[Measure.RETURNED],
            sold=units[Measure.SOLD],
            stars=_stars(numbered),
            deadlines=_kept(numbered),
            steps=_steps(numbered),
            reasons=_ranked(reasons, Measure.REQUESTED),
            resolutions=_ranked(named, Measure.REQUESTED),
            paid=_by_currency(named, Measure.PAID),
            cost=_by_currency(named, Measure.COST),
            retained=_by_currency(named, Measure.RETAINED),
        )

    def by_day(self, period: Period) -> list[tuple[date, int, int]]:
        """Every day of the time, also those on which nothing happened."""
        wanted = (Measure.REQUESTED, Measure.RETURNED)
        sums = (
            select(DailyFact.day, DailyFact.measure, func.sum(DailyFact.units))
            .where(*self._at(DailyFact, Dimension.ALL, wanted), DailyFact.day >= period.since)
            .where(DailyFact.day < period.until)
            .group_by(DailyFact.day, DailyFact.measure)
        )
        found = {(day, measure): int(units) for day, measure, units in self._session.execute(sums)}
        days = (period.since + _DAY * number for number in range(period.days))
        return [(day, *(found.get((day, measure), 0) for measure in wanted)) for day in days]  # type: ignore[misc]

    def rates(self, period: Period, by: str) -> list[Rate]:
        """Of those with the most returned units, the most first."""
        if by == CHANNEL:
            return self._rates_of_channels(period)
        dimension = Dimension(by)
        cells = self._cells(period, dimension, (Measure.RETURNED,)).subquery()
        units = func.sum(cells.c.units)
        top = self._session.execute(
            select(cells.c.key, units).group_by(cells.c.key).order_by(units.desc(), cells.c.key).limit(MOST_ROWS)
        ).all()
        sold = self.sums(period, dimension, (Measure.SOLD,), keys=[key for key, _ in top])
        sums = Counter[str]()
        for (_, key, _), found in sold.items():
            sums[key] += found.units
        names = names_of(self._session, dimension, [key for key, _ in top])
        return [Rate(key=key, name=names.get(key, key), returned=int(count), sold=sums[key]) for key, count in top]

    def _rates_of_channels(self, period: Period) -> list[Rate]:
        cells = self._cells(period, Dimension.ALL, (Measure.RETURNED, Measure.SOLD)).subquery()
        sums = select(cells.c.channel, cells.c.measure, func.sum(cells.c.units))
        found = {
            (channel, measure): int(units)
            for channel, measure, units in self._session.execute(sums.group_by(cells.c.channel, cells.c.measure))
        }
        channels = {channel for channel, _ in found}
        rates = [
            Rate(
                key=channel,
                name=channel,
                returned=found.get((channel, Measure.RETURNED), 0),
                sold=found.get((channel, Measure.SOLD), 0),
            )
            for channel in channels
        ]
        return sorted(rates, key=lambda rate: (-rate.returned, rate.key))[:MOST_ROWS]

    def sums(
        self, period: Period, dimension: Dimension, measures: Sequence[Measure], *, keys: Sequence[str] | None = None
    ) -> dict[tuple[str, str, str], Sum]:
        """(measure, key, currency) → sum."""
        cells = self._cells(period, dimension, measures, keys=keys).subquery()
        place = (cells.c.measure, cells.c.key, cells.c.currency)
        sums = select(*place, func.sum(cells.c.units), func.sum(cells.c.amount)).group_by(*place)
        return {
            (measure, key, currency): Sum(int(units), int(amount))
            for measure, key, currency, units, amount in self._session.execute(sums)
        }

    def _numbered(self, period: Period) -> dict[str, dict[str, dict[int, int]]]:
        """Measure → name → number → how often."""
        found: defaultdict[str, defaultdict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        wanted = (Measure.STEP, Measure.DEADLINE, Measure.STARS)
        for (measure, key, _), counted in self.sums(period, Dimension.NAME_NUMBER, wanted).items():
            name, _, number = key.rpartition(APART)
            found[measure][name][int(number)] = counted.units
        return {measure: dict(names) for measure, names in found.items()}

    def _cells(
        self, period: Period, dimension: Dimension, measures: Sequence[Measure], *, keys: Sequence[str] | None = None
    ) -> CompoundSelect[Any]:
        months, ranges = spans(period, self._stale)
        parts: list[Any] = []
        for table, when in (
            (MonthlyFact, MonthlyFact.day.in_(months)),
            (DailyFact, or_(false(), *(and_(DailyFact.day >= a, DailyFact.day < b) for a, b in ranges))),
        ):
            chosen = select(table.measure, table.channel, table.key, table.currency, table.units, table.amount).where(
                *self._at(table, dimension, measures), when
            )
            if (table is MonthlyFact and months) or (table is DailyFact and ranges):
                parts.append(chosen if keys is None else chosen.where(table.key.in_(keys)))
        return union_all(*parts)

    def _at(self, table: type[Cell], dimension: Dimension, measures: Sequence[Measure]) -> Iterator[Any]:
        yield table.tenant_id == self._tenant_id
        yield table.measure.in_(measures)
        yield table.dimension == dimension
        if self._channels is not None:
            yield table.channel.in_(sorted(self._channels))


def spans(period: Period, stale: set[date]) -> tuple[list[date], list[tuple[date, date]]]:
    """The months (their first days) that lie in the time as a whole and are up to date, and the ranges of days that are left."""
    months: list[date] = []
    ranges: list[tuple[date, date]] = []
    start = period.since
    month = period.since.replace(day=1)
    while month < period.until:
        following = next_month(month)
        if month >= period.since and following <= period.until and month not in stale:
            months.append(month)
            if start < month:
                ranges.append((start, month))
            start = following
        month = following
    if start < period.until:
        ranges.append((start, period.until))
    return months, ranges


def _ranked(sums: Mapping[tuple[str, str, str], Sum], wanted: Measure) -> dict[str, int]:
    """Key → units, the most first."""
    found = Counter[str]()
    for (measure, key, _), counted in sums.items():
        if measure == wanted and counted.units:
            found[key] += counted.units
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _by_currency(sums: Mapping[tuple[str, str, str], Sum], wanted: Measure) -> dict[str, dict[str, int]]:
    """Currency → kind → minor units, the most first."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = [(currency, key, each.amount) for (measure, key, currency), each in sums.items() if measure == wanted]
    for currency, key, amount in sorted(rows, key=lambda row: (row[0], -row[2], row[1])):
        if amount:
            found[currency][key] = amount
    return dict(found)


def _stars(numbered: Mapping[str, Mapping[str, Mapping[int, int]]]) -> dict[int, int]:
    found = Counter[int]()
    for spread in numbered.get(Measure.STARS, {}).values():
        found.update(spread)
    return dict(found)


def _kept(numbered: Mapping[str, Mapping[str, Mapping[int, int]]]) -> list[Kept]:
    """The worst first."""
    rows = [
        Kept(name=name, kept=spread.get(1, 0), missed=spread.get(0, 0))
        for name, spread in numbered.get(Measure.DEADLINE, {}).items()
        if sum(spread.values())
    ]
    return sorted(rows, key=lambda row: (row.share, -row.missed, row.name))


def _steps(numbered: Mapping[str, Mapping[str, Mapping[int, int]]]) -> list[StepTime]:
    found = []
    for name, spread in numbered.get(Measure.STEP, {}).items():
        median, ninetieth = percentile(spread, 50), percentile(spread, 90)
        if median is not None and ninetieth is not None:
            found.append(StepTime(name=name, count=sum(spread.values()), median=median, ninetieth=ninetieth))
    return sorted(found, key=lambda row: (-row.median, -row.ninetieth, row.name))


def names_of(session: Session, dimension: str, keys: Sequence[str]) -> dict[str, str]:
    """How products and variants are called; keys without a name are left out."""
    rows = session.scalars(select(FactName).where(FactName.dimension == dimension, FactName.key.in_(keys)))
    return {row.key: row.name for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A case behind a number, with what it adds to it (minor units of the case's currency for amounts)."""

    case: Case
    day: date
    units: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindPage:
    name: str
    rows: Sequence[Behind]
    after: str  # cursor of the next page; empty on the last


def read_behind(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    measure: str,
    by: str,
    key: str,
    period: Period,
    channel: str = "",
    after: str = "",
) -> BehindPage:
    """The cases behind one number, the newest first. Raises BadInput for a number that there is not."""
    require_permission(actor, "MANAGE_ORDERS")
    where = [*_behind(measure, by, key), FactRow.measure != literal(Measure.SOLD.value, literal_execute=True)]
    channels = visible_channels(actor, channel)
    if channels is not None:
        where.append(FactRow.channel.in_(sorted(channels)))
    where += [FactRow.tenant_id == tenant_id, FactRow.day >= period.since, FactRow.day < period.until]
    with ctx.db.tenant(tenant_id) as session:
        found = _newest_sources(session, where, after=after, most=CASES_A_PAGE + 1)
        page = found[:CASES_A_PAGE]
        sums = select(FactRow.source_id, func.max(FactRow.day), func.sum(FactRow.units), func.sum(FactRow.amount))
        counted = session.execute(
            sums.where(*where, FactRow.source_id.in_(page))
            .group_by(FactRow.source_id)
            .order_by(FactRow.source_id.desc())
        ).all()
        cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(page)))}
        name = names_of(session, by, [key]).get(key, key)
    rows = [
        Behind(case=cases[source], day=day, units=int(units), amount=int(amount))
        for source, day, units, amount in counted
        if source in cases
    ]
    return BehindPage(name=name, rows=rows, after=page[-1] if len(found) > CASES_A_PAGE else "")


def _newest_sources(session: Session, where: Sequence[Any], *, after: str, most: int) -> list[str]:
    """Sources of such facts, the newest first. Read in their order and not grouped: so an index serves, and reading ends with the page."""
    found: dict[str, None] = {}
    last = after
    while len(found) < most:
        further = [FactRow.source_id < last] if last else []
        rows = session.scalars(
            select(FactRow.source_id).where(*where, *further).order_by(FactRow.source_id.desc()).limit(_AT_ONCE)
        ).all()
        found.update(dict.fromkeys(rows))
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1]
    return list(found)[:most]


def _behind(measure: str, by: str, key: str) -> list[Any]:
    unknown = BadInput("There is no such number. Choose one on the analytics page.", code="UNKNOWN_NUMBER")
    if measure == Measure.SOLD or measure not in set(Measure):
        raise unknown
    if by == CHANNEL:
        return [FactRow.measure == measure, FactRow.channel == key]
    if by not in set(Dimension) or Dimension(by) not in ROLLED[Measure(measure)]:
        raise unknown
    fields = KEYS[Dimension(by)]
    parts = key.rsplit(APART, len(fields) - 1) if fields else []
    if len(parts) != len(fields):
        raise unknown
    where: list[Any] = [FactRow.measure == measure]
    for name, part in zip(fields, parts, strict=True):
        if name == "number":
            if not part.isascii() or not part.isdigit() or len(part) > 9:
                raise unknown
            where.append(FactRow.number == int(part))
        else:
            where.append(getattr(FactRow, name) == part)
    return where
