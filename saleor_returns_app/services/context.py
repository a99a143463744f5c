"""What every service function gets first: the outside, joined in `app.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from saleor_returns_app.config import Settings
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import Conflict, NotFound
from saleor_returns_app.models.base import Database
from saleor_returns_app.models.tenants import Tenant, TenantState

from .carrier_ports import Carriers
from .ports import Cipher, Clock, Documents, Examiner, Jobs, KeySource, Mailer, Saleor, ShopConnection, Storage


@dataclass(frozen=True, kw_only=True)
class Context:
    settings: Settings
    db: Database
    clock: Clock
    saleor: Saleor
    keys: KeySource
    cipher: Cipher
    mailer: Mailer
    jobs: Jobs
    storage: Storage
    examiner: Examiner
    documents: Documents
    carriers: Carriers

    def now(self) -> datetime:
        return self.clock.now()

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's row. Raises NotFound."""
        with self.db.tenant(tenant_id) as session:
            tenant = session.get(Tenant, tenant_id)
        if tenant is None:
            raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
        return tenant

    def shop(self, tenant_id: str) -> ShopConnection:
        """How to reach the tenant's Saleor. Raises Conflict when the tenant is paused, disconnected or gone."""
        tenant = self.tenant(tenant_id)
        if tenant.state != TenantState.ACTIVE:
            raise Conflict(
                "The returns app is %(state)s in this shop. Its staff can switch it on again in the Dashboard.",
                code="SHOP_INACTIVE",
                state=tenant.state,
            )
        return ShopConnection(
            tenant_id=tenant.id,
            api_url=tenant.api_url,
            token=self.cipher.decrypt(tenant.token_secret),
            saleor_version=tenant.saleor_version,
        )

    def tenant_settings(self, tenant_id: str) -> TenantSettings:
        return TenantSettings.load(self.tenant(tenant_id).settings)
