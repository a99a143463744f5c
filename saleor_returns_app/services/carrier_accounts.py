"""The shop's account with whoever sells it labels: connected with a key, kept encrypted."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

import structlog
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, CarrierRefused, ConfigurationError, NotFound
from saleor_returns_app.models.tenants import Tenant

from .carrier_ports import CarrierAccount
from .context import Context
from .guards import require_permission, require_role
from .tenant_settings import NEEDED

log = structlog.get_logger()
_LONGEST_KEY = 200


def account_of(ctx: Context, session: Session, tenant_id: str) -> CarrierAccount | None:
    """None where the shop arranges its parcels itself."""
    return read_account(ctx, session.get_one(Tenant, tenant_id))


def read_account(ctx: Context, tenant: Tenant) -> CarrierAccount | None:
    """From the tenant's row. None also where the key that it was encrypted with is gone: it has to be connected again."""
    if not tenant.carrier_secret:
        return None
    try:
        return CarrierAccount(**json.loads(ctx.cipher.decrypt(tenant.carrier_secret)))
    except ConfigurationError:
        log.exception("carrier account not readable", tenant=tenant.id)
        return None


def connect_carrier(ctx: Context, tenant_id: str, *, actor: Actor, api_key: str) -> None:
    """Keep the key once the carrier takes it. Events are signed with a secret of ours, which stays when the key is changed.

    Raises BadInput for a key that the carrier does not know, and CarrierUnreachable.
    """
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    key = api_key.strip()
    if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise BadInput("Write the key as EasyPost shows it.", code="KEY", field="api_key")
    before = read_account(ctx, ctx.tenant(tenant_id))
    account = CarrierAccount(api_key=key, webhook_secret=before.webhook_secret if before else secrets.token_urlsafe(32))
    try:
        ctx.carriers.check(account)
    except CarrierRefused as problem:
        text = "EasyPost does not take this key: %(reason)s"
        raise BadInput(text, code="KEY_REFUSED", field="api_key", reason=problem.reason) from problem
    _keep(ctx, tenant_id, ctx.cipher.encrypt(json.dumps(asdict(account))))


def disconnect_carrier(ctx: Context, tenant_id: str, *, actor: Actor) -> None:
    """From now on people arrange the parcels. Labels that were bought stay good."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    _keep(ctx, tenant_id, "")


def _keep(ctx: Context, tenant_id: str, secret: str) -> None:
    with ctx.db.everyone() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
        tenant.carrier_secret = secret
