"""Asking for evidence, and giving it."""

from __future__ import annotations

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.evidence import TAKES_MORE, EvidenceKind
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict

from .context import Context
from .evidence import attach_to_case, drop_repeated, held_by
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_case, move_case, record_entry
from .notifications import queue_case_mail


def ask_for_evidence(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, message: str, version: int | None = None
) -> None:
    """The shopper is told by mail what to show; the case waits for them."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = message.strip()
    if not said:
        raise BadInput("Write what you need to see: the shopper reads it.", code="MESSAGE", field="message")
    if len(said) > LONGEST_TEXT:
        text = "The message is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="message", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.ASK_EVIDENCE, actor)
        record_entry(
            ctx,
            session,
            case,
            event="ask_evidence",
            actor=actor,
            public=True,
            detail={"message": said},
            note="photos or a video asked for",
        )
        queue_case_mail(ctx, session, case, "evidence_wanted", message=said)


def provide_evidence(
    ctx: Context, tenant_id: str, case_id: str, *, holder: str, actor: Actor, internal: bool = False
) -> None:
    """What the holder added is given to the case; one that waited for it goes back to review.

    `internal` files are for staff only and answer nothing. Raises BadInput when nothing was added, Conflict when the shopper adds
    to a case on which nobody decides any more.
    """
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        rows = held_by(session, holder)
        if not rows:
            raise BadInput("Add at least one photo or video first.", code="NO_EVIDENCE", field="files")
        if actor.who is not Who.STAFF and case.status not in TAKES_MORE:
            text = "Photos and videos can only be added while the shop decides on the return."
            raise Conflict(text, code="NOT_WANTED")
        if case.status != CaseStatus.AWAITING_EVIDENCE:
            rows = drop_repeated(ctx, session, rows, case.id, internal=internal)
            if not rows:
                return  # a second click
        for row in rows:
            row.internal = internal
        given = attach_to_case(session, holder, case.id)
        if case.status == CaseStatus.AWAITING_EVIDENCE and not internal:
            move_case(ctx, case, CaseEvent.PROVIDE_EVIDENCE, actor)
        detail = {"photos": given[EvidenceKind.PHOTO], "videos": given[EvidenceKind.VIDEO], "internal": internal}
        record_entry(ctx, session, case, event="provide_evidence", actor=actor, public=not internal, detail=detail)
