"""Disputes: a shopper objects to how a case was decided; the shop upholds that decision or takes the case up again.

What was paid stays paid. When a case is taken up again, the units that were refunded are kept apart on its lines as settled, and
what had gone back to the shopper counts as not received: so quote and receipts begin where the first round left off.
"""

from __future__ import annotations

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    RETURN_CASE,
    Acceptance,
    CaseEvent,
    CaseStatus,
    Resolution,
)
from saleor_returns_app.domain.repairs import is_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.cases import Case

from .context import Context
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .impartial import check_impartial, who_worked_on
from .judging import LineRequest, judge_lines
from .messages import tell_staff
from .notifications import queue_case_mail
from .orders import lock_lane, mirrored_order
from .policies import judge_in_force
from .return_methods import charge_postage
from .rounds import begin_again
from .surveys import ask_opinion


def dispute_case(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str, version: int | None = None
) -> None:
    """Object to a rejection or to how the case was settled. Raises BadInput without a reason, MoveRefused where nothing can be
    disputed any more, Conflict where the items of a rejected case are part of another one by now."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = _said(reason, missing="Write what you disagree with: the shop reads it.")
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        RETURN_CASE.move(CaseStatus(case.status), CaseEvent.DISPUTE, actor.who)
        if case.merged_into:
            raise Conflict("This return goes on in another one. Write there.", code="MERGED")
        if case.status == CaseStatus.REJECTED:
            judge = judge_in_force(session, settings, ctx.now())
            asked = [
                LineRequest(order_line_id=line.order_line_id, quantity=line.quantity, reason=line.reason)  # type: ignore[arg-type]
                for line in case.lines
            ]
            order = mirrored_order(session, order_id)
            judged = judge_lines(session, order, judge=judge, settings=settings, now=ctx.now(), asked=asked)
            free = {line.order_line_id: line.returnable for line in judged}
            if any(free.get(request.order_line_id, 0) < request.quantity for request in asked):
                raise Conflict("These items were returned or announced in the meantime.", code="TOO_MANY_UNITS")
        move_case(ctx, case, CaseEvent.DISPUTE, actor)
        case.unread = True
        record_entry(
            ctx,
            session,
            case,
            event="dispute",
            actor=actor,
            public=True,
            detail={"message": said},
            note="decision disputed",
        )
        queue_case_mail(ctx, session, case, "dispute_received", message=said)
        tell_staff(ctx, session, case, said)


def uphold_decision(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str, version: int | None = None
) -> None:
    """The decision stays, for a reason that the shopper reads; the case is closed.

    Raises Conflict (NAMED) for who worked on the case, where the shop has somebody else to decide.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.ARBITRATE)
    said = _said(reason, missing="Write the reason: the shopper reads it.")
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        check_impartial(session, case, who_worked_on(session, case.id), actor.id)
        move_case(ctx, case, CaseEvent.UPHOLD, actor)
        record_entry(
            ctx,
            session,
            case,
            event="uphold",
            actor=actor,
            public=True,
            detail={"message": said},
            note="decision upheld",
        )
        queue_case_mail(ctx, session, case, "dispute_upheld", reason=said)
        ask_opinion(ctx, session, case)


def overturn_decision(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str = "", version: int | None = None
) -> None:
    """The shopper is right: the case goes back to review. What was paid stays paid and is not paid again.

    Raises Conflict where a replacement, store credit or voucher was given: what is wrong with that is a return of its own.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.ARBITRATE)
    said = reason.strip()
    if len(said) > LONGEST_TEXT:
        raise BadInput(
            "The reason is too long: at most %(most)s characters.", code="TOO_LONG", field="reason", most=LONGEST_TEXT
        )
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)  # before the case, as the jobs do
        case = load_return(session, case_id, actor)
        check_version(case, version)
        RETURN_CASE.move(CaseStatus(case.status), CaseEvent.OVERTURN, actor.who)
        check_impartial(session, case, who_worked_on(session, case.id), actor.id)
        terms = CaseTerms.load(case.terms or {})
        if _given_otherwise(case, terms):
            text = (
                "Something else than money was given, and it stays given. Open a new return for what is wrong with it, "
                "and uphold this decision."
            )
            raise Conflict(text, code="GIVEN_OTHERWISE")
        begin_again(ctx, session, case, actor)
        if terms.agreed_by_offer is not None:
            # What was agreed on is done with: else an agreed sum would be owed a second time.
            terms = terms.but(
                resolution=Resolution.REFUND, keeps_item=False, amount=None, agreed_by_offer=None, detail={}, pieces=()
            )
            case.terms = terms.dump()
        charge_postage(session, case)
        case.rejection, case.decided_by, case.first_approval = "", "", {}
        move_case(ctx, case, CaseEvent.OVERTURN, actor)
        detail = {"message": said} if said else {}
        record_entry(
            ctx,
            session,
            case,
            event="overturn",
            actor=actor,
            public=True,
            detail=detail,
            note="dispute decided for the shopper",
        )
        queue_case_mail(ctx, session, case, "dispute_overturned", reason=said)


def _given_otherwise(case: Case, terms: CaseTerms) -> bool:
    was_settled = any(line.acceptance != Acceptance.UNDECIDED for line in case.lines) and any(
        line.accepted for line in case.lines
    )
    by_other_means = bool(terms.pieces) or (not terms.in_money and not is_repair(terms))
    # What was agreed on in a case that was rejected in the end was not given.
    return was_settled and by_other_means and not case.rejection


def _said(text: str, *, missing: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(missing, code="REASON", field="reason")
    if len(said) > LONGEST_TEXT:
        message = "The reason is too long: at most %(most)s characters."
        raise BadInput(message, code="TOO_LONG", field="reason", most=LONGEST_TEXT)
    return said
