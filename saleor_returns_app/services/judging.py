"""What of an order may be returned: the policy asked about its lines, and the refund to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import (
    GONE_BACK,
    RELEASED,
    Acceptance,
    Reason,
    Resolution,
)
from saleor_returns_app.domain.exchanges import Piece
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.policy import CaseVerdict, Condition, Verdict, judge_case
from saleor_returns_app.domain.policy.case_terms import case_terms
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.repairs import units_to_repair
from saleor_returns_app.domain.returns import returnable_units
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case

from .context import Context
from .facts import line_facts, shopper_history
from .policies import Judge, judge_in_force
from .quotes import quote_units


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """What is asked for one order line."""

    order_line_id: str
    quantity: int
    reason: Reason
    description: str = ""
    resolution: Resolution = Resolution.REFUND
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    order_line_id: str
    returnable: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Expected:
    """What a request would come to; `verdict` is None when nothing of the order is asked for."""

    terms: CaseTerms
    verdict: CaseVerdict | None
    quote: Quote


def announced_units(session: Session, saleor_order_id: str) -> Counter[str]:
    """Units per order line that cases hold: announced, or after inspection accepted, until Saleor has the return on record; what is
    repaired, until it went back to the shopper."""
    cases = session.scalars(
        select(Case).where(
            Case.saleor_order_id == saleor_order_id, Case.status.not_in([status.value for status in RELEASED])
        )
    )
    held: Counter[str] = Counter()
    for case in cases:
        mended = units_to_repair(
            CaseTerms.load(case.terms or {}), {line.order_line_id: line.accepted - line.settled for line in case.lines}
        )
        for line in case.lines:
            if line.acceptance == Acceptance.UNDECIDED:
                held[line.order_line_id] += 0 if case.return_recorded else line.quantity
                continue
            there = mended.get(line.order_line_id, 0)
            held[line.order_line_id] += 0 if case.return_recorded else line.accepted - there
            held[line.order_line_id] += 0 if case.status in GONE_BACK else there
    return held


def judge_lines(
    session: Session,
    order: Order,
    *,
    judge: Judge,
    settings: TenantSettings,
    now: datetime,
    asked: Sequence[LineRequest] = (),
) -> list[JudgedLine]:
    """The policy's verdict on every line of an order, for what is asked of it or, where nothing is, for one unit."""
    returnable = returnable_units(order, announced_units(session, order.id))
    returned = order.quantities(RETURNED)
    history = shopper_history(session, order)
    by_line = {request.order_line_id: request for request in asked}
    judged = []
    for line in order.lines:
        request = by_line.get(line.id)
        facts = line_facts(
            order,
            line,
            now=now,
            quantity=request.quantity if request else min(1, returnable[line.id]),
            returnable=returnable[line.id],
            returned=returned[line.id],
            reason=request.reason if request else None,
            condition=request.condition if request else None,
            history=history,
            settings=settings,
        )
        judged.append(
            JudgedLine(
                order_line_id=line.id,
                returnable=returnable[line.id],
                verdict=judge.policy.judge(facts),
            )
        )
    return judged


def judge_order(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest] = ()) -> list[JudgedLine]:
    """What of this order may be returned now, and why not the rest."""
    settings, now = ctx.tenant_settings(tenant_id), ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        judge = judge_in_force(session, settings, now)
        return judge_lines(session, order, judge=judge, settings=settings, now=now, asked=asked)


def expect(
    session: Session,
    order: Order,
    judged: Sequence[JudgedLine],
    *,
    settings: TenantSettings,
    asked: Sequence[LineRequest],
) -> Expected:
    """What holds for a case of what is asked, and its quote, if all of it arrives and is accepted.

    Units of lines that the order does not have count for nothing.
    """
    verdicts = {line.order_line_id: line.verdict for line in judged}
    wanted = {request.order_line_id: request.quantity for request in asked if request.order_line_id in verdicts}
    plain = quote_units(session, order, wanted=wanted, settings=settings)
    if not wanted:
        return Expected(CaseTerms(), None, plain)
    said = {line_id: verdicts[line_id] for line_id in wanted}
    verdict = judge_case(tuple(said.values()))
    wishes = {request.resolution for request in asked}
    names = {line.id: line.product_name for line in order.lines}
    mended = tuple(
        Piece(
            order_line_id=request.order_line_id,
            quantity=request.quantity,
            resolution=Resolution.REPAIR,
            name=names[request.order_line_id],
        )
        for request in asked
        if request.resolution is Resolution.REPAIR
        and request.order_line_id in said
        and Resolution.REPAIR in said[request.order_line_id].resolutions
    )
    terms = case_terms(
        verdict,
        said,
        wished=wishes.pop() if len(wishes) == 1 else Resolution.REFUND,
        worth=plain.total,
        mended=mended if len(wishes) > 1 else (),
        shipping_cap=None,  # Saleor does not say what the cheapest way would have cost; the shopper is not the one to lose by that
    )
    quote = quote_units(session, order, wanted=wanted, settings=settings, terms=terms, agreed_units=wanted)
    return Expected(terms, verdict, quote)


def expected_refund(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest]) -> Quote:
    """The quote for what is asked, if all of it arrives and is accepted."""
    return expected_case(ctx, tenant_id, order, asked).quote


def expected_case(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest]) -> Expected:
    """What holds for a case of what is asked now, and its quote."""
    settings, now = ctx.tenant_settings(tenant_id), ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        judge = judge_in_force(session, settings, now)
        judged = judge_lines(session, order, judge=judge, settings=settings, now=now, asked=asked)
        return expect(session, order, judged, settings=settings, asked=asked)
