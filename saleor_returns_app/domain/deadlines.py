"""The protocol: what a case can wait for, who owes it, until when, and what happens by itself when it does not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .cases import LINE_ACCEPTANCE, LINE_RECEPTION, RETURN_CASE, Acceptance, CaseStatus, Reception
from .complaints import COMPLAINT, ComplaintStatus
from .effects import EFFECT, EffectState
from .exchanges import EXCHANGE, ExchangeState
from .machines import Who
from .offers import OFFER, OfferStatus
from .parcels import PARCEL, ParcelStatus
from .payouts import PAYOUT, STANDING
from .policy.actions import Wait as Wait  # noqa: PLC0414 the word for it belongs to both
from .policy.calendars import add_days, end_of_day, is_business_day, local_day
from .refunds import REFUND, RefundStatus
from .repairs import REPAIR, RepairStatus, is_repair
from .terms import CaseTerms, Length, LengthUnit


class TimeOut(StrEnum):
    """What happens by itself once a deadline has passed."""

    APPROVE = "approve"  # where the policy lets rules approve such a case, else it escalates
    ESCALATE = "escalate"  # a person or group is named and told
    EXPIRE = "expire"  # the case ends, the items can be announced again
    DECLINE = "decline"  # silence is no consent: what was asked counts as declined
    LAPSE = "lapse"  # the offer ends, the case goes back to review
    HAND_OVER = "hand_over"  # a person has to find out
    ALARM = "alarm"  # shown as needing attention until it is settled
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Clause:
    """One row of the protocol. `owner` of an answer to an offer is the other side, whoever made it; the row names the merchant,
    who owes the next offer while none is open. `remind` is how long before the end the owner is reminded."""

    waits_for: Wait
    owner: Who
    length: Length
    remind: timedelta | None
    default: TimeOut


def _hours(hours: int) -> Length:
    return Length(hours, LengthUnit.HOURS)


def _business_days(days: int) -> Length:
    return Length(days, LengthUnit.BUSINESS_DAYS)


_DAY = timedelta(days=1)
# fmt: off
PROTOCOL: Mapping[Wait, Clause] = {row.waits_for: row for row in (
    #      waits for              owner        length              remind    on time-out
    Clause(Wait.REVIEW,           Who.STAFF,   _hours(48),         None,     TimeOut.APPROVE),
    Clause(Wait.EVIDENCE,         Who.SHOPPER, Length(7),          2 * _DAY, TimeOut.EXPIRE),
    Clause(Wait.OFFER,            Who.STAFF,   Length(3),          _DAY,     TimeOut.LAPSE),
    Clause(Wait.GOODS_SENT,       Who.SHOPPER, Length(7),          2 * _DAY, TimeOut.EXPIRE),
    Clause(Wait.PARCEL,           Who.SYSTEM,  Length(21),         None,     TimeOut.HAND_OVER),
    Clause(Wait.INSPECTION,       Who.STAFF,   Length(3),          None,     TimeOut.ESCALATE),
    Clause(Wait.APPROVAL,         Who.STAFF,   Length(1),          None,     TimeOut.ESCALATE),
    Clause(Wait.SECOND_APPROVAL,  Who.STAFF,   Length(1),          None,     TimeOut.ESCALATE),
    Clause(Wait.REFUND,           Who.SYSTEM,  _business_days(7),  None,     TimeOut.ALARM),
    Clause(Wait.DIFFERENCE,       Who.SHOPPER, Length(7),          2 * _DAY, TimeOut.HAND_OVER),
    Clause(Wait.REPLACEMENT,      Who.STAFF,   _business_days(7),  None,     TimeOut.ESCALATE),
    Clause(Wait.REPAIR,           Who.STAFF,   _business_days(10), None,     TimeOut.ESCALATE),
    Clause(Wait.REPAIR_QUOTE,     Who.SHOPPER, Length(7),          2 * _DAY, TimeOut.DECLINE),
    Clause(Wait.DISPUTE,          Who.STAFF,   Length(5),          None,     TimeOut.ESCALATE),
    Clause(Wait.ACKNOWLEDGEMENT,  Who.STAFF,   _business_days(2),  None,     TimeOut.ESCALATE),
    Clause(Wait.COMPLAINT,        Who.STAFF,   Length(14),         None,     TimeOut.ESCALATE),
    Clause(Wait.CONFIRMATION,     Who.SHOPPER, Length(7),          None,     TimeOut.CLOSE),
)}

CASE_WAITS: Mapping[CaseStatus, Wait] = {
    CaseStatus.REQUESTED:         Wait.REVIEW,
    CaseStatus.AWAITING_EVIDENCE: Wait.EVIDENCE,
    CaseStatus.NEGOTIATING:       Wait.OFFER,
    CaseStatus.APPROVED:          Wait.GOODS_SENT,
    CaseStatus.IN_TRANSIT:        Wait.PARCEL,
    CaseStatus.RECEIVED:          Wait.INSPECTION,
    CaseStatus.INSPECTED:         Wait.APPROVAL,
    CaseStatus.RESOLVING:         Wait.REFUND,
    CaseStatus.RESOLVED:          Wait.CONFIRMATION,
    CaseStatus.DISPUTED:          Wait.DISPUTE,
}
REFUND_WAITS: Mapping[RefundStatus, Wait] = {
    RefundStatus.PROPOSED:        Wait.SECOND_APPROVAL,
    RefundStatus.APPROVED:        Wait.REFUND,
    RefundStatus.GRANTED:         Wait.REFUND,
    RefundStatus.REQUESTED:       Wait.REFUND,
    RefundStatus.PENDING:         Wait.REFUND,
    RefundStatus.UNCLEAR:         Wait.REFUND,
    RefundStatus.FAILED:          Wait.REFUND,
}
EXCHANGE_WAITS: Mapping[ExchangeState, Wait] = {
    ExchangeState.UNPAID:         Wait.DIFFERENCE,
    ExchangeState.ORDERED:        Wait.REPLACEMENT,
}
REPAIR_WAITS: Mapping[RepairStatus, Wait] = {
    RepairStatus.RECEIVED:        Wait.REPAIR,
    RepairStatus.DIAGNOSED:       Wait.REPAIR,
    RepairStatus.QUOTED:          Wait.REPAIR_QUOTE,
    RepairStatus.REPAIRING:       Wait.REPAIR,
    RepairStatus.REPAIRED:        Wait.REPAIR,
    RepairStatus.UNREPAIRED:      Wait.REPAIR,
}
COMPLAINT_WAITS: Mapping[ComplaintStatus, Wait] = {
    ComplaintStatus.SUBMITTED:     Wait.ACKNOWLEDGEMENT,
    ComplaintStatus.ACKNOWLEDGED:  Wait.COMPLAINT,
    ComplaintStatus.INVESTIGATING: Wait.COMPLAINT,
    ComplaintStatus.NEGOTIATING:   Wait.COMPLAINT,
    ComplaintStatus.ESCALATED:     Wait.COMPLAINT,
    ComplaintStatus.RESOLVED:      Wait.CONFIRMATION,
}
# fmt: on

#: Machine → its waiting states. A test looks for machines and states that are missing here.
WAITING: Mapping[object, Mapping[str, Wait]] = {
    RETURN_CASE: {state.value: wait for state, wait in CASE_WAITS.items()},
    COMPLAINT: {state.value: wait for state, wait in COMPLAINT_WAITS.items()},
    REFUND: {state.value: wait for state, wait in REFUND_WAITS.items()},
    OFFER: {OfferStatus.OPEN.value: Wait.OFFER},
    LINE_RECEPTION: {Reception.ANNOUNCED.value: Wait.PARCEL},
    LINE_ACCEPTANCE: {Acceptance.UNDECIDED.value: Wait.INSPECTION},
    PARCEL: {ParcelStatus.ANNOUNCED.value: Wait.GOODS_SENT, ParcelStatus.IN_TRANSIT.value: Wait.PARCEL},
    EFFECT: {},
    EXCHANGE: {state.value: wait for state, wait in EXCHANGE_WAITS.items()},
    REPAIR: {state.value: wait for state, wait in REPAIR_WAITS.items()},
    # Whoever has the next step, the day that the refund was promised for does not move.
    PAYOUT: {state.value: Wait.REFUND for state in sorted(STANDING)},
}
#: States that can be left, but where nobody owes anything.
AT_REST: Mapping[object, frozenset[str]] = {
    RETURN_CASE: frozenset({CaseStatus.REJECTED.value, CaseStatus.EXPIRED.value}),
    # It can be taken up again for a while.
    COMPLAINT: frozenset({ComplaintStatus.CLOSED.value}),
    # What was counted holds; it can be looked at again.
    LINE_RECEPTION: frozenset({Reception.RECEIVED.value, Reception.SHORT.value, Reception.LOST.value}),
    LINE_ACCEPTANCE: frozenset({Acceptance.ACCEPTED.value, Acceptance.REFUSED.value}),
    # Its case needs attention; it may turn up after all.
    PARCEL: frozenset({ParcelStatus.LOST.value}),
    # A lane is at it; or both sides may choose again, and the case waits for its approval.
    EXCHANGE: frozenset({ExchangeState.PLANNED.value, ExchangeState.OUT_OF_STOCK.value}),
    # A lane is at it, or it stands on a list or as needing attention until somebody has looked.
    EFFECT: frozenset(
        {EffectState.PLANNED.value, EffectState.CALLING.value, EffectState.STUCK.value, EffectState.LISTED.value}
    ),
}


def case_wait(status: CaseStatus, terms: CaseTerms) -> Wait | None:
    """What a case in this state waits for; None where nobody owes anything. Where the item is kept, no goods are waited for."""
    if status is CaseStatus.APPROVED and terms.keeps_item:
        return Wait.APPROVAL
    if status is CaseStatus.RESOLVING and is_repair(terms):
        return Wait.REPAIR
    return CASE_WAITS.get(status)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCalendar:
    """How a shop counts days. `zone` is an IANA name, `country` an ISO code whose public holidays count, `closed` its own."""

    zone: str = "UTC"
    country: str = ""
    closed: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        return day not in self.closed and is_business_day(day, self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One wait: `due` is the last instant in time. `remind_at` is None where nobody is reminded."""

    waits_for: Wait
    owner: Who
    due: datetime
    remind_at: datetime | None = None


