"""Deciding on a case: approve, reject, cancel, close, conclude."""

from __future__ import annotations

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    CaseEvent,
)
from saleor_returns_app.errors import BadInput, Conflict

from .context import Context
from .guards import LONGEST_TEXT, check_version, require_permission
from .history import load_case, move_case, record_entry
from .notifications import queue_case_mail


def approve_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    message: str = "",
    version: int | None = None,
) -> None:
    """Approve: the shopper is told where to send the goods."""
    require_permission(actor, "MANAGE_ORDERS")
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.APPROVE, actor)
        case.return_address = settings.return_address
        detail = {"message": message.strip()[:LONGEST_TEXT]} if message.strip() else {}
        record_entry(
            ctx,
            session,
            case,
            event="approve",
            actor=actor,
            public=True,
            detail=detail,
            note="return approved",
        )
        queue_case_mail(ctx, session, case, "approved", message=message.strip()[:LONGEST_TEXT])


def reject_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    reason: str,
    version: int | None = None,
) -> None:
    """Reject, with a reason that the shopper reads."""
    require_permission(actor, "MANAGE_ORDERS")
    said = reason.strip()
    if not said:
        raise BadInput("Write the reason: the shopper reads it.", code="REASON", field="reason")
    if len(said) > LONGEST_TEXT:
        text = "The reason is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="reason", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.REJECT, actor)
        case.rejection = said
        record_entry(
            ctx,
            session,
            case,
            event="reject",
            actor=actor,
            public=True,
            detail={"reason": said},
            note="return rejected",
        )
        queue_case_mail(ctx, session, case, "rejected", reason=said)


def cancel_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Withdraw the request. The units can be announced again."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.CANCEL, actor)
        record_entry(
            ctx,
            session,
            case,
            event="cancel",
            actor=actor,
            public=True,
            note="return cancelled",
        )


def close_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.CLOSE, actor)
        record_entry(ctx, session, case, event="close", actor=actor, public=True)


def conclude_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Nothing was accepted, so nothing is owed: the case is resolved without a refund."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        if any(line.accepted for line in case.lines):
            raise Conflict(
                "Items were accepted: their refund has to be approved.",
                code="REFUND_OWED",
            )
        move_case(ctx, case, CaseEvent.CONCLUDE, actor)
        record_entry(
            ctx,
            session,
            case,
            event="conclude",
            actor=actor,
            public=True,
            note="return resolved without refund",
        )
