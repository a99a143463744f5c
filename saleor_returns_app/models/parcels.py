"""Parcels of a case, on their way back to the shop or out to the shopper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from saleor_returns_app.domain.parcels import Direction, ParcelStatus

from .base import Base, TenantScoped, new_id


class Parcel(TenantScoped, Base):
    """`number` counts the parcels of a case in one direction, from 1. `tracking_key` is the number as it is looked for: without
    separators, in capitals; empty while nobody told one."""

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("case_id", "direction", "number"),
        Index("ix_parcels_tracking", "tenant_id", "tracking_key"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    direction: Mapped[str] = mapped_column(String(10), default=Direction.BACK)
    status: Mapped[str] = mapped_column(String(20), default=ParcelStatus.ANNOUNCED)
    method: Mapped[str] = mapped_column(String(20), default="")  # as the policy calls it; empty: nobody chose
    carrier: Mapped[str] = mapped_column(String(100), default="")  # as it was typed
    tracking_number: Mapped[str] = mapped_column(String(100), default="")  # as it was typed
    tracking_key: Mapped[str] = mapped_column(String(100), default="")
    pickup_day: Mapped[date | None]
    pickup_window: Mapped[str] = mapped_column(String(20), default="")
    pickup_address: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(100), default="")  # the store that it is handed in at
    postage_minor: Mapped[int | None] = mapped_column(
        BigInteger
    )  # what the shop charges for this way, in the currency of the case; None: nothing
    shipment_id: Mapped[str] = mapped_column(String(60), default="")  # of the label that the app bought
    arranged_at: Mapped[datetime | None]  # the courier is booked, or the shopper has what a parcel shop wants to see
    units: Mapped[dict[str, Any]] = mapped_column(default=dict)  # return line id → how many, of what goes out
    created_at: Mapped[datetime]
    shipped_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # delivered, or known to be lost
