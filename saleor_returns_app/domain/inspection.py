"""What the warehouse finds in a parcel: units of the same condition, whether the shop takes them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from .because import Because


class Grade(StrEnum):
    """The inspector's finding."""

    AS_NEW = "as_new"
    OPENED = "opened"
    USED = "used"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"
    WRONG_ITEM = "wrong_item"


class Disposition(StrEnum):
    """What happens to the goods."""

    RESTOCK = "restock"
    REFURBISH = "refurbish"
    SCRAP = "scrap"
    QUARANTINE = "quarantine"
    SEND_BACK = "send_back"


_G, _D = Grade, Disposition

#: What usually becomes of accepted goods in a condition; the page fills it in.
USUAL: Mapping[Grade, Disposition] = {
    _G.AS_NEW: _D.RESTOCK,
    _G.OPENED: _D.RESTOCK,
    _G.USED: _D.REFURBISH,
    _G.DAMAGED: _D.SCRAP,
    _G.INCOMPLETE: _D.QUARANTINE,
    _G.WRONG_ITEM: _D.QUARANTINE,
}
#: Refused goods belong to the shopper: they go back, or wait until that is settled.
FOR_REFUSED = (_D.SEND_BACK, _D.QUARANTINE)
FOR_ACCEPTED = (_D.RESTOCK, _D.REFURBISH, _D.SCRAP, _D.QUARANTINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Units of one return line in the same condition. `reason`: why they are refused, for the shopper to read."""

    quantity: int
    grade: Grade = Grade.AS_NEW
    accepted: bool = True
    disposition: Disposition = Disposition.RESTOCK
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FoundFlaw:
    """Why units cannot be booked so. `at`: which of the findings, by position; the first where it is their sum."""

    at: int
    field: str
    because: Because


def flaws_of(found: Sequence[Found], *, most: int) -> tuple[FoundFlaw, ...]:
    """What is wrong with the findings of one line, of which at most `most` units can have arrived; nothing where they can be booked."""
    flaws = [flaw for position, item in enumerate(found) for flaw in _flaws_of_one(position, item)]
    if sum(item.quantity for item in found) > most:
        text = "At most %(most)s of this item can be booked here: that many were announced and not counted yet."
        flaws.append(FoundFlaw(0, "received", Because("RECEIVED", text, {"most": most})))
    return tuple(flaws)


def _flaws_of_one(position: int, item: Found) -> list[FoundFlaw]:
    flaws = []
    if item.quantity < 0:
        flaws.append(FoundFlaw(position, "received", Because("RECEIVED", "Write how many there are, in digits.")))
    if item.accepted and item.disposition not in FOR_ACCEPTED:
        text = "What is sent back to the shopper is not accepted. Refuse it, or choose what else becomes of it."
        flaws.append(FoundFlaw(position, "disposition", Because("DISPOSITION", text)))
    if not item.accepted and item.disposition not in FOR_REFUSED:
        text = "Refused goods are the shopper's: send them back, or keep them in quarantine until it is settled."
        flaws.append(FoundFlaw(position, "disposition", Because("DISPOSITION", text)))
    if not item.accepted and item.quantity and not item.reason.strip():
        text = "Say why not everything is accepted: the shopper reads it."
        flaws.append(FoundFlaw(position, "refusal", Because("REFUSAL", text)))
    return flaws


def to_workshop(found: Sequence[Found], units: int) -> tuple[Found, ...]:
    """The findings of one line, with so many of the accepted units on the way to be repaired: on a shelf they would be sold.

    Those that were to be refurbished anyway are taken first.
    """
    left = max(units - sum(item.quantity for item in found if item.accepted and item.disposition is _D.REFURBISH), 0)
    kept: list[Found] = []
    for item in found:
        taken = min(item.quantity, left) if item.accepted and item.disposition is not _D.REFURBISH else 0
        left -= taken
        parts = ((taken, _D.REFURBISH), (item.quantity - taken, item.disposition))
        kept += [replace(item, quantity=count, disposition=pile) for count, pile in parts if count] or [item]
    return tuple(kept)


def counted(*, received: int, accepted: int, refusal: str = "") -> tuple[Found, ...]:
    """Findings of somebody who only counted: what is accepted goes to stock, what is not goes back."""
    taken = Found(quantity=accepted)
    refused = Found(
        quantity=received - accepted,
        grade=Grade.USED,
        accepted=False,
        disposition=Disposition.SEND_BACK,
        reason=refusal,
    )
    return tuple(item for item in (taken, refused) if item.quantity) or (Found(quantity=0),)
