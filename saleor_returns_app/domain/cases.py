"""The return case: its states, its lines, and the decisions that need no database."""

from __future__ import annotations

from enum import StrEnum

from .machines import ANYONE, SHOPPER, STAFF, SYSTEM, Machine


class CaseKind(StrEnum):
    RETURN = "return"
    COMPLAINT = "complaint"


class Channel(StrEnum):
    """Where a case came from; not Saleor's sales channel."""

    PORTAL = "portal"
    STOREFRONT = "storefront"
    PHONE = "phone"
    EMAIL = "email"
    CHAT = "chat"
    COUNTER = "counter"


class CaseStatus(StrEnum):
    REQUESTED = "requested"
    AWAITING_EVIDENCE = "awaiting_evidence"
    NEGOTIATING = "negotiating"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED = "inspected"
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class CaseEvent(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    ASK_EVIDENCE = "ask_evidence"
    PROVIDE_EVIDENCE = "provide_evidence"
    NEGOTIATE = "negotiate"
    AGREE = "agree"
    BREAK_OFF = "break_off"
    SHIP = "ship"
    RECEIVE = "receive"
    INSPECT = "inspect"
    RESOLVE = "resolve"
    CONCLUDE = "conclude"
    RECONSIDER = "reconsider"
    TAKE_UP = "take_up"
    SETTLE = "settle"
    CLOSE = "close"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    REOPEN = "reopen"


_S, _E = CaseStatus, CaseEvent

# fmt: off
RETURN_CASE = Machine("return case", _S.REQUESTED, [
    # from                  event                 to                    who
    (_S.REQUESTED,          _E.APPROVE,           _S.APPROVED,          STAFF | SYSTEM),
    (_S.REQUESTED,          _E.REJECT,            _S.REJECTED,          STAFF | SYSTEM),
    (_S.REQUESTED,          _E.ASK_EVIDENCE,      _S.AWAITING_EVIDENCE, STAFF | SYSTEM),
    (_S.REQUESTED,          _E.NEGOTIATE,         _S.NEGOTIATING,       STAFF | SHOPPER),
    (_S.REQUESTED,          _E.CANCEL,            _S.CANCELLED,         SHOPPER | STAFF),
    (_S.AWAITING_EVIDENCE,  _E.PROVIDE_EVIDENCE,  _S.REQUESTED,         SHOPPER | STAFF),
    (_S.AWAITING_EVIDENCE,  _E.CANCEL,            _S.CANCELLED,         SHOPPER | STAFF),
    (_S.AWAITING_EVIDENCE,  _E.EXPIRE,            _S.EXPIRED,           SYSTEM),
    (_S.NEGOTIATING,        _E.AGREE,             _S.APPROVED,          STAFF | SHOPPER),
    (_S.NEGOTIATING,        _E.BREAK_OFF,         _S.REQUESTED,         ANYONE),
    (_S.NEGOTIATING,        _E.REJECT,            _S.REJECTED,          STAFF),
    (_S.NEGOTIATING,        _E.CANCEL,            _S.CANCELLED,         SHOPPER | STAFF),
    (_S.APPROVED,           _E.SHIP,              _S.IN_TRANSIT,        ANYONE),
    (_S.APPROVED,           _E.RECEIVE,           _S.RECEIVED,          STAFF),
    (_S.APPROVED,           _E.TAKE_UP,           _S.INSPECTED,         SYSTEM),           # the goods are here from before
    (_S.APPROVED,           _E.RESOLVE,           _S.RESOLVING,         STAFF | SYSTEM),   # returnless only
    (_S.APPROVED,           _E.CANCEL,            _S.CANCELLED,         SHOPPER | STAFF),
    (_S.APPROVED,           _E.EXPIRE,            _S.EXPIRED,           SYSTEM),
    (_S.IN_TRANSIT,         _E.RECEIVE,           _S.RECEIVED,          STAFF),
    (_S.IN_TRANSIT,         _E.CANCEL,            _S.CANCELLED,         STAFF),
    (_S.RECEIVED,           _E.RECEIVE,           _S.RECEIVED,          STAFF),            # another parcel of it
    (_S.RECEIVED,           _E.INSPECT,           _S.INSPECTED,         STAFF),
    (_S.INSPECTED,          _E.RESOLVE,           _S.RESOLVING,         STAFF | SYSTEM),
    (_S.INSPECTED,          _E.NEGOTIATE,         _S.NEGOTIATING,       STAFF),            # something else than was agreed
    (_S.INSPECTED,          _E.CONCLUDE,          _S.RESOLVED,          STAFF),            # nothing is owed
    (_S.RESOLVING,          _E.RECONSIDER,        _S.INSPECTED,         STAFF | SYSTEM),   # no refund is left under way
    (_S.RESOLVING,          _E.SETTLE,            _S.RESOLVED,          STAFF | SYSTEM),
    (_S.RESOLVED,           _E.CLOSE,             _S.CLOSED,            ANYONE),
    (_S.RESOLVED,           _E.DISPUTE,           _S.DISPUTED,          SHOPPER | STAFF),
    (_S.REJECTED,           _E.DISPUTE,           _S.DISPUTED,          SHOPPER | STAFF),
    (_S.DISPUTED,           _E.UPHOLD,            _S.CLOSED,            STAFF),
    (_S.DISPUTED,           _E.OVERTURN,          _S.REQUESTED,         STAFF),
    (_S.EXPIRED,            _E.REOPEN,            _S.REQUESTED,         SHOPPER | STAFF),  # for want of evidence, in the window
])
# fmt: on

#: Moves a person can make on the pages today; the others wait for the features that own them.
STAFF_ACTIONS = (
    _E.APPROVE,
    _E.REJECT,
    _E.ASK_EVIDENCE,
    _E.RECEIVE,
    _E.CONCLUDE,
    _E.CANCEL,
    _E.CLOSE,
    _E.REOPEN,
    _E.UPHOLD,
    _E.OVERTURN,
)
SHOPPER_ACTIONS = (_E.PROVIDE_EVIDENCE, _E.SHIP, _E.CANCEL, _E.REOPEN, _E.DISPUTE)

#: The units of such a case no longer count as announced.
RELEASED = frozenset({_S.REJECTED, _S.CANCELLED, _S.EXPIRED})
#: What was repaired is with the shopper again.
GONE_BACK = frozenset({_S.RESOLVED, _S.CLOSED})
OPEN = frozenset(_S) - {_S.CLOSED, _S.REJECTED, _S.CANCELLED, _S.EXPIRED, _S.RESOLVED}


class Reason(StrEnum):
    DAMAGED = "damaged"
    QUALITY = "quality"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    LATE = "late"
    SIZE_OR_FIT = "size_or_fit"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class Fault(StrEnum):
    MERCHANT = "merchant"
    CARRIER = "carrier"
    SHOPPER = "shopper"


FAULT: dict[Reason, Fault] = {
    Reason.DAMAGED: Fault.CARRIER,
    Reason.QUALITY: Fault.MERCHANT,
    Reason.NOT_AS_DESCRIBED: Fault.MERCHANT,
    Reason.WRONG_ITEM: Fault.MERCHANT,
    Reason.MISSING: Fault.MERCHANT,
    Reason.LATE: Fault.CARRIER,
    Reason.SIZE_OR_FIT: Fault.SHOPPER,
    Reason.CHANGED_MIND: Fault.SHOPPER,
    Reason.OTHER: Fault.SHOPPER,
}


class Resolution(StrEnum):
    REFUND = "refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESHIP = "reship"
    STORE_CREDIT = "store_credit"
    COMPENSATION = "compensation"
    NONE = "none"


class Reception(StrEnum):
    """What arrived of a line."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    SHORT = "short"
    LOST = "lost"
    UNEXPECTED = "unexpected"


class Acceptance(StrEnum):
    """What the shop takes of what arrived; apart from reception, so that "received but refused" needs no special state."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReceptionEvent(StrEnum):
    COUNT_ALL = "count_all"
    COUNT_SOME = "count_some"
    COUNT_NONE = "count_none"
    BEGIN_AGAIN = "begin_again"


class AcceptanceEvent(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    BEGIN_AGAIN = "begin_again"


# fmt: off
LINE_RECEPTION = Machine("return line", Reception.ANNOUNCED, [
    (Reception.ANNOUNCED,   ReceptionEvent.COUNT_ALL,   Reception.RECEIVED,    STAFF),
    (Reception.ANNOUNCED,   ReceptionEvent.COUNT_SOME,  Reception.SHORT,       STAFF),
    (Reception.ANNOUNCED,   ReceptionEvent.COUNT_NONE,  Reception.LOST,        STAFF),
    # Corrections: somebody looked again.
    (Reception.RECEIVED,    ReceptionEvent.COUNT_ALL,   Reception.RECEIVED,    STAFF),
    (Reception.RECEIVED,    ReceptionEvent.COUNT_SOME,  Reception.SHORT,       STAFF),
    (Reception.RECEIVED,    ReceptionEvent.COUNT_NONE,  Reception.LOST,        STAFF),
    (Reception.SHORT,       ReceptionEvent.COUNT_ALL,   Reception.RECEIVED,    STAFF),
    (Reception.SHORT,       ReceptionEvent.COUNT_SOME,  Reception.SHORT,       STAFF),
    (Reception.SHORT,       ReceptionEvent.COUNT_NONE,  Reception.LOST,        STAFF),
    (Reception.LOST,        ReceptionEvent.COUNT_ALL,   Reception.RECEIVED,    STAFF),
    (Reception.LOST,        ReceptionEvent.COUNT_SOME,  Reception.SHORT,       STAFF),
    (Reception.LOST,        ReceptionEvent.COUNT_NONE,  Reception.LOST,        STAFF),
    # The goods went back to the shopper, and the case was taken up again.
    (Reception.RECEIVED,    ReceptionEvent.BEGIN_AGAIN, Reception.ANNOUNCED,   STAFF),
    (Reception.SHORT,       ReceptionEvent.BEGIN_AGAIN, Reception.ANNOUNCED,   STAFF),
])
LINE_ACCEPTANCE = Machine("return line", Acceptance.UNDECIDED, [
    (Acceptance.UNDECIDED,  AcceptanceEvent.ACCEPT,     Acceptance.ACCEPTED,   STAFF | SYSTEM),   # what is kept needs no look
    (Acceptance.UNDECIDED,  AcceptanceEvent.REFUSE,     Acceptance.REFUSED,    STAFF),
    # Corrections: somebody looked again.
    (Acceptance.ACCEPTED,   AcceptanceEvent.ACCEPT,     Acceptance.ACCEPTED,   STAFF | SYSTEM),
    (Acceptance.ACCEPTED,   AcceptanceEvent.REFUSE,     Acceptance.REFUSED,    STAFF),
    (Acceptance.REFUSED,    AcceptanceEvent.ACCEPT,     Acceptance.ACCEPTED,   STAFF | SYSTEM),
    (Acceptance.REFUSED,    AcceptanceEvent.REFUSE,     Acceptance.REFUSED,    STAFF),
    # The goods went back to the shopper, and the case was taken up again.
    (Acceptance.ACCEPTED,   AcceptanceEvent.BEGIN_AGAIN, Acceptance.UNDECIDED, STAFF),
    (Acceptance.REFUSED,    AcceptanceEvent.BEGIN_AGAIN, Acceptance.UNDECIDED, STAFF),
])
# fmt: on


def count_event(*, announced: int, received: int) -> ReceptionEvent:
    if received == 0:
        return ReceptionEvent.COUNT_NONE
    return ReceptionEvent.COUNT_ALL if received >= announced else ReceptionEvent.COUNT_SOME


def case_number(*, year: int, sequence: int) -> str:
    """The RMA number people say: R-2026-000042. The sequence runs per tenant and never restarts."""
    return f"R-{year}-{sequence:06d}"
