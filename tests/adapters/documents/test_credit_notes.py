"""Documents as PDF: drawn from values, whatever stands in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from saleor_returns_app.adapters.documents.typesetting import TypstDocuments

#: Credit notes come with their words; only slips ask for them.
DOCUMENTS = TypstDocuments(translate=lambda text, _language: text, format_day=lambda day, _language: day.isoformat())
AT = datetime(2026, 3, 2, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "lang": "en",
    "title": "Credit note CN-2026-000001",
    "author": "Demo Ltd",
    "footer": "Demo Ltd",
    "to": "To",
    "customer": "Rita Returner\nrita@example.com",
    "seller": "Demo Ltd\n1 Dock Road",
    "facts": [["Date", "2 March 2026"], ["Order", "74"]],
    "columns": ["Item", "Units", "Net amount", "Tax rate", "Tax", "Gross amount"],
    "lines": [["Monospace Tee", "3", "$50.00", "20 %", "$10.00", "$60.00"]],
    "sums": [["Net amount", "$50.00"], ["Tax 20 %", "$10.00"]],
    "total": ["Given back", "$60.00"],
    "notes": [],
}


def draw(**changes: Any) -> bytes:
    return DOCUMENTS.draw("credit_note", {**VALUES, **changes}, written_at=AT)


def test_the_same_values_give_the_same_file() -> None:
    assert draw().startswith(b"%PDF-")
    assert draw() == draw()
    assert draw() != draw(title="Credit note CN-2026-000002")


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("no")',
        '"; #read("page.typ")',
        "$x^2",
        "*bold",
        "</script>",
        "[",
        "退款",
        "مرحبا",
        "\u200f\u0000",
        "#" * 500,
    ],
)
def test_what_stands_in_a_text_is_never_markup(hostile: str) -> None:
    line = [hostile, "1", "$1", "20 %", "$0", "$1"]
    facts = [[hostile, hostile]]
    pdf = draw(customer=hostile, seller=hostile, title=hostile, facts=facts, lines=[line], notes=[hostile])
    assert pdf.startswith(b"%PDF-")


def test_a_long_note_goes_over_several_pages() -> None:
    assert b"/Type/Pages/Count 1/" in draw()
    assert b"/Type/Pages/Count 5/" in draw(lines=VALUES["lines"] * 200)
