"""What people do with refunds: approve a quote, retry, record what was paid outside, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseEvent
from saleor_returns_app.domain.effects import EffectKind
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.refunds import (
    SETTLED,
    RefundEvent,
    RefundStatus,
    marker,
)
from saleor_returns_app.domain.repairs import is_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenders import BY_ITSELF, RefundWay
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.refunds import QuoteRow, Refund, RefundAttempt

from .approvals import check_accepted, waits_for_second_person
from .attention import raise_concern, refresh_attention
from .context import Context
from .exchanges import check_replaced
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .issued_codes import plan_code
from .mending import units_to_mend
from .orders import fresh_order, lock_lane
from .quotes import QUOTE, quote_case
from .repairs import open_repair
from .settling import move_refund, settle_case
from .standing_payouts import check_no_payout
from .waiting import follow_case

#: A sweep looks after an approved refund this late, should its job have been lost.
SAFETY_NET = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What an approval did. Not `complete`: it was the first of two, and nothing is paid before the second."""

    total: Money
    complete: bool


def current_quote(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor) -> Quote:
    """What a case's refund is worth now, from a fresh read of the order."""
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
    order = fresh_order(ctx, tenant_id, case.saleor_order_id)
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        return quote_case(session, load_return(session, case_id, actor), order, settings)


def approve_refund(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    fingerprint: str,
    version: int | None = None,
    order: Order | None = None,
) -> Approval:
    """Approve the quote that was read: one refund per payment is planned, jobs pay them.

    Above the limit of the case's terms the first approval only counts as such: a second person approves the same quote.
    `fingerprint` is that of the quote the person saw. Raises Conflict when the quote is another by now: it has to be read again.
    `order` is a read of just now, where whoever calls has made one: inside a transaction nothing is read from Saleor.
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = order or fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        quote = quote_case(session, case, order, settings)
        if quote.fingerprint != fingerprint:
            raise Conflict(
                "The refund changed to %(total)s since you saw it. Read it again before you approve.",
                code="QUOTE_CHANGED",
                total=str(quote.total),
            )
        begins_repair = bool(units_to_mend(case)) and not is_repair(CaseTerms.load(case.terms or {}))
        if not quote.total and not begins_repair:
            raise Conflict(
                "There is nothing to refund. Resolve the case without a refund.",
                code="NOTHING_DUE",
            )
        if waits_for_second_person(ctx, session, case, worth=quote.total, fingerprint=quote.fingerprint, actor=actor):
            return Approval(total=quote.total, complete=False)
        check_replaced(session, case, quote)
        move_case(ctx, case, CaseEvent.RESOLVE, actor)
        check_accepted(case)
        refunds = _plan_refunds(ctx, session, case, quote, actor)
        case.first_approval = {}  # it was for this payment
        record_entry(
            ctx,
            session,
            case,
            event="approve_refund",
            actor=actor,
            public=True,
            detail={
                "total": str(quote.total),
                "ways": [refund.label for refund in refunds],
            },
            note=f"refund of {quote.total} approved",
        )
        for refund in refunds:
            if refund.status == RefundStatus.PROPOSED:
                raise_concern(session, case, refund, "PAY_BY_HAND")
        follow_case(ctx, session, case)
        open_repair(ctx, session, case, actor)
        if refunds:
            _let_pay(ctx, session, case, key=f"pay:{refunds[0].id}")
        return Approval(total=quote.total, complete=True)


def _plan_refunds(ctx: Context, session: Session, case: Case, quote: Quote, actor: Actor) -> list[Refund]:
    now = ctx.now()
    stored = QuoteRow(
        id=new_id(),
        case_id=case.id,
        fingerprint=quote.fingerprint,
        total_minor=quote.total.minor,
        currency=quote.currency,
        data=QUOTE.dump_python(quote, mode="json"),
        created_at=now,
        created_by=actor.name,
    )
    session.add(stored)
    session.flush()
    last = session.scalar(select(func.max(Refund.number)).where(Refund.case_id == case.id)) or 0
    planned = []
    for offset, tender in enumerate(quote.tenders):
        number = last + 1 + offset
        refund = Refund(
            id=new_id(),
            case_id=case.id,
            quote_id=stored.id,
            number=number,
            saleor_order_id=case.saleor_order_id,
            way=tender.way,
            label=tender.label[:300],
            transaction_id=tender.transaction_id,
            reference=tender.reference[:300],
            status=RefundStatus.PROPOSED,
            amount_minor=tender.amount.minor,
            currency=quote.currency,
            # Saleor lets lines and shipping fit on one grant only: the first carries them.
            units=quote.units() if offset == 0 else {},
            includes_shipping=quote.includes_shipping and offset == 0,
            marker=marker(case_number=case.number, refund_number=number),
            created_at=now,
        )
        if tender.way in BY_ITSELF:
            move_refund(ctx, refund, RefundEvent.APPROVE, actor)
            refund.approved_by, refund.approved_at = actor.name, now
            # A gift card is a step of its own, which looks after itself.
            refund.check_at = now + SAFETY_NET if tender.way is not RefundWay.GIFT_CARD else None
        session.add(refund)
        planned.append(refund)
    session.flush()
    for refund in planned:
        if refund.way == RefundWay.GIFT_CARD:
            plan_code(ctx, session, case, kind=EffectKind.GIFT_CARD, worth=refund.amount, refund=refund)
    return planned


def _let_pay(ctx: Context, session: Session, case: Case, *, key: str) -> None:
    ctx.jobs.advance_order(
        session,
        tenant_id=session.info["tenant_id"],
        saleor_order_id=case.saleor_order_id,
        key=key,
    )


def _load(session: Session, refund_id: str, actor: Actor) -> tuple[Case, Refund]:
    found = session.get(Refund, refund_id)
    if found is None:
        raise NotFound(
            "This refund does not exist, or it is not yours to see.",
            code="UNKNOWN_REFUND",
        )
    lock_lane(session, found.saleor_order_id)
    case = load_return(session, found.case_id, actor)
    refund = session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
    return case, refund


def retry_refund(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Request a failed refund again, on the same grant. Raises BadInput for an unclear one: that takes `vouch_unsent`."""
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        if refund.status == RefundStatus.UNCLEAR:
            text = "Look at the payment provider first, then confirm that no money moved."
            raise BadInput(text, code="NOT_VOUCHED")
        _try_again(ctx, session, case, refund, actor)


