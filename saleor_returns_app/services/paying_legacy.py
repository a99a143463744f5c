"""Paying through Saleor's legacy payments: no grant, no events, so the order's refunded total is what tells."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.quotes import RefundWay
from saleor_returns_app.domain.refunds import RefundEvent, RefundStatus
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
from .refunds import move_refund
from .settling import fail_refund, settle_paid


def advance_legacy(paying: Paying, refund_id: str) -> bool:
    """Do the next step of one refund on a legacy payment; True when Saleor was written to."""
    with paying.lane.write() as session:
        refund = session.get_one(Refund, refund_id)
    if refund.status == RefundStatus.APPROVED:
        return _pay(paying, refund)
    if refund.status != RefundStatus.FAILED:
        _compare(paying, refund)
    return False


def _pay(paying: Paying, refund: Refund) -> bool:
    ctx, order = paying.lane.ctx, paying.order
    left = max(
        (payment.available_refund for payment in order.payments if payment.is_active),
        default=None,
    )
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
            schedule_look(paying.lane, row)
            return False
        if left is None or row.amount > left or row.amount <= Money.zero(row.currency):
            message = f"Only {left} is left on the payment." if left is not None else "There is no active payment."
            fail_refund(ctx, session, case, row, code="NOT_LEFT", message=message)
            return False
        baseline: dict[str, object] = {"refunded": str(order.total_refunded.amount)}
        attempt = begin_attempt(paying.lane, session, row, step="legacy", baseline=baseline)
        if attempt is None:
            return False
        move_refund(ctx, row, RefundEvent.REQUEST, SYSTEM)
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
            schedule_look(paying.lane, row)
        elif outcome == "":
            move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            schedule_look(paying.lane, row)
    return outcome == "answered"


def _compare(paying: Paying, refund: Refund) -> None:
    """The refunded total rose by our amount: paid. It did not move and the call cannot be running: not sent. Else a person."""
    ctx = paying.lane.ctx
    with paying.lane.write() as session:
        row = session.get_one(Refund, refund.id)
        case = session.get_one(Case, row.case_id)
        last = session.scalars(
            select(RefundAttempt)
            .where(RefundAttempt.refund_id == row.id, RefundAttempt.step == "legacy")
            .order_by(RefundAttempt.number.desc())
        ).first()
        if last is None:
            schedule_look(paying.lane, row)
            return
        before = Money(Decimal(str(last.baseline["refunded"])), row.currency)
        risen = paying.order.total_refunded - before
        if risen == row.amount or (risen > row.amount and last.outcome == "answered"):
            settle_paid(paying.lane, session, case, row, row.amount)
        elif not risen and last.running_until <= ctx.now() and last.outcome == "":
            last.outcome = "unsent"
            if row.status != RefundStatus.UNCLEAR:
                move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            move_refund(ctx, row, RefundEvent.RETRY, SYSTEM)
            row.check_at = ctx.now()
        elif risen:
            if row.status != RefundStatus.UNCLEAR:
                move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
            row.message = f"The order's refunded amount rose by {risen}."
            raise_concern(session, case, row, "LEGACY_UNCLEAR")
            schedule_look(paying.lane, row)
        else:
            schedule_look(paying.lane, row)
