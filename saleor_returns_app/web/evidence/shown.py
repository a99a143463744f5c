"""A file as pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from saleor_returns_app.domain.evidence import EvidenceKind
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services.context import Context

from .links import View, link_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    id: str
    kind: str
    name: str
    order_line_id: str
    internal: bool
    size: str  # “1.4 MB”
    media_type: str
    who: str
    uploaded_by: str
    at: datetime
    url: str
    thumbnail: str  # empty for a video
    download: str

    @property
    def is_video(self) -> bool:
        return self.kind == EvidenceKind.VIDEO


def shown(ctx: Context, rows: Iterable[Evidence]) -> list[Shown]:
    return [
        Shown(
            id=row.id,
            kind=row.kind,
            name=row.name,
            order_line_id=row.order_line_id,
            internal=row.internal,
            size=size_said(row.size),
            media_type=row.media_type,
            who=row.who,
            uploaded_by=row.uploaded_by,
            at=row.created_at,
            url=link_to(ctx, row),
            thumbnail=link_to(ctx, row, View.THUMBNAIL) if row.thumbnail_key else "",
            download=link_to(ctx, row, View.DOWNLOAD),
        )
        for row in rows
    ]


def size_said(size: int) -> str:
    """As people read it; rounded up, so that nothing has no size."""
    if size < 1_000_000:
        return f"{max(1, -(-size // 1000))} kB"
    return f"{size / 1_000_000:.1f} MB"
