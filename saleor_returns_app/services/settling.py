"""Moving a refund, and its end: paid, certainly not, or settled with the whole case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.refunds import (
    REFUND,
    SETTLED,
    RefundEvent,
    RefundStatus,
    marker,
)
from saleor_returns_app.domain.repairs import ENDED, is_repair
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import Refund, RefundAttempt

from .attention import owes_goods, raise_concern, refresh_attention
from .context import Context
from .credit_notes import issue_credit_note
from .history import move_case, record_entry
from .lanes import Lane
from .notifications import queue_case_mail
from .standing_payouts import supersede_payout
from .standing_repairs import live_repair
from .waiting import follow_case


def move_refund(ctx: Context, refund: Refund, event: RefundEvent, actor: Actor) -> None:
    """Change a refund's state by the table; what was paid (`paid_minor`) gets its credit note with it. Raises MoveRefused."""
    refund.status = REFUND.move(RefundStatus(refund.status), event, actor.who)
    if event in (RefundEvent.RETRY, RefundEvent.APPROVE) or refund.status in SETTLED:
        refund.concern = ""
    if refund.status in SETTLED:
        refund.settled_at = ctx.now()
        refund.check_at = None
    if refund.status in (RefundStatus.SUCCEEDED, RefundStatus.RECORDED):
        session = object_session(refund)
        if session is None:
            raise RuntimeError("a refund is settled in the session that loaded it")
        issue_credit_note(ctx, session, refund)


def settle_paid(lane: Lane, session: Session, case: Case, row: Refund, paid: Money) -> None:
    """Money arrived: settle the refund. Less than asked leaves a proposed refund for the rest and asks for a person."""
    ctx = lane.ctx
    row.paid_minor = row.granted_paid_minor = paid.minor
    move_refund(ctx, row, RefundEvent.SUCCEED, SYSTEM)
    for attempt in session.scalars(
        select(RefundAttempt).where(RefundAttempt.refund_id == row.id, RefundAttempt.outcome == "")
    ):
        attempt.outcome = "answered"
    detail = {
        "refund": row.marker,
        "amount": str(row.amount),
        "paid": str(paid),
        "label": row.label,
    }
    record_entry(ctx, session, case, event="refund_paid", actor=SYSTEM, detail=detail)
    if supersede_payout(ctx, session, row):
        row.message = f"{paid} was paid on the grant {row.marker}, and by hand as well."
        raise_concern(session, case, row, "PAID_AFTER_ALL")
    if paid < row.amount:
        rest = row.amount - paid
        number = max(session.scalars(select(Refund.number).where(Refund.case_id == case.id))) + 1
        rest_row = Refund(
            id=new_id(),
            case_id=case.id,
            quote_id=row.quote_id,
            rest_of=row.id,
            number=number,
            saleor_order_id=row.saleor_order_id,
            way=row.way,
            label=row.label,
            transaction_id=row.transaction_id,
            reference=row.reference,
            status=RefundStatus.PROPOSED,
            amount_minor=rest.minor,
            currency=row.currency,
            units={},
            marker=marker(case_number=case.number, refund_number=number),
            created_at=ctx.now(),
        )
        session.add(rest_row)
        raise_concern(session, case, rest_row, "PAID_IN_PART")
    elif paid > row.amount:
        raise_concern(session, case, row, "PAID_TOO_MUCH")
    settle_case(ctx, session, case, SYSTEM)


def settle_given(ctx: Context, session: Session, case: Case, row: Refund) -> None:
    """The gift card of this refund is there, worth all of it."""
    row.paid_minor = row.amount_minor
    for event in (RefundEvent.REQUEST, RefundEvent.SUCCEED):
        move_refund(ctx, row, event, SYSTEM)
    detail = {"refund": row.marker, "amount": str(row.amount), "paid": str(row.amount), "label": row.label}
    record_entry(ctx, session, case, event="refund_paid", actor=SYSTEM, detail=detail)
    settle_case(ctx, session, case, SYSTEM)


def fail_refund(ctx: Context, session: Session, case: Case, row: Refund, *, code: str, message: str) -> None:
    """Certain that no money moved: a person may retry, pay outside or cancel."""
    move_refund(ctx, row, RefundEvent.FAIL, SYSTEM)
    row.message, row.check_at = message, None
    for attempt in session.scalars(
        select(RefundAttempt).where(RefundAttempt.refund_id == row.id, RefundAttempt.outcome == "")
    ):
        attempt.outcome = "answered"
    raise_concern(session, case, row, code)
    detail = {"refund": row.marker, "amount": str(row.amount), "message": message}
    record_entry(ctx, session, case, event="refund_failed", actor=SYSTEM, detail=detail)


def settle_case(ctx: Context, session: Session, case: Case, actor: Actor) -> None:
    """Resolve the case once nothing of its refunds, its replacement and its repair is left open; back to the quote when all refunds
    were given up."""
    refresh_attention(session, case)
    follow_case(ctx, session, case)
    rows = session.scalars(select(Refund).where(Refund.case_id == case.id).order_by(Refund.number)).all()
    # What was paid before the case was taken up again was told then, and settles nothing now.
    refunds = [row for row in rows if case.begun_again_at is None or row.created_at > case.begun_again_at]
    goods = session.scalars(
        select(Exchange).where(Exchange.case_id == case.id, Exchange.state != ExchangeState.CANCELLED)
    ).all()
    terms = CaseTerms.load(case.terms or {})
    if not terms.in_money and not is_repair(terms):
        return  # what was agreed in place of money ends otherwise
    if case.status != CaseStatus.RESOLVING or any(refund.status not in SETTLED for refund in refunds):
        return
    paid = [refund for refund in refunds if refund.status != RefundStatus.CANCELLED]
    if owes_goods(case) and not goods and paid:
        return  # the replacement was cancelled: a person looks at it
    repair = live_repair(session, case)
    if not paid and not goods and (refunds or repair is None):
        move_case(ctx, case, CaseEvent.RECONSIDER, actor)
        record_entry(ctx, session, case, event="reconsider", actor=actor)
        return
    is_sent = all(exchange.state == ExchangeState.SHIPPED for exchange in goods)
    if is_sent and (repair is None or repair.status in ENDED):
        move_case(ctx, case, CaseEvent.SETTLE, SYSTEM)
    if paid and not _was_told(session, case):
        _tell_paid(ctx, session, case, paid)


def _was_told(session: Session, case: Case) -> bool:
    """Whether the shopper was told of what was paid in this round: a replacement or a repair may take longer than the money."""
    told = select(CaseEntry.id).where(CaseEntry.case_id == case.id, CaseEntry.event == "settle")
    if case.begun_again_at is not None:
        told = told.where(CaseEntry.at > case.begun_again_at)
    return session.scalar(told.limit(1)) is not None


def _tell_paid(ctx: Context, session: Session, case: Case, paid: Sequence[Refund]) -> None:
    ways = [{"label": refund.label, "way": refund.way, "minor": refund.paid_minor} for refund in paid]
    whole = Money.from_minor(sum(refund.paid_minor for refund in paid), case.currency)
    record_entry(
        ctx,
        session,
        case,
        event="settle",
        actor=SYSTEM,
        public=True,
        detail={"total": str(whole), "ways": ways},
    )
    queue_case_mail(ctx, session, case, "refunded", total_minor=whole.minor, ways=ways)
