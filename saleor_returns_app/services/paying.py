"""Paying refunds through Saleor: the lane's work on one order, small steps, each safe to repeat.

Every write to Saleor has its attempt row first, inserted under the lane's fence. Who inserts it calls; who finds it only reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import GrantedRefund, Order
from saleor_returns_app.domain.quotes import TAKING
from saleor_returns_app.domain.refunds import (
    CLAIMING,
    SETTLED,
    WATCHED,
    Finding,
    Reading,
    RefundEvent,
    RefundStatus,
    grantable_units,
    read_grant,
    recognise_grant,
    shipping_grantable,
)
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.errors import (
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
)
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.refunds import Refund, RefundAttempt

from .attempts import begin_attempt, close_attempts, may_call, open_attempts, request_attempts, schedule_look
from .attention import raise_concern
from .history import record_entry
from .lanes import Lane
from .notes import confirm_notes, take_notes
from .ports import GrantLine, GrantRequest, ShopConnection
from .settling import fail_refund, move_refund, settle_paid


@dataclass(frozen=True, slots=True)
class Paying:
    """One run over the refunds of an order. `order` is a read made in this run, begun at `read_at`."""

    lane: Lane
    shop: ShopConnection
    order: Order
    read_at: datetime

    def advance(self, refund_id: str) -> bool:
        """Do the next step of one refund on a transaction; True when Saleor was written to and the order has to be read again."""
        with self.lane.write() as session:
            refund = session.get_one(Refund, refund_id)
        status = RefundStatus(refund.status)
        grant = recognise_grant(self.order, grant_id=refund.grant_id, marker=refund.marker)
        if status in SETTLED:
            self._look_back(refund, grant)
            return False
        if status is RefundStatus.APPROVED:
            if grant is None and refund.grant_id is None:
                return self._create_grant(refund)
            if grant is not None:
                self._adopt(refund, grant)
                return self._request(refund, grant)
            self._doubt(refund, "GRANT_GONE", "The grant is no longer on the order.")
            return False
        if grant is None and status is RefundStatus.FAILED:
            return False
        if grant is None:
            self._doubt(refund, "GRANT_GONE", "The grant is no longer on the order.")
            return False
        if status is RefundStatus.GRANTED:
            return self._request(refund, grant)
        self._settle(refund, read_grant(grant))
        return False

    def _look_back(self, refund: Refund, grant: GrantedRefund | None) -> None:
        """Money that moves after a person settled the refund otherwise, by hand or by giving it up: tell them once."""
        paid = read_grant(grant).paid if grant is not None else Money.zero(refund.currency)
        if paid.minor <= refund.granted_paid_minor:
            return
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            case = session.get_one(Case, row.case_id)
            row.granted_paid_minor = paid.minor
            row.message = f"{paid} was paid on the grant {row.marker}."
            raise_concern(session, case, row, "PAID_AFTER_ALL")
            detail = {"refund": row.marker, "amount": str(row.amount), "paid": str(paid)}
            record_entry(self.lane.ctx, session, case, event="paid_after_all", actor=SYSTEM, detail=detail)

    # -- the grant ---------------------------------------------------------------------------------------------------

    def _create_grant(self, refund: Refund) -> bool:
        problem = self._refusal(refund) or self._paid_meanwhile(refund)
        if problem:
            self._fail(refund, "NOT_LEFT", problem)
            return False
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            attempt = begin_attempt(self.lane, session, row, step="grant", baseline={}, read_at=self.read_at)
            if attempt is None:
                return False
            lines = session.scalars(select(ReturnLine).where(ReturnLine.case_id == row.case_id)).all()
            note = take_notes(self.lane, session)
        request = GrantRequest(
            order_id=refund.saleor_order_id,
            transaction_id=refund.transaction_id or "",
            amount=refund.amount,
            lines=_grant_lines(grantable_units(self.order, refund.units), lines),
            include_shipping=refund.includes_shipping and shipping_grantable(self.order),
            reason=refund.marker,
            note=note,
        )
        if not may_call(self.lane, attempt):
            return False
        try:
            grant_id = self.lane.ctx.saleor.grant_refund(self.shop, request)
        except (SaleorRefused, SaleorDenied) as refusal:
            self._end_attempt(attempt, "refused", refusal.message())
            self._fail(refund, "GRANT_REFUSED", refusal.message())
            return False
        except SaleorUnavailable as problem_:
            self._end_attempt(attempt, "unsent", problem_.message())
            self._look_later(refund)
            return False
        except SaleorUnclear as problem_:
            self._say(refund, problem_.message())
            self._look_later(refund)
            return False
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            row.grant_id = grant_id
            move_refund(self.lane.ctx, row, RefundEvent.GRANT, SYSTEM)
            session.get_one(RefundAttempt, attempt.id).outcome = "answered"
            confirm_notes(self.lane, session, note)
        return self._send(refund, requests_before=0)

    def _refusal(self, refund: Refund) -> str:
        """Why this grant must not be made; empty when it may."""
        transaction = self.order.transaction(refund.transaction_id or "")
        if transaction is None:
            return "The payment is no longer on the order."
        if refund.amount <= Money.zero(refund.currency):
            return "The amount is not above zero."  # Saleor would refund the whole charge
        if refund.amount > transaction.charged:
            return f"Only {transaction.charged} is left on the payment."
        return ""

    def _paid_meanwhile(self, refund: Refund) -> str:
        """What others, or the provider late, paid since the quote was approved; empty when nothing of it is this refund's."""
        with self.lane.write() as session:
            ours = session.scalars(select(Refund).where(Refund.saleor_order_id == refund.saleor_order_id)).all()
            for earlier in ours:
                grant = self.order.grant(earlier.grant_id) if earlier.grant_id else None
                if (
                    earlier.quote_id == refund.quote_id
                    and earlier.status == RefundStatus.SUCCEEDED
                    and grant is not None
                ):
                    late = read_grant(grant).paid
                    if late > earlier.paid:
                        earlier.paid_minor = late.minor
                        return f"The provider paid {late} for {earlier.marker} in the meantime."
        known = {earlier.grant_id for earlier in ours if earlier.status != RefundStatus.CANCELLED}
        others = [grant for grant in self.order.granted_refunds if grant.id not in known and grant.status in TAKING]
        if refund.includes_shipping and any(grant.shipping_included for grant in others):
            return "Shipping was refunded outside in the meantime."
        for line in self.order.lines:
            taken = sum(
                granted.quantity for grant in others for granted in grant.lines if granted.order_line_id == line.id
            )
            claimed = sum(int(earlier.units.get(line.id, 0)) for earlier in ours if earlier.status in CLAIMING)
            if line.id in refund.units and taken + claimed > line.quantity:
                return f"“{line.product_name}” was refunded outside in the meantime."
        return ""

    def _adopt(self, refund: Refund, grant: GrantedRefund) -> None:
        """Our grant is there: made before a crash, or retried. What it says is what will be paid, so it must say the same."""
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            row.grant_id = grant.id
            move_refund(self.lane.ctx, row, RefundEvent.GRANT, SYSTEM)
            for attempt in open_attempts(session, row, step="grant"):
                attempt.outcome = "answered"

    # -- the request -------------------------------------------------------------------------------------------------

    def _request(self, refund: Refund, grant: GrantedRefund) -> bool:
        reading = read_grant(grant)
        if grant.amount != refund.amount:
            self._doubt(
                refund,
                "GRANT_CHANGED",
                f"The grant says {grant.amount}, not {refund.amount}.",
            )
            return False
        if reading.finding in (Finding.PAID, Finding.WAITING) or self._asked_outside(refund, reading):
            self._settle(refund, reading)  # requested in the Dashboard
            return False
        return self._send(refund, requests_before=reading.requests)

    def _asked_outside(self, refund: Refund, reading: Reading) -> bool:
        """Whether somebody else had the provider asked since our last request: whatever came of it is read before we ask again."""
        with self.lane.write() as session:
            attempts = request_attempts(session, refund)
            last = attempts[-1] if attempts else None
            known = 0
            if last is not None:
                known = int(last.baseline.get("requests", 0)) + (last.outcome != "unsent")
            if reading.requests <= known:
                return False
            now = self.lane.ctx.now()
            session.add(
                RefundAttempt(
                    id=new_id(),
                    refund_id=refund.id,
                    step="request",
                    number=len(attempts) + 1,
                    fence=self.lane.fence,
                    baseline={"requests": reading.requests - 1},
                    started_at=now,
                    running_until=now,
                    outcome="outside",
                )
            )
            return True

    def _send(self, refund: Refund, *, requests_before: int) -> bool:
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            attempt = begin_attempt(
                self.lane,
                session,
                row,
                step="request",
                baseline={"requests": requests_before},
                read_at=self.read_at,
            )
            if attempt is None or row.grant_id is None:
                return False
            move_refund(self.lane.ctx, row, RefundEvent.REQUEST, SYSTEM)
            grant_id = row.grant_id
        if not may_call(self.lane, attempt):
            return False
        try:
            self.lane.ctx.saleor.request_refund(self.shop, grant_id)
        except (SaleorRefused, SaleorDenied) as refusal:
            self._end_attempt(attempt, "refused", refusal.message())
            codes = refusal.codes if isinstance(refusal, SaleorRefused) else ()
            missing = "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK" in codes
            self._fail(
                refund,
                "NO_REFUND_WEBHOOK" if missing else "REQUEST_REFUSED",
                refusal.message(),
            )
            return False
        except SaleorUnavailable as problem:
            self._end_attempt(attempt, "unsent", problem.message())
            with self.lane.write() as session:
                row = session.get_one(Refund, refund.id)
                move_refund(self.lane.ctx, row, RefundEvent.DOUBT, SYSTEM)
                move_refund(self.lane.ctx, row, RefundEvent.RETRY, SYSTEM)
            self._look_later(refund)
            return False
        except SaleorUnclear as problem:
            with self.lane.write() as session:
                row = session.get_one(Refund, refund.id)
                move_refund(self.lane.ctx, row, RefundEvent.DOUBT, SYSTEM)
                row.message = problem.message()
            self._look_later(refund)
            return False
        self._end_attempt(attempt, "answered", "")
        return True

    # -- what a read says --------------------------------------------------------------------------------------------

    def _settle(self, refund: Refund, reading: Reading) -> None:
        ctx = self.lane.ctx
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            case = session.get_one(Case, row.case_id)
            attempts = request_attempts(session, row)
            last = attempts[-1] if attempts else None
            before = int(last.baseline.get("requests", 0)) if last else 0
            reached = reading.requests > before
            if row.status == RefundStatus.FAILED and not (reading.finding is Finding.PAID and reading.paid):
                return
            if reading.finding is Finding.PAID and not reading.paid:
                if row.status != RefundStatus.UNCLEAR:
                    move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
                raise_concern(session, case, row, "NO_AMOUNT")
                schedule_look(self.lane, session, row)
            elif reading.finding is Finding.PAID:
                settle_paid(self.lane, session, case, row, reading.paid)
            elif last is not None and not reached:
                self._unsent(session, row, last)
            elif reading.finding is Finding.DECLINED:
                fail_refund(ctx, session, case, row, code="DECLINED", message=reading.message)
            elif reading.finding is Finding.UNDELIVERED:
                if row.status != RefundStatus.UNCLEAR:
                    move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
                row.message = reading.message
                if row.concern != "UNDELIVERED":
                    detail = {"refund": row.marker, "amount": str(row.amount), "message": reading.message}
                    record_entry(ctx, session, case, event="refund_unclear", actor=SYSTEM, detail=detail)
                raise_concern(session, case, row, "UNDELIVERED")
                schedule_look(self.lane, session, row)
            elif reading.finding is Finding.UNSENT:
                schedule_look(self.lane, session, row)  # nobody was asked: a person decides what the doubt was about
            else:
                if row.status in _AWAITING and row.concern != "WAITS_TOO_LONG":
                    move_refund(ctx, row, RefundEvent.AWAIT, SYSTEM)
                close_attempts(attempts, "answered")
                schedule_look(self.lane, session, row)

    def _unsent(self, session: Session, row: Refund, last: RefundAttempt) -> None:
        """No request event of ours: once that call cannot be running any more, this proves that nothing was sent."""
        ctx = self.lane.ctx
        if last.running_until > self.read_at or last.outcome == "answered":
            # "answered" without an event would mean Saleor lost its own record: never request again by ourselves.
            schedule_look(self.lane, session, row)
            return
        last.outcome = "unsent"
        if row.status != RefundStatus.UNCLEAR:
            move_refund(ctx, row, RefundEvent.DOUBT, SYSTEM)
        move_refund(ctx, row, RefundEvent.RETRY, SYSTEM)
        row.check_at, row.checks = ctx.now(), 0

    # -- small writes ------------------------------------------------------------------------------------------------

    def _fail(self, refund: Refund, code: str, message: str) -> None:
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            case = session.get_one(Case, row.case_id)
            fail_refund(self.lane.ctx, session, case, row, code=code, message=message)

    def _doubt(self, refund: Refund, code: str, message: str) -> None:
        with self.lane.write() as session:
            row = session.get_one(Refund, refund.id)
            if row.status != RefundStatus.UNCLEAR:
                move_refund(self.lane.ctx, row, RefundEvent.DOUBT, SYSTEM)
            row.message = message
            raise_concern(session, session.get_one(Case, row.case_id), row, code)
            schedule_look(self.lane, session, row)

    def _end_attempt(self, attempt: RefundAttempt, outcome: str, answer: str) -> None:
        with self.lane.write() as session:
            row = session.get_one(RefundAttempt, attempt.id)
            row.outcome, row.answer = outcome, answer

    def _say(self, refund: Refund, message: str) -> None:
        with self.lane.write() as session:
            session.get_one(Refund, refund.id).message = message

    def _look_later(self, refund: Refund) -> None:
        with self.lane.write() as session:
            schedule_look(self.lane, session, session.get_one(Refund, refund.id))


