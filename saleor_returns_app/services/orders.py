"""The order mirror: refreshed by webhooks and on use, never trusted beyond its age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.erasing import is_erased, order_without_person
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.orders import OrderLane, OrderMirror

from .context import Context

#: How old a mirror may be when a shopper submits something that depends on it. Writes to Saleor always read anew.
FRESH = timedelta(seconds=60)

#: Marks a mirror whose order changed since.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_SNAPSHOT: TypeAdapter[Order] = TypeAdapter(Order)


def pack_order(order: Order) -> dict[str, Any]:
    packed: dict[str, Any] = _SNAPSHOT.dump_python(order, mode="json")
    return packed


def unpack_order(packed: dict[str, Any]) -> Order:
    return _SNAPSHOT.validate_python(packed)


def store_order(session: Session, order: Order, *, now: datetime) -> OrderMirror:
    """Keep a read; an older read never replaces a newer one."""
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == order.id).with_for_update())
    if row is None:
        try:
            with session.begin_nested():
                row = _written(OrderMirror(saleor_id=order.id), order, now)
                session.add(row)
        except IntegrityError:  # another transaction mirrored it first
            mine = select(OrderMirror).where(OrderMirror.saleor_id == order.id).with_for_update()
            row = session.scalars(mine).one()
        return row
    if row.saleor_updated_at > order.updated_at:
        return row
    return _written(row, order, now)


def _written(row: OrderMirror, order: Order, now: datetime) -> OrderMirror:
    if row.email and is_erased(row.email):
        order = order_without_person(order, row.email)  # Saleor still knows them; here they were erased
    row.number = order.number
    row.email = order.email.lower()
    row.channel_slug = order.channel_slug
    row.currency = order.currency
    row.units = sum(line.quantity for line in order.lines)
    row.snapshot = pack_order(order)
    row.saleor_created_at = order.created
    row.saleor_updated_at = order.updated_at
    row.refreshed_at = now
    return row


def fresh_order(ctx: Context, tenant_id: str, saleor_order_id: str, *, max_age: timedelta = FRESH) -> Order:
    """The order, read from Saleor unless the mirror is younger than `max_age`. Raises NotFound."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == saleor_order_id))
    now = ctx.now()
    if row is not None and now - row.refreshed_at < max_age:
        return unpack_order(row.snapshot)
    order = ctx.saleor.read_order(ctx.shop(tenant_id), saleor_order_id)
    if order is None:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    with ctx.db.tenant(tenant_id) as session:
        store_order(session, order, now=now)
    return order


def mirrored_order(session: Session, saleor_order_id: str) -> Order:
    """The order as last read, for pages that say how old it is. Raises NotFound."""
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == saleor_order_id))
    if row is None:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    return unpack_order(row.snapshot)


def recent_order(session: Session, saleor_order_id: str, *, since: datetime) -> Order | None:
    """The order as read at `since` or later, where nothing told of a change after that; else None."""
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == saleor_order_id))
    return unpack_order(row.snapshot) if row is not None and row.refreshed_at >= since else None


def is_newest(session: Session, order: Order) -> bool:
    """Whether nothing told of a change since this read."""
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == order.id))
    return row is not None and row.refreshed_at != LONG_AGO and row.saleor_updated_at <= order.updated_at


def outdate_order(session: Session, saleor_order_id: str) -> None:
    """We changed it: the next use reads it anew."""
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == saleor_order_id))
    if row is not None:
        row.refreshed_at = LONG_AGO


def lock_lane(session: Session, saleor_order_id: str) -> OrderLane:
    """The order's lane row, locked for the rest of the transaction; made when it is not there yet."""
    found = session.scalar(select(OrderLane).where(OrderLane.saleor_order_id == saleor_order_id).with_for_update())
    if found is not None:
        return found
    try:
        with session.begin_nested():
            lane = OrderLane(saleor_order_id=saleor_order_id, fence=0)
            session.add(lane)
    except IntegrityError:  # another transaction made it first: wait for it
        pass
    return session.scalars(
        select(OrderLane).where(OrderLane.saleor_order_id == saleor_order_id).with_for_update()
    ).one()


def country_of(order: Order) -> str:
    """Where goods of this order go: an ISO code, empty where it has no address."""
    address = order.shipping_address or order.billing_address
    return address.country if address else ""
