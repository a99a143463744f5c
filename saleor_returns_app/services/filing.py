"""Filing a complaint, by a shopper or for one; what is dangerous raises an alarm at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseKind, Channel
from saleor_returns_app.domain.complaints import LONGEST_WISH, OPEN_COMPLAINTS, Severity, Topic
from saleor_returns_app.domain.deadlines import Wait
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import judge_case
from saleor_returns_app.domain.policy.case_terms import case_deadlines
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint

from .attention import refresh_attention
from .context import Context
from .escalating import STAFF_LANGUAGE, mailboxes_of
from .evidence import attach_to_case
from .guards import LONGEST_TEXT, require_permission, require_role
from .history import record_entry
from .judging import judge_lines
from .linking import link_cases
from .notifications import queue_case_mail, queue_mail
from .opening import new_case
from .orders import fresh_order, lock_lane
from .policies import judge_in_force
from .waiting import follow_case

#: Of one order and mailbox that are open at once: who is unhappy with more writes into one of these.
MOST_OPEN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What somebody complains about. `about` is the number of a return of the same order, empty for none."""

    topic: Topic
    description: str
    wish: str = ""
    order_line_id: str = ""
    about: str = ""
    dangerous: bool = False


def file_complaint(
    ctx: Context,
    tenant_id: str,
    *,
    saleor_order_id: str,
    filing: Filing,
    actor: Actor,
    through: Channel,
    language: str,
    case_id: str | None = None,
    holder: str = "",
) -> str:
    """File a complaint about an order and give its case's id. Photos and videos of `holder` become its evidence.

    `case_id` is for who may ask twice: a complaint that has it already is given back as it is. Raises BadInput naming the field,
    NotFound for an order that is not the actor's, Conflict (MANY_OPEN) where enough of theirs are open.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    _check_filing(filing)
    order = fresh_order(ctx, tenant_id, saleor_order_id)
    if actor.channels is not None and order.channel_slug not in actor.channels:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    item = _item_of(order, filing)
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order.id)
        if case_id is not None and session.scalar(select(Case.id).where(Case.id == case_id)) is not None:
            return case_id
        about = _about(session, order, filing, actor)
        _check_pace(session, order, actor)
        case = new_case(ctx, session, order, through=through, language=language, kind=CaseKind.COMPLAINT)
        case.id = case_id or new_id()
        case.opened_by = actor.name if actor.who is Who.STAFF else ""
        case.lines = []
        _promise(session, case, order, filing, settings=settings, now=ctx.now())
        session.add(case)
        session.flush()
        complaint = Complaint(
            case_id=case.id,
            topic=filing.topic,
            about_id=about.id if about else None,
            order_line_id=filing.order_line_id,
            item=item[:300],
            description=filing.description.replace("\r\n", "\n").strip(),
            wish=filing.wish.replace("\r\n", "\n").strip(),
            severity=Severity.CRITICAL if filing.dangerous else Severity.NORMAL,
            dangerous=filing.dangerous,
        )
        session.add(complaint)
        if about is not None:
            link_cases(ctx, session, case, about, actor)
        session.flush()
        attach_to_case(session, holder, case.id)
        follow_case(ctx, session, case)
        detail = {"about": about.number} if about else {}
        record_entry(
            ctx, session, case, event="complain", actor=actor, public=True, detail=detail, note="complaint filed"
        )
        queue_case_mail(ctx, session, case, "complaint_received", description=complaint.description, again=False)
        if filing.dangerous:
            raise_alarm(ctx, session, case, complaint)
        return case.id


def _promise(
    session: Session, case: Case, order: Order, filing: Filing, *, settings: TenantSettings, now: datetime
) -> None:
    """How long the shop takes for it, as its policy says of the item, or of all that was bought."""
    judge = judge_in_force(session, settings, now)
    judged = judge_lines(session, order, judge=judge, settings=settings, now=now)
    about = [line.verdict for line in judged if filing.order_line_id in ("", line.order_line_id)]
    if about:
        case.terms = CaseTerms(deadlines=case_deadlines(judge_case(tuple(about)))).dump()
        case.policy_version = judge.version


def _check_filing(filing: Filing) -> None:
    if not filing.description.strip():
        raise BadInput("Please describe what happened.", code="DESCRIBE", field="description")
    if len(filing.description) > LONGEST_TEXT:
        text = "The description is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="description", most=LONGEST_TEXT)
    if len(filing.wish) > LONGEST_WISH:
        text = "This is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="wish", most=LONGEST_WISH)
    if filing.topic is Topic.ITEM and not filing.order_line_id:
        raise BadInput("Choose the item that it is about.", code="ITEM", field="item")


def _item_of(order: Order, filing: Filing) -> str:
    if not filing.order_line_id:
        return ""
    line = order.line(filing.order_line_id)
    if line is None:
        raise BadInput("This item is not part of the order.", code="UNKNOWN_LINE", field="item")
    return f"{line.product_name} · {line.variant_name}" if line.variant_name else line.product_name


def _about(session: Session, order: Order, filing: Filing, actor: Actor) -> Case | None:
    said = filing.about.strip().upper()
    if not said:
        return None
    case = session.scalar(select(Case).where(Case.number == said, Case.kind == CaseKind.RETURN))
    if case is None or case.saleor_order_id != order.id or not _is_theirs(case, actor):
        raise BadInput("This return is not one of this order. Choose one of the list.", code="ABOUT", field="about")
    return case


def _is_theirs(case: Case, actor: Actor) -> bool:
    """By their mailbox or their account; all are staff's."""
    by_account = bool(actor.id) and case.customer_id == actor.id
    return actor.who is not Who.SHOPPER or by_account or case.email == actor.name.lower()


def _check_pace(session: Session, order: Order, actor: Actor) -> None:
    if actor.who is not Who.SHOPPER:
        return
    still_open = select(func.count(Case.id)).where(
        Case.saleor_order_id == order.id,
        Case.kind == CaseKind.COMPLAINT,
        Case.status.in_([status.value for status in OPEN_COMPLAINTS]),
    )
    if (session.scalar(still_open) or 0) >= MOST_OPEN:
        text = (
            "Several complaints about this order are open already. Write into one of them, and the shop reads it there."
        )
        raise Conflict(text, code="MANY_OPEN")


def raise_alarm(ctx: Context, session: Session, case: Case, complaint: Complaint) -> None:
    """A dangerous product waits for nobody's turn: whoever is named for escalations hears of it at once, in Saleor as well."""
    refresh_attention(session, case)
    _, people = mailboxes_of(session, case, Wait.ACKNOWLEDGEMENT)
    params = {
        "number": case.number,
        "order_number": case.order_number,
        "item": complaint.item,
        "body": complaint.description,
        "case_id": case.id,
    }
    for recipient in people:
        queue_mail(
            ctx,
            session,
            kind="danger",
            recipient=recipient,
            language=STAFF_LANGUAGE,
            params=params,
            case_id=case.id,
        )
    # The order's lane tells the merchant in the Dashboard.
    ctx.jobs.advance_order(
        session, tenant_id=case.tenant_id, saleor_order_id=case.saleor_order_id, key=f"danger:{case.id}"
    )
