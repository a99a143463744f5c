"""Plan rows of calls that move money: inserted before the call, under the lane's fence. Who inserts one calls; who finds one only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.refunds import Refund, RefundAttempt

from .lanes import Lane

#: Saleor's own worker may go on this long after our time-out; only then does "no event" prove that nothing was sent.
GRACE = timedelta(seconds=40)


#: A plan older than this is not carried out by who made it.
STALE = timedelta(seconds=15)


#: When to look again, by the number of looks so far; the last one repeats.
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60, 300, 1800, 3600))


def begin_attempt(
    lane: Lane,
    session: Session,
    refund: Refund,
    *,
    step: str,
    baseline: dict[str, object],
) -> RefundAttempt | None:
    """Insert the plan row of a call that is about to be made; None when an earlier one is not decided yet."""
    ctx = lane.ctx
    earlier = session.scalars(
        select(RefundAttempt).where(RefundAttempt.refund_id == refund.id, RefundAttempt.step == step)
    ).all()
    for attempt in earlier:
        if attempt.outcome == "":
            if attempt.running_until > ctx.now() or step != "grant":
                schedule_look(lane, refund)
                refund.check_at = max(attempt.running_until, ctx.now())
                return None
            attempt.outcome = "unsent"  # a grant that a fresh read does not show was not made
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


def schedule_look(lane: Lane, refund: Refund) -> None:
    refund.check_at = lane.ctx.now() + LOOKS[min(refund.checks, len(LOOKS) - 1)]
    refund.checks += 1
