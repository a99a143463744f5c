"""Taking in forms with files: on disk rather than in memory, and no more of a file than could ever be kept."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Request, request

from saleor_returns_app.domain.evidence import LIMITS
from saleor_returns_app.services.evidence import Upload

_IN_MEMORY = 500_000


class _Capped(SpooledTemporaryFile[bytes]):
    """Keeps one byte more than the largest file may have and drops the rest: enough to see that it is too large, and to say so
    beside all else that was typed, instead of refusing the whole form."""

    most = LIMITS.video_bytes + 1

    def write(self, data: Any) -> int:
        room = self.most - self.tell()
        if room > 0:
            super().write(data[:room])
        return len(data)


class EvidenceRequest(Request):
    """The request of the app. On pages that take files it keeps them on disk, each up to the limit."""

    takes_files = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.takes_files:
            return cast("IO[bytes]", _Capped(max_size=_IN_MEMORY, mode="rb+"))
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def allow_uploads() -> None:
    """Let this request be as large as a form with files may be. Called once it is known who asks, and before anything is read."""
    cast("EvidenceRequest", request).takes_files = True
    request.max_content_length = LIMITS.form_bytes


def uploads_in(name: str) -> list[Upload]:
    """The files of one field; a field that was left empty has none."""
    return [
        Upload(source=cast("Any", found.stream), name=found.filename or "")
        for found in request.files.getlist(name)
        if found.filename
    ]
