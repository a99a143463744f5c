"""Photos and videos that support a claim."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantScoped, new_id


class Evidence(TenantScoped, Base):
    """One file. `case_id` is None until the request it was added to is sent; until then it belongs to `holder`, the digest of
    the shopper's session. `message_id` is set for what came with a message."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_case", "tenant_id", "case_id", "id"),
        Index("ix_evidence_holder", "tenant_id", "holder", "id"),
        Index("ix_evidence_state", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(64), default="")
    message_id: Mapped[str | None] = mapped_column(String(36))
    order_line_id: Mapped[str] = mapped_column(String(120), default="")  # the item it shows; empty: the whole case
    kind: Mapped[str] = mapped_column(String(20))  # photo | video
    state: Mapped[str] = mapped_column(
        String(20), default="ready"
    )  # ready | deleted: its files go first, then this row
    internal: Mapped[bool] = mapped_column(default=False)  # staff only
    name: Mapped[str] = mapped_column(String(300), default="")  # as the uploader called it: shown, never used as a path
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes as stored
    width: Mapped[int | None]
    height: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of what is stored
    storage_key: Mapped[str] = mapped_column(Text)
    thumbnail_key: Mapped[str] = mapped_column(Text, default="")
    who: Mapped[str] = mapped_column(String(20))
    uploaded_by: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
