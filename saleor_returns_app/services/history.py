"""Moving a case: the new state, its entry in the history, its deadline, note and mail are one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import flag_modified

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.audit import Deed
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.complaints import COMPLAINT, ComplaintEvent, ComplaintStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.audit import note_deed
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.refunds import OrderNote

from .context import Context
from .goods_owed import mark_goods_owed
from .notes import NOTE_DELAY
from .waiting import follow_case


def load_case(session: Session, case_id: str, actor: Actor) -> Case:
    """A case of any kind that this actor may see, locked for the transaction. Raises NotFound for all others."""
    case = session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None or (actor.channels is not None and case.channel_slug not in actor.channels):
        raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
    return case


def load_return(session: Session, case_id: str, actor: Actor) -> Case:
    """The same for what is done with returns only: a complaint is not found."""
    case = load_case(session, case_id, actor)
    if case.kind != CaseKind.RETURN:
        raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
    return case


def move_case(ctx: Context, case: Case, event: CaseEvent | ComplaintEvent, actor: Actor) -> None:
    """Change the state by the table of its kind, and what is waited for with it. Raises MoveRefused."""
    if case.kind == CaseKind.COMPLAINT:
        case.status = COMPLAINT.move(ComplaintStatus(case.status), ComplaintEvent(event), actor.who)
    else:
        case.status = RETURN_CASE.move(CaseStatus(case.status), CaseEvent(event), actor.who)
    session = object_session(case)
    if session is None:
        raise RuntimeError("a case is moved in the session that loaded it")
    follow_case(ctx, session, case, event=event)
    mark_goods_owed(session, case)


def record_entry(
    ctx: Context,
    session: Session,
    case: Case,
    *,
    event: str,
    actor: Actor,
    public: bool = False,
    detail: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Append to the history; `note` also goes to the Saleor order, with the name of who did it."""
    now = ctx.now()
    case.updated_at = now
    flag_modified(case, "updated_at")  # another tab of the case is stale from now on, also within one tick of the clock
    entry = CaseEntry(
        id=new_id(),
        case_id=case.id,
        at=now,
        event=event,
        status=case.status,
        who=actor.who,
        actor_id=actor.id,
        actor=actor.name,
        detail=detail or {},
        public=public,
    )
    session.add(entry)
    if actor.who is Who.STAFF:
        note_deed(session, _deed(case, entry))
    if note:
        text = f"{case.number}: {note}" + (f" ({actor.name})" if actor.name else "")
        session.add(
            OrderNote(
                case_id=case.id,
                saleor_order_id=case.saleor_order_id,
                text=text,
                due_at=now + NOTE_DELAY,
            )
        )


def _deed(case: Case, entry: CaseEntry) -> Deed:
    """What the audit log says of an entry: where it stands, not what it tells, for a person's words and data can be erased."""
    return Deed(
        tenant_id=case.tenant_id,
        at=entry.at,
        who=entry.who,
        actor_id=entry.actor_id,
        action=entry.event,
        subject="case",
        subject_id=case.id,
        params={"number": case.number, "status": entry.status, "entry": entry.id},
    )
