"""Files made on the spot: good ones, and those that somebody made on purpose."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

SECRET = b"52 deg 31 min N"
SCRIPT = b"<html><script>alert(document.cookie)</script></html>"


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Red above, blue below: which side is up can be told."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, height // 2, width, height))
    if mode == "P":
        return image.quantize(16)
    return image if mode == "RGB" else image.convert(mode)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    with io.BytesIO() as out:
        image.save(out, form, **options)
        return out.getvalue()


def jpeg(width: int = 640, height: int = 480, **options: Any) -> bytes:
    return saved(picture(width, height), "JPEG", **options)


def jpeg_with_location(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Spyphone"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(52), IFDRational(31), IFDRational(12))
    exif.get_ifd(0x8769)[0x9286] = SECRET
    return jpeg(exif=exif.tobytes(), comment=SECRET)


def bomb_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few kilobytes that say they are 3.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 + width // 8) * 2000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb_png() -> bytes:
    """A small picture with a comment that unpacks to two hundred megabytes."""
    data = saved(picture(8, 8), "PNG")
    comment = b"a\0\0" + zlib.compress(b"\0" * 200_000_000, 9)
    chunk = struct.pack(">I", len(comment)) + b"zTXt" + comment + struct.pack(">I", zlib.crc32(b"zTXt" + comment))
    return data[:33] + chunk + data[33:]


def polyglot_zip() -> bytes:
    """A photo, and for whoever reads it from its end an archive."""
    with io.BytesIO() as out:
        out.write(jpeg())
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("index.html", SCRIPT)
        return out.getvalue()


def polyglot_html() -> bytes:
    return jpeg(comment=SCRIPT) + SCRIPT


def heic(mode: str = "RGB", **options: Any) -> bytes:
    with io.BytesIO() as out:
        pillow_heif.from_pillow(picture(mode=mode)).save(out, quality=80, **options)
        return out.getvalue()


def cmyk_jpeg() -> bytes:
    return saved(picture(mode="CMYK"), "JPEG")


def gray_sixteen_png() -> bytes:
    image = Image.new("I;16", (40, 20), 0x8000)
    return saved(image, "PNG")


def see_through_png() -> bytes:
    image = picture(mode="RGBA")
    image.putalpha(Image.new("L", image.size, 128))
    return saved(image, "PNG")


def profiled_jpeg() -> bytes:
    return jpeg(icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())


def moving(form: str) -> bytes:
    frames = [picture(32, 32), picture(32, 32).rotate(90)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:])


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def box(name: bytes, inside: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(inside)) + name + inside


def mp4(brand: bytes = b"isom", handler: bytes = b"vide", extra: bytes = b"", data: bytes = b"\0" * 64) -> bytes:
    """The skeleton of a video: its boxes are whole, though nothing would be seen."""
    media = box(b"mdia", box(b"mdhd", b"\0" * 24) + box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12))
    movie = box(b"moov", box(b"mvhd", b"\0" * 100) + box(b"trak", box(b"tkhd", b"\0" * 84) + media) + extra)
    return box(b"ftyp", brand + b"\0\0\2\0" + brand) + movie + box(b"mdat", data)


def element(name: str, inside: bytes, length: bytes | None = None) -> bytes:
    return bytes.fromhex(name) + (length or (0x1000_0000 | len(inside)).to_bytes(4, "big")) + inside


def webm(kind: bytes = b"webm", track: bytes = b"\x01", length: bytes | None = None) -> bytes:
    tracks = element("1654AE6B", element("AE", element("83", track)))
    inside = element("1549A966", b"") + tracks + element("1F43B675", b"\0" * 32)
    return element("1A45DFA3", element("4282", kind)) + element("18538067", inside, length)
