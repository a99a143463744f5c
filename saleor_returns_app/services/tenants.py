"""Tenants: installing, pausing, losing, reinstalling, erasing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import (
    AppError,
    NotFound,
    NotSignedIn,
    RemoteError,
    StorageUnavailable,
    TokenDead,
)
from saleor_returns_app.models.base import Base
from saleor_returns_app.models.tenants import Tenant, TenantState

from .backfilling import ask_for_backfill
from .context import Context
from .evidence_retention import erase_evidence
from .notifications import queue_mail
from .ports import ShopConnection

log = structlog.get_logger()

#: Anyone can make us look for new keys by sending a forged signature; once in this time is enough for a real rotation.
KEY_REFETCH_INTERVAL = timedelta(seconds=60)
_MAY_COME_BACK = (TenantState.DISCONNECTED, TenantState.PAUSED)


def register_tenant(ctx: Context, *, api_url: str, token: str) -> Tenant:
    """Take in the app token of a shop whose address was checked: new, again, or after an uninstall.

    The request that brings the token is unsigned, so the token must prove itself at the shop. Repeating it changes
    nothing, and of several tokens the last one stays. Raises NotSignedIn (UNKNOWN_APP_ID, JWKS_NOT_AVAILABLE).
    """
    shop = ShopConnection(tenant_id="", api_url=api_url, token=token, saleor_version="")
    try:
        app_id = ctx.saleor.read_app_id(shop)
        version, name = ctx.saleor.read_version(shop)
    except AppError as error:
        raise NotSignedIn(
            "The auth data given during registration request could not be used to fetch app ID.",
            code="UNKNOWN_APP_ID",
        ) from error
    try:
        jwks = ctx.keys.fetch(api_url)
    except AppError as error:
        raise NotSignedIn("Can't fetch the remote JWKS.", code="JWKS_NOT_AVAILABLE") from error
    now = ctx.now()
    with ctx.db.everyone() as session:
        tenant = _tenant_for(session, api_url, name=name, now=now)
        tenant.name = name[:200]
        tenant.app_id = app_id
        tenant.token_secret = ctx.cipher.encrypt(token)
        tenant.jwks = dict(jwks)
        tenant.jwks_fetched_at = now
        tenant.saleor_version = version[:40]
        tenant.state = TenantState.ACTIVE
        tenant.uninstalled_at = tenant.erase_after = None
        session.flush()
        ask_for_backfill(session, tenant.id, now=now)
    log.info("tenant.registered", tenant=tenant.id, saleor=version)
    return tenant


def _tenant_for(session: Session, api_url: str, *, name: str, now: datetime) -> Tenant:
    """The shop's row, locked; with the cases it had when the app was installed before."""
    mine = select(Tenant).where(Tenant.api_url == api_url).with_for_update()
    found = session.scalar(mine)
    if found is not None:
        return found
    wanted = _slug(name, api_url)
    taken = set(session.scalars(select(Tenant.slug).where(or_(Tenant.slug == wanted, Tenant.slug.like(f"{wanted}-%")))))
    for number in range(1, 1000):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        if slug in taken:
            continue
        tenant = Tenant(slug=slug, api_url=api_url, app_id="", token_secret="", installed_at=now)
        try:
            with session.begin_nested():
                session.add(tenant)
        except IntegrityError:
            # A parallel request took the name, or is this very shop's.
            found = session.scalar(mine)
            if found is not None:
                return found
        else:
            return tenant
    raise AppError("No free name for the shop's portal address.")


def _slug(name: str, api_url: str) -> str:
    """The shop's name in portal addresses: its own name, or its host where that has no Latin letters."""
    host = urlsplit(api_url).hostname or "shop"
    for source in (name, host.partition(".")[0], host):
        found = re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-")[:60].strip("-")
        if len(found) >= 2 and not found.isdigit():
            return found
    return "shop"


