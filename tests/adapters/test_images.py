"""What people upload is hostile until proven: photos are decoded and made anew, videos must be whole containers."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from saleor_returns_app.adapters import images, photo_decoder
from saleor_returns_app.adapters.examining import FileExaminer
from saleor_returns_app.domain.evidence import LONGEST_SIDE, THUMBNAIL_SIDE, Limits
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.ports import ExaminedFile

from . import hostile

MB = 1_000_000


def examine(data: bytes, limits: Limits | None = None) -> ExaminedFile:
    return FileExaminer(limits or Limits()).examine(io.BytesIO(data))


def kept(data: bytes) -> tuple[bytes, Image.Image]:
    """What is kept of a photo: its bytes, and what they show."""
    found = examine(data)
    made = found.content.read()
    assert len(made) == found.size
    image = Image.open(io.BytesIO(made))
    image.load()
    assert image.size == (found.width, found.height)
    return made, image


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(AppError) as raised:
        examine(data, limits)
    assert raised.value.status in (400, 413)
    return raised.value.code


def is_near(pixel: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(have - want) < 25 for have, want in zip(pixel, wanted, strict=True))


RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.mark.parametrize(
    "make",
    [
        hostile.jpeg,
        hostile.heic,
        hostile.cmyk_jpeg,
        hostile.profiled_jpeg,
        lambda: hostile.saved(hostile.picture(), "PNG"),
        lambda: hostile.saved(hostile.picture(), "WEBP"),
        lambda: hostile.saved(hostile.picture(mode="P"), "PNG"),
        lambda: hostile.jpeg(progressive=True),
    ],
    ids=["jpeg", "heic", "cmyk", "odd profile", "png", "webp", "palette", "progressive"],
)
def test_photos_of_all_kinds_become_plain_jpegs(make: Callable[[], bytes]) -> None:
    made, image = kept(make())
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (640, 480))
    assert "icc_profile" not in image.info
    assert made.endswith(b"\xff\xd9"), "nothing follows the picture"
    assert is_near(image.getpixel((320, 40)), RED)
    assert is_near(image.getpixel((320, 440)), BLUE)


def test_where_and_by_whom_a_photo_was_taken_is_gone() -> None:
    source = hostile.jpeg_with_location()
    assert hostile.SECRET in source
    assert Image.open(io.BytesIO(source)).getexif().get_ifd(0x8825), "the source says where it was taken"
    found = examine(source)
    for made in (found.content.read(), found.thumbnail):
        assert hostile.SECRET not in made
        assert b"Spyphone" not in made
        assert b"Exif" not in made
        assert not dict(Image.open(io.BytesIO(made)).getexif())


def test_a_heic_loses_where_it_was_taken_too() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Spyphone"
    exif.get_ifd(0x8825)[1] = "N"
    source = hostile.heic(exif=exif.tobytes())
    assert b"Spyphone" in source
    made, image = kept(source)
    assert b"Spyphone" not in made
    assert not dict(image.getexif())


@pytest.mark.parametrize(("orientation", "top"), [(1, RED), (3, BLUE), (4, BLUE)])
def test_a_photo_is_turned_upright(orientation: int, top: tuple[int, int, int]) -> None:
    _, image = kept(hostile.jpeg_with_location(orientation))
    assert is_near(image.getpixel((320, 20)), top)


def test_a_photo_on_its_side_changes_its_width_and_height() -> None:
    _, image = kept(hostile.jpeg_with_location(6))
    assert image.size == (480, 640)


def test_a_large_photo_is_kept_smaller_and_gets_a_small_picture() -> None:
    found = examine(hostile.jpeg(6000, 3000))
    assert (found.width, found.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    small = Image.open(io.BytesIO(found.thumbnail))
    assert (small.format, max(small.size)) == ("JPEG", THUMBNAIL_SIDE)


def test_a_picture_that_can_be_seen_through_stays_so() -> None:
    _, image = kept(hostile.see_through_png())
    assert (image.format, image.mode) == ("WEBP", "RGBA")
    assert Image.open(io.BytesIO(examine(hostile.see_through_png()).thumbnail)).mode == "RGB"


def test_sixteen_bits_become_eight_of_the_same_brightness() -> None:
    _, image = kept(hostile.gray_sixteen_png())
    assert is_near(image.convert("RGB").getpixel((5, 5)), (128, 128, 128))


def test_a_phone_s_second_picture_is_no_animation() -> None:
    data = hostile.saved(hostile.picture(), "MPO", save_all=True, append_images=[hostile.picture(320, 240)])
    _, image = kept(data)
    assert image.size == (640, 480)


@pytest.mark.parametrize("make", [hostile.polyglot_zip, hostile.polyglot_html], ids=["zip", "html"])
def test_what_hangs_on_to_a_photo_is_left_behind(make: Callable[[], bytes]) -> None:
    source = make()
    made, _ = kept(source)
    for trace in (b"<script>", b"PK\x03\x04", b"index.html"):
        assert trace not in made


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = hostile.bomb_png()
    assert len(data) < MB
    started = time.monotonic()
    assert refused(data) == "PHOTO_PIXELS"
    assert time.monotonic() - started < 10


def test_a_bomb_in_a_comment_does_no_harm() -> None:
    data = hostile.text_bomb_png()
    assert len(data) < MB
    assert refused(data) in ("FILE_KIND", "PHOTO_BROKEN")


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PATIENCE", 0.001)
    assert refused(hostile.jpeg()) == "PHOTO_BROKEN"


def test_a_decoder_that_bursts_is_only_a_broken_photo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    burst = tmp_path / "burst.py"
    burst.write_text("import os; os.abort()")
    monkeypatch.setattr(photo_decoder, "__file__", str(burst))
    assert refused(hostile.jpeg()) == "PHOTO_BROKEN"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FILE_EMPTY"),
        (hostile.SVG, "FILE_KIND"),
        (hostile.SCRIPT, "FILE_KIND"),
        (hostile.saved(hostile.picture(), "GIF"), "FILE_KIND"),
        (hostile.saved(hostile.picture(), "BMP"), "FILE_KIND"),
        (hostile.saved(hostile.picture(), "TIFF"), "FILE_KIND"),
        (b"%PDF-1.7\n" + hostile.jpeg(), "FILE_KIND"),
        (b"MZ" + b"\0" * 400, "FILE_KIND"),
        (hostile.jpeg()[:2000], "PHOTO_BROKEN"),
        (hostile.saved(hostile.picture(), "PNG")[:-200], "PHOTO_BROKEN"),
        (hostile.heic()[:-200], "PHOTO_BROKEN"),
        (hostile.moving("PNG"), "PHOTO_ANIMATED"),
        (hostile.moving("WEBP"), "PHOTO_ANIMATED"),
    ],
    ids=[
        "empty",
        "svg",
        "html",
        "gif",
        "bmp",
        "tiff",
        "pdf",
        "exe",
        "cut jpeg",
        "cut png",
        "cut heic",
        "apng",
        "awebp",
    ],
)
def test_what_is_no_good_photo_is_refused_by_what_it_is(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_photo_larger_than_the_limit_is_not_even_decoded() -> None:
    assert refused(hostile.jpeg() + b"\0" * 5000, Limits(photo_bytes=5000)) == "PHOTO_TOO_LARGE"
    assert refused(b"\0" * 6000, Limits(photo_bytes=5000)) == "FILE_KIND"


# ---- videos ----


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (hostile.mp4(), "video/mp4"),
        (hostile.mp4(b"mp42"), "video/mp4"),
        (hostile.mp4(b"qt  "), "video/quicktime"),
        (hostile.webm(), "video/webm"),
        (hostile.webm(length=b"\x01" + b"\xff" * 7), "video/webm"),
    ],
    ids=["mp4", "mp42", "mov", "webm", "webm as recorded by a browser"],
)
def test_a_whole_video_is_kept_as_it_is(data: bytes, media_type: str) -> None:
    found = examine(data)
    assert (found.media_type, found.kind, found.thumbnail) == (media_type, "video", b"")
    assert found.content.read() == data


def test_a_video_that_talks_like_a_page_is_still_only_a_video() -> None:
    assert examine(hostile.mp4(extra=hostile.box(b"udta", hostile.SCRIPT))).media_type == "video/mp4"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (hostile.mp4()[:-10], "VIDEO_BROKEN"),
        (hostile.mp4() + hostile.SCRIPT, "VIDEO_BROKEN"),
        (hostile.mp4() + hostile.polyglot_zip()[-300:], "VIDEO_BROKEN"),
        (hostile.box(b"ftyp", b"isom" * 3) + hostile.box(b"mdat", hostile.SCRIPT), "VIDEO_BROKEN"),
        (hostile.box(b"ftyp", b"isom" * 3) + hostile.SCRIPT, "VIDEO_BROKEN"),
        (hostile.box(b"ftyp", b"isom" * 3) + hostile.box(b"free") * 30_000, "VIDEO_BROKEN"),
        (hostile.mp4(handler=b"soun"), "VIDEO_NO_PICTURE"),
        (hostile.box(b"ftyp", b"M4A " * 3) + hostile.mp4()[20:], "FILE_KIND"),
        (hostile.webm(b"matroska"), "VIDEO_BROKEN"),
        (hostile.webm(track=b"\x02"), "VIDEO_NO_PICTURE"),
        (hostile.webm()[:-8], "VIDEO_BROKEN"),
        (hostile.webm() + hostile.SCRIPT, "VIDEO_BROKEN"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 40, "VIDEO_BROKEN"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 40, "VIDEO_BROKEN"),
    ],
)
def test_what_is_no_whole_video_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_video_larger_than_the_limit_is_refused() -> None:
    assert refused(hostile.mp4(data=b"\0" * 9000), Limits(video_bytes=9000)) == "VIDEO_TOO_LARGE"
