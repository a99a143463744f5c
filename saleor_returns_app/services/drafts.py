"""The form a shopper is filling in, kept on our side: nothing is lost between steps, and one form opens one case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from saleor_returns_app.errors import NotSignedIn
from saleor_returns_app.models.portal import PortalSession

from .context import Context


def save_draft(ctx: Context, tenant_id: str, visit_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change parts of the draft; gives the whole."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(PortalSession).where(PortalSession.id == visit_id).with_for_update())
        if row is None:
            raise NotSignedIn
        row.draft = {**row.draft, **changes}
        return dict(row.draft)


def offer_submission(ctx: Context, tenant_id: str, visit_id: str) -> str:
    """A ticket for the summary's form: whoever takes it may open the case."""
    ticket = secrets.token_urlsafe(16)
    save_draft(ctx, tenant_id, visit_id, {"ticket": ticket})
    return ticket


def take_submission(ctx: Context, tenant_id: str, visit_id: str, ticket: str) -> bool:
    """True once a ticket: a second click finds it taken."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(PortalSession).where(PortalSession.id == visit_id).with_for_update())
        if row is None or not ticket or row.draft.get("ticket") != ticket:
            return False
        row.draft = {**row.draft, "ticket": ""}
        return True
