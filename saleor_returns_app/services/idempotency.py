"""A write that is asked for twice under one key is carried out once and answered twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.portal import IdempotencyKey

from .context import Context

KEPT = timedelta(days=1)
#: A request that has not answered by then died; whoever asks again carries it out, under the same id.
ABANDONED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a key stands for. With `status` 0 it is the caller's turn to carry it out; else this is the answer given before.

    What the write makes gets `id`: after a crash between making and answering it is found again instead of made twice.
    """

    id: str
    status: int
    answer: dict[str, Any]


def begin(ctx: Context, tenant_id: str, *, subject: str, key: str, request: Any) -> Turn:
    """Take a turn under the key, or get the answer given before. Raises Conflict while it runs, or for another request."""
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    new = IdempotencyKey(subject=subject, key=key, request_digest=digest, status=0, created_at=ctx.now())
    try:
        with ctx.db.tenant(tenant_id) as session:
            session.add(new)
    except IntegrityError:
        return _again(ctx, tenant_id, subject=subject, key=key, digest=digest)
    return Turn(new.id, 0, {})


def _again(ctx: Context, tenant_id: str, *, subject: str, key: str, digest: str) -> Turn:
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(_row(subject, key).with_for_update())
        if row is not None and row.request_digest != digest:
            raise Conflict("This Idempotency-Key was used for another request. Use a new key.", code="KEY_REUSED")
        if row is None or (row.status == 0 and row.created_at > ctx.now() - ABANDONED):
            raise Conflict("The same request is being carried out. Ask again in a moment.", code="KEY_RUNNING")
        if row.status == 0:
            row.created_at = ctx.now()
        return Turn(row.id, row.status, dict(row.answer or {}))


def finish(ctx: Context, tenant_id: str, turn: Turn, *, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer for those who ask again."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.get(IdempotencyKey, turn.id)
        if row is not None:
            row.status, row.answer = status, answer


def give_up(ctx: Context, tenant_id: str, turn: Turn) -> None:
    """It was refused, so nothing was carried out: the key is free for another try."""
    with ctx.db.tenant(tenant_id) as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == turn.id))


def break_off(ctx: Context, tenant_id: str, turn: Turn) -> None:
    """It failed at some point: the same request may be carried out again at once, under the same id."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.get(IdempotencyKey, turn.id)
        if row is not None:
            row.created_at = ctx.now() - ABANDONED


def forget_keys(ctx: Context) -> None:
    """Drop the keys of all tenants that are too old to be asked for again."""
    with ctx.db.everyone() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < ctx.now() - KEPT))


def _row(subject: str, key: str) -> Any:
    return select(IdempotencyKey).where(IdempotencyKey.subject == subject, IdempotencyKey.key == key)
