"""Versions of a shop's returns policy, and what a draft would change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class PolicyVersion(TenantScoped, Base):
    """`document` is `domain.policy.PolicyDocument` as JSON. A draft changes (`revision` guards against lost updates); what was
    published never does. In force is the published version with the latest `effective_from` that has come."""

    __tablename__ = "policies"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version"),
        Index("ix_policies_in_force", "tenant_id", "state", "effective_from"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")  # draft | published
    based_on: Mapped[int | None]  # the version it was begun from
    document: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")  # what changed, in the words of who published it
    revision: Mapped[int] = mapped_column(default=1)
    effective_from: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(300), default="")
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(300), default="")
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(String(300), default="")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class PolicySimulation(TenantScoped, Base):
    """A draft tried on the shop's orders and cases by a job; `done` of `total` while it runs."""

    __tablename__ = "policy_simulations"
    __table_args__ = (
        Index("ix_policy_simulations_policy", "tenant_id", "policy_id", "id"),
        Index("ix_policy_simulations_state", "state", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    policy_id: Mapped[str] = mapped_column(String(36), ForeignKey("policies.id", ondelete="CASCADE"))
    revision: Mapped[int]  # of the draft that was tried
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting | running | done | failed
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[str] = mapped_column(String(300), default="")
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # leased by a worker since
    finished_at: Mapped[datetime | None]
