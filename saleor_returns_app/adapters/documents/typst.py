"""PDFs drawn by Typst from the templates beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"


class TypstDocuments:
    """Templates get their values as one JSON text. What stands in it is set as text: it can neither be markup nor read a file."""

    def draw(self, template: str, values: Mapping[str, Any], *, written_at: datetime) -> bytes:
        drawn = typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            format="pdf",
            sys_inputs={"values": json.dumps(values, ensure_ascii=False)},
            timestamp=int(written_at.timestamp()),
        )
        if not isinstance(drawn, bytes):
            raise TypeError("a document is one file")
        return drawn
