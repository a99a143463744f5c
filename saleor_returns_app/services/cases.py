"""Opening a case and deciding on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    RELEASED,
    Acceptance,
    CaseEvent,
    CaseStatus,
    Channel,
    Reason,
    Resolution,
    case_number,
)
from saleor_returns_app.domain.deadlines import next_deadline
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.policy import (
    LineFacts,
    Outcome,
    Policy,
    Verdict,
    WindowPolicy,
    fulfilled_at,
)
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.returns import returnable_units
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .history import load_case, move_case, record_entry
from .notifications import queue_case_mail
from .orders import fresh_order, lock_lane
from .quotes import quote_units

LONGEST_TEXT = 4000  # characters of a description or reason people type


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """What is asked for one order line."""

    order_line_id: str
    quantity: int
    reason: Reason
    description: str = ""
    resolution: Resolution = Resolution.REFUND


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    order_line_id: str
    returnable: int
    verdict: Verdict


def policy_of(settings: TenantSettings) -> Policy:
    """The policy in force. The engine takes this place; callers know only `Policy`."""
    return WindowPolicy(window_days=settings.window_days)


def announced_units(session: Session, saleor_order_id: str) -> Counter[str]:
    """Units per order line that cases hold: announced, or after inspection accepted, until Saleor has the return on record."""
    rows = session.execute(
        select(
            ReturnLine.order_line_id,
            ReturnLine.quantity,
            ReturnLine.acceptance,
            ReturnLine.accepted,
        )
        .join(Case, Case.id == ReturnLine.case_id)
        .where(
            Case.saleor_order_id == saleor_order_id,
            Case.status.not_in([status.value for status in RELEASED]),
            Case.return_recorded.is_(False),
        )
    )
    held: Counter[str] = Counter()
    for line_id, quantity, acceptance, accepted in rows:
        held[line_id] += quantity if acceptance == Acceptance.UNDECIDED else accepted
    return held


def judge_lines(
    order: Order,
    *,
    policy: Policy,
    now: datetime,
    announced: Mapping[str, int],
    asked: Sequence[LineRequest] = (),
) -> list[JudgedLine]:
    """The policy's verdict on every line of an order, for what is asked of it or, where nothing is, for one unit."""
    returnable = returnable_units(order, announced)
    returned = order.quantities(RETURNED)
    by_line = {request.order_line_id: request for request in asked}
    judged = []
    for line in order.lines:
        request = by_line.get(line.id)
        facts = LineFacts(
            line=line,
            quantity=request.quantity if request else min(1, returnable[line.id]),
            returnable=returnable[line.id],
            returned=returned[line.id],
            fulfilled_at=fulfilled_at(order, line.id),
            reason=request.reason if request else None,
            now=now,
        )
        judged.append(
            JudgedLine(
                order_line_id=line.id,
                returnable=returnable[line.id],
                verdict=policy.judge(facts),
            )
        )
    return judged


def judge_order(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest] = ()) -> list[JudgedLine]:
    """What of this order may be returned now, and why not the rest."""
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        announced = announced_units(session, order.id)
    return judge_lines(
        order,
        policy=policy_of(settings),
        now=ctx.now(),
        announced=announced,
        asked=asked,
    )


def expected_refund(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest]) -> Quote:
    """The quote for what is asked, if all of it arrives and is accepted."""
    settings = ctx.tenant_settings(tenant_id)
    wanted = {request.order_line_id: request.quantity for request in asked}
    with ctx.db.tenant(tenant_id) as session:
        return quote_units(session, order, wanted=wanted, settings=settings)


def open_case(
    ctx: Context,
    tenant_id: str,
    *,
    saleor_order_id: str,
    lines: Sequence[LineRequest],
    actor: Actor,
    through: Channel,
    language: str,
    override: str = "",
    case_id: str | None = None,
) -> str:
    """Open a return case and give its id.

    Raises BadInput for lines that cannot be used, Conflict when the policy binds (a shopper) or units were announced meanwhile.
    Staff may go beyond the policy with the reason in `override`, never beyond the units that exist.
    `case_id` is for who may ask twice (a second click, a retry after a crash): a case that has it already is given back as it is.
    """
    require_permission(actor, "MANAGE_ORDERS")
    check_requests(lines)
    order = fresh_order(ctx, tenant_id, saleor_order_id)
    if actor.channels is not None and order.channel_slug not in actor.channels:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, saleor_order_id)
        if case_id is not None and session.scalar(select(Case.id).where(Case.id == case_id)) is not None:
            return case_id
        judged = judge_lines(
            order,
            policy=policy_of(settings),
            now=ctx.now(),
            announced=announced_units(session, saleor_order_id),
            asked=lines,
        )
        verdicts = {line.order_line_id: line for line in judged}
        for position, request in enumerate(lines):
            _check_line(verdicts.get(request.order_line_id), request, position, actor, override)
        wanted = {request.order_line_id: request.quantity for request in lines}
        quote = quote_units(session, order, wanted=wanted, settings=settings)
        case = _new_case(ctx, session, order, through=through, language=language)
        case.id = case_id or new_id()
        case.expected_minor = quote.total.minor
        case.lines = [
            _new_line(order, request, verdicts[request.order_line_id].verdict, position)
            for position, request in enumerate(lines)
        ]
        session.add(case)
        session.flush()
        detail: dict[str, Any] = {"override": override} if override else {}
        record_entry(
            ctx,
            session,
            case,
            event="request",
            actor=actor,
            public=True,
            detail=detail,
            note="return requested",
        )
        queue_case_mail(ctx, session, case, "requested")
        return case.id


