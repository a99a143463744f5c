"""The thread of a case, what of it was read, and replies kept for reuse."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Message(TenantScoped, Base):
    """One message of the thread; an internal note is never shown to the shopper."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source_id"),
        Index("ix_messages_case", "tenant_id", "case_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[str] = mapped_column(String(120), default="")
    author: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    internal: Mapped[bool] = mapped_column(default=False)
    through: Mapped[str] = mapped_column(String(20))  # portal | dashboard | storefront | mail
    #: What makes it one message however often it arrives: a mail's Message-ID, the form's token.
    source_id: Mapped[str | None] = mapped_column(String(300))


class ReadMark(TenantScoped, Base):
    """How far somebody has read a case's thread. `reader` is "shopper" or a staff member's Saleor user id."""

    __tablename__ = "read_marks"
    __table_args__ = (UniqueConstraint("case_id", "reader"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    reader: Mapped[str] = mapped_column(String(120))
    message_id: Mapped[str] = mapped_column(String(36))  # the last one read
    at: Mapped[datetime]


class CannedReply(TenantScoped, Base):
    """A reply kept for reuse, with placeholders; one row a language."""

    __tablename__ = "canned_replies"
    __table_args__ = (UniqueConstraint("tenant_id", "name", "language"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30), default="")  # offered first for lines with it; empty: for all
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(300), default="")
