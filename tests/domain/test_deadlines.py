"""Every waiting state has an owner and a deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_returns_app.domain.cases import OPEN, CaseStatus
from saleor_returns_app.domain.deadlines import next_deadline
from saleor_returns_app.domain.machines import Who
from tests.fakes import START


@pytest.mark.parametrize("status", sorted(OPEN | {CaseStatus.RESOLVED}))
def test_a_waiting_state_has_a_deadline(status: CaseStatus) -> None:
    assert next_deadline(status, START) is not None


@pytest.mark.parametrize("status", sorted(set(CaseStatus) - OPEN - {CaseStatus.RESOLVED}))
def test_nobody_owes_anything_when_it_is_over(status: CaseStatus) -> None:
    assert next_deadline(status, START) is None


@pytest.mark.parametrize(
    ("status", "owner", "length"),
    [
        (CaseStatus.REQUESTED, Who.STAFF, timedelta(hours=48)),
        (CaseStatus.AWAITING_EVIDENCE, Who.SHOPPER, timedelta(days=7)),
        (CaseStatus.NEGOTIATING, Who.STAFF, timedelta(days=3)),
        (CaseStatus.APPROVED, Who.SHOPPER, timedelta(days=7)),
        (CaseStatus.IN_TRANSIT, Who.SYSTEM, timedelta(days=21)),
        (CaseStatus.RECEIVED, Who.STAFF, timedelta(days=3)),
        (CaseStatus.INSPECTED, Who.STAFF, timedelta(days=1)),
        (CaseStatus.RESOLVED, Who.SHOPPER, timedelta(days=7)),
        (CaseStatus.DISPUTED, Who.STAFF, timedelta(days=5)),
    ],
)
def test_deadlines_of_the_procedure(status: CaseStatus, owner: Who, length: timedelta) -> None:
    found = next_deadline(status, START)
    assert found is not None
    assert (found.owner, found.due - START) == (owner, length)


def test_a_refund_has_at_least_seven_business_days() -> None:
    """Two weekends and two holidays at most lie within the eleven days."""
    found = next_deadline(CaseStatus.RESOLVING, START)
    assert found is not None
    assert found.due - START >= timedelta(days=9)
