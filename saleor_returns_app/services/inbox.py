"""The work that a webhook asks for: what it says is a hint, so the mirror is marked old, the order is read later, and a waiting
lane is nudged."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import RecordedReturn, Refund
from saleor_returns_app.models.webhooks import WebhookDelivery

from .context import Context
from .exchanges import wake_exchanges
from .mirroring import note_changes
from .orders import LONG_AGO
from .paying import IS_WATCHED

#: How long a delivery is remembered, so that a repeated one is recognised: Saleor retries for about ten minutes.
REMEMBERED = timedelta(days=3)
#: How old a delivery must be for its second, third, … try; one that fails at the last is put aside. Those that wait for their
#: next try take no place among the oldest, so a shop whose deliveries fail does not hold up the others.
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 600, 3600))
#: What Saleor's ids are made of (base64 as a rule). Anything else is no order of ours, and NUL or half a surrogate pair would
#: be refused by the database.
_ID = re.compile(r"[\w=+/:.-]{1,120}", re.ASCII)

log = structlog.get_logger()


def drain_inbox(ctx: Context, *, most: int = 500) -> int:
    """Work off waiting deliveries, oldest first, many of one order as one; gives how many were settled."""
    now = ctx.now()
    again = (
        and_(WebhookDelivery.attempts == tries, WebhookDelivery.received_at <= now - age)
        for tries, age in enumerate(RETRIES, start=1)
    )
    with ctx.db.everyone() as session:
        waiting = session.scalars(
            select(WebhookDelivery)
            .where(WebhookDelivery.processed_at.is_(None), or_(WebhookDelivery.attempts == 0, *again))
            .order_by(WebhookDelivery.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        by_tenant: defaultdict[str, list[WebhookDelivery]] = defaultdict(list)
        for delivery in waiting:
            by_tenant[delivery.tenant_id].append(delivery)
        for tenant_id, deliveries in by_tenant.items():
            _work_off(ctx, session, tenant_id, deliveries)
        return sum(delivery.processed_at is not None for delivery in waiting)


def _work_off(ctx: Context, session: Session, tenant_id: str, deliveries: Sequence[WebhookDelivery]) -> None:
    """Settle deliveries of one shop, together where that works, else one by one: one that fails costs only itself."""
    try:
        with session.begin_nested():
            _take_in(ctx, session, tenant_id, deliveries)
    except Exception as problem:
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise  # the database went away: no delivery's fault
        if len(deliveries) == 1:
            _note_failure(ctx, deliveries[0], problem)
        else:
            for delivery in deliveries:
                _work_off(ctx, session, tenant_id, [delivery])
        return
    for delivery in deliveries:
        delivery.processed_at, delivery.body, delivery.error = ctx.now(), b"", ""


def _note_failure(ctx: Context, delivery: WebhookDelivery, problem: Exception) -> None:
    """Count the try. After the last one the delivery is put aside: it was a hint, and what it told of is looked at anyway.

    Its body stays until it is forgotten, for whoever looks into it.
    """
    delivery.attempts += 1
    delivery.error = type(problem).__name__
    aside = delivery.attempts > len(RETRIES)
    if aside:
        delivery.processed_at = ctx.now()
    log.error(
        "delivery put aside" if aside else "delivery failed",
        tenant=delivery.tenant_id,
        delivery=delivery.id,
        attempts=delivery.attempts,
        exc_info=problem,
    )


def order_in(body: bytes) -> str:
    """The id of the order a payload is about, at any of the places our subscriptions have it; empty when there is none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(payload, dict):
        return ""
    for holder in (payload, payload.get("fulfillment"), payload.get("transaction")):
        order = holder.get("order") if isinstance(holder, dict) else None
        if isinstance(order, dict) and isinstance(order.get("id"), str):
            found: str = order["id"]
            return found if _ID.fullmatch(found) else ""
    return ""


def _take_in(ctx: Context, session: Session, tenant_id: str, deliveries: Sequence[WebhookDelivery]) -> None:
    orders: dict[str, str] = {}
    for delivery in deliveries:
        order_id = order_in(delivery.body)
        if order_id:
            orders[order_id] = delivery.id
    if not orders:
        return
    note_changes(session, tenant_id, orders, now=ctx.now())
    mine = OrderMirror.tenant_id == tenant_id
    for mirror in session.scalars(select(OrderMirror).where(mine, OrderMirror.saleor_id.in_(orders))):
        mirror.refreshed_at = LONG_AGO
    moving = select(Refund.saleor_order_id).where(
        Refund.tenant_id == tenant_id,
        Refund.saleor_order_id.in_(orders),
        IS_WATCHED,
    )
    recording = select(RecordedReturn.saleor_order_id).where(
        RecordedReturn.tenant_id == tenant_id,
        RecordedReturn.saleor_order_id.in_(orders),
        RecordedReturn.state == "calling",
    )
    for order_id in session.scalars(moving.union(recording)):
        key = f"hook:{orders[order_id]}"
        ctx.jobs.advance_order(session, tenant_id=tenant_id, saleor_order_id=order_id, key=key)
    wake_exchanges(ctx, session, tenant_id, list(orders))


def forget_deliveries(ctx: Context) -> None:
    with ctx.db.everyone() as session:
        session.execute(
            delete(WebhookDelivery).where(
                WebhookDelivery.processed_at.is_not(None),
                WebhookDelivery.processed_at < ctx.now() - REMEMBERED,
            )
        )
