"""The refund: the execution of a quote on one payment, and what a fresh read of Saleor says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .machines import STAFF, SYSTEM, Machine
from .money import Money, total
from .orders import GrantedRefund, GrantStatus, Order, TransactionEvent


class RefundStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    GRANTED = "granted"
    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNCLEAR = "unclear"
    CANCELLED = "cancelled"
    RECORDED = "recorded"


class RefundEvent(StrEnum):
    APPROVE = "approve"
    GRANT = "grant"
    REQUEST = "request"
    AWAIT = "await"
    SUCCEED = "succeed"
    FAIL = "fail"
    DOUBT = "doubt"
    RETRY = "retry"
    CANCEL = "cancel"
    RECORD = "record"


_S, _E = RefundStatus, RefundEvent

# fmt: off
REFUND = Machine("refund", _S.PROPOSED, [
    # from            event          to              who
    (_S.PROPOSED,     _E.APPROVE,    _S.APPROVED,    STAFF),
    (_S.PROPOSED,     _E.RECORD,     _S.RECORDED,    STAFF),
    (_S.PROPOSED,     _E.CANCEL,     _S.CANCELLED,   STAFF | SYSTEM),
    (_S.APPROVED,     _E.GRANT,      _S.GRANTED,     SYSTEM),
    (_S.APPROVED,     _E.REQUEST,    _S.REQUESTED,   SYSTEM),           # legacy payments have no grant
    (_S.APPROVED,     _E.FAIL,       _S.FAILED,      SYSTEM),
    (_S.APPROVED,     _E.DOUBT,      _S.UNCLEAR,     SYSTEM),
    (_S.GRANTED,      _E.REQUEST,    _S.REQUESTED,   SYSTEM),
    (_S.GRANTED,      _E.AWAIT,      _S.PENDING,     SYSTEM),           # somebody requested our grant in the Dashboard
    (_S.GRANTED,      _E.SUCCEED,    _S.SUCCEEDED,   SYSTEM),
    (_S.GRANTED,      _E.FAIL,       _S.FAILED,      SYSTEM),
    (_S.GRANTED,      _E.DOUBT,      _S.UNCLEAR,     SYSTEM),
    (_S.REQUESTED,    _E.AWAIT,      _S.PENDING,     SYSTEM),
    (_S.REQUESTED,    _E.SUCCEED,    _S.SUCCEEDED,   SYSTEM),
    (_S.REQUESTED,    _E.FAIL,       _S.FAILED,      SYSTEM),
    (_S.REQUESTED,    _E.DOUBT,      _S.UNCLEAR,     SYSTEM),
    (_S.PENDING,      _E.SUCCEED,    _S.SUCCEEDED,   SYSTEM),
    (_S.PENDING,      _E.FAIL,       _S.FAILED,      SYSTEM),
    (_S.PENDING,      _E.DOUBT,      _S.UNCLEAR,     SYSTEM),
    (_S.UNCLEAR,      _E.SUCCEED,    _S.SUCCEEDED,   SYSTEM),
    (_S.UNCLEAR,      _E.AWAIT,      _S.PENDING,     SYSTEM),
    (_S.UNCLEAR,      _E.FAIL,       _S.FAILED,      SYSTEM),
    (_S.UNCLEAR,      _E.RETRY,      _S.APPROVED,    STAFF | SYSTEM),   # proven, or a person says, that nothing moved
    (_S.UNCLEAR,      _E.RECORD,     _S.RECORDED,    STAFF),
    (_S.FAILED,       _E.SUCCEED,    _S.SUCCEEDED,   SYSTEM),           # requested again in the Dashboard, or reported late
    (_S.FAILED,       _E.RETRY,      _S.APPROVED,    STAFF),
    (_S.FAILED,       _E.RECORD,     _S.RECORDED,    STAFF),
    (_S.FAILED,       _E.CANCEL,     _S.CANCELLED,   STAFF),
])
# fmt: on

#: What a person can do on the page.
STAFF_ACTIONS = (_E.APPROVE, _E.RETRY, _E.RECORD, _E.CANCEL)

#: The money of such a refund is spoken for; the charged amount shows none, some or all of it yet (`seen_in_charge`).
UNDER_WAY = frozenset({_S.APPROVED, _S.GRANTED, _S.REQUESTED, _S.PENDING, _S.UNCLEAR})
#: Units and shipping of such a refund are paid or will be, by the app or by hand.
CLAIMING = frozenset(_S) - {_S.CANCELLED}
SETTLED = frozenset({_S.SUCCEEDED, _S.RECORDED, _S.CANCELLED})
#: A job looks at it until it settles.
WATCHED = frozenset({_S.APPROVED, _S.GRANTED, _S.REQUESTED, _S.PENDING, _S.UNCLEAR})

#: How core records that a call did not come back, or came back as something it cannot read: nothing is said about the money.
UNDELIVERED = (
    "failed to delivery request",
    "failed to deliver request",
    "missing value for field",
    "incorrect value (",
    "missing or invalid value for",
    "already exists with different amount",
)


class Finding(StrEnum):
    """What a read says of a grant."""

    UNSENT = "unsent"  # no request was ever made for it
    WAITING = "waiting"
    PAID = "paid"
    DECLINED = "declined"
    UNDELIVERED = "undelivered"  # the provider did not answer in time, or unreadably: it may have paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    finding: Finding
    paid: Money
    requests: int  # how often the provider was asked
    message: str = ""


def read_grant(grant: GrantedRefund) -> Reading:
    """What happened to a grant, from its own events, not from its status alone: a partial payment shows SUCCESS too."""
    currency = grant.amount.currency
    paid = total((event.amount for event in _lasting_successes(grant)), currency)
    reversed_ = total(
        (event.amount for event in grant.events if event.type == "REFUND_REVERSE"),
        currency,
    )
    requests = sum(1 for event in grant.events if event.type == "REFUND_REQUEST")
    failures = sorted(
        (event for event in grant.events if event.type == "REFUND_FAILURE"),
        key=lambda event: event.created_at,
    )
    message = failures[-1].message if failures else ""
    if grant.status is GrantStatus.SUCCESS or paid:
        return Reading(
            finding=Finding.PAID,
            paid=max(paid - reversed_, Money.zero(currency)),
            requests=requests,
        )
    if grant.status is GrantStatus.NONE and requests == 0:
        return Reading(finding=Finding.UNSENT, paid=paid, requests=0)
    if grant.status is GrantStatus.FAILURE:
        finding = Finding.UNDELIVERED if _tells_nothing(message) else Finding.DECLINED
        return Reading(finding=finding, paid=paid, requests=requests, message=message)
    return Reading(finding=Finding.WAITING, paid=paid, requests=requests)


def _tells_nothing(message: str) -> bool:
    return any(part in message.lower() for part in UNDELIVERED)


def _lasting_successes(grant: GrantedRefund) -> list[TransactionEvent]:
    """Successes that no later failure of the same reference took back: some providers say yes first and no a day later."""
    taken_back = {
        event.psp_reference: event.created_at
        for event in sorted(grant.events, key=lambda event: event.created_at)
        if event.type == "REFUND_FAILURE" and event.psp_reference and not _tells_nothing(event.message)
    }
    return [
        event
        for event in grant.events
        if event.type == "REFUND_SUCCESS"
        and not (event.psp_reference in taken_back and taken_back[event.psp_reference] >= event.created_at)
    ]


def seen_in_charge(grant: GrantedRefund) -> Money:
    """How much of a grant Saleor has taken off the transaction's charged amount: what succeeded or waits, under a reference.

    A request without a reference (the provider has not answered, or answered with a fault) is not taken off yet.
    """
    settled = {event.psp_reference for event in grant.events if event.type in ("REFUND_SUCCESS", "REFUND_FAILURE")}
    waiting = [
        event
        for event in grant.events
        if event.type == "REFUND_REQUEST" and event.psp_reference and event.psp_reference not in settled
    ]
    return total((event.amount for event in [*_lasting_successes(grant), *waiting]), grant.amount.currency)


def grantable_units(order: Order, units: Mapping[str, int]) -> dict[str, int]:
    """Of these units (order line id → quantity) those that a grant may name: Saleor counts those of all grants, failed ones too.

    What is left out is refunded all the same, for a grant says its amount by itself.
    """
    named = Counter[str]()
    for grant in order.granted_refunds:
        for line in grant.lines:
            named[line.order_line_id] += line.quantity
    room = {line.id: line.quantity - named[line.id] for line in order.lines}
    fitting = {line_id: min(int(quantity), room.get(line_id, 0)) for line_id, quantity in units.items()}
    return {line_id: quantity for line_id, quantity in fitting.items() if quantity > 0}


def shipping_grantable(order: Order) -> bool:
    """Saleor lets one grant of an order name shipping, ever."""
    return not any(grant.shipping_included for grant in order.granted_refunds)


def marker(*, case_number: str, refund_number: int) -> str:
    """What the grant's reason carries, so that our own grant is recognised after a crash: R-2026-000042/1."""
    return f"{case_number}/{refund_number}"


def recognise_grant(order: Order, *, grant_id: str | None, marker: str) -> GrantedRefund | None:
    """Our grant in a fresh read: by its stored id, else by the marker at the start of its reason."""
    if grant_id is not None:
        return order.grant(grant_id)
    return next(
        (grant for grant in order.granted_refunds if grant.reason.split(" ", 1)[0] == marker),
        None,
    )
