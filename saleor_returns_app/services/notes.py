"""Notes on the Saleor order. They ride with the next write to the order, so that a note rarely costs a call of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.errors import (
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
)
from saleor_returns_app.models.refunds import OrderNote

from .context import Context
from .lanes import GRACE, Lane

#: How long a note waits for a write to ride with.
NOTE_DELAY = timedelta(seconds=60)
#: How long a swept note is left to the job that was enqueued for it. Such a note is due later than now, so whoever sends due
#: notes looks so far ahead; a note that is yet waiting for a write goes at most that much early.
NOTE_LEASE = timedelta(seconds=30)


def waiting_notes(session: Session, saleor_order_id: str) -> Sequence[OrderNote]:
    return session.scalars(
        select(OrderNote)
        .where(OrderNote.saleor_order_id == saleor_order_id, OrderNote.sent_at.is_(None))
        .order_by(OrderNote.id)
    ).all()


def take_notes(lane: Lane, session: Session) -> str | None:
    """The text of untried notes, marked as tried: to be sent with a write that is about to be made."""
    notes = [note for note in waiting_notes(session, lane.saleor_order_id) if note.tried_at is None]
    for note in notes:
        note.tried_at = lane.ctx.now()
    return "\n".join(note.text for note in notes) or None


def confirm_notes(lane: Lane, session: Session, text: str | None) -> None:
    """They were written."""
    said = (text or "").split("\n")
    for note in waiting_notes(session, lane.saleor_order_id):
        if note.tried_at is not None and note.text in said:
            note.sent_at = lane.ctx.now()


def _is_due(ctx: Context, note: OrderNote) -> bool:
    """Not while a call that was to write it may still be running: looking for it would not find it yet."""
    if note.tried_at and note.tried_at + timedelta(seconds=ctx.settings.saleor_timeout) + GRACE > ctx.now():
        return False
    return note.due_at <= ctx.now() + NOTE_LEASE


def send_due_notes(lane: Lane) -> None:
    """Send what found no write to ride with. A note whose sending is unclear is looked for on the order first."""
    ctx = lane.ctx
    with lane.write() as session:
        due = [note for note in waiting_notes(session, lane.saleor_order_id) if _is_due(ctx, note)]
    if not due:
        return
    shop = ctx.shop(lane.tenant_id)
    for note in due:
        try:
            there = note.tried_at is not None and ctx.saleor.note_exists(shop, lane.saleor_order_id, note.text)
            if not there:
                with lane.write() as session:
                    session.merge(note).tried_at = ctx.now()
                ctx.saleor.add_note(shop, lane.saleor_order_id, note.text)
            done = True
        except (SaleorUnavailable, SaleorUnclear):
            done = False
        except (SaleorRefused, SaleorDenied):
            done = True  # a note is not worth a person's time: the case's own history has it
        with lane.write() as session:
            row = session.get_one(OrderNote, note.id)
            if done:
                row.sent_at = ctx.now()
            else:
                row.due_at = ctx.now() + 5 * NOTE_DELAY
