"""Days as people count them: local days that end at midnight, business days, the holiday season.

A moment's own day is never counted, and a period ends at the END of its last day: what happens at 23:59 local time is in time.
Results are aware, in UTC, one microsecond before the next local day begins, whatever the clocks do that night.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name; UTC for an empty one. Raises ValueError for a name nobody knows."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def local_day(moment: datetime, zone: str) -> date:
    """The day on the calendar of `zone` that an aware moment falls on."""
    return moment.astimezone(zone_of(zone)).date()


@lru_cache(maxsize=8192)
def end_of_day(day: date, zone: str) -> datetime:
    """The last instant of a local day. Where midnight does not exist or comes twice that night, the first instant counts."""
    return datetime.combine(day + _DAY, time.min, tzinfo=zone_of(zone)).astimezone(UTC) - _INSTANT


def add_days(moment: datetime, days: int, *, zone: str) -> datetime:
    """The end of the n-th local day after the day of `moment`."""
    return end_of_day(local_day(moment, zone) + timedelta(days=days), zone)


def add_business_days(moment: datetime, days: int, *, zone: str, country: str) -> datetime:
    """The end of the n-th business day after the day of `moment`: no weekend, no public holiday of `country`.

    An empty or unknown country has weekends on Saturday and Sunday and no holidays.
    """
    day = local_day(moment, zone)
    while days > 0:
        day += _DAY
        if is_business_day(day, country):
            days -= 1
    return end_of_day(day, zone)


def next_business_day(day: date, country: str) -> date:
    """`day` itself when people work on it, else the next one on which they do."""
    while not is_business_day(day, country):
        day += _DAY
    return day


def is_business_day(day: date, country: str) -> bool:
    """Whether people work on this day there; working weekends that a country decrees count as business days."""
    return day not in _days_off(country.upper(), day.year)


@lru_cache(maxsize=1024)
def _days_off(country: str, year: int) -> frozenset[date]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=place) for place in range(366 if calendar.isleap(year) else 365)]
    if country:
        import holidays  # slow to import, and most shops need one country

        try:
            known = holidays.country_holidays(country, years=year)
        except NotImplementedError:
            known = None
        if known is not None:
            return frozenset(day for day in days if not known.is_working_day(day))
    return frozenset(day for day in days if day.weekday() >= 5)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of every year. 29 February is the 28th in years that have no 29th."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> MonthDay:
        """From "MM-DD". Raises ValueError for days that no year has."""
        month, _, day = text.partition("-")
        found = cls(int(month), int(day))
        date(2024, found.month, found.day)  # a leap year has every day there is
        return found

    def of(self, year: int) -> date:
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))


def season_end(bought: date, *, first: MonthDay, last: MonthDay, until: MonthDay) -> date | None:
    """Until when a purchase of the holiday season may be returned; None for one outside of the season.

    The season runs from `first` to `last`, over the new year where `last` comes before `first`; `until` is its first occurrence
    from the season's end on.
    """
    for year in (bought.year - 1, bought.year):
        begin, end = first.of(year), last.of(year)
        if end < begin:
            end = last.of(year + 1)
        if begin <= bought <= end:
            back = until.of(end.year)
            return back if back >= end else until.of(end.year + 1)
    return None
