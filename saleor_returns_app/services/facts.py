"""What a policy may ask: facts about an order, its lines and its shopper, from the mirror and from our own tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import Integer, case, func, or_, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import RELEASED, CaseKind, Reason
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import WITH_SHOPPER, Order, OrderLine
from saleor_returns_app.domain.policy import (
    Condition,
    LineFacts,
    OrderFacts,
    ShopperHistory,
    fulfilled_at,
    last_parcel_at,
)
from saleor_returns_app.domain.policy.calendars import add_months, end_of_day, local_day
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import Refund

#: Public metadata of a fulfillment (ISO 8601) and of a product or variant (whole months); both are documented for shops.
DELIVERED_AT, WARRANTY_MONTHS = "delivered_at", "warranty_months"
#: Whatever else is written there is no day of a delivery; times are counted from it, and no calendar goes beyond the year 9999.
_YEARS = range(2000, 2101)
_MONTHS = re.compile(r"[0-9]{1,3}")


def order_facts(order: Order) -> OrderFacts:
    """What the policy may ask of the order as a whole. Where it was sent counts; where nothing was, where it was billed."""
    return OrderFacts(
        channel=order.channel_slug,
        country=order.country,
        currency=order.currency,
        language=order.language,
        created=order.created,
        customer_id=order.customer_id,
        customer_metadata=order.customer_metadata,
        order_metadata=order.metadata,
        value=order.worth,
    )


def delivered_at(order: Order) -> datetime | None:
    """When the last parcel reached the shopper, None until that is known of all of them."""
    parcels = [item for item in order.fulfillments if item.status in WITH_SHOPPER]
    dates = [_moment(item.metadata.get(DELIVERED_AT, "")) for item in parcels]
    known = [date for date in dates if date is not None]
    return max(known) if known and len(known) == len(dates) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def warranty_until(line: OrderLine, begins: datetime | None, *, zone: str) -> datetime | None:
    """The last instant of the warranty, None where the shop gives none or it has not begun."""
    months = line.variant_metadata.get(WARRANTY_MONTHS) or line.product_metadata.get(WARRANTY_MONTHS, "")
    if begins is None or not _MONTHS.fullmatch(months.strip()):
        return None
    return end_of_day(add_months(local_day(begins, zone), int(months)), zone)


def line_facts(
    order: Order,
    line: OrderLine,
    *,
    now: datetime,
    quantity: int,
    returnable: int,
    returned: int,
    reason: Reason | None = None,
    condition: Condition | None = None,
    history: ShopperHistory | None = None,
    settings: TenantSettings | None = None,
) -> LineFacts:
    """Everything that is known of one line when it is asked about."""
    shop = settings or TenantSettings()
    sent, delivered = fulfilled_at(order, line.id), delivered_at(order)
    return LineFacts(
        line=line,
        order=order_facts(order),
        history=history or ShopperHistory(),
        quantity=quantity,
        returnable=returnable,
        returned=returned,
        purchased_at=order.created,
        fulfilled_at=sent,
        last_parcel_at=last_parcel_at(order),
        delivered_at=delivered,
        reason=reason,
        condition=condition,
        warranty_until=warranty_until(line, delivered or sent, zone=shop.time_zone),
        now=now,
        zone=shop.time_zone,
        holidays=shop.holiday_country,
    )


def shopper_history(session: Session, order: Order) -> ShopperHistory:
    """Earlier returns of who placed this order: of their account, and of their mailbox where they bought as a guest.

    Units bought are those of the orders that we know of.
    """
    email = order.email.lower()
    mine = (
        Case.email == email
        if order.customer_id is None
        else or_(Case.customer_id == order.customer_id, (Case.email == email) & Case.customer_id.is_(None))
    )
    counted = (mine, Case.kind == CaseKind.RETURN, Case.status.not_in([status.value for status in RELEASED]))
    cases = session.scalar(select(func.count(Case.id)).where(*counted)) or 0
    if not cases:
        return ShopperHistory(units_bought=_bought(session, email))
    back = case((ReturnLine.received > 0, ReturnLine.received), else_=ReturnLine.quantity)
    units = session.scalar(select(func.sum(back)).join(Case, Case.id == ReturnLine.case_id).where(*counted))
    paid = session.scalar(
        select(func.sum(Refund.paid_minor))
        .join(Case, Case.id == Refund.case_id)
        .where(*counted, Refund.currency == order.currency)
    )
    return ShopperHistory(
        cases=cases,
        units_returned=int(units or 0),
        units_bought=_bought(session, email),
        returned_value=Money.from_minor(int(paid), order.currency) if paid else None,
    )


def _bought(session: Session, email: str) -> int:
    known = select(func.sum(OrderMirror.units).cast(Integer)).where(OrderMirror.email == email)
    return session.scalar(known) or 0
