"""The mail outbox: nothing is lost when a mail server is down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Notification(TenantScoped, Base):
    """`params` fills the template when it is sent; secrets (one-time codes) are removed once it was."""

    __tablename__ = "notification_outbox"  # the job engine has a table "notifications" of its own on SQLite
    __table_args__ = (
        Index("ix_notification_outbox_next", "state", "next_at"),
        Index("ix_notification_outbox_tenant", "tenant_id", "state", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(20))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | sending | sent | refused
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    resent_from: Mapped[str | None] = mapped_column(String(36))  # the mail that this one repeats
    created_at: Mapped[datetime]
