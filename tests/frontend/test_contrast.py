"""Colours that people can read: the contrasts WCAG 2.2 AA asks for, in the light and the dark of every page."""

from __future__ import annotations

import colorsys
import re

import pytest

from .stage import WEB

TEXT, EDGE = 4.5, 3.0  # SC 1.4.3 and 1.4.11
TONES = ("good", "warn", "bad", "info")


def variables(sheet: str, *, start: str) -> dict[str, str]:
    """Custom properties of the first block that begins with `start`."""
    text = (WEB / "static" / "css" / sheet).read_text(encoding="utf-8")
    block = text[text.index(start) :]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block[: block.index("}")]))


def rgb(colour: str) -> tuple[float, float, float]:
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
        return red, green, blue
    hue, saturation, lightness = (float(number) for number in re.findall(r"[\d.]+", colour)[:3])
    return colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)


def luminance(colour: str) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("hsl(0 0% 46.7%)", "#fff") == pytest.approx(4.48, abs=0.02)


@pytest.mark.parametrize("start", [":root {", "@media (prefers-color-scheme: dark)"])
def test_the_portal_can_be_read(start: str) -> None:
    used = variables("portal.css", start=":root {") | variables("portal.css", start=start)
    pairs = {(name, ground): TEXT for name in ("text", "muted", *TONES) for ground in ("bg", "card")}
    pairs |= {(tone, f"{tone}-bg"): TEXT for tone in TONES} | {("on-brand", "brand"): TEXT}
    pairs |= {("field", "card"): EDGE, ("focus", "bg"): EDGE, ("focus", "card"): EDGE}
    weak = {pair: contrast(used[pair[0]], used[pair[1]]) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < pairs[pair]} == {}


@pytest.mark.parametrize(
    ("ours", "theirs"), [(":root {", ":root, ["), ('[data-theme="dark"] {', '[data-theme="dark"] {')]
)
def test_staff_pages_can_be_read(ours: str, theirs: str) -> None:
    tokens = variables("tokens.css", start=theirs)
    used = variables("dashboard.css", start=ours)
    used |= {"bg": tokens["mu-colors-background-default1"], "raised": tokens["mu-colors-background-default2"]}
    used |= {"text": tokens["mu-colors-text-default1"], "link": tokens["mu-colors-text-accent1"]}
    pairs = [(name, ground) for name in ("text", "muted", "link", "danger") for ground in ("bg", "raised")]
    pairs += [(tone, f"{tone}-bg") for tone in TONES]
    weak = {pair: contrast(used[pair[0]], used[pair[1]]) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < TEXT} == {}
