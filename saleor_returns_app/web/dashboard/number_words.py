"""How numbers are said."""

from __future__ import annotations

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent

from saleor_returns_app.services.analytics import Period
from saleor_returns_app.web.i18n import format_number, gettext, language

from .words import STATES

_DAY_HOURS = 24


def percent(share: float) -> str:
    """A share from 0 to 1, with one digit."""
    return format_percent(round(share, 3), format="#,##0.#%", locale=spoken())


def hours(count: int) -> str:
    """A time in whole hours; in days from two of them."""
    if count < 2 * _DAY_HOURS:
        return gettext("%(count)s h") % {"count": count}
    return gettext("%(count)s days") % {"count": format_number(round(count / _DAY_HOURS, 1))}


def spoken() -> Locale:
    """The language of the request, for its formats."""
    return Locale.parse(language())


def said_period(period: Period) -> str:
    """First and last day."""
    return " – ".join(format_date(day, "medium", locale=spoken()) for day in (period.since, period.last))


def step_name(code: str) -> str:
    """What a state is called; those of other kinds of cases say which."""
    kind, _, state = code.rpartition(".")
    name = gettext(STATES.get(state, state))
    return f"{name} ({_kind(kind)})" if kind else name


def _kind(kind: str) -> str:
    return {"return": gettext("Return"), "complaint": gettext("Complaint"), "question": gettext("Question")}.get(
        kind, kind
    )
