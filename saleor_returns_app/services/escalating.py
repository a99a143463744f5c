"""Naming who has to look at a case now: on the case, in its history, by mail."""

from __future__ import annotations

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.deadlines import DeadlineRow

from .context import Context
from .history import record_entry
from .notifications import queue_mail
from .staff import people_of
from .waiting import settings_of

#: Staff pages are English, and so are mails to staff.
STAFF_LANGUAGE = "en"


def named_deadline(session: Session, case: Case, row: DeadlineRow) -> dict[str, str]:
    """The deadline as the history keeps it."""
    day = local_day(row.due_at, settings_of(session, case).time_zone)
    return {"waits_for": row.waits_for, "day": day.isoformat()}


def mailboxes_of(session: Session, case: Case, waits_for: str) -> tuple[str, list[str]]:
    """Whom the shop names for what is late, and where their mail goes: its contact address where the name leads to nobody."""
    settings = settings_of(session, case)
    target = settings.escalate_to(waits_for)
    return target, people_of(session, target) or ([settings.contact_email] if settings.contact_email else [])


def escalate(
    ctx: Context,
    session: Session,
    case: Case,
    row: DeadlineRow,
    *,
    event: str,
    actor: Actor = SYSTEM,
    message: str = "",
) -> None:
    """Name whoever the shop wants to know of it when this is late, and tell them."""
    target, people = mailboxes_of(session, case, row.waits_for)
    case.escalated_to, case.escalated_at = target, ctx.now()
    said = {"message": message} if message else {}
    detail = {**named_deadline(session, case, row), "to": target, **said}
    record_entry(ctx, session, case, event=event, actor=actor, detail=detail)
    for recipient in people:
        params = {
            "number": case.number,
            "order_number": case.order_number,
            "waits_for": row.waits_for,
            "due_at": row.due_at.isoformat(),
            "to": target,
            "message": message,
        }
        queue_mail(
            ctx,
            session,
            kind="escalated" if row.due_at <= ctx.now() else "handed_up",
            recipient=recipient,
            language=STAFF_LANGUAGE,
            params=params,
            case_id=case.id,
        )
