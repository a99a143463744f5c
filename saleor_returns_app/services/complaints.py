"""Complaints: acknowledged, looked into by somebody who is not named in them, decided with reasons, taken up again.

What makes a complaint good is a return of its own, linked to it: there the offers, the money and the goods are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.complaints import (
    OPEN_COMPLAINTS,
    REOPEN_DAYS,
    ComplaintEvent,
    ComplaintStatus,
    Outcome,
    RootCause,
    Severity,
)
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint

from .attention import refresh_attention
from .context import Context
from .escalating import escalate
from .filing import raise_alarm
from .guards import LONGEST_TEXT, check_version, require_permission, require_role, require_staff
from .history import load_case, move_case, record_entry
from .impartial import check_impartial, named_in
from .linking import find_link, link_cases
from .messages import NEWS, tell_staff
from .notifications import queue_case_mail
from .orders import mirrored_order
from .surveys import ask_opinion
from .waiting import ESCALATED, awaited, settings_of


def _load(session: Session, case_id: str, actor: Actor, version: int | None = None) -> tuple[Case, Complaint]:
    case = load_case(session, case_id, actor)
    if case.kind != CaseKind.COMPLAINT:
        raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
    check_version(case, version)
    return case, session.get_one(Complaint, case_id)


def _text(said: str, *, missing: str, field: str) -> str:
    text = said.replace("\r\n", "\n").strip()
    if not text:
        raise BadInput(missing, code="TEXT", field=field)
    if len(text) > LONGEST_TEXT:
        problem = "The text is too long: at most %(most)s characters."
        raise BadInput(problem, code="TOO_LONG", field=field, most=LONGEST_TEXT)
    return text


def acknowledge_complaint(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, message: str = "", version: int | None = None
) -> None:
    """Say that it was read: the shopper is told until when it is decided."""
    _let_in(actor)
    said = _text(message, missing="", field="message") if message.strip() else ""
    with ctx.db.tenant(tenant_id) as session:
        case, _ = _load(session, case_id, actor, version)
        move_case(ctx, case, ComplaintEvent.ACKNOWLEDGE, actor)
        detail = {"message": said} if said else {}
        record_entry(ctx, session, case, event="acknowledge_complaint", actor=actor, public=True, detail=detail)
        queue_case_mail(ctx, session, case, "complaint_acknowledged", message=said)


def _let_in(actor: Actor) -> None:
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)


def investigate_complaint(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None
) -> None:
    """Begin to look into it. Where nobody has it, it becomes this person's. Raises Conflict (NAMED) for who is named in it."""
    _let_in(actor)
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        check_impartial(session, case, named_in(session, complaint), actor.id)
        move_case(ctx, case, ComplaintEvent.INVESTIGATE, actor)
        if not case.assignee_id:
            case.assignee_id, case.assignee = actor.id, actor.name
        record_entry(ctx, session, case, event="investigate", actor=actor, public=True)


def classify_complaint(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    severity: str,
    root_cause: str = "",
    dangerous: bool = False,
    version: int | None = None,
) -> None:
    """Say how bad it is and why it happened. What is said to be dangerous raises the alarm, once."""
    _let_in(actor)
    if severity not in tuple(Severity):
        raise BadInput("Choose how bad it is.", code="SEVERITY", field="severity")
    if root_cause and root_cause not in tuple(RootCause):
        raise BadInput("Choose one of the causes.", code="ROOT_CAUSE", field="root_cause")
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        if case.status not in OPEN_COMPLAINTS | {ComplaintStatus.RESOLVED}:
            raise Conflict("This complaint is over: nothing about it changes any more.", code="OVER")
        newly = dangerous and not complaint.dangerous
        complaint.dangerous = complaint.dangerous or dangerous
        complaint.severity = Severity.CRITICAL if complaint.dangerous else Severity(severity)
        complaint.root_cause = root_cause
        detail = {"severity": complaint.severity, "root_cause": root_cause, "dangerous": complaint.dangerous}
        record_entry(ctx, session, case, event="classify", actor=actor, detail=detail)
        if newly:
            raise_alarm(ctx, session, case, complaint)


