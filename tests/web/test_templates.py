"""Rules that hold for every template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "saleor_returns_app" / "web" / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_only_literals_are_translated_by_gettext(page: Path) -> None:
    """Its result counts as safe HTML: a variable in it would go out unescaped. Variables go through `say`."""
    calls = re.findall(r"(?<![\w.])_\(\s*([^\"'\s])", page.read_text())
    assert calls == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_nothing_is_called_safe(page: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape false", page.read_text())
