"""A second chance: evidence that came too late for its deadline, but while the return could still be asked for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.deadlines import Wait
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.deadlines import DeadlineRow

from .context import Context
from .guards import check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .judging import LineRequest, judge_lines
from .notifications import queue_case_mail
from .orders import fresh_order, lock_lane
from .policies import judge_in_force


def reopen_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Take an expired case up again, for review. Only one that waited for evidence, and only while its items could be asked for
    anew: raises Conflict with the reason where the window is over or the units are announced elsewhere. Staff may go beyond the
    window, never beyond the units."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        if case.status == CaseStatus.EXPIRED and not waited_for_evidence(session, case):
            text = "The items were not sent in time. Please ask for a new return, if the time for it lasts."
            raise Conflict(text, code="EXPIRED_GOODS")
        asked = [
            LineRequest(order_line_id=line.order_line_id, quantity=line.quantity, reason=line.reason)  # type: ignore[arg-type]
            for line in case.lines
        ]
        judge = judge_in_force(session, settings, ctx.now())
        judged = judge_lines(session, order, judge=judge, settings=settings, now=ctx.now(), asked=asked)
        by_line = {line.order_line_id: line for line in judged}
        for request in asked:
            line = by_line.get(request.order_line_id)
            if line is None or line.returnable < request.quantity:
                raise Conflict("These items were returned or announced in the meantime.", code="TOO_MANY_UNITS")
            if actor.who is not Who.STAFF and line.verdict.outcome is Outcome.INELIGIBLE:
                because = line.verdict.because[0]
                raise Conflict(because.text, code=because.code, field=None, **because.params)
        move_case(ctx, case, CaseEvent.REOPEN, actor)
        record_entry(ctx, session, case, event="reopen", actor=actor, public=True, note="return reopened")
        queue_case_mail(ctx, session, case, "requested")


def waited_for_evidence(session: Session, case: Case) -> bool:
    """Whether it was evidence that did not come in time."""
    last = session.scalar(
        select(DeadlineRow.waits_for)
        .where(DeadlineRow.case_id == case.id, DeadlineRow.state == "passed", DeadlineRow.outcome == "expired")
        .order_by(DeadlineRow.id.desc())
        .limit(1)
    )
    return last == Wait.EVIDENCE
