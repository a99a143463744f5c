"""Quotes, refunds and their attempts; the plan row of a return to record in Saleor; notes that wait for the next write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.refunds import RefundStatus

from .base import Base, TenantScoped, new_id


class QuoteRow(TenantScoped, Base):
    """A quote as it was read and approved: `domain.quotes.Quote` as JSON, kept for "why" a year later."""

    __tablename__ = "quotes"
    __table_args__ = (Index("ix_quotes_case", "tenant_id", "case_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(16))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(300), default="")


class Refund(TenantScoped, Base):
    """One part of a quote on one payment. `number` counts within the case and makes the marker in Saleor."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_refunds_order", "tenant_id", "saleor_order_id"),
        Index("ix_refunds_watched", "status", "check_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    quote_id: Mapped[str] = mapped_column(String(36), ForeignKey("quotes.id", ondelete="CASCADE"))
    number: Mapped[int]
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    way: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(300), default="")
    transaction_id: Mapped[str | None] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(300), default="")  # of the payment, at the provider
    status: Mapped[str] = mapped_column(String(20), default=RefundStatus.PROPOSED)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    #: What our grant has paid as far as we know, also after the refund was settled otherwise.
    granted_paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    #: The refund that the provider paid in part, where this one is what it left over.
    rest_of: Mapped[str | None] = mapped_column(String(36))
    #: Order line id → quantity; on the first refund of a quote only.
    units: Mapped[dict[str, Any]] = mapped_column(default=dict)
    includes_shipping: Mapped[bool] = mapped_column(default=False)
    grant_id: Mapped[str | None] = mapped_column(String(120))
    marker: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text, default="")  # what the provider or Saleor said last
    concern: Mapped[str] = mapped_column(String(40), default="")  # code of what only a person can settle
    proof: Mapped[str] = mapped_column(Text, default="")  # of a payment outside
    approved_by: Mapped[str] = mapped_column(String(300), default="")
    approved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None]  # when a job looks again
    checks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def amount(self) -> Money:
        return Money.from_minor(self.amount_minor, self.currency)

    @property
    def paid(self) -> Money:
        return Money.from_minor(self.paid_minor, self.currency)


class RefundAttempt(TenantScoped, Base):
    """The plan row of one write to Saleor for a refund: whoever inserts it may call, anyone else finds it and only reads."""

    __tablename__ = "refund_attempts"
    __table_args__ = (UniqueConstraint("refund_id", "step", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    refund_id: Mapped[str] = mapped_column(String(36), ForeignKey("refunds.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(20))  # grant | request | legacy
    number: Mapped[int]
    fence: Mapped[int] = mapped_column(BigInteger)
    baseline: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what a read said before the call
    started_at: Mapped[datetime]
    running_until: Mapped[datetime]  # after this the call cannot be running any more
    outcome: Mapped[str] = mapped_column(
        String(20), default=""
    )  # "" unknown | answered | refused | unsent | vouched | outside
    answer: Mapped[str] = mapped_column(Text, default="")


class RecordedReturn(TenantScoped, Base):
    """The plan row of recording a case's goods in Saleor: one, and one more for what a correction adds."""

    __tablename__ = "recorded_returns"
    __table_args__ = (
        Index("ix_recorded_returns_case", "tenant_id", "case_id"),
        Index("ix_recorded_returns_state", "state", "check_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    units: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="planned")  # planned | calling | done | stuck
    known: Mapped[list[Any]] = mapped_column(default=list)  # returned fulfillments that were there before
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    running_until: Mapped[datetime | None]
    fulfillment_id: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    check_at: Mapped[datetime | None]


class OrderNote(TenantScoped, Base):
    """A note for the Saleor order; it rides with the next write to that order, or alone once `due_at` has come."""

    __tablename__ = "order_notes"
    __table_args__ = (Index("ix_order_notes_due", "sent_at", "due_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    saleor_order_id: Mapped[str] = mapped_column(String(120), index=True)
    text: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
