"""Who owes the next step and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .cases import CaseStatus
from .machines import Who


@dataclass(frozen=True, slots=True)
class Deadline:
    owner: Who
    due: datetime


#: Waiting state → who owes the next step and how long they have. Actual lengths are the policy's from the policy engine on.
_LENGTHS: dict[CaseStatus, tuple[Who, timedelta]] = {
    CaseStatus.REQUESTED: (Who.STAFF, timedelta(hours=48)),
    CaseStatus.AWAITING_EVIDENCE: (Who.SHOPPER, timedelta(days=7)),
    CaseStatus.NEGOTIATING: (Who.STAFF, timedelta(days=3)),
    CaseStatus.APPROVED: (Who.SHOPPER, timedelta(days=7)),
    CaseStatus.IN_TRANSIT: (Who.SYSTEM, timedelta(days=21)),
    CaseStatus.RECEIVED: (Who.STAFF, timedelta(days=3)),
    CaseStatus.INSPECTED: (Who.STAFF, timedelta(days=1)),
    CaseStatus.RESOLVING: (
        Who.SYSTEM,
        timedelta(days=11),
    ),  # 7 business days, weekends and a holiday counted in
    CaseStatus.RESOLVED: (Who.SHOPPER, timedelta(days=7)),
    CaseStatus.DISPUTED: (Who.STAFF, timedelta(days=5)),
}


def next_deadline(status: CaseStatus, now: datetime) -> Deadline | None:
    """The deadline that begins when a case enters `status`; None where nobody owes anything."""
    found = _LENGTHS.get(status)
    return Deadline(found[0], now + found[1]) if found else None
