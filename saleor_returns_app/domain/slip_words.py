"""What a return slip says, as msgids of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .methods import METHODS
from .slips import Slip

GUIDE = (
    "Use the original packaging if you have it, and fill empty space so that nothing moves.",
    "Put in everything that belongs to the items: accessories, manuals, gifts.",
    "Remove personal data from devices, and memory cards and SIM cards.",
    "Put this slip into the parcel, and make old labels on it unreadable.",
)
#: The same on a label, which has room for one line.
SHORT_GUIDE = "Original packaging, all accessories, no personal data."

#: Headings and labels, by the name that the templates call them.
LABELS = {
    "title": "Return slip",
    "from": "From",
    "to": "Send it to",
    "contents": "Contents",
    "item": "Item",
    "sku": "SKU",
    "guide_title": "Before you close the parcel",
    "unknown": "The shop will tell you the address.",
}


def words_of(slip: Slip, say: Callable[[str], str], *, due: str) -> dict[str, Any]:
    """All texts of the slip, translated and filled. `due` is the day as people write it; empty for none."""
    return {
        **{name: say(text) for name, text in LABELS.items()},
        "units": say("Items in all: %(count)s") % {"count": slip.units},
        "method": say(METHODS[slip.method]) if slip.method else "",
        "parcel": say("Parcel %(number)s of %(count)s") % {"number": slip.parcel, "count": slip.parcels}
        if slip.parcels > 1
        else "",
        "due": say("Send it by %(day)s") % {"day": due} if due else "",
        "guide": [say(text) for text in GUIDE],
        "short_guide": say(SHORT_GUIDE),
    }
