"""Rounds of a case: what was settled before it is decided anew is kept apart, so that quote and receipts go on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import (
    LINE_ACCEPTANCE,
    LINE_RECEPTION,
    Acceptance,
    AcceptanceEvent,
    Reception,
    ReceptionEvent,
)
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.refunds import SETTLED, RefundStatus
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.refunds import Refund

from .context import Context
from .findings import holding_findings
from .goods_owed import goods_sent


def check_settled(session: Session, case: Case) -> None:
    """Raises Conflict where a refund or a replacement of the case is under way: what it settles is not known yet."""
    refunds = session.scalars(select(Refund.status).where(Refund.case_id == case.id)).all()
    if any(status not in SETTLED for status in refunds):
        raise Conflict(
            "A refund of this case is under way. Wait until it is paid, or cancel it first.", code="UNDER_WAY"
        )
    if any(exchange.state != ExchangeState.SHIPPED for exchange in _exchanges(session, case)):
        raise Conflict(
            "A replacement of this case is under way. Wait until it is sent, or cancel it first.", code="UNDER_WAY"
        )


def _exchanges(session: Session, case: Case) -> Sequence[Exchange]:
    return session.scalars(
        select(Exchange).where(Exchange.case_id == case.id, Exchange.state != ExchangeState.CANCELLED)
    ).all()


def _made_good(session: Session, case: Case) -> Counter[str]:
    """Units of each order line that were refunded, or sent for."""
    made: Counter[str] = Counter()
    for refund in session.scalars(
        select(Refund).where(
            Refund.case_id == case.id, Refund.status.in_([RefundStatus.SUCCEEDED, RefundStatus.RECORDED])
        )
    ):
        made.update({line_id: int(quantity) for line_id, quantity in refund.units.items()})
    for exchange in _exchanges(session, case):
        made.update({line_id: units for line_id, (units, _, _) in exchange.settled_units().items()})
    return made


def begin_again(ctx: Context, session: Session, case: Case, actor: Actor) -> None:
    """Keep apart what was settled until now, and what of the goods is with the shopper again."""
    paid = _made_good(session, case)
    gone, refused = goods_sent(session, case), goods_sent(session, case, repaired=False)
    findings = holding_findings(session, case)
    for line in case.lines:
        repaired = gone.get(line.id, 0) - refused.get(line.id, 0)
        mine = [finding for finding in findings if finding.line_id == line.id]
        _take_out(ctx, session, [item for item in mine if not item.accepted], refused.get(line.id, 0))
        # What is on the shelf was not what was repaired.
        accepted = sorted(
            (item for item in mine if item.accepted), key=lambda item: item.disposition == Disposition.RESTOCK
        )
        _take_out(ctx, session, accepted, repaired)
        line.received = max(line.received - gone.get(line.id, 0), 0)
        line.accepted = max(line.accepted - repaired, 0)
        line.settled = min(paid[line.order_line_id], line.accepted)
        if gone.get(line.id) and not line.received:
            _announce_again(line, actor)
    session.flush()
    case.begun_again_at = ctx.now()


def _announce_again(line: ReturnLine, actor: Actor) -> None:
    line.reception = LINE_RECEPTION.move(Reception(line.reception), ReceptionEvent.BEGIN_AGAIN, actor.who)
    line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), AcceptanceEvent.BEGIN_AGAIN, actor.who)
    line.refusal = ""


def _take_out(ctx: Context, session: Session, findings: Sequence[Finding], count: int) -> None:
    """Units that went back are no finding any more: the next parcel brings new ones. What is left of a finding stays."""
    for finding in findings:
        taken = min(finding.quantity, count)
        if not taken:
            return
        finding.replaced_at = ctx.now()
        count -= taken
        if taken < finding.quantity:
            session.add(
                Finding(
                    id=new_id(),
                    case_id=finding.case_id,
                    line_id=finding.line_id,
                    quantity=finding.quantity - taken,
                    grade=finding.grade,
                    accepted=finding.accepted,
                    disposition=finding.disposition,
                    reason=finding.reason,
                    found_by=finding.found_by,
                    at=finding.at,
                    stocked=finding.stocked,
                )
            )
