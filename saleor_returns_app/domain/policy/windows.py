"""When the time for a return is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from saleor_returns_app.domain.because import Because

from .actions import HolidayWindow, Window
from .calendars import MonthDay, local_day, next_business_day, season_end
from .facts import LineFacts
from .matching import ANCHORS

#: The last day of a window for these facts; None while it has not begun.
LastDay = Callable[[LineFacts], date | None]

_OPEN = {
    ("delivery", "days"): "Within %(days)s days of receipt.",
    ("fulfilment", "days"): "Within %(days)s days of dispatch.",
    ("last_parcel", "days"): "Within %(days)s days of the last parcel's dispatch.",
    ("purchase", "days"): "Within %(days)s days of the purchase.",
    ("delivery", "business_days"): "Within %(days)s business days of receipt.",
    ("fulfilment", "business_days"): "Within %(days)s business days of dispatch.",
    ("last_parcel", "business_days"): "Within %(days)s business days of the last parcel's dispatch.",
    ("purchase", "business_days"): "Within %(days)s business days of the purchase.",
}
_OVER = {
    "days": "The %(days)s days for returns are over.",
    "business_days": "The %(days)s business days for returns are over.",
}
_LATE = {
    "days": "The %(days)s days for returns are over; a person looks at your request.",
    "business_days": "The %(days)s business days for returns are over; a person looks at your request.",
}
#: While a longer time than the window's applies.
IN_SEASON = Because("HOLIDAY_WINDOW", "The longer return time of the holiday season applies.")
SEASON_OVER = Because("WINDOW_OVER", "The time for returns is over, the longer time of the holiday season included.")
LATE_IN_SEASON = Because("LATE_CLAIM", "The time for returns is over; a person looks at your request.")


@dataclass(frozen=True, slots=True)
class BuiltWindow:
    """A window with its texts."""

    last_day: LastDay
    inside: Because
    over: Because
    after: str  # the outcome


def build_window(window: Window) -> BuiltWindow:
    params: dict[str, str | int] = {"days": window.days}
    late = window.after == "needs_review"
    return BuiltWindow(
        last_day=_last_day(window),
        inside=Because("IN_WINDOW", _OPEN[window.anchor, window.unit], params),
        over=Because(
            "LATE_CLAIM" if late else "WINDOW_OVER",
            (_LATE if late else _OVER)[window.unit],
            params,
            staff=_staff(window),
        ),
        after=window.after,
    )


def _staff(window: Window) -> str:
    if window.after == "needs_review":
        return "Asked after the %(days)s days of the policy, which leaves this kind of claim to a person."
    return ""


def _last_day(window: Window) -> LastDay:
    anchor, travel = ANCHORS[window.anchor], timedelta(days=window.travel_days)
    falls_back = window.anchor in ("delivery", "last_parcel")
    by_calendar, days = window.unit == "days", window.days
    whole = timedelta(days=days)

    def last_day(facts: LineFacts) -> date | None:
        moment = anchor(facts)
        if moment is not None:
            begin = local_day(moment, facts.zone)
        elif falls_back and facts.fulfilled_at is not None:
            begin = local_day(facts.fulfilled_at, facts.zone) + travel
        else:
            return None
        return begin + whole if by_calendar else _business(begin, days, facts.holidays)

    return last_day


def _business(day: date, days: int, country: str) -> date:
    while days > 0:
        day = next_business_day(day + timedelta(days=1), country)
        days -= 1
    return day


def build_season(season: HolidayWindow) -> LastDay:
    first, last = MonthDay.parse(season.bought_from), MonthDay.parse(season.bought_until)
    until = MonthDay.parse(season.returnable_until)

    def last_day(facts: LineFacts) -> date | None:
        if facts.purchased_at is None:
            return None
        return season_end(local_day(facts.purchased_at, facts.zone), first=first, last=last, until=until)

    return last_day
