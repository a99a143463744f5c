"""Disputes: a shopper objects to how a case was decided; the shop upholds that decision or takes the case up again.

What was paid stays paid. When a case is taken up again, the units that were refunded are kept apart on its lines as settled, and
what had gone back to the shopper counts as not received: so quote and receipts begin where the first round left off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    LINE_ACCEPTANCE,
    LINE_RECEPTION,
    RETURN_CASE,
    Acceptance,
    AcceptanceEvent,
    CaseEvent,
    CaseStatus,
    Reception,
    ReceptionEvent,
    Resolution,
)
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.repairs import is_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.refunds import Refund

from .context import Context
from .goods_owed import goods_sent
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_case, move_case, record_entry
from .inspection import holding_findings
from .judging import LineRequest, judge_lines
from .messages import tell_staff
from .notifications import queue_case_mail
from .orders import lock_lane, mirrored_order
from .policies import judge_in_force
from .return_methods import charge_postage


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
        order_id = load_case(session, case_id, actor).saleor_order_id
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_case(session, case_id, actor)
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
    """The decision stays, for a reason that the shopper reads; the case is closed."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = _said(reason, missing="Write the reason: the shopper reads it.")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
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


def overturn_decision(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, reason: str = "", version: int | None = None
) -> None:
    """The shopper is right: the case goes back to review. What was paid stays paid and is not paid again.

    Raises Conflict where a replacement, store credit or voucher was given: what is wrong with that is a return of its own.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = reason.strip()
    if len(said) > LONGEST_TEXT:
        raise BadInput(
            "The reason is too long: at most %(most)s characters.", code="TOO_LONG", field="reason", most=LONGEST_TEXT
        )
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_case(session, case_id, actor).saleor_order_id
        lock_lane(session, order_id)
        case = load_case(session, case_id, actor)
        check_version(case, version)
        RETURN_CASE.move(CaseStatus(case.status), CaseEvent.OVERTURN, actor.who)
        terms = CaseTerms.load(case.terms or {})
        if _given_otherwise(case, terms):
            text = (
                "Something else than money was given, and it stays given. Open a new return for what is wrong with it, "
                "and uphold this decision."
            )
            raise Conflict(text, code="GIVEN_OTHERWISE")
        _begin_again(ctx, session, case, actor)
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
    return was_settled and by_other_means


def _begin_again(ctx: Context, session: Session, case: Case, actor: Actor) -> None:
    """Keep apart what the first round settled, and what of the goods is with the shopper again."""
    paid: Counter[str] = Counter()
    for refund in session.scalars(
        select(Refund).where(
            Refund.case_id == case.id, Refund.status.in_([RefundStatus.SUCCEEDED, RefundStatus.RECORDED])
        )
    ):
        paid.update({line_id: int(quantity) for line_id, quantity in refund.units.items()})
    gone, refused = goods_sent(session, case), goods_sent(session, case, repaired=False)
    findings = holding_findings(session, case)
    for line in case.lines:
        repaired = gone.get(line.id, 0) - refused.get(line.id, 0)
        mine = [finding for finding in findings if finding.line_id == line.id]
        _take_out(ctx, session, [item for item in mine if not item.accepted], refused.get(line.id, 0))
        # What is on the shelf was not what was repaired.
        accepted = sorted(
            (item for item in mine if item.accepted), key=lambda item: item.disposition == Disposition.RESTOCK
        )
        _take_out(ctx, session, accepted, repaired)
        line.received = max(line.received - gone.get(line.id, 0), 0)
        line.accepted = max(line.accepted - repaired, 0)
        line.settled = min(paid[line.order_line_id], line.accepted)
        if gone.get(line.id) and not line.received:
            _announce_again(line, actor)
    session.flush()
    case.begun_again_at = ctx.now()


def _announce_again(line: ReturnLine, actor: Actor) -> None:
    line.reception = LINE_RECEPTION.move(Reception(line.reception), ReceptionEvent.BEGIN_AGAIN, actor.who)
    line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), AcceptanceEvent.BEGIN_AGAIN, actor.who)
    line.refusal = ""


def _take_out(ctx: Context, session: Session, findings: Sequence[Finding], count: int) -> None:
    """Units that went back are no finding any more: the next parcel brings new ones. What is left of a finding stays."""
    for finding in findings:
        taken = min(finding.quantity, count)
        if not taken:
            return
        finding.replaced_at = ctx.now()
        count -= taken
        if taken < finding.quantity:
            session.add(
                Finding(
                    id=new_id(),
                    case_id=finding.case_id,
                    line_id=finding.line_id,
                    quantity=finding.quantity - taken,
                    grade=finding.grade,
                    accepted=finding.accepted,
                    disposition=finding.disposition,
                    reason=finding.reason,
                    found_by=finding.found_by,
                    at=finding.at,
                    stocked=finding.stocked,
                )
            )


def _said(text: str, *, missing: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(missing, code="REASON", field="reason")
    if len(said) > LONGEST_TEXT:
        message = "The reason is too long: at most %(most)s characters."
        raise BadInput(message, code="TOO_LONG", field="reason", most=LONGEST_TEXT)
    return said
