"""People and addresses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.shop.model.catalogue import Channel


@dataclass(slots=True, frozen=True)
class Country:
    code: str
    country: str


@dataclass(slots=True, frozen=True)
class Address:
    first_name: str
    last_name: str
    street_address1: str
    city: str
    postal_code: str
    country: Country
    country_area: str = ""
    company_name: str = ""
    street_address2: str = ""
    phone: str = ""

    @property
    def id(self) -> str:
        return ""


@dataclass(slots=True, eq=False)
class User:
    """A shopper, or a member of staff with permissions and the channels they may see (none listed: all)."""

    id: str
    email: str
    first_name: str
    last_name: str
    password: str
    is_staff: bool = False
    is_active: bool = True
    permissions: frozenset[str] = frozenset()
    channels: tuple[Channel, ...] = ()
    about: str = ""
    notes: tuple[tuple[str, str], ...] = ()  # public metadata
    jwt_token_key: str = field(default_factory=lambda: secrets.token_urlsafe(9))

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.notes]

    @property
    def restricted_access_to_channels(self) -> bool:
        return bool(self.channels)
