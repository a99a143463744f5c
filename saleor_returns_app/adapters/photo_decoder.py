"""Decodes one photo that nobody trusts and writes it anew. Runs as a process of its own, see `images.py`: it knows nothing of the
app, gets no environment, and may use so much memory and time and no more.

Reads the photo from standard input. Writes one line of JSON, then what it says: the photo and its small picture. On a refusal the
line holds `refused` with one of the codes below, and nothing follows.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from typing import Any

#: Address space, not memory in use: libraries reserve far more than they touch.
MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 20
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
UNKNOWN, BROKEN, PIXELS, ANIMATED = "unknown", "broken", "pixels", "animated"


class Refused(Exception):
    """The code is the first argument."""


def main(most_pixels: int, longest: int, small: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        head, photo, thumbnail = remake(io.BytesIO(sys.stdin.buffer.read()), most_pixels, longest, small)
    except Refused as refused:
        out.write(json.dumps({"refused": refused.args[0]}).encode() + b"\n")
        return
    out.write(json.dumps(head).encode() + b"\n" + photo + thumbnail)


def remake(source: io.BytesIO, most_pixels: int, longest: int, small: int) -> tuple[dict[str, Any], bytes, bytes]:
    """(description, photo, small picture). Nothing of the source but its colours gets into either."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener(thumbnails=False)
    warnings.simplefilter("ignore")  # about odd metadata, which is thrown away
    Image.MAX_IMAGE_PIXELS = None  # our own limit is looked at before anything is decoded
    try:
        image = Image.open(source, formats=FORMATS)
    except Exception as error:
        raise Refused(UNKNOWN) from error
    try:
        picture = _decoded(image, most_pixels, longest)
        width, height = picture.size
        with io.BytesIO() as photo, io.BytesIO() as thumbnail:
            if picture.mode == "RGBA":
                media_type = "image/webp"
                picture.save(photo, "WEBP", quality=85, method=3)
            else:
                media_type = "image/jpeg"
                picture.save(photo, "JPEG", quality=88, progressive=True, optimize=True)
            picture.thumbnail((small, small), Image.Resampling.LANCZOS)
            _on_white(picture).save(thumbnail, "JPEG", quality=80, optimize=True)
            made, tiny = photo.getvalue(), thumbnail.getvalue()
    except Refused:
        raise
    except Exception as error:  # a decoder may fail in any way, of memory too
        raise Refused(BROKEN) from error
    head = {"media_type": media_type, "width": width, "height": height, "photo": len(made), "thumbnail": len(tiny)}
    return head, made, tiny


def _decoded(image: Any, most_pixels: int, longest: int) -> Any:
    """RGB, or RGBA where something can be seen through it; upright, in sRGB, no larger than is kept, with no metadata."""
    from PIL import Image, ImageOps

    width, height = image.size
    if width < 1 or height < 1 or width * height > most_pixels:
        raise Refused(PIXELS)
    # Phones put a second picture (depth, brightness) into a JPEG or a HEIC: that is no animation.
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Refused(ANIMATED)
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (longest, longest))
    image.load()
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if max(image.size) > longest:
        if image.mode in ("P", "1", "PA"):
            image = image.convert("RGBA")
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    picture = _in_srgb(image, profile)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        picture = picture.convert("RGB")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    from PIL import ImageCms

    image = _eight_bits(image)
    see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    wanted = "RGBA" if see_through else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=wanted)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that does not fit: the plain colours are near enough
        else:
            if converted is not None:
                if wanted == "RGBA" and image.mode == "RGBA":
                    converted.putalpha(image.getchannel("A"))
                return converted
    return image.convert(wanted)


def _eight_bits(image: Any) -> Any:
    """Sixteen bits a colour as eight; a plain conversion would cut them off at white."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode == "F":
        return image.convert("L")
    return image


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