def check_requests(lines: Sequence[LineRequest]) -> None:
    if not lines:
        raise BadInput(
            "Choose at least one item and how many of it.",
            code="NO_LINES",
            field="lines",
        )
    if len(lines) > 200:
        raise BadInput(
            "At most 200 lines fit into one case. Please open a second one.",
            code="TOO_MANY_LINES",
        )
    seen: set[str] = set()
    for index, request in enumerate(lines):
        at = f"lines.{index}"
        if request.quantity < 1:
            raise BadInput(
                "The quantity must be at least 1.",
                code="QUANTITY",
                field=f"{at}.quantity",
            )
        if request.order_line_id in seen:
            raise BadInput(
                "An item is listed twice. Put its whole quantity on one line.",
                code="LINE_TWICE",
                field=at,
            )
        seen.add(request.order_line_id)
        if len(request.description) > LONGEST_TEXT:
            text = "The description is too long: at most %(most)s characters."
            raise BadInput(text, code="TOO_LONG", field=f"{at}.description", most=LONGEST_TEXT)
        if request.reason is Reason.OTHER and not request.description.strip():
            text = "Please describe in a few words what is wrong."
            raise BadInput(text, code="DESCRIBE", field=f"{at}.description")
        if request.resolution is not Resolution.REFUND:
            text = "Only a refund can be chosen at the moment."
            raise BadInput(text, code="RESOLUTION", field=f"{at}.resolution")


def _check_line(
    judged: JudgedLine | None,
    request: LineRequest,
    position: int,
    actor: Actor,
    override: str,
) -> None:
    at = f"lines.{position}"
    if judged is None:
        raise BadInput(
            "This item is not part of the order.",
            code="UNKNOWN_LINE",
            field=f"{at}.order_line_id",
        )
    if request.quantity > judged.returnable:
        text = "At most %(most)s of this item can be returned now."
        raise Conflict(text, code="TOO_MANY_UNITS", field=f"{at}.quantity", most=judged.returnable)
    if judged.verdict.outcome is Outcome.INELIGIBLE and not (actor.who is Who.STAFF and override.strip()):
        because = judged.verdict.because[0]
        raise Conflict(because.text, code=because.code, field=at, **because.params)


def _new_case(ctx: Context, session: Session, order: Order, *, through: Channel, language: str) -> Case:
    now = ctx.now()
    # The row lock of the tenant makes the numbers gapless: a rolled back case gives its number back.
    sequence = session.execute(
        update(Tenant)
        .where(Tenant.id == session.info["tenant_id"])
        .values(last_case=Tenant.last_case + 1)
        .returning(Tenant.last_case)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    deadline = next_deadline(CaseStatus.REQUESTED, now)
    return Case(
        sequence=sequence,
        number=case_number(year=now.year, sequence=sequence),
        status=CaseStatus.REQUESTED,
        saleor_order_id=order.id,
        order_number=order.number,
        channel_slug=order.channel_slug,
        currency=order.currency,
        email=order.email.lower(),
        customer_id=order.customer_id,
        customer_name=order.customer_name,
        language=language,
        opened_through=through,
        due_at=deadline.due if deadline else None,
        due_by=deadline.owner if deadline else "",
        created_at=now,
        updated_at=now,
    )


def _new_line(order: Order, request: LineRequest, verdict: Verdict, position: int) -> ReturnLine:
    line = next(line for line in order.lines if line.id == request.order_line_id)
    return ReturnLine(
        position=position,
        order_line_id=line.id,
        sku=line.sku or "",
        product_name=line.product_name[:300],
        variant_name=line.variant_name[:300],
        image_url=line.image_url or "",
        quantity=request.quantity,
        reason=request.reason,
        description=request.description.strip(),
        resolution=request.resolution,
        verdict={
            "outcome": verdict.outcome,
            "policy": verdict.policy,
            "because": [asdict(because) for because in verdict.because],
        },
    )


def require_permission(actor: Actor, permission: str) -> None:
    """Staff need the Saleor permission themselves: the app's own token could do more than they may."""
    if actor.who is Who.STAFF and permission not in actor.permissions:
        text = "You need the permission %(permission)s for this. Ask an administrator of the shop."
        raise Forbidden(text, code="PERMISSION", permission=permission)


def check_version(case: Case, seen: int | None) -> None:
    """The person acts on what they saw: a case that moved on since is a conflict that names the new state."""
    if seen is not None and case.version != seen:
        raise Conflict(
            "Someone else changed this case in the meantime: it is now %(state)s. Look again and decide.",
            code="STALE",
            state=case.status.replace("_", " "),
        )


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
