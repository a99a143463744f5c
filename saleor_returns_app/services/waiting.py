"""What a case waits for, kept with every move: deadlines begin, are met or dropped in the transaction that moves the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.complaints import ComplaintEvent, ComplaintStatus
from saleor_returns_app.domain.deadlines import (
    COMPLAINT_WAITS,
    EXCHANGE_WAITS,
    REPAIR_WAITS,
    Deadline,
    Wait,
    case_wait,
    deadline_until,
    next_deadline,
    refund_by_law,
)
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.refunds import SETTLED, RefundStatus
from saleor_returns_app.domain.repairs import ENDED, RepairStatus
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.tenants import Tenant

from .attention import OF_PARCELS, refresh_attention
from .context import Context
from .standing_repairs import live_repair

#: What the default of a deadline did while the case goes on waiting.
ESCALATED, HANDED_OVER, ALARMED = "escalated", "handed_over", "alarmed"
APPROVED = "approved"
#: Shown as needing attention; somebody was named.
_TOLD = frozenset({HANDED_OVER, ALARMED})
_NAMED = _TOLD | {ESCALATED}
#: A replacement that was sent in advance is waited for once the goods are looked at.
_IN_GOODS = (CaseStatus.INSPECTED, CaseStatus.RESOLVING)
#: Nothing came of the wait: whoever owed it does not owe it any more.
_DROPS: frozenset[str] = frozenset({CaseEvent.CANCEL, ComplaintEvent.WITHDRAW})


def follow_case(ctx: Context, session: Session, case: Case, *, event: CaseEvent | ComplaintEvent | None = None) -> None:
    """Begin what the case waits for now and end what it waits for no more. `move_case` calls it; so does whoever changes what is
    waited for without a move: an offer made or countered, a refund proposed, approved or given up. Repeating it changes nothing.
    """
    offer = _open_offer(session, case)
    wanted = _wanted(ctx, session, case, offer)
    changed = False
    for row in awaited(session, case):
        deadline = wanted.get(Wait(row.waits_for))
        if deadline is None or _is_another_offer(row, deadline, offer):
            changed = _end(row, event, ctx.now()) or changed
        else:
            del wanted[deadline.waits_for]
    session.flush()  # what ended has to be out of the way of what begins
    for deadline in wanted.values():
        _begin(ctx, session, case, deadline)
    show_next(session, case)
    if changed or case.attention in OF_PARCELS:
        refresh_attention(session, case)


def awaited(session: Session, case: Case) -> Sequence[DeadlineRow]:
    """What a case waits for, also what is late; due first comes first."""
    mine = select(DeadlineRow).where(DeadlineRow.case_id == case.id, DeadlineRow.ended_at.is_(None))
    return session.scalars(mine.order_by(DeadlineRow.due_at, DeadlineRow.id)).all()


def show_next(session: Session, case: Case) -> None:
    """Repeat on the case what is due first, and whom it was escalated to, for lists."""
    rows = awaited(session, case)
    case.due_at = rows[0].due_at if rows else None
    case.due_by = rows[0].owner if rows else ""
    if case.escalated_to and not any(row.outcome in _NAMED for row in rows):
        case.escalated_to, case.escalated_at = "", None


def settings_of(session: Session, case: Case) -> TenantSettings:
    """The shop's settings, read in the same transaction: a second one would wait for this on SQLite."""
    return TenantSettings.load(session.get_one(Tenant, case.tenant_id).settings)


