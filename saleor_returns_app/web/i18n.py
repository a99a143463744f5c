"""Languages: catalogues read at start, the language of a request, and money and dates as people write them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from flask import Flask, g, has_request_context, request

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy.calendars import local_day, zone_of

CATALOGUES = Path(__file__).parent / "translations"
DEFAULT = "en"
#: Language tag → its name in itself.
LANGUAGES = {"en": "English", "zh": "中文"}
#: An amount as `str(Money)` writes it, and the names of parameters that hold one.
_AMOUNT = re.compile(r"-?\d+(\.\d+)? [A-Z]{3}")
_AMOUNTS = frozenset(("agreed", "amount", "cost", "limit", "owed", "paid", "price", "total", "worth"))


@lru_cache
def translations(language: str) -> Translations:
    """The catalogue of a language; texts themselves for English."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def nearest(tags: Iterable[str]) -> str:
    """The first language we speak among those wished for: `zh-Hans-CN` finds `zh`."""
    for tag in tags:
        base = tag.lower().replace("_", "-").split("-", 1)[0]
        if base in LANGUAGES:
            return base
    return DEFAULT


def language() -> str:
    """The language of the request: what the page chose, else what the browser asks for."""
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        g.language = nearest(tag for tag, _ in request.accept_languages)
    found: str = g.language
    return found


def choose_language(tag: str) -> None:
    """Answer this request in another language than the browser asks for."""
    g.language = nearest([tag])


def gettext(text: str) -> str:
    return translate(text, language())


def translate(text: str, to: str) -> str:
    """A msgid in a language; an empty text stays empty (gettext would give the catalogue's header)."""
    return translations(to).gettext(text) if text else ""


def speak(text: str, tag: str) -> str:
    """A msgid in the language nearest to a tag, for what is written outside of a request."""
    return translate(text, nearest([tag]))


def write_day(day: date, tag: str) -> str:
    """A day in the language nearest to a tag, for what is written outside of a request."""
    return format_day(day, nearest([tag]))


def ngettext(one: str, many: str, count: int) -> str:
    return translations(language()).ngettext(one, many, count)


@lru_cache
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse("zh_Hans_CN" if tag == "zh" else tag, sep="_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT)


def format_money(money: Money, to: str | None = None) -> str:
    """In the currency's own digits, never rounded."""
    return format_currency(money.amount, money.currency, locale=_locale(to or language()))


def spell_amounts(params: Mapping[str, object]) -> dict[str, object]:
    """What fills a text, with the amounts that the quote and the history keep as “66.19 USD” written as people write them.

    Only under the names of amounts: an item may be called “50 USD” and keeps its name.
    """
    return {
        name: format_money(Money(Decimal(value.partition(" ")[0]), value.partition(" ")[2]))
        if name in _AMOUNTS and isinstance(value, str) and _AMOUNT.fullmatch(value)
        else value
        for name, value in params.items()
    }


def format_minor(minor: int, currency: str) -> str:
    return format_money(Money.from_minor(minor, currency))


def zone() -> str:
    """The time zone of the request's shop; UTC until the shop is known. The reader's own is not known to us."""
    found: str = g.get("zone", "") if has_request_context() else ""
    return found or "UTC"


def choose_zone(name: str) -> None:
    """Write times of this request as they are in this zone (IANA name)."""
    g.zone = name


def format_number(number: float) -> str:
    """A number with the signs of the request's language: 4.25, 4,25."""
    return format_decimal(number, locale=_locale(language()))


def format_datetime(moment: datetime, to: str | None = None, *, at: str | None = None) -> str:
    """Day and time in the shop's zone, or in the zone `at`; which one is said."""
    spoken = _locale(to or language())
    there = zone_of(at or zone())
    local = moment.astimezone(there)
    joined: str = spoken.datetime_formats["medium"].format(
        format_time(local, "short", tzinfo=there, locale=spoken), babel_date(local, "medium", locale=spoken)
    )
    return f"{joined} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """UTC, UTC+1, UTC+5:30: short names like CST mean three zones."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def format_day(moment: date, to: str | None = None, *, at: str | None = None) -> str:
    """A day, or the day that a moment falls on in the shop's zone or in the zone `at`."""
    day = local_day(moment, at or zone()) if isinstance(moment, datetime) else moment
    return babel_date(day, "long", locale=_locale(to or language()))


def format_weekday(day: date) -> str:
    """A day with its day of the week, for choosing one."""
    return babel_date(day, "full", locale=_locale(language()))


def register(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    env: Any = app.jinja_env
    env.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.filters.update(
        money=format_money, minor=format_minor, when=format_datetime, day=format_day, weekday=format_weekday
    )

    @app.context_processor
    def _language() -> dict[str, object]:
        return {"language": language(), "languages": LANGUAGES}