def handle_danger(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, done: str, version: int | None = None
) -> None:
    """Say what was done about a product that is dangerous; the alarm ends."""
    _let_in(actor)
    said = _text(done, missing="Write what was done about it.", field="done")
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        if not complaint.dangerous or complaint.danger_handled_at is not None:
            raise Conflict("There is no alarm to end.", code="NO_ALARM")
        complaint.danger_handled_at = ctx.now()
        refresh_attention(session, case)
        record_entry(ctx, session, case, event="handle_danger", actor=actor, detail={"message": said})
        ctx.jobs.advance_order(
            session, tenant_id=tenant_id, saleor_order_id=case.saleor_order_id, key=f"danger-over:{case.id}"
        )


def make_good(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, return_id: str) -> None:
    """A return of the same order was opened to make it good: they are linked. Twice is once."""
    _let_in(actor)
    with ctx.db.tenant(tenant_id) as session:
        locked = {each: load_case(session, each, actor) for each in sorted((case_id, return_id))}
        case, other = locked[case_id], locked[return_id]
        if case.kind != CaseKind.COMPLAINT or other.kind != CaseKind.RETURN:
            raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
        if other.saleor_order_id != case.saleor_order_id:
            raise BadInput("This return is not one of this order. Choose one of the list.", code="ABOUT", field="about")
        if find_link(session, case, other) is not None and case.status == ComplaintStatus.NEGOTIATING:
            return
        move_case(ctx, case, ComplaintEvent.MAKE_GOOD, actor)
        link_cases(ctx, session, case, other, actor)
        record_entry(ctx, session, case, event="make_good", actor=actor, public=True, detail={"number": other.number})
        record_entry(ctx, session, other, event="link", actor=actor, detail={"number": case.number})


def escalate_complaint(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str, version: int | None = None
) -> None:
    """Hand it up: from now on an approver decides."""
    _let_in(actor)
    said = _text(reason, missing="Write why somebody else should decide it.", field="reason")
    with ctx.db.tenant(tenant_id) as session:
        case, _ = _load(session, case_id, actor, version)
        move_case(ctx, case, ComplaintEvent.ESCALATE, actor)
        row = awaited(session, case)[0]
        row.outcome = ESCALATED
        escalate(ctx, session, case, row, event="escalate_complaint", actor=actor, message=said)


def decide_complaint(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    outcome: str,
    reasons: str,
    root_cause: str = "",
    version: int | None = None,
) -> None:
    """Decide it, with reasons that the shopper reads. One that was escalated is an approver's.

    Raises BadInput naming the field, Conflict (NAMED) for who is named in the matter, Conflict (DANGER) while an alarm stands.
    """
    if outcome not in tuple(Outcome):
        raise BadInput("Choose how it is decided.", code="OUTCOME", field="outcome")
    said = _text(reasons, missing="Write the reasons: the shopper reads them.", field="reasons")
    if root_cause not in tuple(RootCause):
        raise BadInput("Choose why it happened, or that it is not known.", code="ROOT_CAUSE", field="root_cause")
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        require_role(actor, Verb.ARBITRATE if case.status == ComplaintStatus.ESCALATED else Verb.DECIDE)
        check_impartial(session, case, named_in(session, complaint), actor.id)
        if complaint.dangerous and complaint.danger_handled_at is None:
            text = "Say first what was done about the danger, then decide the complaint."
            raise Conflict(text, code="DANGER")
        move_case(ctx, case, ComplaintEvent.DECIDE, actor)
        complaint.outcome, complaint.reasons, complaint.root_cause = outcome, said, root_cause
        complaint.decided_at, complaint.decided_by = ctx.now(), actor.name
        complaint.deciders = [*complaint.deciders, actor.id]
        detail = {"outcome": outcome, "reason": said, "root_cause": root_cause}
        record_entry(
            ctx,
            session,
            case,
            event="decide_complaint",
            actor=actor,
            public=True,
            detail=detail,
            note=f"complaint {outcome.replace('_', ' ')}",
        )
        settings = settings_of(session, case)
        body = "" if outcome == Outcome.UPHELD else body_for(session, case, settings)
        until = local_day(reopens_until(complaint) or ctx.now(), settings.time_zone).isoformat()
        queue_case_mail(ctx, session, case, "complaint_decided", outcome=outcome, reasons=said, body=body, until=until)


