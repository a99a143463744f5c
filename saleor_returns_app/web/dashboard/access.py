"""Who is asking, on every request: the Dashboard's token in a header, never a cookie.

The rights and channels that count are the person's own: the app's token could do more than they may.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import current_app, g, request

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import Forbidden, NotFound, NotSignedIn
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.ports import StaffIdentity
from saleor_returns_app.services.staff import see_staff
from saleor_returns_app.services.tenants import find_tenant
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import choose_zone
from saleor_returns_app.web.tokens import read_claims

TOKEN_HEADER = "authorization-bearer"  # noqa: S105
SHOP_HEADER = "saleor-api-url"
#: Without this nobody sees anything here.
NEEDED = "MANAGE_ORDERS"
#: A person whose channels change sees the change after this long at the latest.
KEPT = timedelta(minutes=5)
_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one person in one shop's Dashboard."""

    tenant: Tenant
    actor: Actor

    @property
    def tenant_id(self) -> str:
        return self.tenant.id


def visit() -> Visit:
    """Who is behind the present request."""
    found: Visit = g.visit
    return found


def signed_in() -> bool:
    """Whether the request says who asks; a frame's first request cannot."""
    return bool(request.headers.get(TOKEN_HEADER))


def sign_in() -> None:
    """Let the request in as a staff member of its shop.

    Raises NotSignedIn for a token that does not hold here, NotFound for a shop that is not known, Conflict for one where the
    app is paused, Forbidden without the permission to manage orders.
    """
    context = ctx()
    api_url = request.headers.get(SHOP_HEADER, "")
    if not api_url:
        raise NotSignedIn("The Dashboard did not say which shop this is. Reload the page.", code="NO_SHOP")
    try:
        tenant = find_tenant(context, api_url)
    except NotFound as error:
        text = "This app is not installed in this shop. Install it again under Extensions in the Dashboard."
        raise NotFound(text, code="UNKNOWN_SHOP") from error
    choose_zone(str(tenant.settings.get("time_zone") or ""))
    person = _staff(context, tenant, request.headers.get(TOKEN_HEADER, ""))
    g.visit = Visit(tenant, replace(person, roles=see_staff(context, tenant.id, person)))


def _staff(context: Context, tenant: Tenant, token: str) -> Actor:
    if tenant.state != TenantState.ACTIVE:
        context.shop(tenant.id)  # raises, saying in which state it is
    claims = read_claims(context, tenant, token, kind="thirdparty")
    if claims.get("app") != tenant.app_id:
        raise NotSignedIn("This sign-in belongs to another app. Reload the page.", code="TOKEN_APP")
    if claims.get("is_staff") is not True:
        raise NotSignedIn("Only staff of the shop can use this page.", code="TOKEN_STAFF")
    named = claims.get("user_permissions")
    permissions = frozenset(name for name in named if isinstance(name, str)) if isinstance(named, list) else frozenset()
    if NEEDED not in permissions:
        text = "To work with returns you need the permission “Manage orders”. Ask an administrator of the shop."
        raise Forbidden(text, code="PERMISSION")
    person = _identity(context, tenant, token, expires=datetime.fromtimestamp(claims["exp"], UTC))
    return Actor(who=Who.STAFF, id=person.user_id, name=person.email, permissions=permissions, channels=person.channels)


def _identity(context: Context, tenant: Tenant, token: str, *, expires: datetime) -> StaffIdentity:
    """The person and their channels, as Saleor says with their own token: kept until it expires, at most five minutes."""
    kept: dict[str, tuple[StaffIdentity, datetime]] = current_app.extensions.setdefault("returns_staff", {})
    key = hashlib.sha256(f"{tenant.id}:{token}".encode()).hexdigest()
    now = context.now()
    found = kept.get(key)
    if found is not None and found[1] > now:
        return found[0]
    person = context.saleor.read_staff(context.shop(tenant.id), token)
    if person is None:
        raise NotSignedIn("Your session in the Dashboard is over. Sign in there again.", code="TOKEN_SESSION")
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = (person, min(expires, now + KEPT))
    return person
