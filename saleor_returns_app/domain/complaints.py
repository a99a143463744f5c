"""Complaints: what somebody is unhappy about, and how it is looked into and decided.

A complaint is a case of its own. What makes it good is done in a return that is linked to it: a complaint moves no money or goods.
"""

from __future__ import annotations

from enum import StrEnum

from .machines import ANYONE, SHOPPER, STAFF, SYSTEM, Machine


class Topic(StrEnum):
    """What it is about."""

    ORDER = "order"
    ITEM = "item"
    DELIVERY = "delivery"
    REFUND = "refund"
    SERVICE = "service"


class Severity(StrEnum):
    """How bad it is; one that is dangerous is always critical."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class RootCause(StrEnum):
    """Why it happened, as the investigation found."""

    PRODUCT = "product"
    DESCRIPTION = "description"
    PACKAGING = "packaging"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    PAYMENT = "payment"
    STAFF = "staff"
    POLICY = "policy"
    SHOPPER = "shopper"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How it was decided."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"


class ComplaintStatus(StrEnum):
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    NEGOTIATING = "negotiating"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ComplaintEvent(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    INVESTIGATE = "investigate"
    MAKE_GOOD = "make_good"
    ESCALATE = "escalate"
    DECIDE = "decide"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


_S, _E = ComplaintStatus, ComplaintEvent

# fmt: off
COMPLAINT = Machine("complaint", _S.SUBMITTED, [
    # from               event            to                 who
    (_S.SUBMITTED,       _E.ACKNOWLEDGE,  _S.ACKNOWLEDGED,   STAFF),
    (_S.SUBMITTED,       _E.ESCALATE,     _S.ESCALATED,      STAFF),            # what is dangerous waits for no reading
    (_S.SUBMITTED,       _E.WITHDRAW,     _S.WITHDRAWN,      SHOPPER | STAFF),
    (_S.ACKNOWLEDGED,    _E.INVESTIGATE,  _S.INVESTIGATING,  STAFF),
    (_S.ACKNOWLEDGED,    _E.ESCALATE,     _S.ESCALATED,      STAFF | SYSTEM),
    (_S.ACKNOWLEDGED,    _E.WITHDRAW,     _S.WITHDRAWN,      SHOPPER | STAFF),
    (_S.INVESTIGATING,   _E.MAKE_GOOD,    _S.NEGOTIATING,    STAFF),            # in a return that is linked to it
    (_S.INVESTIGATING,   _E.DECIDE,       _S.RESOLVED,       STAFF),
    (_S.INVESTIGATING,   _E.ESCALATE,     _S.ESCALATED,      STAFF | SYSTEM),
    (_S.INVESTIGATING,   _E.WITHDRAW,     _S.WITHDRAWN,      SHOPPER | STAFF),
    (_S.NEGOTIATING,     _E.MAKE_GOOD,    _S.NEGOTIATING,    STAFF),            # in one more
    (_S.NEGOTIATING,     _E.DECIDE,       _S.RESOLVED,       STAFF),
    (_S.NEGOTIATING,     _E.ESCALATE,     _S.ESCALATED,      STAFF | SYSTEM),
    (_S.NEGOTIATING,     _E.WITHDRAW,     _S.WITHDRAWN,      SHOPPER | STAFF),
    (_S.ESCALATED,       _E.MAKE_GOOD,    _S.NEGOTIATING,    STAFF),
    (_S.ESCALATED,       _E.DECIDE,       _S.RESOLVED,       STAFF),            # an approver
    (_S.ESCALATED,       _E.WITHDRAW,     _S.WITHDRAWN,      SHOPPER | STAFF),
    (_S.RESOLVED,        _E.CLOSE,        _S.CLOSED,         ANYONE),
    (_S.RESOLVED,        _E.REOPEN,       _S.INVESTIGATING,  SHOPPER | STAFF),
    (_S.CLOSED,          _E.REOPEN,       _S.INVESTIGATING,  SHOPPER | STAFF),  # in a window
])
# fmt: on

#: Somebody still works on such a complaint.
OPEN_COMPLAINTS = frozenset({_S.SUBMITTED, _S.ACKNOWLEDGED, _S.INVESTIGATING, _S.NEGOTIATING, _S.ESCALATED})
#: Days after the decision in which a complaint can be taken up again.
REOPEN_DAYS = 30
#: Characters of the wish; of the description as of every text.
LONGEST_WISH = 1000


def complaint_number(*, year: int, sequence: int) -> str:
    """The number people say: C-2026-000043. It runs with those of returns, so that a number alone names one case."""
    return f"C-{year}-{sequence:06d}"
