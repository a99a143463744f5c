"""Keeping the mirror complete: orders that changed are read, many at once, a while after they changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import Conflict, RemoteError, SaleorRefused
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.orders import OrderMirror, OrderToRead
from saleor_returns_app.models.tenants import Tenant, TenantState

from .context import Context
from .orders import outdate_order, store_order
from .ports import ShopConnection

#: An order changes several times while it is paid, sent and noted; all that within this time is one read.
GATHERED = timedelta(seconds=60)
#: Orders read by one call.
AT_ONCE = 20
#: How long they are left to the worker that took them, and a shop in peace after it did not answer.
LEASE = timedelta(seconds=120)

log = structlog.get_logger()


def note_changes(session: Session, tenant_id: str, order_ids: Collection[str], *, now: datetime) -> None:
    """Have the orders read a while from now."""
    if not order_ids:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # In one order of rows everywhere, so that two workers with the same orders wait and do not block each other.
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "saleor_order_id": order_id,
            "told_at": now,
            "due_at": now + GATHERED,
        }
        for order_id in sorted(order_ids)
    ]
    wanted = dialect.insert(OrderToRead).values(rows)
    session.execute(
        wanted.on_conflict_do_update(
            index_elements=["tenant_id", "saleor_order_id"], set_={"told_at": wanted.excluded.told_at}
        )
    )


def read_changed_orders(ctx: Context) -> int:
    """Read what is due of the shop that waited longest, by one call at most; gives how many orders were settled."""
    taken = _take(ctx)
    if not taken:
        return 0
    tenant_id = taken[0].tenant_id
    wanted = [row.saleor_order_id for row in taken if not _was_read_since(ctx, row)]
    try:
        read_at = ctx.now()
        orders = read_several(ctx, ctx.shop(tenant_id), wanted)
    except (RemoteError, Conflict) as problem:
        log.info("orders not read", tenant=tenant_id, orders=len(wanted), code=problem.code)
        _leave_in_peace(ctx, tenant_id)
        return 0
    keep_orders(ctx, tenant_id, orders, read_at=read_at)
    _settle(ctx, tenant_id, taken)
    return len(taken)


def read_several(ctx: Context, shop: ShopConnection, order_ids: Sequence[str]) -> tuple[Order, ...]:
    """At most `AT_ONCE` orders; where the shop refuses them together, in ever smaller parts. One that it refuses alone is left out."""
    if not order_ids:
        return ()
    try:
        return ctx.saleor.read_orders(shop, order_ids)
    except SaleorRefused as problem:
        if len(order_ids) == 1:
            log.warning("order not read", tenant=shop.tenant_id, reason=problem.reason)
            return ()
    half = len(order_ids) // 2
    return read_several(ctx, shop, order_ids[:half]) + read_several(ctx, shop, order_ids[half:])


def keep_orders(ctx: Context, tenant_id: str, orders: Sequence[Order], *, read_at: datetime) -> None:
    """Store a read of several orders. What was told of since the read began stays marked: the read may not show it."""
    ids = sorted(order.id for order in orders)
    with ctx.db.tenant(tenant_id) as session:
        for order in sorted(orders, key=lambda order: order.id):
            store_order(session, order, now=read_at)
        told = select(OrderToRead.saleor_order_id).where(
            OrderToRead.saleor_order_id.in_(ids), OrderToRead.told_at >= read_at
        )
        for order_id in session.scalars(told).all():
            outdate_order(session, order_id)


def _take(ctx: Context) -> list[OrderToRead]:
    now = ctx.now()
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    due = and_(OrderToRead.due_at <= now, OrderToRead.tenant_id.in_(active))
    with ctx.db.everyone() as session:
        first = session.scalar(select(OrderToRead).where(due).order_by(OrderToRead.due_at).limit(1))
        if first is None:
            return []
        rows = session.scalars(
            select(OrderToRead)
            .where(OrderToRead.tenant_id == first.tenant_id, OrderToRead.due_at <= now)
            .order_by(OrderToRead.due_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.due_at = now + LEASE
        return list(rows)


def _was_read_since(ctx: Context, row: OrderToRead) -> bool:
    """Whether somebody who needed the order has read it meanwhile."""
    with ctx.db.tenant(row.tenant_id) as session:
        read_at = session.scalar(select(OrderMirror.refreshed_at).where(OrderMirror.saleor_id == row.saleor_order_id))
    return read_at is not None and read_at > row.told_at


def _settle(ctx: Context, tenant_id: str, taken: Sequence[OrderToRead]) -> None:
    """Done, but for those that were told of again while they were read: these are due anew."""
    with ctx.db.tenant(tenant_id) as session:
        for row in taken:
            mine = OrderToRead.id == row.id
            session.execute(delete(OrderToRead).where(mine, OrderToRead.told_at == row.told_at))
            session.execute(update(OrderToRead).where(mine).values(due_at=OrderToRead.told_at))


def _leave_in_peace(ctx: Context, tenant_id: str) -> None:
    """Other shops come first for a while."""
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        session.execute(update(OrderToRead).where(OrderToRead.due_at <= now).values(due_at=now + LEASE))
