"""A shop's colour on every page: whatever is chosen can be read and seen, in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.web.brand import DARK_GROUNDS, LIGHT_GROUNDS, brand_of, contrast

SHEET = Path(__file__).parents[2] / "saleor_returns_app/web/static/css/portal.css"


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_can_be_read_and_seen(number: int) -> None:
    brand = brand_of(f"#{number:06x}")
    assert contrast(brand.on_color, brand.color) >= 4.5
    assert min(contrast(brand.line, ground) for ground in LIGHT_GROUNDS) >= 3
    assert min(contrast(brand.line_in_dark, ground) for ground in DARK_GROUNDS) >= 3


def test_a_yellow_gets_black_text_and_a_darker_line() -> None:
    brand = brand_of("#ffee00")
    assert (brand.color, brand.on_color, brand.line_in_dark) == ("#ffee00", "#000000", "#ffee00")
    assert brand.line != "#ffee00"


def test_a_colour_that_shows_is_used_as_it_is() -> None:
    brand = brand_of("#1a73e8")
    assert (brand.line, brand.line_in_dark) == ("#1a73e8", "#1a73e8")


@pytest.mark.parametrize(("one", "other", "ratio"), [("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_measured_as_the_standard_does(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_the_grounds_are_those_of_the_portal() -> None:
    light, dark = SHEET.read_text(encoding="utf-8").split("prefers-color-scheme: dark", 1)
    for sheet, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        found = [re.search(rf"--{name}: (#\w+);", sheet) for name in ("bg", "card")]
        assert [match[1].replace("#fff", "#ffffff") for match in found if match] == list(grounds)
