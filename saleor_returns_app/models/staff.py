"""A shop's staff in the app: roles, groups, and who follows which case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class StaffMember(TenantScoped, Base):
    """Somebody of the shop's staff who was seen here. Roles narrow what Saleor's permissions allow, they never widen it."""

    __tablename__ = "staff_members"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    roles: Mapped[list[Any]] = mapped_column(default=list)  # agent | warehouse | approver | admin; empty: not set yet
    group: Mapped[str] = mapped_column(String(120), default="")  # escalations can name it
    seen_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(300), default="")


class CaseWatcher(TenantScoped, Base):
    __tablename__ = "case_watchers"
    __table_args__ = (UniqueConstraint("case_id", "user_id"), Index("ix_case_watchers_user", "tenant_id", "user_id"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime]


class CaseTag(TenantScoped, Base):
    __tablename__ = "case_tags"
    __table_args__ = (UniqueConstraint("case_id", "tag"), Index("ix_case_tags_tag", "tenant_id", "tag", "case_id"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(60))  # lower case


class CaseLink(TenantScoped, Base):
    """Two cases that belong together; stored once, the older case first."""

    __tablename__ = "case_links"
    __table_args__ = (UniqueConstraint("case_id", "other_id"), Index("ix_case_links_other", "tenant_id", "other_id"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    other_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20), default="related")  # related | merged (other_id goes on)
    at: Mapped[datetime]
    linked_by: Mapped[str] = mapped_column(String(300), default="")
