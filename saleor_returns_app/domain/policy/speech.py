"""Pieces of sentences, and how a reader's language says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_percent

from .words import AND, BOTH

#: A msgid in the reader's language.
Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Listed:
    """Values that the language puts into words: msgids, countries, amounts ("50 USD"), month-days ("12-24"), percents."""

    values: tuple[str, ...]
    of: Literal["plain", "text", "country", "money", "month_day", "percent"] = "plain"
    joined: Literal["or", "and"] = "or"


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause: what it is about (the kind of a condition or action), an English msgid, and what fills it."""

    code: str
    text: str
    params: Mapping[str, str | int | Listed] = field(default_factory=dict)


def say(piece: Piece, *, translate: Translate = str, language: str = "en") -> str:
    """The clause in a language; English without any."""
    text = translate(piece.text)
    if not piece.params:
        return text
    said = {
        name: _listed(value, translate, language) if isinstance(value, Listed) else value
        for name, value in piece.params.items()
    }
    return text % said


def also(clauses: Sequence[str], *, translate: Translate = str) -> str:
    """Clauses of which each could stand alone, as one sentence."""
    return reduce(lambda first, second: translate(BOTH) % {"first": first, "second": second}, clauses)


def together(clauses: Sequence[str], *, translate: Translate = str) -> str:
    """Clauses that must all hold."""
    return reduce(lambda first, second: translate(AND) % {"first": first, "second": second}, clauses)


def _listed(listed: Listed, translate: Translate, language: str) -> str:
    locale = locale_of(language)
    words = [_word(value, listed.of, translate, locale) for value in listed.values]
    return format_list(words, style="or" if listed.joined == "or" else "standard", locale=locale)


def _word(value: str, of: str, translate: Translate, locale: Locale) -> str:
    match of:
        case "text":
            return translate(value)
        case "country":
            return _country(value, translate, locale)
        case "money":
            amount, currency = value.split()
            return format_currency(Decimal(amount), currency, locale=locale, currency_digits=False)
        case "month_day":
            month, day = value.split("-")
            return format_skeleton("MMMMd", date(2024, int(month), int(day)), locale=locale)
        case "percent":
            return format_percent(Decimal(value) / 100, locale=locale, decimal_quantization=False)
        case _:
            return value


def _country(code: str, translate: Translate, locale: Locale) -> str:
    if code.upper() == "EEA":
        return translate("the European Economic Area")
    name: str = locale.territories.get(code.upper(), code)
    return name


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The locale of a language tag; English for one that nobody knows."""
    try:
        return Locale.parse("zh_Hans_CN" if language in ("zh", "zh-hans") else language.replace("-", "_"), sep="_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
