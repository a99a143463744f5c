"""Where goods come back to: the shop's places, and which of them a return goes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .orders import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`name` is what policies and people call it. Goods of orders to one of `countries` (ISO codes), or sent from one of `warehouses`
    (Saleor ids), come back here. `is_store`: people may bring goods themselves, at the `hours` as they stand on the door.
    """

    name: str
    address: Address = field(default_factory=Address)
    countries: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    is_store: bool = False
    hours: str = ""

    @property
    def text(self) -> str:
        """The address as it is told and written on a parcel, line by line."""
        return "\n".join(self.address.lines)

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Place:
        return cls(
            name=str(stored["name"]),
            address=Address(**stored.get("address", {})),
            countries=tuple(stored.get("countries", ())),
            warehouses=tuple(stored.get("warehouses", ())),
            is_store=bool(stored.get("is_store", False)),
            hours=str(stored.get("hours", "")),
        )


def place_named(places: Sequence[Place], name: str) -> Place | None:
    """The place that a policy or a person means, however the name is capitalised."""
    return next((place for place in places if place.name.casefold() == name.strip().casefold()), None)


def place_for(places: Sequence[Place], *, country: str, warehouses: Collection[str]) -> Place | None:
    """Where goods go that nothing more particular was said of: back to the warehouse that sent them, else to the place of the
    country. None where no place is for them: the shop's own address then.
    """
    for place in places:
        if warehouses and set(warehouses) <= set(place.warehouses):
            return place
    return next((place for place in places if country and country in place.countries), None)
