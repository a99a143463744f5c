"""What happens by itself when something is due: reminders, then the default of the protocol, each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.cases import CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.complaints import COMPLAINT, ComplaintEvent, ComplaintStatus
from saleor_returns_app.domain.deadlines import PROTOCOL, TimeOut, Wait
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.tenants import Tenant, TenantState

from .arranging import awaits_carrier
from .attention import refresh_attention
from .cases import carry_out_approval
from .complaints import end_complaint
from .context import Context
from .deciding import BY_RULE
from .escalating import escalate, named_deadline
from .exchanges import live_exchange
from .history import move_case, record_entry
from .labelling import give_labels_back
from .logistics import parcels_of
from .notifications import queue_case_mail
from .offers import lapse_offer
from .places import address_of
from .repairs import lapse_repair_quote
from .return_methods import chooses_way
from .surveys import ask_opinion
from .waiting import ALARMED, APPROVED, ESCALATED, HANDED_OVER, follow_case, settings_of, show_next

log = structlog.get_logger()
#: A deadline that could not be acted on is tried again after this long; the others go on meanwhile.
AGAIN = timedelta(minutes=10)
#: What the shopper is reminded of → kind of the mail.
REMINDERS = {
    Wait.EVIDENCE: "reminder_evidence",
    Wait.GOODS_SENT: "reminder_goods",
    Wait.OFFER: "reminder_offer",
    Wait.DIFFERENCE: "reminder_difference",
    Wait.REPAIR_QUOTE: "reminder_repair",
}


class _Found(NamedTuple):
    id: str
    tenant_id: str
    case_id: str


def act_on_due(ctx: Context, *, most: int = 100) -> int:
    """Act on what is due, the longest due first, each in a transaction of its own; gives how many were acted on.

    Also after days of standing still: in the order in which things fell due, and without reminders of what is over by then.
    What belongs to a shop that is not active waits for it to come back. Two workers never act on the same.
    """
    now = ctx.now()
    is_open = DeadlineRow.state == "open"
    with ctx.db.everyone() as session:
        too_late_to_remind = (is_open, DeadlineRow.next_at < DeadlineRow.due_at, DeadlineRow.due_at <= now)
        session.execute(
            update(DeadlineRow)
            .where(*too_late_to_remind, DeadlineRow.next_at <= now)
            .values(next_at=DeadlineRow.due_at)
            .execution_options(synchronize_session=False)
        )
        active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
        due = session.execute(
            select(DeadlineRow.id, DeadlineRow.tenant_id, DeadlineRow.case_id)
            .where(is_open, DeadlineRow.next_at <= now, DeadlineRow.tenant_id.in_(active))
            .order_by(DeadlineRow.next_at, DeadlineRow.id)
            .limit(most)
        ).all()
    return sum(_act_or_put_off(ctx, _Found(*row)) for row in due)


def _act_or_put_off(ctx: Context, found: _Found) -> int:
    try:
        return _act(ctx, found)
    except Exception:
        # One case that cannot be moved must not hold up the others.
        log.exception("deadline not acted on", deadline=found.id, tenant=found.tenant_id)
        with ctx.db.tenant(found.tenant_id) as session:
            row = _locked(ctx, session, found)
            if row is not None:
                row.next_at = ctx.now() + AGAIN
        return 0


def _act(ctx: Context, found: _Found) -> int:
    with ctx.db.tenant(found.tenant_id) as session:
        # The case first, as everybody locks it first.
        case = session.scalar(select(Case).where(Case.id == found.case_id).with_for_update())
        row = _locked(ctx, session, found)
        if case is None or row is None or session.get_one(Tenant, found.tenant_id).state != TenantState.ACTIVE:
            return 0  # another worker or a person was faster
        if row.due_at > ctx.now():
            _remind(ctx, session, case, row)
            return 1
        _time_out(ctx, session, case, row)
        return 1


def _locked(ctx: Context, session: Session, found: _Found) -> DeadlineRow | None:
    still = (DeadlineRow.id == found.id, DeadlineRow.state == "open", DeadlineRow.next_at <= ctx.now())
    return session.scalar(select(DeadlineRow).where(*still).with_for_update())


def _remind(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.reminded_at, row.next_at = ctx.now(), row.due_at
    kind = REMINDERS.get(Wait(row.waits_for))
    if kind is None or row.owner != Who.SHOPPER:
        return
    if row.waits_for == Wait.GOODS_SENT and awaits_carrier(session, case):
        return  # they sit and wait for the courier, or for the label
    record_entry(ctx, session, case, event="remind", actor=SYSTEM, detail=named_deadline(session, case, row))
    more = _way_of(session, case) if row.waits_for == Wait.GOODS_SENT else {}
    queue_case_mail(ctx, session, case, kind, due_at=row.due_at.isoformat(), **more)


def _way_of(session: Session, case: Case) -> dict[str, Any]:
    """How the shopper said that it comes back, if they did."""
    waiting = [
        row.method for row in parcels_of(session, case.id) if row.status == ParcelStatus.ANNOUNCED and row.method
    ]
    return {"method": waiting[-1] if waiting else "", "chooses": chooses_way(session, case)}


def _time_out(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.state = "passed"
    _DEFAULTS[PROTOCOL[Wait(row.waits_for)].default](ctx, session, case, row)
    session.flush()
    show_next(session, case)


def _expire(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    if live_exchange(session, case.id) is not None:
        _hand_over(ctx, session, case, row)  # a replacement was sent on trust: it cannot end by itself
        return
    if row.waits_for == Wait.GOODS_SENT and awaits_carrier(session, case):
        _hand_over(ctx, session, case, row)  # whether the courier came is for staff to find out
        return
    row.outcome = "expired"
    _end_case(ctx, session, case, row, CaseEvent.EXPIRE)
    give_labels_back(ctx, session, case)
    queue_case_mail(
        ctx,
        session,
        case,
        "expired",
        waits_for=row.waits_for,
        due_at=row.due_at.isoformat(),
        may_reopen=can_reopen(row),
    )


def _close(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.outcome = "closed"
    if case.kind == CaseKind.COMPLAINT:
        end_complaint(ctx, session, case, actor=SYSTEM, detail=named_deadline(session, case, row))
        return
    _end_case(ctx, session, case, row, CaseEvent.CLOSE)
    queue_case_mail(ctx, session, case, "closed", due_at=row.due_at.isoformat())
    ask_opinion(ctx, session, case)


def _end_case(ctx: Context, session: Session, case: Case, row: DeadlineRow, event: CaseEvent) -> None:
    detail = named_deadline(session, case, row)
    move_case(ctx, case, event, SYSTEM)
    note = f"return {'expired' if event is CaseEvent.EXPIRE else 'closed'}, nothing came by {detail['day']}"
    record_entry(ctx, session, case, event=event, actor=SYSTEM, public=True, detail=detail, note=note)


def can_reopen(row: DeadlineRow) -> bool:
    """Evidence that came too late may be looked at after all; goods that were never sent take a new request."""
    return row.waits_for == Wait.EVIDENCE


def _decline(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    """Silence is no consent to a price."""
    row.outcome = "declined"
    lapse_repair_quote(ctx, session, case)


def _lapse(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    """Back to review; also where nobody made an offer in time."""
    row.outcome = "lapsed"
    if not lapse_offer(ctx, session, case) and case.status == CaseStatus.NEGOTIATING:
        detail = named_deadline(session, case, row)
        move_case(ctx, case, CaseEvent.BREAK_OFF, SYSTEM)
        record_entry(ctx, session, case, event="lapse", actor=SYSTEM, public=True, detail=detail)
    follow_case(ctx, session, case)


def _escalate(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.outcome = ESCALATED
    if case.kind == CaseKind.COMPLAINT and ComplaintEvent.ESCALATE in COMPLAINT.possible(
        ComplaintStatus(case.status), Who.SYSTEM
    ):
        move_case(ctx, case, ComplaintEvent.ESCALATE, SYSTEM)
    escalate(ctx, session, case, row, event="escalate")


def _hand_over(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.outcome, row.owner = HANDED_OVER, Who.STAFF
    escalate(ctx, session, case, row, event="hand_over")
    refresh_attention(session, case)


def _alarm(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    row.outcome = ALARMED
    escalate(ctx, session, case, row, event="alarm")
    refresh_attention(session, case)
    # The order's lane tells the merchant in the Dashboard as well.
    ctx.jobs.advance_order(
        session, tenant_id=case.tenant_id, saleor_order_id=case.saleor_order_id, key=f"alarm:{row.id}"
    )


def _approve(ctx: Context, session: Session, case: Case, row: DeadlineRow) -> None:
    """Nobody looked at it in time: where the policy lets a rule approve such a case, the rule does, else a person is named."""
    terms = CaseTerms.load(case.terms or {})
    address = address_of(session, case, terms=terms, settings=settings_of(session, case))
    if not _rule_allows(case, terms) or not (address or terms.keeps_item):
        _escalate(ctx, session, case, row)
        return
    row.outcome, case.decided_by = APPROVED, BY_RULE
    detail = named_deadline(session, case, row)
    carry_out_approval(ctx, session, case, actor=SYSTEM, address=address, detail=detail)


def _rule_allows(case: Case, terms: CaseTerms) -> bool:
    limit = terms.auto_approve_up_to
    allowed = terms.statutory or (limit is not None and case.expected_minor <= limit.minor)
    eligible = all((line.verdict or {}).get("outcome") == Outcome.ELIGIBLE for line in case.lines)
    # What was drawn for a person waits for one: else nobody would ever look at the drawn share.
    return case.status == CaseStatus.REQUESTED and allowed and eligible and not case.spot_check


_DEFAULTS: dict[TimeOut, Callable[[Context, Session, Case, DeadlineRow], None]] = {
    TimeOut.APPROVE: _approve,
    TimeOut.ESCALATE: _escalate,
    TimeOut.EXPIRE: _expire,
    TimeOut.DECLINE: _decline,
    TimeOut.LAPSE: _lapse,
    TimeOut.HAND_OVER: _hand_over,
    TimeOut.ALARM: _alarm,
    TimeOut.CLOSE: _close,
}
