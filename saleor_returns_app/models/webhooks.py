"""Received webhook deliveries: a durable inbox, each delivery once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class WebhookDelivery(TenantScoped, Base):
    """`key` is a digest of tenant, event and body: a repeated delivery finds it taken.

    The body is kept until the work is done, then emptied; the row stays for dedupe until it is swept. `attempts` counts tries
    that failed, `error` says how the last one did: a row that is processed and has one was put aside.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("ix_webhook_deliveries_waiting", "processed_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    event: Mapped[str] = mapped_column(String(60))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
