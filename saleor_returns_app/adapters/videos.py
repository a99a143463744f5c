"""Videos are kept as they are, so this only proves that the container is one: boxes of MP4 and MOV (ISO 14496-12) or elements of
WebM (RFC 8794, the Matroska subset), whole from the first byte to the last, with a track that has a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from saleor_returns_app.domain.evidence import Refusal, refusal

MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"
_MOV_BRANDS = frozenset({b"qt  "})
_MP4_BRANDS = frozenset(
    {b"isom", b"mp41", b"mp42", b"avc1", b"hvc1", b"M4V ", b"M4VP", b"M4VH", b"MSNV", b"dash", b"mmp4", b"f4v "}
    | {b"iso%d" % number for number in range(2, 10)}
    | {b"3gp%d" % number for number in range(4, 10)}
)
_NAME = re.compile(rb"[A-Za-z0-9 \xa9_-]{4}")
#: More than any camera writes; a file made of tiny boxes must not keep us busy.
_MOST_PARTS = 20_000
_EBML, _SEGMENT, _DOC_TYPE = 0x1A45DFA3, 0x18538067, 0x4282
_TRACKS, _TRACK, _TRACK_TYPE, _CLUSTER = 0x1654AE6B, 0xAE, 0x83, 0x1F43B675
_PICTURE_TRACK = 1


class _Broken(Exception):
    """The container does not hold together."""


def looks_like_video(head: bytes) -> bool:
    """Whether the first bytes begin a container that this module reads; a HEIC photo is of the same family as an MP4."""
    return head[:4] == _EBML.to_bytes(4, "big") or (head[4:8] == b"ftyp" and _brand(head) is not None)


def check_video(source: BinaryIO, size: int) -> str:
    """The media type of the video of `size` bytes. Raises the errors of `domain.evidence.refusal`."""
    source.seek(0)
    head = source.read(64)
    try:
        if head[:4] == _EBML.to_bytes(4, "big"):
            has_picture = _read_webm(_Parts(source), size)
            media_type = WEBM
        else:
            media_type = _brand(head) or ""
            has_picture = _read_boxes(_Parts(source), size)
    except _Broken as error:
        raise refusal(Refusal.VIDEO_BROKEN) from error
    if not media_type:
        raise refusal(Refusal.UNKNOWN_KIND)
    if not has_picture:
        raise refusal(Refusal.NO_PICTURE)
    return media_type


def _brand(head: bytes) -> str | None:
    """By the main brand, else by the compatible ones."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    for brand in brands:
        if brand in _MOV_BRANDS:
            return MOV
        if brand in _MP4_BRANDS:
            return MP4
        if brand == brands[0] and brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
            return None  # a photo, whatever else it claims to be compatible with
    return None


class _Parts:
    """Reads at places, and counts the parts it was asked for."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._left = source, _MOST_PARTS

    def at(self, place: int, length: int) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise _Broken
        self._source.seek(place)
        read = self._source.read(length)
        if len(read) != length:
            raise _Broken
        return read


# ---- MP4 and MOV ----


def _boxes(parts: _Parts, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, begin and end of what is inside) of boxes that fill the range to its last byte."""
    while begin < end:
        if end - begin < 8:
            raise _Broken
        head = parts.at(begin, 8)
        length, name, inside = int.from_bytes(head[:4], "big"), head[4:], begin + 8
        if length == 1:
            length, inside = int.from_bytes(parts.at(inside, 8), "big"), inside + 8
        elif length == 0:
            length = end - begin  # to the end
        if not _NAME.fullmatch(name) or length < inside - begin or begin + length > end:
            raise _Broken
        yield name, inside, begin + length
        begin += length


def _read_boxes(parts: _Parts, size: int) -> bool:
    """Whether there is a picture. Raises _Broken unless the boxes are whole, with a description and with data."""
    outer: dict[bytes, tuple[int, int]] = {}
    for place, (name, begin, end) in enumerate(_boxes(parts, 0, size)):
        if place == 0 and name != b"ftyp":
            raise _Broken
        outer.setdefault(name, (begin, end))
    if b"moov" not in outer or not {b"mdat", b"moof"} & set(outer):
        raise _Broken
    return any(
        _has_picture(parts, begin, end) for name, begin, end in _boxes(parts, *outer[b"moov"]) if name == b"trak"
    )


def _has_picture(parts: _Parts, begin: int, end: int) -> bool:
    for name, inside, until in _boxes(parts, begin, end):
        if name == b"mdia":
            return any(
                kind == b"hdlr" and stop - start >= 12 and parts.at(start + 8, 4) == b"vide"
                for kind, start, stop in _boxes(parts, inside, until)
            )
    return False


# ---- WebM ----


def _raw(parts: _Parts, place: int) -> tuple[int, int]:
    """A number of variable length with the mark of its length still in it, and how many bytes it has."""
    first = parts.at(place, 1)[0]
    length = 9 - first.bit_length()
    if first == 0:
        raise _Broken
    return int.from_bytes(parts.at(place, length), "big"), length


def _length(parts: _Parts, place: int) -> tuple[int | None, int]:
    """The length of an element, None where it is not known, and where it ends."""
    raw, length = _raw(parts, place)
    ones = (1 << (7 * length)) - 1
    value = raw & ones
    return (None if value == ones else value), place + length


def _elements(parts: _Parts, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(id, begin and end of what is inside); one of unknown length ends the range."""
    while begin < end:
        name, width = _raw(parts, begin)
        length, inside = _length(parts, begin + width)
        until = end if length is None else inside + length
        if until > end:
            raise _Broken
        yield name, inside, until
        begin = until


def _read_webm(parts: _Parts, size: int) -> bool:
    outer = list(_elements(parts, 0, size))
    if [name for name, _, _ in outer] != [_EBML, _SEGMENT]:
        raise _Broken
    _, begin, end = outer[0]
    kinds = [parts.at(at, until - at) for name, at, until in _elements(parts, begin, end) if name == _DOC_TYPE]
    if [kind.rstrip(b"\0") for kind in kinds] != [b"webm"]:
        raise _Broken
    has_picture = False
    for name, at, until in _elements(parts, *outer[1][1:]):
        if name == _TRACKS:
            has_picture = any(
                _is_picture(parts, *inside) for kind, *inside in _elements(parts, at, until) if kind == _TRACK
            )
        if name == _CLUSTER:
            return has_picture
    raise _Broken  # nothing to play


def _is_picture(parts: _Parts, begin: int, end: int) -> bool:
    return any(
        name == _TRACK_TYPE and until > at and parts.at(at, until - at)[-1] == _PICTURE_TRACK
        for name, at, until in _elements(parts, begin, end)
    )
