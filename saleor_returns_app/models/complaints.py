"""What a complaint says beyond what every case has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.complaints import Severity

from .base import Base, TenantScoped


class Complaint(TenantScoped, Base):
    """One row for each case of this kind, under the case's id. `outcome` is empty until it is decided."""

    __tablename__ = "complaints"
    __table_args__ = (Index("ix_complaints_about", "tenant_id", "about_id"),)

    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))  # domain.complaints.Topic
    about_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("cases.id", ondelete="SET NULL"))  # a return
    order_line_id: Mapped[str] = mapped_column(String(120), default="")
    item: Mapped[str] = mapped_column(String(300), default="")  # name of what was bought on that line
    description: Mapped[str] = mapped_column(Text)
    wish: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(20), default=Severity.NORMAL)
    dangerous: Mapped[bool] = mapped_column(default=False)  # somebody was or could be hurt
    danger_handled_at: Mapped[datetime | None]
    root_cause: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reasons: Mapped[str] = mapped_column(Text, default="")  # of the decision: the shopper reads them
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(300), default="")
    #: Saleor user ids of those who decided on it before it was taken up again.
    deciders: Mapped[list[Any]] = mapped_column(default=list)
