"""Finds out what an uploaded file really is, by reading it."""

from __future__ import annotations

import os
from io import BytesIO
from typing import BinaryIO

from saleor_returns_app.domain.evidence import LIMITS, EvidenceKind, Limits, Refusal, refusal
from saleor_returns_app.services.ports import ExaminedFile

from .images import remake_photo
from .videos import check_video, looks_like_video


class FileExaminer:
    """Implements `services.ports.Examiner`."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits

    def examine(self, source: BinaryIO) -> ExaminedFile:
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        if size == 0:
            raise refusal(Refusal.EMPTY, self._limits)
        head = source.read(64)
        source.seek(0)
        return self._video(source, size) if looks_like_video(head) else self._photo(source)

    def _photo(self, source: BinaryIO) -> ExaminedFile:
        photo = remake_photo(source, self._limits)
        return ExaminedFile(
            kind=EvidenceKind.PHOTO,
            media_type=photo.media_type,
            content=BytesIO(photo.content),
            size=len(photo.content),
            width=photo.width,
            height=photo.height,
            thumbnail=photo.thumbnail,
        )

    def _video(self, source: BinaryIO, size: int) -> ExaminedFile:
        if size > self._limits.video_bytes:
            raise refusal(Refusal.VIDEO_TOO_LARGE, self._limits)
        media_type = check_video(source, size)
        source.seek(0)
        return ExaminedFile(
            kind=EvidenceKind.VIDEO,
            media_type=media_type,
            content=source,
            size=size,
            width=None,
            height=None,
            thumbnail=b"",
        )
