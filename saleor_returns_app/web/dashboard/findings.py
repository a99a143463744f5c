"""Counting a parcel as a form: for each line, how many units were found in which condition, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Flask

from saleor_returns_app.domain.inspection import USUAL, Disposition, Found, Grade
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.web.i18n import gettext

#: Conditions that one line can be split into on the form.
ROWS = 3
#: What people choose → whether it is accepted, and what becomes of it.
OUTCOMES: Mapping[str, tuple[bool, Disposition]] = {
    "restock": (True, Disposition.RESTOCK),
    "refurbish": (True, Disposition.REFURBISH),
    "scrap": (True, Disposition.SCRAP),
    "quarantine": (True, Disposition.QUARANTINE),
    "send_back": (False, Disposition.SEND_BACK),
    "hold": (False, Disposition.QUARANTINE),
}
#: Msgids of what people choose, accepted and refused apart.
ACCEPTED = {
    "restock": "Accept · back on the shelf",
    "refurbish": "Accept · to be refurbished",
    "scrap": "Accept · scrap",
    "quarantine": "Accept · quarantine",
}
REFUSED = {"send_back": "Refuse · send back", "hold": "Refuse · keep for now"}
GRADES = {
    "as_new": "As new",
    "opened": "Opened, not used",
    "used": "Used",
    "damaged": "Damaged",
    "incomplete": "Not complete",
    "wrong_item": "Wrong item",
}
#: What became of it, where it was found and settled.
DISPOSITIONS = {
    "restock": "back on the shelf",
    "refurbish": "to be refurbished",
    "scrap": "scrapped",
    "quarantine": "in quarantine",
    "send_back": "goes back to the shopper",
}


def read_findings(typed: Mapping[str, str]) -> dict[str, tuple[Found, ...]]:
    """What was typed, by return line id. Fields are `<line>.<row>.received`, `.grade`, `.outcome` and `.refusal`."""
    lines = dict.fromkeys(name.split(".")[0] for name in typed if name.endswith(".received"))
    return {line_id: tuple(_rows_of(line_id, typed)) for line_id in lines}


def _rows_of(line_id: str, typed: Mapping[str, str]) -> Iterable[Found]:
    for row in range(ROWS):
        name = f"{line_id}.{row}"
        if f"{name}.received" not in typed:
            continue
        grade = typed.get(f"{name}.grade", "")
        found = Grade(grade) if grade in GRADES else Grade.AS_NEW
        accepted, disposition = OUTCOMES.get(typed.get(f"{name}.outcome", ""), (True, USUAL[found]))
        yield Found(
            # A further condition that was left empty has no units; the first has to be counted.
            quantity=_number(typed[f"{name}.received"] or ("0" if row else "")),
            grade=found,
            accepted=accepted,
            disposition=disposition,
            reason=typed.get(f"{name}.refusal", ""),
        )


def finding_said(finding: Finding) -> str:
    """A finding in words: 2 × used, to be refurbished."""
    words = (gettext(GRADES[finding.grade]), gettext(DISPOSITIONS[finding.disposition]))
    refused = () if finding.accepted else (gettext("refused"),)
    return f"{finding.quantity} × {', '.join((words[0], *refused, words[1]))}"


def register(app: Flask) -> None:
    app.jinja_env.filters["finding_said"] = finding_said
    app.jinja_env.globals |= {
        "counting_rows": ROWS,
        "counting_usual": {grade.value: disposition.value for grade, disposition in USUAL.items()},
        "counting_grades": lambda: _said(GRADES),
        "counting_accepted": lambda: _said(ACCEPTED),
        "counting_refused": lambda: _said(REFUSED),
    }


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {code: gettext(text) for code, text in words.items()}


def _number(text: str) -> int:
    """What was typed into a number field; -1, which no count can be, for what is no number."""
    said = text.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1
