"""Photos, decoded and written anew in a process of their own: what crashes, hangs or bursts there harms nobody here."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import structlog

from saleor_returns_app.domain.evidence import LONGEST_SIDE, THUMBNAIL_SIDE, Limits, Refusal, refusal

from . import photo_decoder

#: Wall clock seconds for one photo; the largest takes about two.
PATIENCE = 30.0
#: Photos decoded at once by one process of ours: each may take some hundred megabytes.
AT_ONCE = 2
_CODES = {
    photo_decoder.UNKNOWN: Refusal.UNKNOWN_KIND,
    photo_decoder.PIXELS: Refusal.TOO_MANY_PIXELS,
    photo_decoder.ANIMATED: Refusal.ANIMATED,
}
_turns = threading.BoundedSemaphore(AT_ONCE)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo as it is kept: upright, sRGB, without metadata."""

    content: bytes
    media_type: str
    width: int
    height: int
    thumbnail: bytes


def remake_photo(source: BinaryIO, limits: Limits) -> Photo:
    """Decode and write anew. Raises the errors of `domain.evidence.refusal`."""
    data = source.read(limits.photo_bytes + 1)
    if len(data) > limits.photo_bytes:
        raise refusal(Refusal.PHOTO_TOO_LARGE if _looks_like_photo(data) else Refusal.UNKNOWN_KIND, limits)
    sizes = [str(size) for size in (limits.photo_pixels, LONGEST_SIDE, THUMBNAIL_SIDE)]
    # -I: neither the environment nor the working folder has a say in what is imported.
    command = [sys.executable, "-I", str(Path(photo_decoder.__file__)), *sizes]
    with _turns:
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, env={}, check=False)
        except subprocess.TimeoutExpired as late:
            log.warning("photo took too long", bytes=len(data))
            raise refusal(Refusal.PHOTO_BROKEN, limits) from late
    if done.returncode != 0:
        log.warning("photo decoder ended", status=done.returncode, said=done.stderr[-400:].decode(errors="replace"))
        raise refusal(Refusal.PHOTO_BROKEN, limits)
    out = BytesIO(done.stdout)
    head = json.loads(out.readline())
    if "refused" in head:
        raise refusal(_CODES.get(head["refused"], Refusal.PHOTO_BROKEN), limits)
    return Photo(
        content=out.read(head["photo"]),
        media_type=head["media_type"],
        width=head["width"],
        height=head["height"],
        thumbnail=out.read(head["thumbnail"]),
    )


def _looks_like_photo(data: bytes) -> bool:
    """Only for what to say of a file that is too large to be looked at."""
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or data[8:12] == b"WEBP" or data[4:8] == b"ftyp"
