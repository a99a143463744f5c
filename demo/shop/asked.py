"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.shop.errors import Denied, permission_denied
from demo.shop.model.accounts import User
from demo.shop.model.apps import App

if TYPE_CHECKING:
    from demo.shop.shop import Shop


@dataclass(slots=True, frozen=True)
class Asked:
    """One request's requestor: an app, a person (with the permissions of their token), or nobody.

    A bad token does not fail the request: it fails each field that needs to know who asks, as in Saleor.
    """

    shop: Shop
    app: App | None = None
    user: User | None = None
    permissions: frozenset[str] = frozenset()
    bad_token: tuple[str, str] | None = None

    def check_token(self) -> None:
        """Raises what the token's own fault is (a foreign signature, an expired session)."""
        if self.bad_token:
            raise Denied(*self.bad_token)

    def may(self, *any_of: str) -> bool:
        self.check_token()
        if "AUTHENTICATED_APP" in any_of and self.app:
            return True
        if "AUTHENTICATED_STAFF_USER" in any_of and self.user and self.user.is_staff:
            return True
        return not self.permissions.isdisjoint(any_of)

    def require(self, *any_of: str) -> None:
        if not self.may(*any_of):
            raise permission_denied(any_of)

    def require_channel(self, slug: str) -> None:
        """Staff may be held to some channels; apps never are."""
        if self.user and self.user.channels and slug not in {channel.slug for channel in self.user.channels}:
            raise Denied("You don't have access to some objects' channel.", "PermissionDenied")
