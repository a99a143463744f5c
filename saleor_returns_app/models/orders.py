"""The mirror of Saleor's orders, and the lane that serialises whatever writes to one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
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


class OrderLane(TenantScoped, Base):
    """Who works on an order. Each claim takes the next `fence`; what carries an older one may write nothing and call nobody."""

    __tablename__ = "order_lanes"
    __table_args__ = (UniqueConstraint("tenant_id", "saleor_order_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    holder: Mapped[str] = mapped_column(String(120), default="")
