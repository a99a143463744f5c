"""Receipts and findings: what arrived, in which condition, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Receipt(TenantScoped, Base):
    """One parcel booked in. It is held for a few seconds, in which it can be undone; then its findings become the case's.

    `operation` is made up by the page that sends it, so that sending it again books nothing twice.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "operation"),
        Index("ix_receipts_held", "state", "held_until"),
        Index("ix_receipts_case", "tenant_id", "case_id"),
        Index("ix_receipts_person", "tenant_id", "actor_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    operation: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20), default="held")  # held | booked | undone | refused
    #: Return line id → findings as typed: quantity, grade, accepted, disposition, reason.
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    more_to_come: Mapped[bool] = mapped_column(default=False)  # another parcel of the case is still on its way
    actor_id: Mapped[str] = mapped_column(String(120), default="")
    by: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # `domain.actors.Actor` as JSON, with the rights of that moment
    held_until: Mapped[datetime]
    problem: Mapped[str] = mapped_column(Text, default="")  # why it could not be booked after all
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Finding(TenantScoped, Base):
    """Units of a return line in the same condition. Never changed: a correction names the finding it takes the place of."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_case", "tenant_id", "case_id", "id"),
        Index("ix_findings_disposition", "tenant_id", "disposition", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    line_id: Mapped[str] = mapped_column(String(36), ForeignKey("return_lines.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    grade: Mapped[str] = mapped_column(String(20))
    accepted: Mapped[bool]
    disposition: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    found_by: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    stocked: Mapped[bool] = mapped_column(default=False)  # what it does to the stock is planned
    replaced_at: Mapped[datetime | None]  # a later correction holds instead


class StrayGoods(TenantScoped, Base):
    """Goods that nobody announced: a parcel without a case, or something else in the parcel of one."""

    __tablename__ = "stray_goods"
    __table_args__ = (Index("ix_stray_goods_open", "tenant_id", "settled_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    operation: Mapped[str] = mapped_column(String(64), default="")
    case_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(200), default="")  # what was scanned
    description: Mapped[str] = mapped_column(Text)  # what it is, what stands on the parcel
    found_by: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Text, default="")  # what became of it, in words
    settled_by: Mapped[str] = mapped_column(String(300), default="")
    settled_at: Mapped[datetime | None]
