"""How shoppers prove who they are: one-time codes, one-time links, sessions; and idempotency keys of the storefront."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Document, TenantScoped, new_id


class LoginCode(TenantScoped, Base):
    """A code sent by mail. Made for unknown orders as well (without `saleor_order_id`), so that answers are uniform."""

    __tablename__ = "login_codes"
    __table_args__ = (Index("ix_login_codes_email", "tenant_id", "email_digest", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    handle: Mapped[str] = mapped_column(String(64), unique=True)  # digest of what the browser holds
    saleor_order_id: Mapped[str | None] = mapped_column(String(120))
    email_digest: Mapped[str] = mapped_column(String(64))
    code_digest: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PortalLink(TenantScoped, Base):
    """A short-lived way into the portal that a storefront obtained with the shopper's own token. Used once."""

    __tablename__ = "portal_links"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PortalSession(TenantScoped, Base):
    """A shopper at one order. The browser holds the token, we its digest."""

    __tablename__ = "portal_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    expires_at: Mapped[datetime]
    #: The form under way, kept on our side so that nothing of it is lost between steps.
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IdempotencyKey(TenantScoped, Base):
    """A write already answered: the same key and request get the same answer, another request is a conflict."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("tenant_id", "subject", "key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))
    request_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)  # 0: under way
    answer: Mapped[dict[str, Any] | None] = mapped_column(Document)
    created_at: Mapped[datetime]
