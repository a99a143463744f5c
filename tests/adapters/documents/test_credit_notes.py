"""Credit notes as PDF: the same one is the same file, whatever stands in it, in both languages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from saleor_returns_app.adapters.documents.typesetting import TypstDocuments
from saleor_returns_app.web import i18n

VALUES: dict[str, Any] = {
    "lang": "en",
    "title": "Credit note CN-2026-000001",
    "author": "Demo Ltd",
    "footer": "Demo Ltd",
    "to": "Customer",
    "customer": "Rita Returner\nrita@example.com",
    "seller": "Demo Ltd\n1 Dock Road",
    "facts": [["Date", "2 March 2026"], ["Order", "74"]],
    "columns": ["Item", "Units", "Net amount", "Tax rate", "Tax", "Gross amount"],
    "lines": [["Monospace Tee", "3", "$50.00", "20 %", "$10.00", "$60.00"]],
    "sums": [["Net amount", "$50.00"], ["Tax 20 %", "$10.00"]],
    "total": ["Given back", "$60.00"],
    "notes": [],
}
HOSTILE = ('#panic("no")', '"; #read("credit_note.typ")', "$x^2$", "*bold*", "[", "مرحبا", "#" * 500)


def draw(**changes: Any) -> bytes:
    return TypstDocuments(translate=i18n.speak, format_day=i18n.write_day).draw_credit_note({**VALUES, **changes})


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_same_note_is_the_same_file() -> None:
    assert draw() == draw()
    assert draw() != draw(title="Credit note CN-2026-000002")


def test_it_says_what_it_was_given_in_both_languages() -> None:
    said = text_of(draw(lang="zh", total=["退款合计", "¥60.00"], customer="王小明"))
    for part in ("Credit note CN-2026-000001", "王小明", "退款合计", "¥60.00", "Monospace Tee", "1 Dock Road"):
        assert part in said


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_stands_in_a_text_is_never_markup(hostile: str) -> None:
    line = [hostile, "1", "$1", "20 %", "$0", "$1"]
    pdf = draw(
        customer=hostile, seller=hostile, title=hostile, facts=[[hostile, hostile]], lines=[line], notes=[hostile]
    )
    if hostile.isascii() and len(hostile) < 100:
        assert text_of(pdf).count(hostile) >= 5


def test_a_long_note_goes_over_several_pages() -> None:
    assert len(PdfReader(io.BytesIO(draw())).pages) == 1
    assert len(PdfReader(io.BytesIO(draw(lines=VALUES["lines"] * 200))).pages) > 3
