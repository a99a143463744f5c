"""What was typed into a form, and what is wrong with it: shown again until it fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request

from saleor_returns_app.errors import AppError
from saleor_returns_app.web.errors import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`problem` is a text for people; `field` names the input it belongs to, when it belongs to one."""

    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    field: str = ""

    def value(self, name: str, otherwise: object = "") -> str:
        return self.typed.get(name, str(otherwise))

    def error(self, name: str) -> str:
        return self.problem if self.field == name else ""

    @property
    def general(self) -> str:
        """A problem that belongs to no single input."""
        return "" if self.field in self.typed else self.problem

    def begun(self, values: Mapping[str, str]) -> Form:
        """Begin with these values where nothing was typed yet."""
        return self if self.typed else replace(self, typed=values)

    @classmethod
    def refused(cls, error: AppError) -> Form:
        return cls(typed=request.form.to_dict(), problem=said(error), field=error.field or "")


EMPTY = Form()


def posted_version() -> int | None:
    """The version of the case that the form was made for; None where a program posts without one."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
