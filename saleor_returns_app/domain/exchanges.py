"""Replacement orders: which units of a case end in goods instead of money, and what becomes of the order that sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .cases import Resolution
from .machines import ANYONE, STAFF, SYSTEM, Machine
from .money import Money


class ExchangeState(StrEnum):
    PLANNED = "planned"
    OUT_OF_STOCK = "out_of_stock"  # somebody chooses again
    UNPAID = "unpaid"  # ordered; the shopper owes the difference
    ORDERED = "ordered"  # nothing is owed: the shop sends it
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class ExchangeEvent(StrEnum):
    RUN_OUT = "run_out"
    ORDER = "order"
    OWE = "owe"
    PAY = "pay"
    SHIP = "ship"
    CANCEL = "cancel"


_S, _E = ExchangeState, ExchangeEvent

# fmt: off
EXCHANGE = Machine("exchange", _S.PLANNED, [
    # from              event         to                  who
    (_S.PLANNED,        _E.RUN_OUT,   _S.OUT_OF_STOCK,    SYSTEM),
    (_S.PLANNED,        _E.ORDER,     _S.ORDERED,         SYSTEM),
    (_S.PLANNED,        _E.OWE,       _S.UNPAID,          SYSTEM),
    (_S.PLANNED,        _E.CANCEL,    _S.CANCELLED,       STAFF),            # it could not be made
    (_S.UNPAID,         _E.PAY,       _S.ORDERED,         SYSTEM),
    (_S.UNPAID,         _E.SHIP,      _S.SHIPPED,         STAFF | SYSTEM),   # the shop took it as paid and sent it
    (_S.UNPAID,         _E.CANCEL,    _S.CANCELLED,       STAFF | SYSTEM),   # by us, or in Saleor
    (_S.ORDERED,        _E.SHIP,      _S.SHIPPED,         STAFF | SYSTEM),   # a person says it of an order made by hand
    (_S.ORDERED,        _E.CANCEL,    _S.CANCELLED,       STAFF | SYSTEM),   # in Saleor; a person one made by hand
    (_S.OUT_OF_STOCK,   _E.CANCEL,    _S.CANCELLED,       ANYONE),           # something else was chosen
])
# fmt: on

#: The shop is asked how these stand.
WATCHED = (ExchangeState.UNPAID, ExchangeState.ORDERED)

#: Resolutions that end in goods; a repair sends back the same ones.
IN_GOODS = frozenset({Resolution.EXCHANGE, Resolution.RESHIP, Resolution.REPAIR})
#: Of those, the ones that a replacement order sends.
BY_ORDER = frozenset({Resolution.EXCHANGE, Resolution.RESHIP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Units of one order line that end in goods: a unit is sent, or mended, for each.

    `variant_id`, `name`, `price`: what is sent, and the gross price of a unit when it was offered; empty and None for a repair.
    """

    order_line_id: str
    quantity: int
    resolution: Resolution
    variant_id: str = ""
    name: str = ""
    price: Money | None = None

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        price = None if self.price is None else {"minor": self.price.minor, "currency": self.price.currency}
        said = {
            "order_line_id": self.order_line_id,
            "quantity": self.quantity,
            "resolution": self.resolution.value,
            "variant_id": self.variant_id,
            "name": self.name,
            "price": price,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Piece:
        """From what `dump` made."""
        price = stored.get("price")
        return cls(
            order_line_id=str(stored["order_line_id"]),
            quantity=int(stored["quantity"]),
            resolution=Resolution(stored["resolution"]),
            variant_id=str(stored.get("variant_id", "")),
            name=str(stored.get("name", "")),
            price=None if price is None else Money.from_minor(int(price["minor"]), str(price["currency"])),
        )


def fit(pieces: Sequence[Piece], units: Mapping[str, int]) -> tuple[Piece, ...]:
    """The pieces that so many units of each order line are enough for: what was promised in goods comes before money."""
    left = dict(units)
    found = []
    for piece in pieces:
        quantity = min(piece.quantity, left.get(piece.order_line_id, 0))
        if quantity > 0:
            left[piece.order_line_id] -= quantity
            found.append(replace(piece, quantity=quantity))
    return tuple(found)


def in_pieces(pieces: Sequence[Piece]) -> dict[str, int]:
    """How many units of each order line they take."""
    taken: dict[str, int] = {}
    for piece in pieces:
        taken[piece.order_line_id] = taken.get(piece.order_line_id, 0) + piece.quantity
    return taken
