"""A shop's colour, and the text on it that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT = "#14323a"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Brand:
    color: str
    on_color: str


def brand_of(chosen: object) -> Brand:
    """The colour that was set, the default where it is none: it goes into styles, so nothing else may get through."""
    color = str(chosen)
    if not _COLOR.fullmatch(color):
        color = DEFAULT
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # Of white and near-black the one that contrasts more (WCAG 2.2, relative luminance).
    return Brand(color=color, on_color="#ffffff" if luminance < 0.179 else "#111111")
