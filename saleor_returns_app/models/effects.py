"""Plan rows of what is done outside: inserted with the decision, carried out by a lane, recognised after a crash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Effect(TenantScoped, Base):
    """One thing to be done in Saleor for a case. `key` makes planning it twice impossible; `lane` names what it must not race on."""

    __tablename__ = "effects"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_effects_lane", "tenant_id", "lane", "state"),
        Index("ix_effects_case", "tenant_id", "case_id"),
        Index("ix_effects_state", "state", "check_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    lane: Mapped[str] = mapped_column(String(120))  # a Saleor order id, or `stock:` and a variant id
    kind: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(120))
    what: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is to be done, in the words of its kind
    state: Mapped[str] = mapped_column(String(20), default="planned")  # domain.effects.EffectState
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what a read said before the call
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[str] = mapped_column(Text, default="")
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    running_until: Mapped[datetime | None]  # after this the call cannot be running any more
    check_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