def body_for(session: Session, case: Case, settings: TenantSettings) -> str:
    """Who settles it out of court, where the shop names somebody for the country of the order."""
    return settings.dispute_body(mirrored_order(session, case.saleor_order_id).country)


def withdraw_complaint(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str = "", version: int | None = None
) -> None:
    """It is taken back. Staff who do that for a shopper write why: the shopper reads it."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    by_staff = actor.who is Who.STAFF
    said = _text(reason, missing="Write the reason: the shopper reads it.", field="reason") if by_staff else ""
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        if complaint.dangerous and complaint.danger_handled_at is None and by_staff:
            raise Conflict("Say first what was done about the danger.", code="DANGER")
        move_case(ctx, case, ComplaintEvent.WITHDRAW, actor)
        detail = {"message": said} if said else {}
        record_entry(
            ctx,
            session,
            case,
            event="withdraw_complaint",
            actor=actor,
            public=True,
            detail=detail,
            note="complaint withdrawn",
        )
        queue_case_mail(ctx, session, case, "complaint_closed", reason=said, withdrawn=True)


def close_complaint(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """The shopper is content with the outcome, or staff end what nobody answers."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case, _ = _load(session, case_id, actor, version)
        end_complaint(ctx, session, case, actor=actor)


def end_complaint(
    ctx: Context, session: Session, case: Case, *, actor: Actor, detail: Mapping[str, Any] | None = None
) -> None:
    """Close it in the transaction of whoever found that it is over."""
    move_case(ctx, case, ComplaintEvent.CLOSE, actor)
    record_entry(ctx, session, case, event="close_complaint", actor=actor, public=True, detail=dict(detail or {}))
    queue_case_mail(ctx, session, case, "complaint_closed", reason="", withdrawn=False)
    ask_opinion(ctx, session, case)


def reopens_until(complaint: Complaint) -> datetime | None:
    """Until when it can be taken up again; None before it is decided."""
    return complaint.decided_at + timedelta(days=REOPEN_DAYS) if complaint.decided_at else None


def can_reopen_complaint(ctx: Context, case: Case, complaint: Complaint) -> bool:
    """Whether the window for taking it up again is open."""
    until = reopens_until(complaint)
    over = case.status in (ComplaintStatus.RESOLVED, ComplaintStatus.CLOSED)
    return over and until is not None and ctx.now() <= until


def reopen_complaint(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str, version: int | None = None
) -> None:
    """Take a decided complaint up again, with what is wrong with the decision; somebody else decides it then.

    Raises Conflict (TOO_LATE) after the window.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = _text(reason, missing="Write what you disagree with: the shop reads it.", field="reason")
    with ctx.db.tenant(tenant_id) as session:
        case, complaint = _load(session, case_id, actor, version)
        if case.status == ComplaintStatus.CLOSED and not can_reopen_complaint(ctx, case, complaint):
            text = "It was decided more than %(days)s days ago. File a new complaint, and name this one in it."
            raise Conflict(text, code="TOO_LATE", days=REOPEN_DAYS)
        move_case(ctx, case, ComplaintEvent.REOPEN, actor)
        if case.assignee_id in complaint.deciders and _has_others(session, case, complaint):
            case.assignee_id, case.assignee = "", ""  # who decided it does not look into it again
        complaint.outcome, complaint.reasons, complaint.decided_at, complaint.decided_by = "", "", None, ""
        case.unread = True
        record_entry(
            ctx,
            session,
            case,
            event="reopen_complaint",
            actor=actor,
            public=True,
            detail={"message": said},
            note="complaint taken up again",
        )
        queue_case_mail(ctx, session, case, "complaint_received", description=said, again=True)
        tell_staff(ctx, session, case, said, kind=NEWS)


def _has_others(session: Session, case: Case, complaint: Complaint) -> bool:
    try:
        check_impartial(session, case, named_in(session, complaint), case.assignee_id)
    except Conflict:
        return True
    return False
