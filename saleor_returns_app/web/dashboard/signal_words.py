"""What stands out, in words: the numbers it rests on, what to do, where to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from saleor_returns_app.domain.counting import APART, LARGER, SMALLER, Dimension, Measure
from saleor_returns_app.domain.signals import SignalKind
from saleor_returns_app.services.signals import BEFORE, LATELY, Shown
from saleor_returns_app.web.i18n import gettext

from .number_words import percent, step_name
from .words import word

#: Days of the page of cases that a signal leads to: enough for what it looked at.
_LATELY, _WHOLE = 30, 365


@dataclass(frozen=True, slots=True)
class SaidSignal:
    """`note` is a sentence proposed for the page of the product; it may be empty."""

    id: str
    title: str
    numbers: str
    to_do: str
    href: str
    note: str = ""


def said_signal(shown: Shown) -> SaidSignal:
    return _SAID[SignalKind(shown.row.kind)](shown)


def _behind(measure: Measure, by: Dimension, key: str, days: int = _LATELY) -> str:
    return url_for("dashboard.analytics_cases", measure=measure, by=by, key=key, days=days)


def _counts(shown: Shown) -> dict[str, Any]:
    numbers = shown.row.numbers
    return {
        "some": int(numbers["some"]),
        "of": int(numbers["of"]),
        "share": percent(numbers["share"]),
        "before": percent(numbers.get("share_before", 0)),
        "lately": LATELY // 7,
        "weeks": BEFORE // 7,
    }


def _rate(shown: Shown) -> SaidSignal:
    title = gettext("%(product)s comes back more often") % {"product": shown.product}
    numbers = gettext(
        "%(some)s of %(of)s sold in the last %(lately)s weeks (%(share)s); in the %(weeks)s weeks before it was %(before)s."
    )
    to_do = gettext("Look at the cases: is it one batch, one size, one reason? Stop its sale if it is dangerous.")
    href = _behind(Measure.RETURNED, Dimension.PRODUCT, shown.row.key)
    return SaidSignal(shown.row.id, title, numbers % _counts(shown), to_do, href)


def _reason(shown: Shown) -> SaidSignal:
    title = gettext("%(product)s: more often “%(reason)s”") % {"product": shown.product, "reason": word(shown.reason)}
    numbers = gettext(
        "%(some)s of %(of)s units asked for in the last %(lately)s weeks (%(share)s); in the %(weeks)s weeks before it was "
        "%(before)s."
    )
    to_do = gettext("Look at the cases and their photos; tell who packs, who buys, or who writes the descriptions.")
    href = _behind(Measure.REQUESTED, Dimension.PRODUCT_REASON, shown.row.key)
    return SaidSignal(shown.row.id, title, numbers % _counts(shown), to_do, href)


def _runs_small(shown: Shown) -> SaidSignal:
    return SaidSignal(
        shown.row.id,
        gettext("%(product)s runs small") % {"product": shown.product},
        gettext("%(some)s of %(of)s exchanged units went for a larger size.") % _counts(shown),
        gettext("Say so on the page of the product; fewer will come back."),
        _behind(Measure.EXCHANGED, Dimension.PRODUCT_NAME, f"{shown.row.key}{APART}{LARGER}", _WHOLE),
        gettext("Runs small: most who exchange it take a larger size."),
    )


def _runs_large(shown: Shown) -> SaidSignal:
    return SaidSignal(
        shown.row.id,
        gettext("%(product)s runs large") % {"product": shown.product},
        gettext("%(some)s of %(of)s exchanged units went for a smaller size.") % _counts(shown),
        gettext("Say so on the page of the product; fewer will come back."),
        _behind(Measure.EXCHANGED, Dimension.PRODUCT_NAME, f"{shown.row.key}{APART}{SMALLER}", _WHOLE),
        gettext("Runs large: most who exchange it take a smaller size."),
    )


def _late(shown: Shown) -> SaidSignal:
    said = {"count": int(shown.row.numbers["some"]), "state": step_name(shown.row.key)}
    title = gettext("%(count)s cases are late: %(state)s") % said
    to_do = gettext("Begin with the oldest, or give some to somebody with time.")
    return SaidSignal(shown.row.id, title, "", to_do, url_for("dashboard.queue", view="overdue"))


_SAID = {
    SignalKind.RATE: _rate,
    SignalKind.REASON: _reason,
    SignalKind.RUNS_SMALL: _runs_small,
    SignalKind.RUNS_LARGE: _runs_large,
    SignalKind.LATE: _late,
}
