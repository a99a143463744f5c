"""What of an order may be returned: the policy asked about its lines, and the refund to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import (
    RELEASED,
    Acceptance,
    Reason,
    Resolution,
)
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.policy import (
    LineFacts,
    OrderFacts,
    Policy,
    Verdict,
    compile_policy,
    fulfilled_at,
    last_parcel_at,
    presets,
)
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.returns import returnable_units
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case, ReturnLine

from .context import Context
from .quotes import quote_units


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """What is asked for one order line."""

    order_line_id: str
    quantity: int
    reason: Reason
    description: str = ""
    resolution: Resolution = Resolution.REFUND


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    order_line_id: str
    returnable: int
    verdict: Verdict


def policy_of(settings: TenantSettings) -> Policy:
    """The policy in force; callers know only `Policy`."""
    return _standard(settings.window_days)


@lru_cache(maxsize=64)
def _standard(window_days: int) -> Policy:
    return compile_policy(presets.standard(window_days=window_days))


def announced_units(session: Session, saleor_order_id: str) -> Counter[str]:
    """Units per order line that cases hold: announced, or after inspection accepted, until Saleor has the return on record."""
    rows = session.execute(
        select(
            ReturnLine.order_line_id,
            ReturnLine.quantity,
            ReturnLine.acceptance,
            ReturnLine.accepted,
        )
        .join(Case, Case.id == ReturnLine.case_id)
        .where(
            Case.saleor_order_id == saleor_order_id,
            Case.status.not_in([status.value for status in RELEASED]),
            Case.return_recorded.is_(False),
        )
    )
    held: Counter[str] = Counter()
    for line_id, quantity, acceptance, accepted in rows:
        held[line_id] += quantity if acceptance == Acceptance.UNDECIDED else accepted
    return held


def order_facts(order: Order) -> OrderFacts:
    """What the policy may ask of the order as a whole."""
    address = order.shipping_address
    return OrderFacts(
        channel=order.channel_slug,
        country=address.country if address else "",
        currency=order.currency,
        language=order.language,
        created=order.created,
        customer_id=order.customer_id,
        customer_metadata=order.customer_metadata,
        order_metadata=order.metadata,
        value=order.worth,
    )


def judge_lines(
    order: Order,
    *,
    policy: Policy,
    now: datetime,
    announced: Mapping[str, int],
    asked: Sequence[LineRequest] = (),
) -> list[JudgedLine]:
    """The policy's verdict on every line of an order, for what is asked of it or, where nothing is, for one unit."""
    returnable = returnable_units(order, announced)
    returned = order.quantities(RETURNED)
    by_line = {request.order_line_id: request for request in asked}
    of_order = order_facts(order)
    judged = []
    for line in order.lines:
        request = by_line.get(line.id)
        facts = LineFacts(
            line=line,
            order=of_order,
            quantity=request.quantity if request else min(1, returnable[line.id]),
            returnable=returnable[line.id],
            returned=returned[line.id],
            purchased_at=order.created,
            fulfilled_at=fulfilled_at(order, line.id),
            last_parcel_at=last_parcel_at(order),
            reason=request.reason if request else None,
            now=now,
        )
        judged.append(
            JudgedLine(
                order_line_id=line.id,
                returnable=returnable[line.id],
                verdict=policy.judge(facts),
            )
        )
    return judged


def judge_order(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest] = ()) -> list[JudgedLine]:
    """What of this order may be returned now, and why not the rest."""
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        announced = announced_units(session, order.id)
    return judge_lines(
        order,
        policy=policy_of(settings),
        now=ctx.now(),
        announced=announced,
        asked=asked,
    )


def expected_refund(ctx: Context, tenant_id: str, order: Order, asked: Sequence[LineRequest]) -> Quote:
    """The quote for what is asked, if all of it arrives and is accepted."""
    settings = ctx.tenant_settings(tenant_id)
    wanted = {request.order_line_id: request.quantity for request in asked}
    with ctx.db.tenant(tenant_id) as session:
        return quote_units(session, order, wanted=wanted, settings=settings)
