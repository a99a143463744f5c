"""Codes that scanners read, as SVG."""

from __future__ import annotations

import segno
from barcode.codex import Code128

#: Modules of white around a code, without which scanners miss its edge: ISO/IEC 18004 asks for 4, ISO/IEC 15417 for 10.
_QR_QUIET, _BAR_QUIET = 4, 10
_BAR_HEIGHT = 40  # modules; the page that shows it stretches it


def draw_code(text: str) -> str:
    """A QR code that still reads with a quarter of it smudged, for it travels on a parcel."""
    code = segno.make(text, error="q", micro=False, boost_error=False)
    return str(code.svg_inline(border=_QR_QUIET, omitsize=True, light="#fff"))


def draw_barcode(text: str) -> str:
    """Code 128. Raises ValueError for what is not printable ASCII."""
    if not text or not (text.isascii() and text.isprintable()):
        raise ValueError("Code 128 holds printable ASCII")
    # The library's own drawing writes millimetres and a text of its own; its modules are all we need.
    modules = "".join(Code128(text).build())
    width = len(modules) + 2 * _BAR_QUIET
    bars, start = [], 0
    while start < len(modules):
        end = start
        while end < len(modules) and modules[end] == modules[start]:
            end += 1
        if modules[start] == "1":
            bars.append(f"M{_BAR_QUIET + start} 0h{end - start}v{_BAR_HEIGHT}h-{end - start}z")
        start = end
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_BAR_HEIGHT}" preserveAspectRatio="none" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{width}v{_BAR_HEIGHT}h-{width}z"/>'
        f'<path d="{"".join(bars)}"/></svg>'
    )
