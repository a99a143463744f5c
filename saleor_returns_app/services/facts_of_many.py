"""Facts about lines of many orders, as `judging` has them of one: what cases hold is read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import RELEASED, Acceptance, Reason
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.policy import LineFacts, fulfilled_at, last_parcel_at
from saleor_returns_app.domain.returns import returnable_units
from saleor_returns_app.models.cases import Case, ReturnLine

from .facts import order_facts


@dataclass(frozen=True, slots=True)
class Held:
    """Units per order line that cases hold."""

    units: Counter[str]

    @classmethod
    def read(cls, session: Session) -> Self:
        """Of all cases of the shop, as `judging.announced_units` counts them for one order."""
        rows = session.execute(
            select(ReturnLine.order_line_id, ReturnLine.quantity, ReturnLine.acceptance, ReturnLine.accepted)
            .join(Case, Case.id == ReturnLine.case_id)
            .where(Case.status.not_in([status.value for status in RELEASED]), Case.return_recorded.is_(False))
        )
        units: Counter[str] = Counter()
        for line_id, quantity, acceptance, accepted in rows:
            units[line_id] += quantity if acceptance == Acceptance.UNDECIDED else accepted
        return cls(units)


def order_line_facts(order: Order, *, held: Held, now: datetime) -> Iterator[LineFacts]:
    """One unit of each line, asked about now and without a reason."""
    returnable = returnable_units(order, held.units)
    returned = order.quantities(RETURNED)
    of_order, last = order_facts(order), last_parcel_at(order)
    for line in order.lines:
        yield LineFacts(
            line=line,
            order=of_order,
            quantity=min(1, returnable[line.id]),
            returnable=returnable[line.id],
            returned=returned[line.id],
            purchased_at=order.created,
            fulfilled_at=fulfilled_at(order, line.id),
            last_parcel_at=last,
            now=now,
        )


def case_facts(case: Case, order: Order) -> Iterator[tuple[ReturnLine, LineFacts]]:
    """The lines of a past case as they were asked for, at its time.

    What came back since is taken as still there: the question is what the policy would have said, not what is left.
    """
    then = replace(order, fulfillments=tuple(item for item in order.fulfillments if item.created <= case.created_at))
    of_order, last = order_facts(order), last_parcel_at(then)
    for line in case.lines:
        bought = order.line(line.order_line_id)
        if bought is None:
            continue
        yield (
            line,
            LineFacts(
                line=bought,
                order=of_order,
                quantity=line.quantity,
                returnable=line.quantity,
                purchased_at=order.created,
                fulfilled_at=fulfilled_at(then, line.order_line_id) or last,
                last_parcel_at=last,
                reason=Reason(line.reason),
                now=case.created_at,
            ),
        )
