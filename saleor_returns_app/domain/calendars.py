"""Days as people count them: local days that end at midnight, and business days."""

from __future__ import annotations

import calendar
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
