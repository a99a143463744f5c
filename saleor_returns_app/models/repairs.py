"""Repairs of what a shopper sent in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.repairs import RepairStatus

from .base import Base, TenantScoped, new_id


class Repair(TenantScoped, Base):
    """The repair of what was accepted of a case. `number` counts those of a case: one that was turned into something else may be
    followed by another. `payment` and `repayment` (how, reference, by, at) were recorded by staff: the app moves no such money."""

    __tablename__ = "repairs"
    __table_args__ = (UniqueConstraint("case_id", "number"), Index("ix_repairs_case", "tenant_id", "case_id", "number"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), default=RepairStatus.RECEIVED)
    version: Mapped[int] = mapped_column(default=1)
    finding: Mapped[str] = mapped_column(String(20), default="")  # domain.repairs.Finding; empty before the diagnosis
    diagnosis: Mapped[str] = mapped_column(Text, default="")  # the shopper reads it
    price_minor: Mapped[int | None] = mapped_column(BigInteger)  # None: free of charge
    currency: Mapped[str] = mapped_column(String(3))
    work: Mapped[str] = mapped_column(Text, default="")  # what was done, or why nothing was; the shopper reads it
    payment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    repayment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parcel_id: Mapped[str | None] = mapped_column(String(36))  # in which the goods went back
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def price(self) -> Money | None:
        return None if self.price_minor is None else Money.from_minor(self.price_minor, self.currency)
