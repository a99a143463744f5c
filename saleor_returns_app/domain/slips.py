"""The return slip: what the shopper puts into the parcel, so that the warehouse knows whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .policy.actions import ReturnMethod


class Paper(StrEnum):
    """What it is printed on."""

    A4 = "a4"
    LABEL = "label"  # 100 × 150 mm, as label printers take


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """What of one order line is sent back."""

    quantity: int
    name: str
    variant: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One parcel's slip. `number` is the RMA number, and all that its codes say: whoever finds the parcel learns nothing else.

    Addresses are lines as they are written on a parcel; an empty one is not known. `parcel` of `parcels` counts from 1;
    `method` None: not chosen. `due`: the last day to send it, in the shop's zone; None where nobody waits for it. `language` is a tag.
    """

    number: str
    shop_name: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    lines: tuple[SlipLine, ...]
    language: str
    method: ReturnMethod | None = None
    parcel: int = 1
    parcels: int = 1
    due: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.parcel <= self.parcels:
            raise ValueError("a parcel is one of those that there are")

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


def address_lines(text: str) -> tuple[str, ...]:
    """An address that was typed as text, line by line; empty lines fall away."""
    return tuple(line for line in (" ".join(part.split()) for part in text.splitlines()) if line)