def find_tenant(ctx: Context, api_url: str) -> Tenant:
    """The tenant at an API URL. Raises NotFound (UNKNOWN_SHOP)."""
    with ctx.db.everyone() as session:
        tenant = session.scalar(select(Tenant).where(Tenant.api_url == api_url))
    if tenant is None:
        raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
    return tenant


def pause_tenant(ctx: Context, tenant_id: str) -> None:
    """The app was deactivated in the Dashboard: nothing is sent to the shop until it is active again."""
    _move(ctx, tenant_id, TenantState.PAUSED, {TenantState.ACTIVE, TenantState.DISCONNECTED})


def resume_tenant(ctx: Context, tenant_id: str) -> None:
    """The app was activated again."""
    _move(
        ctx,
        tenant_id,
        TenantState.ACTIVE,
        {TenantState.PAUSED, TenantState.DISCONNECTED},
    )


def follow_app_status(ctx: Context, tenant_id: str, *, told_active: bool) -> None:
    """The shop says that the app was activated or deactivated.

    Such news may come late or twice, so the shop is asked; what was told counts only where it does not answer.
    """
    tenant = ctx.tenant(tenant_id)
    token = ctx.cipher.decrypt(tenant.token_secret)
    shop = ShopConnection(
        tenant_id=tenant.id, api_url=tenant.api_url, token=token, saleor_version=tenant.saleor_version
    )
    try:
        ctx.saleor.read_app_id(shop)
        active = True
    except TokenDead:
        active = False
    except RemoteError:
        active = told_active
    (resume_tenant if active else pause_tenant)(ctx, tenant_id)


def mark_uninstalled(ctx: Context, tenant_id: str) -> None:
    """The app was removed from the shop. Its data are kept for the retention period, in case it comes back."""
    _move(
        ctx,
        tenant_id,
        TenantState.UNINSTALLED,
        set(TenantState) - {TenantState.UNINSTALLED},
    )


def mark_disconnected(ctx: Context, tenant_id: str, *, token: str) -> None:
    """The shop no longer knows `token`: uninstalled unseen (before 3.23), deactivated, or the token was deleted.

    Does nothing when another token came in since: a slow call with the old one must not undo a reinstall.
    """
    with ctx.db.everyone() as session:
        tenant = session.get(Tenant, tenant_id)
    if tenant is not None and ctx.cipher.decrypt(tenant.token_secret) == token:
        _move(
            ctx,
            tenant_id,
            TenantState.DISCONNECTED,
            {TenantState.ACTIVE},
            token_secret=tenant.token_secret,
        )


def reconnect_tenant(ctx: Context, tenant_id: str) -> bool:
    """Try a disconnected or paused shop's stored token again, as an activated app needs no new one; whether it works now.

    Saleor knows the token of an active app only. Raises SaleorUnavailable.
    """
    tenant = ctx.tenant(tenant_id)
    if tenant.state not in _MAY_COME_BACK:
        return tenant.state == TenantState.ACTIVE
    token = ctx.cipher.decrypt(tenant.token_secret)
    shop = ShopConnection(
        tenant_id=tenant.id,
        api_url=tenant.api_url,
        token=token,
        saleor_version=tenant.saleor_version,
    )
    try:
        works = ctx.saleor.read_app_id(shop) == tenant.app_id
    except TokenDead:
        works = False
    if works:
        _move(
            ctx,
            tenant_id,
            TenantState.ACTIVE,
            {TenantState(tenant.state)},
            token_secret=tenant.token_secret,
        )
    return works


def reconnect_tenants(ctx: Context) -> None:
    """Try every shop once more whose app may have been activated without our hearing of it: the news can get lost."""
    with ctx.db.everyone() as session:
        waiting = session.scalars(select(Tenant.id).where(Tenant.state.in_(_MAY_COME_BACK))).all()
    for tenant_id in waiting:
        try:
            reconnect_tenant(ctx, tenant_id)
        except RemoteError as error:
            log.info("tenant.not_reconnected", tenant=tenant_id, reason=error.code)


