"""Documents set by Typst. What people wrote goes in as data, so that nothing of it is ever read as markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import typst

from saleor_returns_app.domain.slip_words import words_of
from saleor_returns_app.domain.slips import Paper, Slip
from saleor_returns_app.errors import DocumentUnavailable

from . import codes

_HERE = Path(__file__).parent
#: Put there by `make assets`: a font with Latin, Greek, Cyrillic and Chinese signs that every machine then has.
FONTS = _HERE / "fonts"
#: (msgid, language) → text.
Translate = Callable[[str, str], str]
#: (day, language) → as people write it.
FormatDay = Callable[[date, str], str]


class TypstDocuments:
    """The words and the days come from the app's catalogue, which the web layer owns: `app.py` passes them in."""

    def __init__(self, *, translate: Translate, format_day: FormatDay, fonts: Path = FONTS) -> None:
        self._translate, self._format_day, self._folder = translate, format_day, fonts

    def render_slip(self, slip: Slip, *, paper: Paper) -> bytes:
        def say(text: str) -> str:
            return self._translate(text, slip.language)

        due = self._format_day(slip.due, slip.language) if slip.due else ""
        return self._set(
            _HERE / "templates" / "slip.typ",
            {
                "paper": paper.value,
                "language": slip.language,
                "number": slip.number,
                "shop": slip.shop_name,
                "sender": slip.sender,
                "recipient": slip.recipient,
                "lines": [
                    {"quantity": line.quantity, "name": line.name, "variant": line.variant, "sku": line.sku}
                    for line in slip.lines
                ],
                "qr": codes.draw_code(slip.number),
                "barcode": codes.draw_barcode(slip.number),
                "words": words_of(slip, say, due=due),
            },
        )

    def draw_code(self, text: str) -> str:
        return codes.draw_code(text)

    def draw_barcode(self, text: str) -> str:
        return codes.draw_barcode(text)

    def draw(self, template: str, values: Mapping[str, Any], *, written_at: datetime) -> bytes:
        return self._set(_HERE / "templates" / f"{template}.typ", values, timestamp=int(written_at.timestamp()))

    @cached_property
    def _fonts(self) -> typst.Fonts:
        """Read once. The machine's own fonts come last, for scripts that ours has no signs of."""
        if not any(self._folder.glob("*.ttf")):
            raise DocumentUnavailable("The fonts of the documents are missing: run make assets.", code="FONTS_MISSING")
        return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(self._folder)])

    def _set(self, template: Path, data: Mapping[str, Any], *, timestamp: int | None = None) -> bytes:
        values = {"data": json.dumps(data, ensure_ascii=False)}
        try:
            # A compiler of its own each time: they are not shared between threads.
            compiler = typst.Compiler(str(template), root=str(_HERE), font_paths=self._fonts, sys_inputs=values)
            drawn = compiler.compile(format="pdf", timestamp=timestamp)
        except typst.TypstError as trouble:
            raise DocumentUnavailable from trouble
        if not isinstance(drawn, bytes):
            raise DocumentUnavailable
        return drawn
