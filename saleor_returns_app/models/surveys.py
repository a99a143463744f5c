"""What shoppers say once a case is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Survey(TenantScoped, Base):
    """One question of one case, asked once. `stars` is None until it is answered, `follow_up` empty where nobody has to act."""

    __tablename__ = "surveys"
    __table_args__ = (
        Index("ix_surveys_asked", "tenant_id", "asked_at"),
        Index("ix_surveys_follow_up", "tenant_id", "follow_up", "case_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    agent: Mapped[str] = mapped_column(String(320), default="")  # who looked after it last
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    stars: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    follow_up: Mapped[str] = mapped_column(String(20), default="")  # open | done
    followed_by: Mapped[str] = mapped_column(String(300), default="")