def _move(
    ctx: Context,
    tenant_id: str,
    to: TenantState,
    allowed: set[TenantState],
    *,
    token_secret: str | None = None,
) -> None:
    now = ctx.now()
    values: dict[str, Any] = {"state": to, "erase_after": None}
    if to is TenantState.UNINSTALLED:
        # Nothing else counts as one. Before 3.23 a dead token is its only sign, but that of a mere deactivation too.
        values["uninstalled_at"] = now
        values["erase_after"] = now + timedelta(days=ctx.settings.retention_days)
    change = update(Tenant).where(Tenant.id == tenant_id, Tenant.state.in_(allowed)).values(values)
    if token_secret is not None:
        change = change.where(Tenant.token_secret == token_secret)
    with ctx.db.tenant(tenant_id) as session:
        moved = session.execute(change).rowcount  # type: ignore[attr-defined]
        if moved and to is TenantState.DISCONNECTED:
            _tell_merchant(ctx, session, tenant_id)
        if moved and to is TenantState.ACTIVE:
            ask_for_backfill(session, tenant_id, now=now)  # nothing was heard of orders meanwhile
    if moved:
        log.info("tenant.moved", tenant=tenant_id, state=to.value)


def _tell_merchant(ctx: Context, session: Session, tenant_id: str) -> None:
    """Returns and refunds stand still while the shop does not let us in; inside its Dashboard we can say nothing any more."""
    tenant = session.get_one(Tenant, tenant_id)
    contact = TenantSettings.load(tenant.settings).contact_email
    if contact:
        params = {"shop": tenant.name or tenant.api_url, "api_url": tenant.api_url}
        queue_mail(ctx, session, kind="disconnected", recipient=contact, language="en", params=params)


def refetch_keys(ctx: Context, tenant_id: str) -> Mapping[str, Any] | None:
    """The shop's present signing keys, stored; None when they were fetched only just now.

    The claim to fetch is a conditional update, so that of all threads and processes one goes. Raises SaleorUnavailable.
    """
    now = ctx.now()
    claim = (
        update(Tenant)
        .where(
            Tenant.id == tenant_id,
            or_(
                Tenant.jwks_fetched_at.is_(None),
                Tenant.jwks_fetched_at <= now - KEY_REFETCH_INTERVAL,
            ),
        )
        .values(jwks_fetched_at=now)
    )
    with ctx.db.everyone() as session:
        claimed = session.execute(claim).rowcount  # type: ignore[attr-defined]
    if not claimed:
        return None
    jwks = dict(ctx.keys.fetch(ctx.tenant(tenant_id).api_url))
    with ctx.db.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == tenant_id).values(jwks=jwks))
    log.info("tenant.keys_refetched", tenant=tenant_id)
    return jwks


def erase_due_tenants(ctx: Context) -> int:
    """Erase everything of shops that uninstalled the app and whose retention period is over; gives how many."""
    gone = Tenant.state == TenantState.UNINSTALLED
    with ctx.db.everyone() as session:
        due = session.scalars(select(Tenant.id).where(gone, Tenant.erase_after <= ctx.now())).all()
    erased = 0
    for tenant_id in due:
        try:
            erase_evidence(ctx, tenant_id)
        except StorageUnavailable:
            log.warning("tenant.not_erased", tenant=tenant_id, reason="its photos cannot be deleted now")
            continue
        with ctx.db.everyone() as session:
            # Locked and looked at again: the shop may be installing at this moment.
            tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id, gone).with_for_update())
            if tenant is None:
                continue
            for table in reversed(Base.metadata.sorted_tables):
                if "tenant_id" in table.c:
                    session.execute(delete(table).where(table.c.tenant_id == tenant_id))
            session.delete(tenant)
        erased += 1
        log.info("tenant.erased", tenant=tenant_id)
    return erased
