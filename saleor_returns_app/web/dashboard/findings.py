"""Counting a parcel as a form: for each line, how many units were found in which condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from saleor_returns_app.domain.inspection import FOR_ACCEPTED, USUAL, Disposition, Found, Grade

E = TypeVar("E", bound=StrEnum)
#: Conditions that one line can be split into on the form.
ROWS = 3


def read_findings(typed: Mapping[str, str]) -> dict[str, tuple[Found, ...]]:
    """What was typed, by return line id. Fields are `<line>.<row>.received`, `.grade`, `.disposition` and `.refusal`."""
    lines = dict.fromkeys(name.partition(".")[0] for name in typed if name.endswith(".received"))
    return {line_id: tuple(_rows_of(line_id, typed)) for line_id in lines}


def _rows_of(line_id: str, typed: Mapping[str, str]) -> Iterable[Found]:
    for row in range(ROWS):
        name = f"{line_id}.{row}"
        if f"{name}.received" not in typed or (row and not typed[f"{name}.received"].strip()):
            continue
        grade = _one_of(Grade, typed.get(f"{name}.grade", ""), Grade.AS_NEW)
        disposition = _one_of(Disposition, typed.get(f"{name}.disposition", ""), USUAL[grade])
        yield Found(
            quantity=_number(typed[f"{name}.received"]),
            grade=grade,
            accepted=disposition in FOR_ACCEPTED and typed.get(f"{name}.decision", "accept") != "refuse",
            disposition=disposition,
            reason=typed.get(f"{name}.refusal", ""),
        )


def _one_of(kind: type[E], text: str, otherwise: E) -> E:
    return kind(text) if text in kind.__members__.values() else otherwise


def _number(text: str) -> int:
    """What was typed into a number field; -1, which no count can be, for what is no number."""
    said = text.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1
