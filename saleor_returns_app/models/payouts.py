"""Refunds paid by bank transfer or in cash: who agreed, who paid, who confirmed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.money import Money

from .base import Base, TenantScoped, new_id

_STANDS = text("status IN ('proposed', 'agreed', 'paid')")


class Payout(TenantScoped, Base):
    """One proposal to pay a refund outside, and what became of it. At most one of a refund stands."""

    __tablename__ = "payouts"
    __table_args__ = (
        Index("uq_payouts_standing", "refund_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_payouts_case", "tenant_id", "case_id"),
        Index("ix_payouts_forget", "settled_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    refund_id: Mapped[str] = mapped_column(String(36), ForeignKey("refunds.id", ondelete="CASCADE"))
    means: Mapped[str] = mapped_column(String(20))  # domain.payouts.PayoutMeans
    status: Mapped[str] = mapped_column(String(20), default="proposed")  # domain.payouts.PayoutStatus
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    proposed_by: Mapped[str] = mapped_column(String(300), default="")
    proposed_at: Mapped[datetime]
    #: The bank account, encrypted; emptied once it is no longer needed. Of it in clear: the last characters.
    account: Mapped[str] = mapped_column(Text, default="")
    ending: Mapped[str] = mapped_column(String(4), default="")
    agreed_by: Mapped[str] = mapped_column(String(300), default="")  # the shopper, or whoever noted what they said
    agreed_who: Mapped[str] = mapped_column(String(20), default="")
    agreed_how: Mapped[str] = mapped_column(Text, default="")
    agreed_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(300), default="")
    proof_id: Mapped[str | None] = mapped_column(String(36))  # of the evidence that shows it
    recorded_by_id: Mapped[str] = mapped_column(String(120), default="")
    recorded_by: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(300), default="")
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def amount(self) -> Money:
        return Money.from_minor(self.amount_minor, self.currency)
