"""Paying through Saleor's legacy payments: no grant, no events, so the order's refunded total is what tells."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.refunds import RefundEvent, RefundStatus
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.errors import (
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
)
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.refunds import Refund, RefundAttempt

from .attempts import begin_attempt, may_call, schedule_look
from .attention import raise_concern
from .paying import Paying
from .settling import fail_refund, move_refund, settle_paid


def advance_legacy(paying: Paying, refund_id: str) -> bool:
    """Do the next step of one refund on a legacy payment; True when Saleor was written to."""
    with paying.lane.write() as session:
        refund = session.get_one(Refund, refund_id)
    if refund.status == RefundStatus.APPROVED:
        return _pay(paying, refund)
    if refund.status != RefundStatus.FAILED:
        _compare(paying, refund)
    return False


def _plan(paying: Paying, refund: Refund) -> RefundAttempt | None:
    """The plan row of the call; None where it must not, or not yet, be made."""
    ctx, order = paying.lane.ctx, paying.order
    payment = order.legacy_payment
    left = payment.available_refund if payment is not None else None
    with paying.lane.write() as session:
        row = session.get_one(Refund, refund.id)
        case = session.get_one(Case, row.case_id)
        # The refunded total tells only of one refund at a time whether it was paid.
        before_us = select(Refund.id).where(
            Refund.saleor_order_id == refund.saleor_order_id,
            Refund.way == RefundWay.LEGACY,
            Refund.status.in_([RefundStatus.REQUESTED, RefundStatus.PENDING, RefundStatus.UNCLEAR]),
        )
        if session.scalars(before_us).first() is not None:
            schedule_look(paying.lane, session, row)
            return None
        if left is None or row.amount > left or row.amount <= Money.zero(row.currency):
            message = f"Only {left} is left on the payment." if left is not None else "There is no active payment."
            fail_refund(ctx, session, case, row, code="NOT_LEFT", message=message)
            return None
        baseline: dict[str, object] = {"refunded": str(order.total_refunded.amount)}
        last = _last_attempt(session, row)
        if last is not None and last.outcome in ("unsent", "vouched"):
            risen = order.total_refunded - _before(last, row) - _paid_by_others(session, row, since=last.started_at)
            if risen:
                # Called not sent, and money moved since: that may have been ours after all. Once told, a person can vouch.
                _tell_risen(paying, session, case, row, risen)
                last.baseline, last.started_at = baseline, ctx.now()
                return None
        attempt = begin_attempt(paying.lane, session, row, step="legacy", baseline=baseline, read_at=paying.read_at)
        if attempt is not None:
            move_refund(ctx, row, RefundEvent.REQUEST, SYSTEM)
        return attempt


def _pay(paying: Paying, refund: Refund) -> bool:
    ctx = paying.lane.ctx
    attempt = _plan(paying, refund)
    if attempt is None:
        return False
    if not may_call(paying.lane, attempt):
        return False
    outcome, answer = "answered", ""
    try:
        ctx.saleor.refund_legacy_order(paying.shop, refund.saleor_order_id, refund.amount)
    except (SaleorRefused, SaleorDenied) as refusal:
        outcome, answer = "refused", refusal.message()
    except SaleorUnavailable as problem:
        outcome, answer = "unsent", problem.message()
    except SaleorUnclear as problem:
        outcome, answer = "", problem.message()
    with paying.lane.write() as session:
        row = session.get_one(Refund, refund.id)
        session.get_one(RefundAttempt, attempt.id).outcome = outcome
        row.message = answer
        if outcome == "refused":
            fail_refund(
                ctx,
                session,
                session.get_one(Case, row.case_id),
                row,
                code="REQUEST_REFUSED",
                message=answer,
            )
        elif outcome == "unsent":
            move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            move_refund(ctx, row, RefundEvent.RETRY, SYSTEM)
            schedule_look(paying.lane, session, row)
        elif outcome == "":
            move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            schedule_look(paying.lane, session, row)
    return outcome == "answered"


def _compare(paying: Paying, refund: Refund) -> None:
    """The refunded total rose by our amount: paid. It did not move and the call cannot be running: not sent. Else a person."""
    ctx = paying.lane.ctx
    with paying.lane.write() as session:
        row = session.get_one(Refund, refund.id)
        case = session.get_one(Case, row.case_id)
        last = _last_attempt(session, row)
        if last is None:
            schedule_look(paying.lane, session, row)
            return
        risen = paying.order.total_refunded - _before(last, row)
        if risen == row.amount or (risen > row.amount and last.outcome == "answered"):
            settle_paid(paying.lane, session, case, row, row.amount)
        elif not risen and last.running_until <= paying.read_at and last.outcome == "":
            last.outcome = "unsent"
            if row.status != RefundStatus.UNCLEAR:
                move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            move_refund(ctx, row, RefundEvent.RETRY, SYSTEM)
            row.check_at = ctx.now()
        elif risen:
            _tell_risen(paying, session, case, row, risen)
        else:
            schedule_look(paying.lane, session, row)


def _last_attempt(session: Session, refund: Refund) -> RefundAttempt | None:
    return session.scalars(
        select(RefundAttempt)
        .where(RefundAttempt.refund_id == refund.id, RefundAttempt.step == "legacy")
        .order_by(RefundAttempt.number.desc())
    ).first()


def _before(attempt: RefundAttempt, refund: Refund) -> Money:
    """The order's refunded amount when the attempt was planned."""
    return Money(Decimal(str(attempt.baseline["refunded"])), refund.currency)


def _paid_by_others(session: Session, refund: Refund, *, since: datetime) -> Money:
    """What our other refunds of the order gave back since then."""
    paid = session.scalars(
        select(Refund).where(
            Refund.saleor_order_id == refund.saleor_order_id,
            Refund.id != refund.id,
            Refund.status == RefundStatus.SUCCEEDED,
            Refund.settled_at > since,
        )
    )
    return total((other.paid for other in paid), refund.currency)


def _tell_risen(paying: Paying, session: Session, case: Case, row: Refund, risen: Money) -> None:
    if row.status != RefundStatus.UNCLEAR:
        move_refund(paying.lane.ctx, row, RefundEvent.DOUBT, SYSTEM)
    row.message = f"The order's refunded amount rose by {risen}."
    raise_concern(session, case, row, "LEGACY_UNCLEAR")
    schedule_look(paying.lane, session, row)
