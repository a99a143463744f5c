"""Opening a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    CaseKind,
    CaseStatus,
    Channel,
    Reason,
    case_number,
)
from saleor_returns_app.domain.complaints import ComplaintStatus, complaint_number
from saleor_returns_app.domain.evidence import lacking_evidence
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import (
    Outcome,
    Verdict,
)
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .deciding import decide_by_rule
from .evidence import attach_to_case, count_ready
from .guards import LONGEST_TEXT, require_permission, require_role
from .history import record_entry
from .judging import Expected, JudgedLine, LineRequest, expect, judge_lines
from .notifications import queue_case_mail
from .orders import fresh_order, is_newest, lock_lane
from .policies import Judge, judge_in_force
from .waiting import follow_case

#: Reads of an order that changes while a case is opened.
_TRIES = 3
#: Kind → its first state, and how its number is written.
_BEGINNINGS: Mapping[CaseKind, tuple[str, Callable[..., str]]] = {
    CaseKind.RETURN: (CaseStatus.REQUESTED, case_number),
    CaseKind.COMPLAINT: (ComplaintStatus.SUBMITTED, complaint_number),
}


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
    judge: Judge | None = None,
    holder: str = "",
) -> str:
    """Open a return case and give its id.

    Raises BadInput for lines that cannot be used, Conflict when the policy binds (a shopper) or units were announced meanwhile.
    Staff may go beyond the policy with the reason in `override`, never beyond the units that exist.
    `holder` has added photos and videos before: they become the case's.
    `judge` takes the place of the policy in force: the law's own path brings one.
    `case_id` is for who may ask twice (a second click, a retry after a crash): a case that has it already is given back as it is.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    check_requests(lines)
    asked = _Asked(lines, actor, through, language, override, case_id, judge, holder)
    for _ in range(_TRIES):
        opened = _open(ctx, tenant_id, asked, fresh_order(ctx, tenant_id, saleor_order_id))
        if opened is not None:
            return opened
    raise Conflict("The order is changing at this moment. Please try again.", code="ORDER_CHANGING")


@dataclass(frozen=True, slots=True)
class _Asked:
    lines: Sequence[LineRequest]
    actor: Actor
    through: Channel
    language: str
    override: str
    case_id: str | None
    judge: Judge | None
    holder: str


def _open(ctx: Context, tenant_id: str, asked: _Asked, order: Order) -> str | None:
    """None when what was read of the order is not the newest any more: a return that was recorded since would count as not made."""
    actor, lines = asked.actor, asked.lines
    if actor.channels is not None and order.channel_slug not in actor.channels:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order.id)
        if asked.case_id is not None and session.scalar(select(Case.id).where(Case.id == asked.case_id)) is not None:
            return asked.case_id
        if not is_newest(session, order):
            return None
        judge = asked.judge or judge_in_force(session, settings, ctx.now())
        judged = judge_lines(session, order, judge=judge, settings=settings, now=ctx.now(), asked=lines)
        verdicts = {line.order_line_id: line for line in judged}
        for position, request in enumerate(lines):
            _check_line(verdicts.get(request.order_line_id), request, position, actor, asked.override)
        expected = expect(session, order, judged, settings=settings, asked=lines)
        _check_evidence(session, expected, asked)
        case = new_case(ctx, session, order, through=asked.through, language=asked.language)
        case.id = asked.case_id or new_id()
        case.expected_minor = expected.quote.total.minor
        case.policy_version = judge.version
        case.terms = expected.terms.dump()
        case.is_withdrawal = expected.terms.statutory
        case.opened_by = actor.name if actor.who is Who.STAFF else ""
        case.lines = [
            _new_line(order, request, verdicts[request.order_line_id].verdict, position)
            for position, request in enumerate(lines)
        ]
        session.add(case)
        session.flush()
        attach_to_case(session, asked.holder, case.id)
        follow_case(ctx, session, case)
        detail: dict[str, Any] = {"override": asked.override} if asked.override else {}
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
        decide_by_rule(ctx, session, case, expected, settings=settings, actor=actor)
        if case.status == CaseStatus.REQUESTED:  # else a mail says already what was decided
            queue_case_mail(ctx, session, case, "requested", is_withdrawal=case.is_withdrawal)
        return case.id


def _check_evidence(session: Session, expected: Expected, asked: _Asked) -> None:
    """What the policy demands of shoppers; staff who open a case ask for it later, where they need it."""
    if asked.actor.who is not Who.SHOPPER or expected.verdict is None:
        return
    terms = expected.verdict.terms
    ready = count_ready(session, holder=asked.holder) if asked.holder else {}
    lacking = lacking_evidence(photos=terms.photos, video=terms.video, ready=ready)
    if lacking is not None:
        raise Conflict(lacking.text, code=lacking.code, field="evidence", **lacking.params)


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
    if actor.who is Who.SHOPPER and request.resolution not in judged.verdict.resolutions:
        text = "This is not offered for this item. Choose one of the offered ways."
        raise Conflict(text, code="RESOLUTION", field=f"{at}.resolution")


def new_case(
    ctx: Context, session: Session, order: Order, *, through: Channel, language: str, kind: CaseKind = CaseKind.RETURN
) -> Case:
    """A case of an order with the next number of the shop, in the first state of its kind; not in the session yet."""
    now = ctx.now()
    # The row lock of the tenant makes the numbers gapless: a rolled back case gives its number back.
    sequence = session.execute(
        update(Tenant)
        .where(Tenant.id == session.info["tenant_id"])
        .values(last_case=Tenant.last_case + 1)
        .returning(Tenant.last_case)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    status, number = _BEGINNINGS[kind]
    return Case(
        kind=kind,
        sequence=sequence,
        number=number(year=now.year, sequence=sequence),
        status=status,
        saleor_order_id=order.id,
        order_number=order.number,
        channel_slug=order.channel_slug,
        currency=order.currency,
        email=order.email.lower(),
        customer_id=order.customer_id,
        customer_name=order.customer_name[:300],
        language=language,
        opened_through=through,
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
        condition=request.condition or "",
        verdict={
            "outcome": verdict.outcome,
            "policy": verdict.policy,
            "because": [asdict(because) for because in verdict.because],
            "spoke": [{"rule": each.rule_id, "name": each.rule_name, "action": each.action} for each in verdict.spoke],
        },
    )
