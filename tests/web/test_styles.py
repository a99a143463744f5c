"""The style sheets of the staff pages share one page: a name means one thing in all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import saleor_returns_app.web

_CSS = Path(saleor_returns_app.web.__file__).parent / "static/css"
_SHEETS = ("dashboard.css", "controls.css", "cases.css", "policy.css", "thread.css")


def test_no_class_is_laid_out_by_two_sheets() -> None:
    """A row of the queue once fell apart because the conversation laid out the same class."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for sheet in _SHEETS:
        text = re.sub(r"/\*.*?\*/", "", (_CSS / sheet).read_text(), flags=re.DOTALL)
        for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            for selector in selectors.split(","):
                name = re.fullmatch(r"\.([\w-]+)", selector.strip())
                if name and "display:" in rules:
                    found[name[1]].add(sheet)
    assert {name: sheets for name, sheets in found.items() if len(sheets) > 1} == {}
