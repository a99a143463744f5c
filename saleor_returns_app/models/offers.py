"""Proposed resolutions and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id

_IS_OPEN = text("status = 'open'")


class Offer(TenantScoped, Base):
    """One side's proposal. At most one is open in a case; `counters` names the one it answers with another proposal."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("uq_offers_open", "case_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("ix_offers_case", "tenant_id", "case_id", "number"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(20))  # shopper | staff
    author: Mapped[str] = mapped_column(String(300), default="")
    resolution: Mapped[str] = mapped_column(String(30))
    keeps_item: Mapped[bool] = mapped_column(default=False)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)  # None: what the quote says
    currency: Mapped[str] = mapped_column(String(3))
    postage_bearer: Mapped[str] = mapped_column(String(20), default="")  # empty: as the policy says
    merchant_percent: Mapped[int] = mapped_column(default=0)  # of shared postage
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the kind needs besides
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default="open")
    counters: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(300), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
