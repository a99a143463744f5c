"""Plan rows of calls that move money: inserted before the call, under the lane's fence. Who inserts one calls; who finds one only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.refunds import UNDER_WAY, RefundEvent, RefundStatus
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.refunds import Refund, RefundAttempt

from .attention import raise_concern
from .lanes import GRACE, LOOKS, STALE, Lane
from .settling import move_refund

#: Looks at a refund that the provider works on: three days more.
_PATIENCE = len(LOOKS) + 72


def begin_attempt(
    lane: Lane,
    session: Session,
    refund: Refund,
    *,
    step: str,
    baseline: dict[str, object],
    read_at: datetime,
) -> RefundAttempt | None:
    """Insert the plan row of a call that is about to be made; None when an earlier one is not decided yet by what was read at `read_at`."""
    ctx = lane.ctx
    earlier = session.scalars(
        select(RefundAttempt).where(RefundAttempt.refund_id == refund.id, RefundAttempt.step == step)
    ).all()
    for attempt in earlier:
        if attempt.outcome == "":
            if attempt.running_until > read_at or step != "grant":
                schedule_look(lane, session, refund)
                refund.check_at = max(attempt.running_until, ctx.now())
                return None
            attempt.outcome = "unsent"  # a grant that a fresh read does not show was not made
            refund.checks = 0
    now = ctx.now()
    attempt = RefundAttempt(
        id=new_id(),
        refund_id=refund.id,
        step=step,
        number=len(earlier) + 1,
        fence=lane.fence,
        baseline=baseline,
        started_at=now,
        running_until=now + timedelta(seconds=ctx.settings.saleor_timeout) + GRACE,
    )
    session.add(attempt)
    session.flush()
    return attempt


def may_call(lane: Lane, attempt: RefundAttempt) -> bool:
    """A worker that was stopped after planning and wakes up late must not call: others have read meanwhile that it did not."""
    return lane.ctx.now() - attempt.started_at < STALE


def open_attempts(session: Session, refund: Refund, *, step: str) -> Sequence[RefundAttempt]:
    return session.scalars(
        select(RefundAttempt).where(
            RefundAttempt.refund_id == refund.id,
            RefundAttempt.step == step,
            RefundAttempt.outcome == "",
        )
    ).all()


def close_attempts(attempts: Sequence[RefundAttempt], outcome: str) -> None:
    for attempt in attempts:
        attempt.outcome = attempt.outcome or outcome


def request_attempts(session: Session, refund: Refund) -> Sequence[RefundAttempt]:
    return session.scalars(
        select(RefundAttempt)
        .where(RefundAttempt.refund_id == refund.id, RefundAttempt.step == "request")
        .order_by(RefundAttempt.number)
    ).all()


def schedule_look(lane: Lane, session: Session, refund: Refund) -> None:
    """Look again later, ever more rarely; what does not settle for very long goes to a person, and is looked at all the same."""
    refund.check_at = lane.ctx.now() + LOOKS[min(refund.checks, len(LOOKS) - 1)]
    refund.checks += 1
    patience = _PATIENCE if refund.status == RefundStatus.PENDING else len(LOOKS)
    if refund.checks > patience and refund.status in UNDER_WAY and not refund.concern:
        if refund.status != RefundStatus.UNCLEAR:
            move_refund(lane.ctx, refund, RefundEvent.DOUBT, SYSTEM)
        raise_concern(session, session.get_one(Case, refund.case_id), refund, "WAITS_TOO_LONG")
