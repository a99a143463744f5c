"""The work that a webhook asks for: what it says is a hint, so the mirror is marked old and a waiting lane is nudged."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import RecordedReturn, Refund
from saleor_returns_app.models.webhooks import WebhookDelivery

from .context import Context
from .orders import LONG_AGO
from .paying import IS_WATCHED

#: How long a delivery is remembered, so that a repeated one is recognised: Saleor retries for about ten minutes.
REMEMBERED = timedelta(days=3)


def drain_inbox(ctx: Context, *, most: int = 500) -> int:
    """Work off waiting deliveries, oldest first, many of one order as one; gives how many."""
    now = ctx.now()
    with ctx.db.everyone() as session:
        waiting = session.scalars(
            select(WebhookDelivery)
            .where(WebhookDelivery.processed_at.is_(None))
            .order_by(WebhookDelivery.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        orders: dict[tuple[str, str], str] = {}
        for delivery in waiting:
            order_id = order_in(delivery.body)
            if order_id:
                orders[(delivery.tenant_id, order_id)] = delivery.id
            delivery.processed_at, delivery.body = now, b""
        if orders:
            _take_in(ctx, session, orders)
    return len(waiting)


def order_in(body: bytes) -> str:
    """The id of the order a payload is about, at any of the places our subscriptions have it; empty when there is none."""
    try:
        payload = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(payload, dict):
        return ""
    for holder in (payload, payload.get("fulfillment"), payload.get("transaction")):
        order = holder.get("order") if isinstance(holder, dict) else None
        if isinstance(order, dict) and isinstance(order.get("id"), str):
            found: str = order["id"]
            return found
    return ""


def _take_in(ctx: Context, session: Session, orders: dict[tuple[str, str], str]) -> None:
    by_tenant: defaultdict[str, list[str]] = defaultdict(list)
    for tenant_id, order_id in orders:
        by_tenant[tenant_id].append(order_id)
    for tenant_id, order_ids in by_tenant.items():
        mine = OrderMirror.tenant_id == tenant_id
        for mirror in session.scalars(select(OrderMirror).where(mine, OrderMirror.saleor_id.in_(order_ids))):
            mirror.refreshed_at = LONG_AGO
        moving = select(Refund.saleor_order_id).where(
            Refund.tenant_id == tenant_id,
            Refund.saleor_order_id.in_(order_ids),
            IS_WATCHED,
        )
        recording = select(RecordedReturn.saleor_order_id).where(
            RecordedReturn.tenant_id == tenant_id,
            RecordedReturn.saleor_order_id.in_(order_ids),
            RecordedReturn.state == "calling",
        )
        for order_id in session.scalars(moving.union(recording)):
            key = f"hook:{orders[(tenant_id, order_id)]}"
            ctx.jobs.advance_order(session, tenant_id=tenant_id, saleor_order_id=order_id, key=key)


def forget_deliveries(ctx: Context) -> None:
    with ctx.db.everyone() as session:
        session.execute(
            delete(WebhookDelivery).where(
                WebhookDelivery.processed_at.is_not(None),
                WebhookDelivery.processed_at < ctx.now() - REMEMBERED,
            )
        )
