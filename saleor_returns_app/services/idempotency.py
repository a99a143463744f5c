"""A write that is asked for twice under one key is carried out once and answered twice."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.portal import IdempotencyKey

from .context import Context

KEPT = timedelta(days=1)
#: A request that has not answered by then died: its key may be used again.
ABANDONED = timedelta(minutes=2)


def begin(ctx: Context, tenant_id: str, *, subject: str, key: str, request: Any) -> tuple[int, dict[str, Any]] | None:
    """The answer given before, or None: carry it out and call `finish`. Raises Conflict while it runs, or for another request."""
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
        session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.status == 0, IdempotencyKey.created_at < now - ABANDONED)
        )
    try:
        with ctx.db.tenant(tenant_id) as session:
            session.add(IdempotencyKey(subject=subject, key=key, request_digest=digest, created_at=now))
    except IntegrityError:
        with ctx.db.tenant(tenant_id) as session:
            row = session.scalar(
                select(IdempotencyKey).where(IdempotencyKey.subject == subject, IdempotencyKey.key == key)
            )
        if row is not None and row.request_digest != digest:
            text = "This Idempotency-Key was used for another request. Use a new key."
            raise Conflict(text, code="KEY_REUSED") from None
        if row is None or row.status == 0:
            raise Conflict("The same request is being carried out. Ask again in a moment.", code="KEY_RUNNING") from None
        return row.status, dict(row.answer or {})
    return None


def finish(ctx: Context, tenant_id: str, *, subject: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer for those who ask again."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(IdempotencyKey).where(IdempotencyKey.subject == subject, IdempotencyKey.key == key))
        if row is not None:
            row.status, row.answer = status, answer


def give_up(ctx: Context, tenant_id: str, *, subject: str, key: str) -> None:
    """Nothing was carried out: the key is free again."""
    with ctx.db.tenant(tenant_id) as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.subject == subject, IdempotencyKey.key == key))
