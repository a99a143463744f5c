"""What can be measured of WCAG 2.2 AA on a page: names, headings, contrast, reflow, sizes of targets."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Frame, Page

_CHECKS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8").partition("\n")[2]


def faults(page: Page | Frame) -> list[str]:
    """What a person with a screen reader, a keyboard, a small or bright screen would stumble over; empty when nothing."""
    page.wait_for_load_state()  # before its styles are there a button is as small as its words
    found: list[str] = page.evaluate(_CHECKS)
    return [f"{page.title()}: {fault}" for fault in found]
