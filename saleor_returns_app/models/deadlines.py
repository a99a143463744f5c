"""What each case waits for, until when, and whether it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id

_IS_OPEN = text("state = 'open'")


class DeadlineRow(TenantScoped, Base):
    """One wait. The case's `due_at` and `due_by` repeat the open one that is due first, for lists."""

    __tablename__ = "deadlines"
    __table_args__ = (
        Index(
            "uq_deadlines_open", "case_id", "waits_for", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
        Index("ix_deadlines_case", "tenant_id", "case_id", "id"),
        Index("ix_deadlines_next", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    waits_for: Mapped[str] = mapped_column(String(30))
    owner: Mapped[str] = mapped_column(String(20))
    begun_at: Mapped[datetime]
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    next_at: Mapped[datetime]  # when a job acts on it: the reminder, then the due time
    state: Mapped[str] = mapped_column(String(20), default="open")  # open | met | passed | dropped
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(30), default="")  # what the default did: escalated, expired, …
