"""The orders that a shop had before the app, or while it was away: read once, newest first, gently."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import AppError, Conflict, RemoteError, SaleorUnavailable
from saleor_returns_app.models.orders import OrderBackfill
from saleor_returns_app.models.tenants import Tenant, TenantState

from .context import Context
from .guards import require_permission, require_role
from .mirroring import keep_orders
from .policies import NEEDED
from .ports import OrdersPage

#: How far back orders are read, policies simulated and cases looked at.
LOOKED_BACK = timedelta(days=90)
#: Orders of a page, as long as the shop's Saleor answers them.
MOST = 20
#: From one page to the next: a shop is not asked more often than this.
PAUSE = timedelta(seconds=1)
#: How long a page is left to the worker that reads it.
LEASE = timedelta(seconds=120)
#: Tries of one page, ever longer apart, an hour at most; after the last one a person has to ask again.
TRIES = 12
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

log = structlog.get_logger()


def ask_for_backfill(session: Session, tenant_id: str, *, now: datetime) -> None:
    """Have the shop's orders read from the newest on; one that is under way begins again."""
    row = session.scalar(select(OrderBackfill).where(OrderBackfill.tenant_id == tenant_id).with_for_update())
    if row is None:
        row = OrderBackfill(tenant_id=tenant_id)
        session.add(row)
    row.state, row.error, row.cursor = WAITING, "", ""
    row.total = row.done = row.failures = 0
    row.most = MOST
    row.since = (now - LOOKED_BACK).date()
    row.requested_at = row.due_at = now
    row.finished_at = None


def request_backfill(ctx: Context, tenant_id: str, *, actor: Actor) -> None:
    """Staff ask for it anew. What is under way goes on."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.tenant(tenant_id) as session:
        under_way = session.scalar(select(OrderBackfill.id).where(OrderBackfill.state.in_([WAITING, RUNNING])))
        if under_way is None:
            ask_for_backfill(session, tenant_id, now=ctx.now())


def find_backfill(ctx: Context, tenant_id: str) -> OrderBackfill | None:
    """How far the shop's orders are read; None for a shop of which they never were asked for."""
    with ctx.db.tenant(tenant_id) as session:
        return session.scalar(select(OrderBackfill))


def backfill_orders(ctx: Context) -> int:
    """Read one page of the shop that waited longest; gives 1, or 0 when none was due."""
    row = _take(ctx)
    if row is None:
        return 0
    read_at = ctx.now()
    try:
        shop = ctx.shop(row.tenant_id)
        page = ctx.saleor.list_orders(shop, since=row.since, cursor=row.cursor, most=row.most)
    except (RemoteError, Conflict) as problem:
        _note_failure(ctx, row, problem)
        return 1
    keep_orders(ctx, row.tenant_id, page.orders, read_at=read_at)
    _go_on(ctx, row, page)
    return 1


def _take(ctx: Context) -> OrderBackfill | None:
    now = ctx.now()
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    with ctx.db.everyone() as session:
        row = session.scalar(
            select(OrderBackfill)
            .where(
                OrderBackfill.state.in_([WAITING, RUNNING]),
                OrderBackfill.due_at <= now,
                OrderBackfill.tenant_id.in_(active),
            )
            .order_by(OrderBackfill.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is not None:
            row.state, row.due_at = RUNNING, now + LEASE
        return row


def _held(session: Session, taken: OrderBackfill) -> OrderBackfill | None:
    """The row, locked, while it is still where it was taken: whoever came after us has moved its time or its place."""
    return session.scalar(
        select(OrderBackfill)
        .where(
            OrderBackfill.id == taken.id,
            OrderBackfill.state == RUNNING,
            OrderBackfill.due_at == taken.due_at,
            OrderBackfill.cursor == taken.cursor,
        )
        .with_for_update()
    )


def _go_on(ctx: Context, taken: OrderBackfill, page: OrdersPage) -> None:
    now = ctx.now()
    with ctx.db.tenant(taken.tenant_id) as session:
        row = _held(session, taken)
        if row is None:
            return
        if page.total is not None:
            row.total = page.total
        row.done += len(page.orders)
        row.failures, row.error = 0, ""
        row.cursor, row.due_at = page.cursor, now + PAUSE
        if not page.cursor:
            row.state, row.finished_at = DONE, now
            log.info("orders backfilled", tenant=row.tenant_id, orders=row.done)


def _note_failure(ctx: Context, taken: OrderBackfill, problem: AppError) -> None:
    """Fewer orders next time, for they may have been too many; later and later, for the shop may be down."""
    now = ctx.now()
    log.info("backfill waits", tenant=taken.tenant_id, code=problem.code, most=taken.most)
    with ctx.db.tenant(taken.tenant_id) as session:
        row = _held(session, taken)
        if row is None:
            return
        row.failures += 1
        row.error = problem.message()
        smaller = max(1, row.most // 2)
        too_many = row.most > 1 and not isinstance(problem, SaleorUnavailable | Conflict)
        row.due_at = now + (PAUSE if too_many else min(timedelta(seconds=10 * 2**row.failures), timedelta(hours=1)))
        row.most = smaller
        if row.failures >= TRIES:
            row.state, row.finished_at = FAILED, now
