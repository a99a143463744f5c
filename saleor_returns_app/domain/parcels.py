"""Parcels: their states, and what can be said about one without asking its carrier."""

from __future__ import annotations

from enum import StrEnum

from .machines import ANYONE, STAFF, SYSTEM, Machine


class Direction(StrEnum):
    BACK = "back"  # to the shop
    OUT = "out"  # to the shopper


class ParcelStatus(StrEnum):
    ANNOUNCED = "announced"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"


class ParcelEvent(StrEnum):
    SHIP = "ship"
    DELIVER = "deliver"
    LOSE = "lose"


_S, _E = ParcelStatus, ParcelEvent

# fmt: off
PARCEL = Machine("parcel", _S.ANNOUNCED, [
    # from            event        to              who
    (_S.ANNOUNCED,    _E.SHIP,     _S.IN_TRANSIT,  ANYONE),
    (_S.ANNOUNCED,    _E.DELIVER,  _S.DELIVERED,   STAFF | SYSTEM),   # nobody said that it was sent
    (_S.IN_TRANSIT,   _E.DELIVER,  _S.DELIVERED,   STAFF | SYSTEM),
    (_S.IN_TRANSIT,   _E.LOSE,     _S.LOST,        STAFF | SYSTEM),
    (_S.LOST,         _E.DELIVER,  _S.DELIVERED,   STAFF | SYSTEM),   # it turned up after all
])
# fmt: on

#: Still to come.
UNDER_WAY = frozenset({_S.ANNOUNCED, _S.IN_TRANSIT})
#: Of one case: enough for any return, too few to fill a page with nonsense.
MOST_PARCELS = 20


def parcel_number(typed: str) -> int | None:
    """The number of a parcel that somebody chose; None for none, and 0, which no parcel has, for what is no number."""
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
