"""The mirror of Saleor's orders, what is still to be read for it, and the lane that serialises whatever writes to one order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, PlainText, TenantScoped, new_id


class OrderMirror(TenantScoped, Base):
    """What a fresh read of a Saleor order said last. `snapshot` is `domain.orders.Order` as JSON."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "saleor_id"),
        Index("ix_orders_tenant_number", "tenant_id", "number"),
        Index("ix_orders_tenant_email", "tenant_id", "email"),
        Index("ix_orders_tenant_created", "tenant_id", "saleor_created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    saleor_id: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(PlainText)
    email: Mapped[str] = mapped_column(PlainText)
    channel_slug: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    units: Mapped[int] = mapped_column(default=0)  # bought
    snapshot: Mapped[dict[str, Any]]
    saleor_created_at: Mapped[datetime]
    saleor_updated_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]


class OrderToRead(TenantScoped, Base):
    """An order that changed. Told of again before it is read, it is read once."""

    __tablename__ = "orders_to_read"
    __table_args__ = (
        UniqueConstraint("tenant_id", "saleor_order_id"),
        Index("ix_orders_to_read_due", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    told_at: Mapped[datetime]  # last
    due_at: Mapped[datetime]  # while it is read: when another worker may


class OrderBackfill(TenantScoped, Base):
    """Reading a shop's orders of the time before, newest first, a page at a time. One a shop; asked for again it begins anew."""

    __tablename__ = "order_backfills"
    __table_args__ = (UniqueConstraint("tenant_id"), Index("ix_order_backfills_due", "state", "due_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | running | done | failed
    since: Mapped[date]
    cursor: Mapped[str] = mapped_column(Text, default="")  # Saleor's, of the page read last
    most: Mapped[int]  # orders of the next page
    total: Mapped[int] = mapped_column(default=0)  # known with the first page
    done: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)  # since the last page that came
    error: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime]  # of the next page; while one is read: when another worker may
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class OrderLane(TenantScoped, Base):
    """Who works on an order. Each claim takes the next `fence`; what carries an older one may write nothing and call nobody."""

    __tablename__ = "order_lanes"
    __table_args__ = (UniqueConstraint("tenant_id", "saleor_order_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    holder: Mapped[str] = mapped_column(String(120), default="")
