"""Days end at local midnight, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.policy.calendars import (
    MonthDay,
    add_business_days,
    add_days,
    add_months,
    end_of_day,
    local_day,
    season_end,
    zone_of,
)

from .saying import at

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "days", "zone", "next_midnight"),
    [
        # the day of receipt is not counted, whatever the hour
        ("2026-03-02 00:00", 7, "UTC", "2026-03-10 00:00"),
        ("2026-03-02 23:59", 7, "UTC", "2026-03-10 00:00"),
        ("2026-03-02 12:00", 0, "UTC", "2026-03-03 00:00"),
        # month ends, leap days, new year
        ("2026-01-31 12:00", 1, "UTC", "2026-02-02 00:00"),
        ("2026-02-27 12:00", 2, "UTC", "2026-03-02 00:00"),
        ("2028-02-27 12:00", 2, "UTC", "2028-03-01 00:00"),
        ("2028-02-29 12:00", 365, "UTC", "2029-03-01 00:00"),
        ("2026-12-31 12:00", 7, "UTC", "2027-01-08 00:00"),
        # the clocks go forward, and back
        ("2026-03-28 12:00", 1, "Europe/Berlin", "2026-03-30 00:00"),
        ("2026-10-24 12:00", 1, "Europe/Berlin", "2026-10-26 00:00"),
        ("2026-03-07 12:00", 1, "America/New_York", "2026-03-09 00:00"),
        ("2026-10-31 12:00", 1, "America/New_York", "2026-11-02 00:00"),
        ("2026-03-01 23:30", 7, "Asia/Shanghai", "2026-03-09 00:00"),
    ],
)
def test_a_period_ends_with_its_last_local_day(moment: str, days: int, zone: str, next_midnight: str) -> None:
    assert add_days(at(moment, zone), days, zone=zone) == at(next_midnight, zone) - INSTANT


def test_the_same_moment_falls_on_other_days_elsewhere() -> None:
    moment = at("2026-03-02 20:00")
    assert local_day(moment, "Asia/Shanghai") == date(2026, 3, 3)
    assert local_day(moment, "America/New_York") == date(2026, 3, 2)
    assert add_days(moment, 7, zone="Asia/Shanghai") == datetime(2026, 3, 10, 16, tzinfo=UTC) - INSTANT
    assert add_days(moment, 7, zone="America/New_York") == datetime(2026, 3, 10, 4, tzinfo=UTC) - INSTANT


def test_the_day_of_a_change_of_clocks_has_23_or_25_hours() -> None:
    def hours(day: date) -> float:
        before = end_of_day(day - timedelta(days=1), "Europe/Berlin")
        return (end_of_day(day, "Europe/Berlin") - before).total_seconds() / 3600

    assert (hours(date(2026, 3, 29)), hours(date(2026, 10, 25)), hours(date(2026, 6, 1))) == (23, 25, 24)


def test_a_midnight_that_does_not_exist_or_comes_twice_ends_the_day_once() -> None:
    # Beirut's clocks go from 00:00 to 01:00, Havana's from 01:00 back to 00:00.
    assert end_of_day(date(2026, 3, 28), "Asia/Beirut") == datetime(2026, 3, 28, 22, tzinfo=UTC) - INSTANT
    assert end_of_day(date(2026, 10, 31), "America/Havana") == datetime(2026, 11, 1, 4, tzinfo=UTC) - INSTANT


@pytest.mark.parametrize(
    ("moment", "days", "country", "last"),
    [
        ("2026-03-02 12:00", 7, "", "2026-03-11"),  # a weekend between
        ("2026-03-06 12:00", 1, "", "2026-03-09"),  # Friday
        ("2026-03-07 12:00", 1, "", "2026-03-09"),  # Saturday
        ("2026-04-02 12:00", 1, "DE", "2026-04-07"),  # Easter
        ("2026-04-02 12:00", 1, "US", "2026-04-03"),  # no holiday there
        ("2025-12-24 12:00", 3, "GB", "2025-12-31"),  # Christmas, Boxing Day, a weekend
        ("2025-09-26 12:00", 1, "CN", "2025-09-28"),  # a Sunday on which China works
        ("2025-09-30 12:00", 1, "CN", "2025-10-09"),  # the golden week
        ("2026-03-02 12:00", 0, "DE", "2026-03-02"),
        ("2026-03-06 12:00", 1, "XX", "2026-03-09"),  # no such country
    ],
)
def test_business_days_leave_out_weekends_and_holidays(moment: str, days: int, country: str, last: str) -> None:
    assert add_business_days(at(moment), days, zone="UTC", country=country) == end_of_day(
        date.fromisoformat(last), "UTC"
    )


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", 12, "2027-03-31"),
    ],
)
def test_months_end_where_they_end(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


SEASON = {"first": MonthDay(11, 15), "last": MonthDay(12, 24), "until": MonthDay(1, 31)}
OVER_NEW_YEAR = {"first": MonthDay(12, 10), "last": MonthDay(1, 6), "until": MonthDay(2, 29)}


@pytest.mark.parametrize(
    ("season", "bought", "until"),
    [
        (SEASON, "2026-11-14", None),
        (SEASON, "2026-11-15", "2027-01-31"),
        (SEASON, "2026-12-24", "2027-01-31"),
        (SEASON, "2026-12-25", None),
        (OVER_NEW_YEAR, "2026-12-31", "2027-02-28"),
        (OVER_NEW_YEAR, "2027-01-06", "2027-02-28"),
        (OVER_NEW_YEAR, "2028-01-06", "2028-02-29"),
        (OVER_NEW_YEAR, "2027-01-07", None),
    ],
)
def test_the_season_reaches_into_the_next_year(season: dict[str, MonthDay], bought: str, until: str | None) -> None:
    assert season_end(date.fromisoformat(bought), **season) == (date.fromisoformat(until) if until else None)


@pytest.mark.parametrize("text", ["02-30", "13-01", "0-1", "Christmas"])
def test_a_day_that_no_year_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        MonthDay.parse(text)


def test_a_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars"):
        zone_of("Mars/Olympus")


#: hypothesis wants them without a zone and adds it.
SPAN = (datetime(2012, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "America/Havana", "Pacific/Apia"])


@given(
    moment=st.datetimes(*SPAN, timezones=st.just(UTC)),
    days=st.integers(0, 400),
    zone=ZONES,
)
def test_the_last_instant_lies_on_the_last_day_and_the_next_does_not(moment: datetime, days: int, zone: str) -> None:
    end = add_days(moment, days, zone=zone)
    last = local_day(moment, zone) + timedelta(days=days)
    assert local_day(end, zone) == last
    assert local_day(end + INSTANT, zone) == last + timedelta(days=1)
