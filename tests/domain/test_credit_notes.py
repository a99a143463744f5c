"""The note of a part of a refund: all parts together are the quote, line by line, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.credit_notes import lines_of_part, note_number, tax_rate
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.quote_lines import QuoteKind, QuoteLine


def cents(minor: int) -> Money:
    return Money.from_minor(minor, "EUR")


def line(gross: int, tax: int, kind: QuoteKind = QuoteKind.GOODS) -> QuoteLine:
    return QuoteLine(kind=kind, amount=cents(gross), tax=cents(tax), label="Mug")


@st.composite
def quotes(draw: st.DrawFn) -> list[QuoteLine]:
    goods = draw(st.lists(st.integers(1, 50_000), min_size=1, max_size=6))
    lines = [line(gross, gross * draw(st.integers(0, 30)) // 130) for gross in goods]
    fee = draw(st.integers(0, sum(goods) - 1))
    return [*lines, line(-fee, -fee // 6, QuoteKind.FEE)] if fee else lines


@given(quotes(), st.lists(st.floats(0, 1), max_size=4))
def test_all_parts_give_each_line_exactly(lines: list[QuoteLine], cuts: list[float]) -> None:
    whole = sum(item.amount.minor for item in lines)
    ends = [*sorted(int(whole * cut) for cut in cuts), whole]
    given_back, notes = 0, []
    for end in ends:
        part = lines_of_part(lines, before=cents(given_back), paid=cents(end - given_back))
        assert sum(gross.minor for gross, _ in part) == end - given_back
        notes.append(part)
        given_back = end
    for index, item in enumerate(lines):
        assert sum(note[index][0].minor for note in notes) == item.amount.minor
        assert sum(note[index][1].minor for note in notes) == item.tax.minor


def test_a_whole_refund_says_the_lines_of_its_quote() -> None:
    lines = [line(3571, 570), line(-357, -57, QuoteKind.FEE)]
    assert lines_of_part(lines, before=cents(0), paid=cents(3214)) == (
        (cents(3571), cents(570)),
        (cents(-357), cents(-57)),
    )


def test_more_than_the_quote_is_no_line_of_it() -> None:
    assert lines_of_part([line(100, 16)], before=cents(80), paid=cents(50)) == ((cents(20), cents(3)),)
    assert lines_of_part([line(100, 16)], before=cents(100), paid=cents(50)) == ((cents(0), cents(0)),)


@pytest.mark.parametrize(
    ("gross", "tax", "rate"),
    [(5357, 855, "19"), (31, 5, "19"), (1055, 55, "5.5"), (2000, 0, "0"), (10775, 775, "7.75"), (-357, -57, "19")],
)
def test_the_rate_is_the_simplest_that_gives_the_stored_tax(gross: int, tax: int, rate: str) -> None:
    assert tax_rate(gross=cents(gross), tax=cents(tax)) == Decimal(rate)


def test_without_a_net_there_is_no_rate() -> None:
    assert tax_rate(gross=cents(0), tax=cents(0)) is None


def test_numbers_are_said_by_people() -> None:
    assert note_number(year=2026, sequence=42) == "CN-2026-000042"
