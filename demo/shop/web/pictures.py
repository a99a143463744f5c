"""Product pictures: small drawings, so that pages look like a shop without any photograph."""

from __future__ import annotations

from flask import Blueprint, Response, abort

pictures = Blueprint("pictures", __name__, url_prefix="/pictures")

# slug: background from, background to, the drawing on a 200 × 200 canvas
_DRAWINGS: dict[str, tuple[str, str, str]] = {
    "tee": (
        "#dbeafe",
        "#bfdbfe",
        '<path d="M72 52 44 66 34 98l24 8 6-10v62h72V96l6 10 24-8-10-32-28-14c-4 12-16 18-28 18s-24-6-28-18Z" '
        'fill="#2563eb"/><path d="M76 53c4 10 13 15 24 15s20-5 24-15" fill="none" stroke="#1e3a8a" stroke-width="4"/>'
        '<path d="M84 104h32M84 116h22" stroke="#bfdbfe" stroke-width="5" stroke-linecap="round"/>',
    ),
    "juice": (
        "#dcfce7",
        "#bbf7d0",
        '<path d="M86 36h28v18l14 20v86a8 8 0 0 1-8 8H80a8 8 0 0 1-8-8V74l14-20Z" fill="#f8fafc"/>'
        '<path d="M72 96h56v64a8 8 0 0 1-8 8H80a8 8 0 0 1-8-8Z" fill="#84cc16"/>'
        '<rect x="84" y="28" width="32" height="14" rx="4" fill="#166534"/>'
        '<circle cx="100" cy="128" r="16" fill="#fef08a"/><path d="M100 112c4-8 10-10 14-9-1 6-6 11-14 9Z" fill="#166534"/>',
    ),
    "mug": (
        "#ffedd5",
        "#fed7aa",
        '<path d="M52 68h80v74a20 20 0 0 1-20 20H72a20 20 0 0 1-20-20Z" fill="#fff7ed"/>'
        '<path d="M132 84h12a18 18 0 0 1 18 18v8a18 18 0 0 1-18 18h-12" fill="none" stroke="#fff7ed" stroke-width="12"/>'
        '<path d="M48 68h88" stroke="#1e3a8a" stroke-width="8" stroke-linecap="round"/>'
        '<path d="M78 52c-6-8 6-12 0-20M98 52c-6-8 6-12 0-20" stroke="#c2410c" stroke-width="4" fill="none" '
        'stroke-linecap="round" opacity=".5"/>',
    ),
    "lamp": (
        "#fef9c3",
        "#fde68a",
        '<path d="M70 44h44l22 44H48Z" fill="#b45309"/><path d="M56 88h72l26 70H30Z" fill="#fffbeb" opacity=".7"/>'
        '<path d="M92 88v70" stroke="#78350f" stroke-width="6"/><rect x="62" y="154" width="60" height="12" rx="6" '
        'fill="#78350f"/><circle cx="92" cy="94" r="9" fill="#fbbf24"/>',
    ),
    "sticker": (
        "#fce7f3",
        "#fbcfe8",
        '<circle cx="100" cy="100" r="54" fill="#fff"/><circle cx="100" cy="100" r="46" fill="#db2777"/>'
        '<path d="M74 108h40l12-16H86Z" fill="#fff"/><path d="M146 122a54 54 0 0 1-24 28c0-16 8-26 24-28Z" fill="#f9a8d4"/>',
    ),
    "sneakers": (
        "#e0e7ff",
        "#c7d2fe",
        '<path d="M34 128c2-22 4-38 10-48 10 12 26 12 38 2l34 30c12 8 34 8 46 16 6 4 6 12 4 18H34Z" fill="#4f46e5"/>'
        '<path d="M30 146h136a10 10 0 0 1-10 12H42a12 12 0 0 1-12-12Z" fill="#fff"/>'
        '<path d="m84 86 14-12M96 98l14-12M108 108l14-12" stroke="#fff" stroke-width="5" stroke-linecap="round"/>'
        '<path d="M44 112c18 6 34 4 48-4" stroke="#a5b4fc" stroke-width="6" fill="none" stroke-linecap="round"/>',
    ),
    "headphones": (
        "#e5e7eb",
        "#d1d5db",
        '<path d="M48 120v-16a52 52 0 0 1 104 0v16" fill="none" stroke="#111827" stroke-width="10"/>'
        '<rect x="36" y="108" width="30" height="52" rx="13" fill="#111827"/><rect x="134" y="108" width="30" height="52" '
        'rx="13" fill="#111827"/><rect x="58" y="114" width="10" height="40" rx="5" fill="#f59e0b"/>'
        '<rect x="132" y="114" width="10" height="40" rx="5" fill="#f59e0b"/>',
    ),
    "backpack": (
        "#ecfccb",
        "#d9f99d",
        '<path d="M78 52a22 22 0 0 1 44 0" fill="none" stroke="#365314" stroke-width="8"/>'
        '<path d="M58 84a32 32 0 0 1 32-32h20a32 32 0 0 1 32 32v70a12 12 0 0 1-12 12H70a12 12 0 0 1-12-12Z" '
        'fill="#4d7c0f"/><rect x="72" y="110" width="56" height="42" rx="8" fill="#65a30d"/>'
        '<path d="M72 124h56M76 82h48" stroke="#365314" stroke-width="5" stroke-linecap="round"/>'
        '<rect x="94" y="119" width="12" height="14" rx="3" fill="#fde68a"/>',
    ),
    "planter": (
        "#d1fae5",
        "#a7f3d0",
        '<path d="M100 108c-4-30-30-34-44-30 2 22 20 34 44 30Zm0 0c4-40 32-48 48-42 0 26-20 46-48 42Z" fill="#059669"/>'
        '<path d="M100 108V64" stroke="#065f46" stroke-width="4"/><path d="M100 70c-10-14-6-26 0-34 6 8 10 20 0 34Z" '
        'fill="#10b981"/><path d="M64 108h72l-8 50a10 10 0 0 1-10 8H82a10 10 0 0 1-10-8Z" fill="#c2410c"/>'
        '<rect x="58" y="102" width="84" height="16" rx="6" fill="#ea580c"/>',
    ),
    "candle": (
        "#fae8ff",
        "#f5d0fe",
        '<rect x="66" y="84" width="68" height="78" rx="12" fill="#86198f"/><rect x="76" y="106" width="48" height="34" '
        'rx="4" fill="#fdf4ff"/><path d="M100 84V72" stroke="#4a044e" stroke-width="4"/>'
        '<path d="M100 74c-12-10-6-22 0-34 6 12 12 24 0 34Z" fill="#f59e0b"/><path d="M100 72c-5-5-3-11 0-17 3 6 5 12 0 17Z" '
        'fill="#fef3c7"/><path d="M84 120h32M84 129h20" stroke="#a21caf" stroke-width="3" stroke-linecap="round"/>',
    ),
    "notebook": (
        "#cffafe",
        "#a5f3fc",
        '<rect x="58" y="40" width="88" height="122" rx="8" fill="#0e7490"/><rect x="72" y="40" width="74" height="122" rx="6" '
        'fill="#155e75"/><rect x="84" y="60" width="48" height="30" rx="4" fill="#ecfeff"/>'
        '<path d="M50 62h18M50 86h18M50 110h18M50 134h18" stroke="#164e63" stroke-width="6" stroke-linecap="round"/>'
        '<path d="M136 40v122" stroke="#f59e0b" stroke-width="5"/>',
    ),
    "pin": (
        "#fef3c7",
        "#fde68a",
        '<circle cx="100" cy="96" r="40" fill="#d97706"/><circle cx="100" cy="96" r="32" fill="#f59e0b"/>'
        '<path d="M78 104h34l10-14H88Z" fill="#78350f"/><path d="M100 136v32" stroke="#9ca3af" stroke-width="5" '
        'stroke-linecap="round"/>',
    ),
    "scarf": (
        "#fee2e2",
        "#fecaca",
        '<path d="M58 58c20-16 64-16 84 0 6 8 4 22-6 28-22 12-50 12-72 0-10-6-12-20-6-28Z" fill="#b91c1c"/>'
        '<path d="M104 88h34l8 66h-36Z" fill="#dc2626"/><path d="M66 84h32l-6 52H60Z" fill="#991b1b"/>'
        '<path d="M110 154v12M122 154v12M134 154v12M146 154v12M62 136v12M74 136v12M88 136v12" stroke="#7f1d1d" '
        'stroke-width="4"/><path d="M108 112h34M110 130h34" stroke="#fecaca" stroke-width="5"/>',
    ),
    "tea": (
        "#dcfce7",
        "#a7f3d0",
        '<rect x="60" y="56" width="80" height="106" rx="8" fill="#14532d"/><rect x="56" y="46" width="88" height="20" rx="6" '
        'fill="#166534"/><rect x="74" y="84" width="52" height="56" rx="4" fill="#f0fdf4"/>'
        '<path d="M100 132c-20-10-16-28 0-38 16 10 20 28 0 38Zm0 0V98" fill="#4ade80" stroke="#166534" stroke-width="3"/>',
    ),
    "dates": (
        "#fef3c7",
        "#fcd34d",
        '<path d="M46 104h108l-12 50a10 10 0 0 1-10 8H68a10 10 0 0 1-10-8Z" fill="#92400e"/>'
        '<ellipse cx="74" cy="92" rx="20" ry="13" fill="#451a03"/><ellipse cx="108" cy="86" rx="20" ry="13" fill="#5b2106"/>'
        '<ellipse cx="132" cy="98" rx="18" ry="12" fill="#3b1502"/><ellipse cx="94" cy="102" rx="20" ry="12" fill="#6b2a0a"/>'
        '<path d="M62 122h76" stroke="#fcd34d" stroke-width="5" stroke-dasharray="8 6"/>',
    ),
    "gift-card": (
        "#ede9fe",
        "#ddd6fe",
        '<rect x="36" y="62" width="128" height="82" rx="12" fill="#6d28d9"/><path d="M36 92h128" stroke="#c4b5fd" '
        'stroke-width="8"/><path d="M76 62v82" stroke="#c4b5fd" stroke-width="8"/>'
        '<path d="M76 92c-24-4-28-26-12-28 10-1 12 14 12 28Zm0 0c24-4 28-26 12-28-10-1-12 14-12 28Z" fill="#f5f3ff"/>'
        '<path d="M104 122h44" stroke="#ede9fe" stroke-width="6" stroke-linecap="round"/>',
    ),
}


def drawing(slug: str) -> str:
    """The SVG text of a product's picture. KeyError when there is none."""
    top, bottom, shapes = _DRAWINGS[slug]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="256" height="256" role="img">'
        f'<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
        '</linearGradient></defs><rect width="200" height="200" fill="url(#g)"/>'
        f'<ellipse cx="100" cy="168" rx="58" ry="7" fill="#000" opacity=".08"/>{shapes}</svg>'
    )


@pictures.get("/<slug>.svg")
def picture(slug: str) -> Response:
    if slug not in _DRAWINGS:
        abort(404)
    headers = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    return Response(drawing(slug), mimetype="image/svg+xml", headers=headers)
