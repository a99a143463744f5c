"""The numbers of the shop: drawn, compared with the time before, each leading to the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from flask import Response, request, url_for

from saleor_returns_app.domain.counting import Dimension, Measure
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.analytics import (
    CHANNEL,
    FAIR_SOLD,
    Analytics,
    Period,
    Rate,
    period_of,
    read_analytics,
    read_behind,
    read_period,
    today_of,
)
from saleor_returns_app.services.number_tables import as_csv, number_rows
from saleor_returns_app.services.queue import list_channels
from saleor_returns_app.services.rolling import count_anew
from saleor_returns_app.services.signals import read_signals, settle_signal
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import format_minor, format_number, gettext
from saleor_returns_app.web.labels import WAITS

from .access import visit
from .answers import first, fragment, notify
from .charts import Bar, Column, columns
from .forms import EMPTY, Form
from .number_words import hours, percent, said_period, spoken, step_name
from .signal_words import said_signal
from .words import wait, word

#: Days that the page looks back.
PERIODS = (30, 90, 365)
#: What return rates are broken down by → what it is called.
BREAKDOWNS: dict[str, str] = {
    Dimension.PRODUCT: "Products",
    Dimension.VARIANT: "Variants",
    Dimension.CATEGORY: "Categories",
    CHANNEL: "Sales channels",
    Dimension.COUNTRY: "Countries",
}
#: Kinds of money in the numbers → what they are called.
MONEY: dict[str, str] = {
    "refund": "Back to the payment",
    "outside": "Paid outside",
    "store_credit": "Store credit",
    "voucher": "Vouchers",
    "postage": "Labels that were bought",
    "write_off": "Goods written off",
    "exchange": "Kept by exchanges",
}
MEASURES: dict[str, str] = {
    Measure.OPENED: "Cases opened",
    Measure.REQUESTED: "Units asked for",
    Measure.RETURNED: "Units that came back",
    Measure.PAID: "Money out",
    Measure.COST: "Costs",
    Measure.RETAINED: "Kept by exchanges",
    Measure.EXCHANGED: "Units exchanged",
    Measure.STEP: "Time in a state",
    Measure.DEADLINE: "Deadlines",
    Measure.STARS: "Satisfaction",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the top. `change` says how it compares with the time before; `tone` is good, bad or nothing."""

    name: str
    text: str
    change: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the time, the channel and the breakdown."""

    period: Period
    days: int  # 0: two days of its own
    channel: str
    by: str

    def link(self, **other: Any) -> str:
        """The page with something else asked for."""
        return url_for("dashboard.analytics", **{**self._kept(), **other})

    def behind(self, measure: str, by: str, key: str = "") -> str:
        """The cases behind a number."""
        time = {"since": self.period.since.isoformat(), "until": self.period.last.isoformat()}
        asked = {"measure": measure, "by": by, "key": key, "channel": self.channel, **time}
        kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
        return url_for("dashboard.analytics_cases", **kept)

    def _kept(self) -> dict[str, Any]:
        time: dict[str, Any] = (
            {"days": self.days}
            if self.days
            else {"since": self.period.since.isoformat(), "until": self.period.last.isoformat()}
        )
        return {**time, **({"channel": self.channel} if self.channel else {}), "by": self.by}


def show_analytics(refused: AppError | None = None, of: str = "") -> Response:
    """The page; `refused` is what was wrong with settling the signal `of`."""
    form = EMPTY
    try:
        asked = _asked()
    except AppError as problem:
        form = Form(typed=request.args.to_dict(), problem=said(problem), field=problem.field or "")
        asked = Asked(_usual(PERIODS[1]), PERIODS[1], first(request.args, "channel"), Dimension.PRODUCT)
    found = read_analytics(
        ctx(), visit().tenant_id, actor=visit().actor, period=asked.period, channel=asked.channel, by=asked.by
    )
    status = refused.status if refused else 400 if form.problem else 200
    settling = Form.refused(refused) if refused else EMPTY
    return fragment("analytics.html", status=status, form=form, settling=settling, of=of, **_shown(found, asked))


def _usual(days: int) -> Period:
    return period_of(today_of(ctx(), visit().tenant_id), days=days)


def _asked() -> Asked:
    since, until, by = (first(request.args, name) for name in ("since", "until", "by"))
    channel = first(request.args, "channel")
    chosen = by if by in BREAKDOWNS else Dimension.PRODUCT
    if since or until:
        return Asked(read_period(since, until), 0, channel, chosen)
    wanted = first(request.args, "days")
    days = int(wanted) if wanted in {str(period) for period in PERIODS} else PERIODS[1]
    return Asked(_usual(days), days, channel, chosen)


def _shown(found: Analytics, asked: Asked) -> dict[str, Any]:
    now = found.now
    return {
        "found": found,
        "asked": asked,
        "periods": PERIODS,
        "channels": list_channels(ctx(), visit().tenant_id, actor=visit().actor),
        "tiles": _tiles(found, asked),
        "columns": columns(found.by_day),
        "label": _label,
        "breakdowns": {value: gettext(text) for value, text in BREAKDOWNS.items()},
        "rates": [
            (rate, _name(asked.by, rate), asked.behind(Measure.RETURNED, asked.by, rate.key)) for rate in found.rates
        ],
        "highest": max((rate.rate or 0 for rate in found.rates), default=0) or 1,
        "reasons": _bars(now.reasons, word, lambda key: asked.behind(Measure.REQUESTED, Dimension.REASON, key)),
        "resolutions": _bars(now.resolutions, word, lambda key: asked.behind(Measure.REQUESTED, Dimension.NAME, key)),
        "money": {
            gettext("Money out"): _amounts(now.paid, Measure.PAID, asked),
            gettext("Costs"): _amounts(now.cost, Measure.COST, asked),
            gettext("Kept in the shop"): _amounts(now.retained, Measure.RETAINED, asked),
        },
        "steps": [(step_name(row.name), row, hours(row.median), hours(row.ninetieth)) for row in now.steps],
        "slowest": max((row.ninetieth for row in now.steps), default=0) or 1,
        "deadlines": [
            Bar(
                wait(row.name),
                row.share,
                gettext("%(percent)s of %(count)s") % {"percent": percent(row.share), "count": row.kept + row.missed},
                asked.behind(Measure.DEADLINE, Dimension.NAME_NUMBER, f"{row.name}|0") if row.missed else "",
            )
            for row in now.deadlines
        ],
        "table": as_csv(number_rows(found, by=asked.by)),
        "signals": [said_signal(each) for each in read_signals(ctx(), visit().tenant_id, actor=visit().actor)],
        "percent": percent,
        "fair": FAIR_SOLD,
        "when": said_period,
    }


def _tiles(found: Analytics, asked: Asked) -> list[Tile]:
    now, before = found.now, found.before
    slow = {row.name: row.median for row in before.steps}
    review = next((row for row in now.steps if row.name == "requested"), None)
    money = next(iter(sorted(now.paid.items(), key=lambda pair: -sum(pair[1].values()))), None)
    tiles = [
        Tile(
            gettext("Cases opened"),
            format_number(now.opened),
            _growth(now.opened, before.opened),
            href=asked.behind(Measure.OPENED, Dimension.ALL),
        ),
        Tile(
            gettext("Units that came back"),
            format_number(now.returned),
            _growth(now.returned, before.returned),
            href=asked.behind(Measure.RETURNED, Dimension.ALL),
        ),
        Tile(
            gettext("Return rate"),
            percent(now.rate) if now.rate is not None else "–",
            *_points(now.rate, before.rate, good=-1),
        ),
    ]
    if money:
        currency, kinds = money
        total, earlier = sum(kinds.values()), sum(before.paid.get(currency, {}).values())
        tiles.append(
            Tile(
                gettext("Money out"),
                format_minor(total, currency),
                _growth(total, earlier),
                href=asked.behind(Measure.PAID, Dimension.ALL),
            )
        )
    if review is not None:
        was = slow.get("requested")
        change = "" if was is None else gettext("before: %(value)s") % {"value": hours(was)}
        tone = "" if was is None or was == review.median else "good" if review.median < was else "bad"
        tiles.append(Tile(gettext("Median time to a decision"), hours(review.median), change, tone))
    tiles.append(
        Tile(
            gettext("Deadlines kept"),
            percent(now.kept) if now.kept is not None else "–",
            *_points(now.kept, before.kept, good=1),
        )
    )
    if now.average_stars is not None:
        earlier_stars = before.average_stars
        change = (
            ""
            if earlier_stars is None
            else gettext("before: %(value)s") % {"value": format_number(round(earlier_stars, 2))}
        )
        tiles.append(
            Tile(
                gettext("Satisfaction"),
                f"{format_number(round(now.average_stars, 2))} ★",
                change,
                href=url_for("dashboard.satisfaction"),
            )
        )
    return tiles


def _growth(now: int, before: int) -> str:
    if not before:
        return ""
    change = (now - before) / before
    return gettext("%(change)s to the time before") % {"change": f"{'+' if change >= 0 else '−'}{percent(abs(change))}"}


def _points(now: float | None, before: float | None, *, good: int) -> tuple[str, str]:
    """How a share changed in percentage points, and whether that is good; `good` is the direction that is."""
    if now is None or before is None:
        return "", ""
    points = round(100 * (now - before), 1)
    sign = "+" if points >= 0 else "−"
    change = gettext("%(change)s points to the time before") % {"change": f"{sign}{format_number(abs(points))}"}
    return change, "" if not points else "good" if points * good > 0 else "bad"


def _label(column: Column) -> str:
    first_day = format_date(column.since, "MMM d", locale=spoken())
    if column.since == column.last:
        return first_day
    return f"{first_day} – {format_date(column.last, 'MMM d', locale=spoken())}"


def _name(by: str, rate: Rate) -> str:
    if not rate.key:
        return gettext("Not known")
    if by == Dimension.COUNTRY:
        return str(spoken().territories.get(rate.key, rate.key))
    return rate.name


def _bars(sums: Mapping[str, int], say: Callable[[str], str], link: Callable[[str], str]) -> list[Bar]:
    whole = sum(sums.values()) or 1
    return [
        Bar(say(key), units, f"{format_number(units)} ({percent(units / whole)})", link(key))
        for key, units in sums.items()
    ]


def _amounts(found: Mapping[str, Mapping[str, int]], measure: Measure, asked: Asked) -> dict[str, list[Bar]]:
    """Currency → bars."""
    return {
        currency: [
            Bar(
                gettext(MONEY.get(kind, kind)),
                amount,
                format_minor(amount, currency),
                asked.behind(measure, Dimension.NAME, kind),
            )
            for kind, amount in kinds.items()
        ]
        for currency, kinds in found.items()
    }


def show_cases() -> Response:
    """The cases behind one number."""
    asked = _asked()
    measure, by, key = (first(request.args, name) for name in ("measure", "by", "key"))
    found = read_behind(
        ctx(),
        visit().tenant_id,
        actor=visit().actor,
        measure=measure,
        by=by,
        key=key,
        period=asked.period,
        channel=asked.channel,
        after=first(request.args, "after"),
    )
    return fragment(
        "analytics_cases.html",
        found=found,
        title=gettext(MEASURES[Measure(measure)]),
        what=_said_key(by, key, found.name),
        asked=asked,
        when=said_period(asked.period),
        older=f"{asked.behind(measure, by, key)}&after={found.after}" if found.after else "",
        in_money=measure in (Measure.PAID, Measure.COST, Measure.RETAINED),
    )


def _said_key(by: str, key: str, name: str) -> str:
    if by == Dimension.ALL:
        return ""
    if by == Dimension.NAME_NUMBER:
        code, _, number = key.rpartition("|")
        if number == "0" and code in WAITS:
            return gettext("%(what)s: missed") % {"what": wait(code)}
        return f"{step_name(code)} {number}"
    if by == Dimension.NAME:
        return gettext(MONEY[key]) if key in MONEY else word(key)
    if by == Dimension.COUNTRY:
        return str(spoken().territories.get(key, key)) or gettext("Not known")
    if by == Dimension.REASON:
        return word(key)
    if by == Dimension.PRODUCT_REASON:
        product, _, reason = name.rpartition("|")
        return f"{product}: {word(reason)}"
    return name or gettext("Not known")


def settle(signal_id: str) -> Response:
    """Somebody says what was done about what stands out."""
    try:
        settle_signal(ctx(), visit().tenant_id, signal_id, actor=visit().actor, how=request.form.get("how", ""))
    except AppError as problem:
        if problem.code == "UNKNOWN_SIGNAL":
            raise
        return show_analytics(refused=problem, of=signal_id)
    return notify(show_analytics(), gettext("Noted; it is quiet for four weeks"))


def count_again() -> Response:
    """Have everything counted anew, where somebody doubts the numbers."""
    count_anew(ctx(), visit().tenant_id, actor=visit().actor)
    return notify(show_analytics(), gettext("Everything is being counted anew"))