def _wanted(ctx: Context, session: Session, case: Case, offer: Offer | None) -> dict[Wait, Deadline]:
    terms = CaseTerms.load(case.terms or {})
    if case.kind == CaseKind.COMPLAINT:
        asked = COMPLAINT_WAITS.get(ComplaintStatus(case.status))
        return {} if asked is None else {asked: _deadline(ctx, session, case, asked, terms, None)}
    wait = case_wait(CaseStatus(case.status), terms)
    if wait is None:
        return {}
    repair = live_repair(session, case)
    if wait is Wait.REPAIR and repair is not None:
        wait = REPAIR_WAITS.get(RepairStatus(repair.status), wait)
    waits = {Wait.SECOND_APPROVAL if wait is Wait.APPROVAL and case.first_approval else wait}
    if offer is not None:
        waits.add(Wait.OFFER)
    if wait is Wait.REFUND and _has_proposed(session, case):
        waits.add(Wait.SECOND_APPROVAL)
    exchange = session.scalar(
        select(Exchange).where(
            Exchange.case_id == case.id, Exchange.state.in_([state.value for state in EXCHANGE_WAITS])
        )
    )
    if exchange is not None and case.status in _IN_GOODS:
        waits.add(EXCHANGE_WAITS[ExchangeState(exchange.state)])
    if repair is not None and repair.status not in ENDED and case.status in _IN_GOODS:
        waits.add(REPAIR_WAITS[RepairStatus(repair.status)])
    if wait is Wait.REFUND and len(waits) > 1 and not _owes_money(session, case):
        waits.remove(wait)  # no money goes back, or it did
    return {wait: _deadline(ctx, session, case, wait, terms, offer) for wait in sorted(waits)}


def _deadline(
    ctx: Context, session: Session, case: Case, wait: Wait, terms: CaseTerms, offer: Offer | None
) -> Deadline:
    now = ctx.now()
    if wait is Wait.OFFER and offer is not None:
        owner = Who.STAFF if offer.made_by == Who.SHOPPER else Who.SHOPPER
        return deadline_until(wait, due=offer.expires_at, begun=offer.created_at, owner=owner)
    calendar = settings_of(session, case).calendar
    latest = None
    if wait is Wait.REFUND and (case.is_withdrawal or terms.statutory):
        goods = session.scalar(
            select(CaseEntry.at).where(CaseEntry.case_id == case.id, CaseEntry.event == "receive").limit(1)
        )
        latest = refund_by_law(notice=case.created_at, goods=goods, begun=now, calendar=calendar)
    return next_deadline(wait, begun=now, calendar=calendar, terms=terms, latest=latest)


def _open_offer(session: Session, case: Case) -> Offer | None:
    return session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.status == "open"))


def _has_proposed(session: Session, case: Case) -> bool:
    proposed = select(Refund.id).where(Refund.case_id == case.id, Refund.status == RefundStatus.PROPOSED)
    return session.scalar(proposed.limit(1)) is not None


def _owes_money(session: Session, case: Case) -> bool:
    open_ones = select(Refund.id).where(Refund.case_id == case.id, Refund.status.not_in(sorted(SETTLED)))
    return session.scalar(open_ones.limit(1)) is not None


def _is_another_offer(row: DeadlineRow, deadline: Deadline, offer: Offer | None) -> bool:
    """A counter-offer is a wait of its own: the other side owes the answer now, until another day."""
    if deadline.waits_for is not Wait.OFFER:
        return False
    return row.owner != deadline.owner or (offer is not None and row.due_at != offer.expires_at)


def _begin(ctx: Context, session: Session, case: Case, deadline: Deadline) -> None:
    session.add(
        DeadlineRow(
            id=new_id(),
            case_id=case.id,
            waits_for=deadline.waits_for,
            owner=deadline.owner,
            begun_at=ctx.now(),
            due_at=deadline.due,
            remind_at=deadline.remind_at,
            next_at=deadline.remind_at or deadline.due,
            state="open",
        )
    )
    session.flush()


def _end(row: DeadlineRow, event: CaseEvent | ComplaintEvent | None, now: datetime) -> bool:
    """True when what was told about it has to be taken back."""
    row.ended_at = now
    if row.state == "open":
        row.state = "dropped" if event in _DROPS else "met"
    return row.outcome in _TOLD
