"""Evidence: what kinds of files there are, how much of them, and what is said when one cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from saleor_returns_app.errors import AppError, BadInput, Conflict, TooLarge

from .because import Because
from .cases import CaseStatus
from .complaints import OPEN_COMPLAINTS, ComplaintStatus


class EvidenceKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"


class EvidenceState(StrEnum):
    READY = "ready"
    DELETED = "deleted"  # nobody sees it any more; a job removes its files and then the row


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one upload and one case may hold. Sizes in bytes; `count` is per case, or per request that is not sent yet."""

    photo_bytes: int = 20_000_000
    photo_pixels: int = 64_000_000  # above the largest usual phone pictures of 50 million; decoded they take 200 MB
    video_bytes: int = 100_000_000
    count: int = 20

    @property
    def photo_megabytes(self) -> int:
        return self.photo_bytes // 1_000_000

    @property
    def video_megabytes(self) -> int:
        return self.video_bytes // 1_000_000

    @property
    def form_bytes(self) -> int:
        """Largest form with files: one whole video and a dozen photos as phones take them."""
        return self.video_bytes + 150_000_000


LIMITS = Limits()
#: Longer side of what is kept of a photo, and of its small picture, in pixels.
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
#: What is kept may be served as these and as nothing else, with the ending that its download gets.
ENDINGS = {
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
#: What people may choose in the browser's dialog: a hint to it, never a check.
ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,video/mp4,video/quicktime,video/webm"
#: Files that were added to a request that was never sent.
ABANDONED_AFTER = timedelta(days=2)
#: The shopper may add to a case while somebody is still deciding on it.
TAKES_MORE: frozenset[str] = OPEN_COMPLAINTS | {
    *(CaseStatus.REQUESTED, CaseStatus.AWAITING_EVIDENCE, CaseStatus.NEGOTIATING, CaseStatus.DISPUTED)
}
#: A case in such a state is over; its retention period runs.
OVER: frozenset[str] = frozenset(
    {CaseStatus.CLOSED, CaseStatus.REJECTED, CaseStatus.CANCELLED, CaseStatus.EXPIRED, ComplaintStatus.WITHDRAWN}
)


class Refusal(StrEnum):
    """Why a file is not taken; the codes are stable."""

    UNKNOWN_KIND = "FILE_KIND"
    EMPTY = "FILE_EMPTY"
    PHOTO_TOO_LARGE = "PHOTO_TOO_LARGE"
    VIDEO_TOO_LARGE = "VIDEO_TOO_LARGE"
    TOO_MANY_PIXELS = "PHOTO_PIXELS"
    ANIMATED = "PHOTO_ANIMATED"
    PHOTO_BROKEN = "PHOTO_BROKEN"
    VIDEO_BROKEN = "VIDEO_BROKEN"
    NO_PICTURE = "VIDEO_NO_PICTURE"
    TOO_MANY_FILES = "TOO_MANY_FILES"


_TEXTS: dict[Refusal, str] = {
    Refusal.UNKNOWN_KIND: "This is no photo or video that we can show. Send a photo (JPEG, PNG, WebP, HEIC) or a video (MP4, MOV, WebM).",
    Refusal.EMPTY: "This file is empty. Choose it again, or another one.",
    Refusal.PHOTO_TOO_LARGE: "This photo is larger than %(most)s MB. Send a smaller copy of it.",
    Refusal.VIDEO_TOO_LARGE: "This video is larger than %(most)s MB. Send a shorter one, or record it in a lower quality.",
    Refusal.TOO_MANY_PIXELS: "This photo has more than %(most)s million pixels. Send a smaller copy of it.",
    Refusal.ANIMATED: "This is a moving picture. Send a photo, or a video instead.",
    Refusal.PHOTO_BROKEN: "This photo is damaged or incomplete, so it cannot be opened. Take or send it again.",
    Refusal.VIDEO_BROKEN: "This video is damaged or incomplete, so it cannot be played. Record or send it again.",
    Refusal.NO_PICTURE: "This file has sound but no picture. Send a video or a photo.",
    Refusal.TOO_MANY_FILES: "There are %(most)s photos and videos already. Remove one before you add another.",
}
_STATUS: dict[Refusal, type[AppError]] = {
    Refusal.PHOTO_TOO_LARGE: TooLarge,
    Refusal.VIDEO_TOO_LARGE: TooLarge,
    Refusal.TOO_MANY_FILES: Conflict,
}


def refusal(why: Refusal, limits: Limits = LIMITS) -> AppError:
    """What to raise for a file that is not taken: it says what to do."""
    most = {
        Refusal.PHOTO_TOO_LARGE: limits.photo_megabytes,
        Refusal.VIDEO_TOO_LARGE: limits.video_megabytes,
        Refusal.TOO_MANY_PIXELS: limits.photo_pixels // 1_000_000,
        Refusal.TOO_MANY_FILES: limits.count,
    }.get(why)
    params = {} if most is None else {"most": most}
    return _STATUS.get(why, BadInput)(_TEXTS[why], code=why, field="files", **params)


def check_count(already: int, limits: Limits = LIMITS) -> None:
    """Whether one more fits beside `already`. Raises Conflict (TOO_MANY_FILES)."""
    if already >= limits.count:
        raise refusal(Refusal.TOO_MANY_FILES, limits)


def lacking_evidence(*, photos: int, video: bool, ready: Mapping[EvidenceKind, int]) -> Because | None:
    """What a policy's demand still lacks, in words; None when it is met."""
    missing = max(photos - ready.get(EvidenceKind.PHOTO, 0), 0)
    if missing:
        text = "The shop needs photos for this: please add %(count)s more."
        return Because("EVIDENCE", text, {"count": missing})
    if video and not ready.get(EvidenceKind.VIDEO, 0):
        return Because("EVIDENCE", "The shop needs a video for this: please add one.")
    return None