def vouch_unsent(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """A person looked at the provider and says that no money moved: an unclear refund is requested again, in their name.

    Raises Conflict while the last request may still be running.
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        if _still_running(ctx, session, refund):
            raise Conflict(
                "The last request may still be running. Wait a minute, then look again.",
                code="RUNNING",
            )
        _try_again(ctx, session, case, refund, actor)


def _try_again(ctx: Context, session: Session, case: Case, refund: Refund, actor: Actor) -> None:
    check_no_payout(session, refund)
    unclear = refund.status == RefundStatus.UNCLEAR
    move_refund(ctx, refund, RefundEvent.RETRY, actor)
    _decide_open_attempts(session, refund)
    refund.check_at, refund.checks = ctx.now() + SAFETY_NET, 0
    refresh_attention(session, case)
    detail = {"refund": refund.marker, "amount": str(refund.amount), "vouched": unclear}
    record_entry(
        ctx,
        session,
        case,
        event="retry_refund",
        actor=actor,
        detail=detail,
        note=f"refund {refund.marker} is tried again",
    )
    _let_pay(ctx, session, case, key=f"pay:{refund.id}:retry:{refund.version}")


def approve_rest(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Approve a proposed refund that a partial payment left over. Raises Conflict for what has to be paid by hand."""
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        if refund.way not in BY_ITSELF:
            raise Conflict(
                "This part cannot go back by itself. Pay it by hand, then record it.",
                code="BY_HAND",
            )
        check_no_payout(session, refund)
        move_refund(ctx, refund, RefundEvent.APPROVE, actor)
        refund.approved_by, refund.approved_at = actor.name, ctx.now()
        refund.check_at = ctx.now() + SAFETY_NET
        refresh_attention(session, case)
        follow_case(ctx, session, case)
        detail = {"refund": refund.marker, "amount": str(refund.amount)}
        note = f"refund {refund.marker} of {refund.amount} approved"
        record_entry(
            ctx,
            session,
            case,
            event="approve_rest",
            actor=actor,
            detail=detail,
            note=note,
        )
        _let_pay(ctx, session, case, key=f"pay:{refund.id}")


def _still_running(ctx: Context, session: Session, refund: Refund) -> bool:
    latest = session.scalar(
        select(func.max(RefundAttempt.running_until)).where(
            RefundAttempt.refund_id == refund.id, RefundAttempt.outcome == ""
        )
    )
    return latest is not None and latest > ctx.now()


def _decide_open_attempts(session: Session, refund: Refund) -> None:
    """A person said that nothing moved: the attempts are decided, and a next one may be made."""
    for attempt in session.scalars(
        select(RefundAttempt).where(RefundAttempt.refund_id == refund.id, RefundAttempt.outcome == "")
    ):
        attempt.outcome = "vouched"


def record_refund(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    proof: str,
    version: int | None = None,
) -> None:
    """The refund was paid to its payment outside of the app; `proof` says how, and stays in the history.

    Raises Conflict for what goes to no payment: that is a payout (`services.payouts`).
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    said = proof.strip()
    if not said or len(said) > LONGEST_TEXT:
        text = "Say how it was paid: a reference, a date, who did it (at most %(most)s characters)."
        raise BadInput(text, code="PROOF", field="proof", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        if refund.way == RefundWay.PERSON:
            text = "This part goes to no payment. Propose a bank transfer or cash: the shopper has to agree first."
            raise Conflict(text, code="CONSENT_NEEDED")
        check_no_payout(session, refund)
        refund.proof, refund.paid_minor = said, refund.amount_minor
        move_refund(ctx, refund, RefundEvent.RECORD, actor)
        detail = {"refund": refund.marker, "amount": str(refund.amount), "proof": said}
        note = f"refund {refund.marker} of {refund.amount} was paid outside"
        record_entry(
            ctx,
            session,
            case,
            event="record_refund",
            actor=actor,
            detail=detail,
            note=note,
        )
        settle_case(ctx, session, case, actor)


def cancel_refund(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Give up what was approved, all parts of it; its units can be quoted again. Only where no part is paid or under way.

    One part alone cannot be given up: the units and shipping of the whole are counted once, and the rest of the money would be lost
    to the quote, or paid twice. What a partial payment left over can: its units stay refunded.
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        parts = [refund] if refund.rest_of else _parts(session, refund)
        for part in parts:
            if part.id != refund.id and part.status not in (RefundStatus.FAILED, RefundStatus.PROPOSED):
                text = "Another part of this refund, %(amount)s by %(label)s, is paid or under way. Retry this one, or record it."
                raise Conflict(text, code="PARTS", amount=str(part.amount), label=part.label)
        for part in parts:
            check_no_payout(session, part)
            move_refund(ctx, part, RefundEvent.CANCEL, actor)
            detail = {"refund": part.marker, "amount": str(part.amount)}
            record_entry(
                ctx,
                session,
                case,
                event="cancel_refund",
                actor=actor,
                detail=detail,
                note=f"refund {part.marker} cancelled",
            )
        settle_case(ctx, session, case, actor)


def _parts(session: Session, refund: Refund) -> Sequence[Refund]:
    """This refund and the others of its quote that were not given up."""
    return session.scalars(
        select(Refund)
        .where(
            Refund.case_id == refund.case_id,
            Refund.quote_id == refund.quote_id,
            or_(Refund.id == refund.id, Refund.status != RefundStatus.CANCELLED),
        )
        .order_by(Refund.number)
        .with_for_update()
    ).all()


def acknowledge_concern(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """A person took care of what was told about a refund that is settled. Raises Conflict where there is nothing of the kind."""
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor)
        check_version(case, version)
        if refund.status not in SETTLED or not refund.concern:
            raise Conflict("There is nothing to take care of about this refund.", code="NO_CONCERN")
        detail = {"refund": refund.marker, "amount": str(refund.amount), "message": refund.message}
        record_entry(ctx, session, case, event="acknowledge", actor=actor, detail=detail)
        refund.concern = ""
        refresh_attention(session, case)
        _let_pay(ctx, session, case, key=f"told:{refund.id}:{refund.version}")  # the Dashboard's notice goes as well
