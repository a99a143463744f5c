"""What a delivery is checked against, kept in the process for a few seconds so that most need no query."""

from __future__ import annotations

import time
from dataclasses import dataclass

from saleor_returns_app.adapters.saleor.signatures import SigningKeys
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.tenants import TenantState
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import find_tenant

#: How long another process's change (a new token, an uninstall) may go unseen here.
KEPT_SECONDS = 5.0
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class KnownShop:
    tenant_id: str
    app_id: str
    keys: SigningKeys
    read_at: float


class KnownShops:
    """By API URL. Unknown shops are not remembered: one that installs this moment must be known the next."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shops: dict[str, KnownShop] = {}

    def find(self, api_url: str) -> KnownShop | None:
        """None for a shop that never installed the app or has removed it."""
        found = self._shops.get(api_url)
        if found is not None and time.monotonic() - found.read_at < KEPT_SECONDS:
            return found
        try:
            tenant = find_tenant(self._context, api_url)
        except NotFound:
            return None
        if tenant.state == TenantState.UNINSTALLED:
            return None
        if len(self._shops) >= _MOST:
            self._shops.clear()
        shop = KnownShop(
            tenant_id=tenant.id, app_id=tenant.app_id, keys=SigningKeys(tenant.jwks), read_at=time.monotonic()
        )
        self._shops[api_url] = shop
        return shop

    def forget(self, api_url: str) -> None:
        self._shops.pop(api_url, None)
