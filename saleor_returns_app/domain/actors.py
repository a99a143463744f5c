"""Who does something: kept in the history of every move."""

from __future__ import annotations

from dataclasses import dataclass

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


#: The app itself: jobs, webhooks.
SYSTEM = Actor(who=Who.SYSTEM)
