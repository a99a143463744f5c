"""A payout that stands keeps its refund from being settled any other way: else it would be paid twice."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.payouts import PAYOUT, STANDING, PayoutEvent, PayoutStatus
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.payouts import Payout
from saleor_returns_app.models.refunds import Refund

from .context import Context


def standing_payout(session: Session, refund: Refund) -> Payout | None:
    mine = select(Payout).where(Payout.case_id == refund.case_id, Payout.refund_id == refund.id)
    return session.scalar(mine.where(Payout.status.in_(sorted(STANDING))).with_for_update())


def check_no_payout(session: Session, refund: Refund) -> None:
    """Raises Conflict while a bank transfer or cash is agreed on, or asked about."""
    if standing_payout(session, refund) is not None:
        text = "A bank transfer or cash is under way for this part. Take that back first, or bring it to its end."
        raise Conflict(text, code="PAYOUT_STANDS")


def supersede_payout(ctx: Context, session: Session, refund: Refund) -> bool:
    """The provider paid after all: what was not paid out yet need not be. True where it was, so that the shopper has it twice."""
    payout = standing_payout(session, refund)
    if payout is None:
        return False
    if payout.status == PayoutStatus.PAID:
        return True
    payout.status = PAYOUT.move(PayoutStatus(payout.status), PayoutEvent.WITHDRAW, SYSTEM.who)
    payout.account, payout.settled_at = "", ctx.now()
    return False
