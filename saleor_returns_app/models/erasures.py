"""Persons whose data are being erased, and that they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Erasure(TenantScoped, Base):
    """One person. `person` is who it is, encrypted, and emptied when all is done; `told` says why it could not be done."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index("ix_erasures_due", "state", "due_at"),
        Index("ix_erasures_tenant", "tenant_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | refused | done
    told: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(120))  # id of the member of staff
    total: Mapped[int] = mapped_column(default=0)  # cases
    done: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]  # while it is worked on: when another worker may
    finished_at: Mapped[datetime | None]