#: A request that is under way somewhere takes a refund on from these.
_AWAITING = (RefundStatus.REQUESTED, RefundStatus.GRANTED, RefundStatus.UNCLEAR)
#: What a job looks at: what is under way, and where money may still move after all, for providers report late.
#: A gift card is a step of its own (`issued_codes`).
IS_WATCHED = and_(
    Refund.way != RefundWay.GIFT_CARD,
    or_(
        Refund.status.in_([*WATCHED, RefundStatus.FAILED]),
        and_(Refund.status.in_([RefundStatus.RECORDED, RefundStatus.CANCELLED]), Refund.grant_id.is_not(None)),
    ),
)


def watched_refunds(session: Session, saleor_order_id: str) -> list[tuple[str, str]]:
    """(id, way) of the refunds of an order that a job looks at, oldest first."""
    rows = session.execute(
        select(Refund.id, Refund.way).where(Refund.saleor_order_id == saleor_order_id, IS_WATCHED).order_by(Refund.id)
    )
    return [(row.id, row.way) for row in rows]


def _grant_lines(units: Mapping[str, int], lines: Sequence[ReturnLine]) -> tuple[GrantLine, ...]:
    reasons = {line.order_line_id: line.reason for line in lines}
    return tuple(
        GrantLine(
            order_line_id=line_id,
            quantity=quantity,
            reason=reasons.get(line_id, ""),
        )
        for line_id, quantity in units.items()
    )
