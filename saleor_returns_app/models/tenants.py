"""Tenants: one installation of the app in one Saleor."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, new_id


class TenantState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # deactivated in the Dashboard
    DISCONNECTED = "disconnected"  # the token is dead
    UNINSTALLED = "uninstalled"


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)  # the shop's name in portal addresses: /r/<slug>
    name: Mapped[str] = mapped_column(String(200), default="")
    api_url: Mapped[str] = mapped_column(String(500), unique=True)
    app_id: Mapped[str] = mapped_column(String(100))
    token_secret: Mapped[str] = mapped_column(String(1000))  # encrypted
    carrier_secret: Mapped[str] = mapped_column(
        String(2000), default=""
    )  # the account with a carrier, encrypted; empty: none
    jwks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    jwks_fetched_at: Mapped[datetime | None]
    saleor_version: Mapped[str] = mapped_column(String(40), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default=TenantState.ACTIVE)
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    erase_after: Mapped[datetime | None]
    last_case: Mapped[int] = mapped_column(default=0)  # the case number given last
