"""The fields of a rule's form, made from the dataclasses of its conditions and actions: a new type has its form at once."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, Len

from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.conditions import Amount, When

from .labels import choice_label, field_hint, field_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How one field is filled in.

    `widget`: choice (one of `options`), choices (several of them), number, text, lines (one value per line), amounts (money per
    line), check (yes or nothing). `usual` is what stands there at first.
    """

    field: str
    label: str
    hint: str
    widget: str
    options: Mapping[str, str]
    usual: tuple[str, ...]
    least: int | None = None
    most: int | None = None
    needed: bool = False


def classes_of(union: Any) -> dict[str, type[Any]]:
    """kind → class, of the conditions (`When`) or the actions (`Then`)."""
    members = get_args(get_args(union)[0])
    return {member.__dataclass_fields__["kind"].default: member for member in members}


CONDITIONS = classes_of(When)
ACTIONS = classes_of(Then)


@cache
def controls_of(kind: str, *, part: Literal["when", "then"]) -> tuple[Control, ...]:
    """The fields of a type, in the order of its class. Raises KeyError for a type nobody knows."""
    found = (CONDITIONS if part == "when" else ACTIONS)[kind]
    hints = get_type_hints(found, include_extras=True)
    return tuple(_control(kind, field, hints[field.name]) for field in fields(found) if field.name != "kind")


def _control(kind: str, field: Any, hint: Any) -> Control:
    inner, marks = _unwrap(hint)
    least = next((int(mark.ge) for mark in marks if isinstance(mark, Ge) and isinstance(mark.ge, (int, Decimal))), None)
    most = next((int(mark.le) for mark in marks if isinstance(mark, Le) and isinstance(mark.le, (int, Decimal))), None)
    widget, values = _widget(inner)
    options = {value: choice_label(kind, field.name, value) for value in values}
    usual = () if field.default is MISSING else texts_of(field.default)
    if widget == "choice" and not usual:
        usual = tuple(values[:1])
    return Control(
        field=field.name,
        label=field_label(kind, field.name),
        hint=field_hint(kind, field.name) if widget in ("lines", "amounts") or field.name != "values" else "",
        widget=widget,
        options=options,
        usual=usual,
        least=least,
        most=most,
        needed=field.default is MISSING or any(isinstance(mark, Len) and mark.min_length for mark in marks),
    )


def _unwrap(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        deeper, more = _unwrap(inner)
        return deeper, (*marks, *more)
    return hint, ()


def _widget(inner: Any) -> tuple[str, list[str]]:
    """The widget for a type, and the values one can choose from."""
    origin = get_origin(inner)
    if origin is Literal:
        return "choice", [str(value) for value in get_args(inner)]
    if origin in (Union, types.UnionType):
        chosen, values = _widget(next(member for member in get_args(inner) if member is not type(None)))
        return chosen, [*values, ""]  # an empty choice stands for None
    if origin is tuple:
        member, _ = _unwrap(get_args(inner)[0])
        if member is Amount:
            return "amounts", []
        return ("choices", [str(each) for each in member]) if _is_enum(member) else ("lines", [])
    if _is_enum(inner):
        return "choice", [str(each) for each in inner]
    if inner is bool:
        return "choice", ["true", "false"]
    return ("number" if inner in (int, Decimal) else "text"), []


def _is_enum(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, StrEnum)


def texts_of(value: Any) -> tuple[str, ...]:
    """A value of a field as forms send it: one text per value."""
    if value is None:
        return ("",)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, Amount):
        return (f"{plain(value.amount)} {value.currency}",)
    if isinstance(value, tuple):
        return tuple(text for each in value for text in texts_of(each))
    return (plain(value) if isinstance(value, Decimal) else str(value),)


def plain(number: Decimal) -> str:
    """Without an exponent and without zeros that say nothing: 12.50, 100, 0.5."""
    return f"{number:f}"