#: More closed days in a row than this are a mistake: the count must come to an end.
_LONGEST_SEARCH = 3660


def due_after(begun: datetime, length: Length, calendar: ShopCalendar) -> datetime:
    """When a length that begins at `begun` ends.

    Hours are counted exactly. Days are the shop's local days: the day of the beginning is not counted, and the last one counts
    to its end (as periods in Regulation 1182/71, art. 3), so that a day that people read is a day they have.
    """
    if length.unit is LengthUnit.HOURS:
        return begun + timedelta(hours=length.length)
    if length.unit is LengthUnit.DAYS:
        return add_days(begun, length.length, zone=calendar.zone)
    day, left = local_day(begun, calendar.zone), length.length
    for _ in range(_LONGEST_SEARCH):
        if left <= 0:
            break
        day += _DAY
        left -= calendar.is_business_day(day)
    return end_of_day(day, calendar.zone)


def length_of(waits_for: Wait, terms: CaseTerms) -> Length:
    """How long it is waited for: as the case's terms say, else as the protocol does."""
    return terms.wait(waits_for.value, PROTOCOL[waits_for].length)


def next_deadline(
    waits_for: Wait,
    *,
    begun: datetime,
    calendar: ShopCalendar,
    terms: CaseTerms,
    latest: datetime | None = None,
) -> Deadline:
    """The deadline of a wait that begins now; `latest` is a date of the law that it may not go beyond."""
    due = due_after(begun, length_of(waits_for, terms), calendar)
    return deadline_until(waits_for, due=due if latest is None else min(due, latest), begun=begun)


