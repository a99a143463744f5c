"""One action on many cases: done by a job, with a result for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class BulkRun(TenantScoped, Base):
    """`actor` keeps who asked, with the permissions and channels they had: the job acts for them and may do no more."""

    __tablename__ = "bulk_runs"
    __table_args__ = (
        Index("ix_bulk_runs_state", "state", "created_at"),
        Index("ix_bulk_runs_tenant", "tenant_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    action: Mapped[str] = mapped_column(String(40))
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | running | done | stopped
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class BulkItem(TenantScoped, Base):
    """One case of a run. `seen` is the state that the person saw it in; an empty `state` is not yet tried."""

    __tablename__ = "bulk_items"
    __table_args__ = (
        UniqueConstraint("run_id", "case_id"),
        Index("ix_bulk_items_run", "tenant_id", "run_id", "position"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    run_id: Mapped[str] = mapped_column(String(36), ForeignKey("bulk_runs.id", ondelete="CASCADE"))
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    position: Mapped[int]
    seen: Mapped[str] = mapped_column(String(30))
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a refund: the fingerprint of the quote they saw
    state: Mapped[str] = mapped_column(String(20), default="")  # done | refused
    code: Mapped[str] = mapped_column(String(40), default="")
    said: Mapped[str] = mapped_column(Text, default="")  # what was done or why not, in words
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime | None]
