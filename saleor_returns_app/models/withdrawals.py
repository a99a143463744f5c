"""Withdrawals from a contract, as they were declared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Withdrawal(TenantScoped, Base):
    """A declaration in the shopper's own words; it counts from `declared_at`, whatever becomes of the rest.

    A job finds the order and opens the case; what it cannot match stands `aside` with the code of the reason until a person has
    looked at it. `proven`: declared by somebody signed in at the order, not only by number and e-mail.
    """

    __tablename__ = "withdrawals"
    __table_args__ = (
        Index("ix_withdrawals_state", "state", "next_at"),
        Index("ix_withdrawals_tenant_state", "tenant_id", "state", "id"),
        Index("ix_withdrawals_case", "tenant_id", "case_id"),
    )

    id: Mapped[str] = mapped_column(
        String(36), primary_key=True, default=new_id
    )  # made with the form: sent twice is one
    declared_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(200))
    order_number: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(320))  # where the receipt goes, as it was written
    items: Mapped[str] = mapped_column(Text, default="")  # empty: the whole order
    #: Order line id → quantity, where somebody signed in chose them; empty: all that the right is left for.
    units: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(20))
    proven: Mapped[bool] = mapped_column(default=False)
    saleor_order_id: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | matched | aside | settled
    why: Mapped[str] = mapped_column(String(40), default="")  # code of why it stands aside
    case_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("cases.id", ondelete="SET NULL"))
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_by: Mapped[str] = mapped_column(String(300), default="")
    settled_at: Mapped[datetime | None]
    settlement: Mapped[str] = mapped_column(Text, default="")  # what the person did, in their words
