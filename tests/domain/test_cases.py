"""Small decisions of a case: faults of reasons, what a count means, the number people say."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.cases import FAULT, Fault, Reason, ReceptionEvent, case_number, count_event


def test_every_reason_has_a_fault() -> None:
    assert set(FAULT) == set(Reason)


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        (Reason.DAMAGED, Fault.CARRIER),
        (Reason.LATE, Fault.CARRIER),
        (Reason.WRONG_ITEM, Fault.MERCHANT),
        (Reason.MISSING, Fault.MERCHANT),
        (Reason.QUALITY, Fault.MERCHANT),
        (Reason.NOT_AS_DESCRIBED, Fault.MERCHANT),
        (Reason.SIZE_OR_FIT, Fault.SHOPPER),
        (Reason.CHANGED_MIND, Fault.SHOPPER),
        (Reason.OTHER, Fault.SHOPPER),
    ],
)
def test_a_reason_says_whose_fault_it_is(reason: Reason, fault: Fault) -> None:
    assert FAULT[reason] is fault


@pytest.mark.parametrize(
    ("announced", "received", "event"),
    [
        (3, 3, ReceptionEvent.COUNT_ALL),
        (3, 4, ReceptionEvent.COUNT_ALL),
        (3, 2, ReceptionEvent.COUNT_SOME),
        (3, 1, ReceptionEvent.COUNT_SOME),
        (3, 0, ReceptionEvent.COUNT_NONE),
        (1, 0, ReceptionEvent.COUNT_NONE),
    ],
)
def test_what_was_counted_decides_the_reception(announced: int, received: int, event: ReceptionEvent) -> None:
    assert count_event(announced=announced, received=received) is event


@pytest.mark.parametrize(
    ("year", "sequence", "number"),
    [(2026, 42, "R-2026-000042"), (2026, 999_999, "R-2026-999999"), (2027, 1_000_000, "R-2027-1000000")],
)
def test_case_numbers(year: int, sequence: int, number: str) -> None:
    assert case_number(year=year, sequence=sequence) == number
