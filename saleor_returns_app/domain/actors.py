"""Who does something: kept in the history of every move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .machines import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    who: Who
    id: str = ""
    name: str = ""
    #: Saleor permissions of a staff member (their own, not the app's).
    permissions: frozenset[str] = frozenset()
    #: Channels a staff member may see; None: all.
    channels: frozenset[str] | None = None
    #: Roles of a staff member in this app; None: the shop uses none. They narrow the permissions, they never widen them.
    roles: frozenset[str] | None = None

    @classmethod
    def shopper(cls, *, email: str, user_id: str = "") -> Actor:
        return cls(who=Who.SHOPPER, id=user_id, name=email)

    def dump(self) -> dict[str, Any]:
        """As JSON, for what is done in their name later."""
        return {
            "who": self.who.value,
            "id": self.id,
            "name": self.name,
            "permissions": sorted(self.permissions),
            "channels": None if self.channels is None else sorted(self.channels),
            "roles": None if self.roles is None else sorted(self.roles),
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Actor:
        """From what `dump` made: with the rights they had then."""
        return cls(
            who=Who(stored.get("who", Who.STAFF)),
            id=stored["id"],
            name=stored["name"],
            permissions=frozenset(stored["permissions"]),
            channels=None if stored["channels"] is None else frozenset(stored["channels"]),
            roles=None if stored["roles"] is None else frozenset(stored["roles"]),
        )


#: The app itself: jobs, webhooks.
SYSTEM = Actor(who=Who.SYSTEM)
