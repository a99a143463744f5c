"""Credit notes: what was issued, and the number given last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, PlainText, TenantScoped, new_id


class CreditNoteCounter(TenantScoped, Base):
    """The number given last in a year; its row is locked while the next is given, so that none is left out."""

    __tablename__ = "credit_note_counters"
    __table_args__ = (UniqueConstraint("tenant_id", "year"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class CreditNoteRow(TenantScoped, Base):
    """`data` is `domain.credit_notes.CreditNote` as JSON; it is written once and never changed."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "refund_id"),
        Index("ix_credit_notes_case", "tenant_id", "case_id"),
        Index("ix_credit_notes_quote", "tenant_id", "quote_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    quote_id: Mapped[str] = mapped_column(String(36), ForeignKey("quotes.id", ondelete="CASCADE"))
    refund_id: Mapped[str] = mapped_column(String(36), ForeignKey("refunds.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(PlainText)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    data: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
