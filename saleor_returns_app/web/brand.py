"""A shop's colour, the text on it that can be read, and the shade of it that shows on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT = "#14323a"
#: What lines and marks in the colour stand on: the grounds and cards of portal.css, in the light and in the dark.
LIGHT_GROUNDS = ("#f6f5f2", "#ffffff")
DARK_GROUNDS = ("#141617", "#1d2022")
#: WCAG 2.2, 1.4.11: what tells state has at least this contrast.
ENOUGH = 3.0
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 20


@dataclass(frozen=True, slots=True)
class Brand:
    color: str
    on_color: str
    line: str
    line_in_dark: str


def brand_of(chosen: object) -> Brand:
    """The colour that was set, the default where it is none: it goes into styles, so nothing else may get through."""
    color = str(chosen)
    if not _COLOR.fullmatch(color):
        color = DEFAULT
    return Brand(
        color=color,
        on_color=max("#ffffff", "#000000", key=lambda text: contrast(text, color)),
        line=_shade(color, towards="#000000", grounds=LIGHT_GROUNDS),
        line_in_dark=_shade(color, towards="#ffffff", grounds=DARK_GROUNDS),
    )


def contrast(one: str, other: str) -> float:
    """Of two colours like #1a73e8, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [part / 255 for part in _parts(color)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shade(color: str, *, towards: str, grounds: tuple[str, ...]) -> str:
    """The colour itself where it shows on all grounds, else the nearest shade of it that does."""
    shades = (_mix(color, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if min(contrast(shade, ground) for ground in grounds) >= ENOUGH)


def _mix(color: str, other: str, share: float) -> str:
    mixed = [round(a + (b - a) * share) for a, b in zip(_parts(color), _parts(other), strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _parts(color: str) -> tuple[int, ...]:
    return tuple(int(color[start : start + 2], 16) for start in (1, 3, 5))
