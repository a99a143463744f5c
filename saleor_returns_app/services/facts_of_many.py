"""Facts about lines of many orders, as `facts` has them of one: what cases hold and what shoppers returned is read once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import RELEASED, Acceptance, Reason
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import RETURNED, Order
from saleor_returns_app.domain.policy import Condition, LineFacts, PolicyDocument, ShopperHistory
from saleor_returns_app.domain.returns import returnable_units
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import Refund

from .facts import line_facts

_RELEASED = [status.value for status in RELEASED]
_OF_HISTORY = frozenset({"earlier_returns", "return_rate", "returned_value"})


def read_held_units(session: Session) -> Counter[str]:
    """Units per order line that cases hold, of all orders: as `judging.announced_units` counts them for one."""
    rows = session.execute(
        select(ReturnLine.order_line_id, ReturnLine.quantity, ReturnLine.acceptance, ReturnLine.accepted)
        .join(Case, Case.id == ReturnLine.case_id)
        .where(Case.status.not_in(_RELEASED), Case.return_recorded.is_(False))
    )
    held: Counter[str] = Counter()
    for line_id, quantity, acceptance, accepted in rows:
        held[line_id] += quantity if acceptance == Acceptance.UNDECIDED else accepted
    return held


@dataclass(frozen=True, slots=True)
class _Earlier:
    created_at: datetime
    customer_id: str | None
    email: str
    units: int
    paid: dict[str, int]  # currency → minor units


@dataclass(frozen=True, slots=True)
class Histories:
    """Earlier returns of all shoppers, as `facts.shopper_history` counts them for one."""

    of_customer: dict[str, list[_Earlier]]
    of_email: dict[str, list[_Earlier]]
    bought: dict[str, int]  # by e-mail

    @classmethod
    def none(cls) -> Self:
        """Where no rule asks for it."""
        return cls({}, {}, {})

    @classmethod
    def read(cls, session: Session) -> Self:
        back = when((ReturnLine.received > 0, ReturnLine.received), else_=ReturnLine.quantity)
        paid: dict[str, dict[str, int]] = defaultdict(dict)
        for case_id, currency, minor in session.execute(
            select(Refund.case_id, Refund.currency, func.sum(Refund.paid_minor)).group_by(
                Refund.case_id, Refund.currency
            )
        ):
            paid[case_id][currency] = int(minor or 0)
        rows = session.execute(
            select(Case.id, Case.created_at, Case.customer_id, Case.email, func.sum(back))
            .join(ReturnLine, ReturnLine.case_id == Case.id)
            .where(Case.status.not_in(_RELEASED))
            .group_by(Case.id, Case.created_at, Case.customer_id, Case.email)
        )
        of_customer: dict[str, list[_Earlier]] = defaultdict(list)
        of_email: dict[str, list[_Earlier]] = defaultdict(list)
        for case_id, created_at, customer_id, email, units in rows:
            found = _Earlier(created_at, customer_id, email, int(units or 0), paid.get(case_id, {}))
            of_email[email].append(found)
            if customer_id is not None:
                of_customer[customer_id].append(found)
        bought = select(OrderMirror.email, func.sum(OrderMirror.units)).group_by(OrderMirror.email)
        return cls(of_customer, of_email, {email: int(units or 0) for email, units in session.execute(bought)})

    def of(self, order: Order, *, before: datetime | None = None) -> ShopperHistory:
        """Of who placed this order; `before` leaves out what came at that time or later."""
        mine: Iterable[_Earlier] = self.of_email.get(order.email, ())
        if order.customer_id is not None:
            guests = [each for each in mine if each.customer_id is None]
            mine = [*self.of_customer.get(order.customer_id, ()), *guests]
        mine = [each for each in mine if before is None or each.created_at < before]
        paid = sum(each.paid.get(order.currency, 0) for each in mine)
        return ShopperHistory(
            cases=len(mine),
            units_returned=sum(each.units for each in mine),
            units_bought=self.bought.get(order.email, 0),
            returned_value=Money.from_minor(paid, order.currency) if paid else None,
        )


def asks_for_history(document: PolicyDocument) -> bool:
    return any(condition.kind in _OF_HISTORY for rule in document.rules for condition in rule.when)


def order_line_facts(
    order: Order, *, held: Counter[str], histories: Histories, settings: TenantSettings, now: datetime
) -> Iterator[LineFacts]:
    """One unit of each line, asked about now and without a reason."""
    returnable, returned = returnable_units(order, held), order.quantities(RETURNED)
    history = histories.of(order)
    for line in order.lines:
        yield line_facts(
            order,
            line,
            now=now,
            quantity=min(1, returnable[line.id]),
            returnable=returnable[line.id],
            returned=returned[line.id],
            history=history,
            settings=settings,
        )


def case_facts(case: Case, order: Order, *, histories: Histories, settings: TenantSettings) -> Iterator[LineFacts]:
    """The lines of a past case as they were asked for, at its time.

    What came back since is taken as still there: the question is what the policy would have said, not what is left. Where Saleor
    moved every unit of a line to a returned fulfillment, the dispatch of the order's last parcel stands for the line's.
    """
    then = replace(order, fulfillments=tuple(item for item in order.fulfillments if item.created <= case.created_at))
    history = histories.of(order, before=case.created_at)
    for line in case.lines:
        bought = order.line(line.order_line_id)
        if bought is None:
            continue
        facts = line_facts(
            then,
            bought,
            now=case.created_at,
            quantity=line.quantity,
            returnable=line.quantity,
            returned=0,
            reason=Reason(line.reason),
            condition=Condition(line.condition) if line.condition else None,
            history=history,
            settings=settings,
        )
        yield facts if facts.fulfilled_at is not None else replace(facts, fulfilled_at=facts.last_parcel_at)
