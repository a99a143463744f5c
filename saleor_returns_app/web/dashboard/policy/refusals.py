"""What is wrong with a field, in words for people: what is expected, not what a parser tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saleor_returns_app.web.i18n import gettext

_SAID: dict[str, str] = {
    "missing": "Fill this in.",
    "too_short": "Choose or write at least one.",
    "string_too_short": "Write something here.",
    "string_too_long": "Too long: at most %(max_length)s characters.",
    "too_long": "Too many: at most %(max_length)s.",
    "greater_than_equal": "At least %(ge)s.",
    "less_than_equal": "At most %(le)s.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "int_parsing_size": "This number is too large.",
    "decimal_parsing": "Write a number, like 12.5.",
    "finite_number": "Write a number, like 12.5.",
    "predicate_failed": "At most 12 digits before the point and 6 behind it.",
    "enum": "Choose one of the list.",
    "literal_error": "Choose one of the list.",
    "bool_parsing": "Choose one of the list.",
    "amount": "“%(text)s” is no amount with its currency: write it like 100 USD.",
    "amount_twice": "%(currency)s stands here twice.",
}
#: What a dataclass says itself → what people read.
_OWN: tuple[tuple[str, str], ...] = (
    ("two actions of one type", "It says the same thing twice: of each kind of decision one is enough."),
    ("values belong to", "Write at least one value, or none where only the key counts."),
    ("merchant_percent belongs", "A part of the shop belongs to shared postage only."),
    ("a currency has", "A currency has three letters, like EUR."),
    ("same id", "There is another rule with this id."),
)
_DAY = "Write month and day like 11-30."


def said_of(kind: str, params: Mapping[str, Any]) -> str:
    """The text for an error of this type, as pydantic names it or as the form does."""
    if kind == "value_error":
        own = str(params.get("error", ""))
        return gettext(next((text for part, text in _OWN if part in own), _DAY))
    text = gettext(_SAID.get(kind, "This cannot be used here."))
    try:
        return text % params
    except (KeyError, TypeError, ValueError):
        return text