def deadline_until(waits_for: Wait, *, due: datetime, begun: datetime, owner: Who | None = None) -> Deadline:
    """A deadline with a given end. The reminder falls away where it would come at once."""
    clause = PROTOCOL[waits_for]
    remind_at = None if clause.remind is None else due - clause.remind
    if remind_at is not None and remind_at <= begun:
        remind_at = None
    return Deadline(waits_for=waits_for, owner=owner or clause.owner, due=due, remind_at=remind_at)


#: Country of the shop → days that the law gives for paying back, and whether they count from the goods (else from the notice).
_LAW = {"GB": (14, True), "CN": (7, True)}
_EU_LAW = (14, False)  # Directive 2011/83/EU, art. 13(1)


def refund_by_law(
    *, notice: datetime, goods: datetime | None, begun: datetime, calendar: ShopCalendar
) -> datetime | None:
    """Until when a statutory withdrawal has to be paid back. None: the law's time has not begun, as the goods are not there.

    A shop may wait for the goods; where they come after the law's date, the refund is due on the next business day.
    """
    days, counts_from_goods = _LAW.get(calendar.country.upper(), _EU_LAW)
    start = goods if counts_from_goods else notice
    if start is None:
        return None
    due = add_days(start, days, zone=calendar.zone)
    return due if due > begun else due_after(begun, Length(1, LengthUnit.BUSINESS_DAYS), calendar)
