"""Replacement orders: what a case sends instead of money, and how far its order in Saleor is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.exchanges import Piece
from saleor_returns_app.domain.money import Money

from .base import Base, TenantScoped, new_id


class Exchange(TenantScoped, Base):
    """Units of a case for which a replacement order is made; at most one that is not cancelled."""

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_case", "tenant_id", "case_id"),
        Index("ix_exchanges_order", "tenant_id", "saleor_order_id"),
        Index("ix_exchanges_replacement", "tenant_id", "replacement_id"),
        Index("ix_exchanges_state", "state", "check_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    saleor_order_id: Mapped[str] = mapped_column(String(120))  # the original order
    number: Mapped[int]  # of the case's exchanges
    state: Mapped[str] = mapped_column(String(20), default="planned")  # domain.exchanges.ExchangeState
    sent: Mapped[list[Any]] = mapped_column(default=list)  # domain.exchanges.Piece as JSON
    #: Order line id → units, and the gross and tax in minor units that were paid for them.
    settles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owed_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # what the shopper pays with it
    currency: Mapped[str] = mapped_column(String(3))
    advance: Mapped[bool] = mapped_column(default=False)  # ordered before the goods were back
    replacement_id: Mapped[str] = mapped_column(String(120), default="")
    replacement_number: Mapped[str] = mapped_column(String(60), default="")
    tracking: Mapped[str] = mapped_column(String(300), default="")
    missing: Mapped[str] = mapped_column(String(500), default="")  # what ran out, in words
    check_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(Piece.load(item) for item in self.sent)

    def settled_units(self) -> dict[str, tuple[int, Money, Money]]:
        """Per order line: units that are settled by this, and the gross and the tax that were paid for them."""
        return {
            line_id: (
                int(units),
                Money.from_minor(int(gross), self.currency),
                Money.from_minor(int(tax), self.currency),
            )
            for line_id, (units, gross, tax) in self.settles.items()
        }

    @property
    def owed(self) -> Money:
        return Money.from_minor(self.owed_minor, self.currency)
