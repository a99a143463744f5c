"""The form a shopper is filling in, kept on our side: nothing is lost between steps, and one form opens one case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from saleor_returns_app.errors import NotSignedIn
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.portal import PortalSession

from .context import Context

#: Part of a draft: the id that its case will get, so that sending it twice finds the case of the first time.
CASE_ID = "case_id"


def save_draft(ctx: Context, tenant_id: str, visit_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change parts of the draft; gives the whole. The first change chooses the id of its case."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(PortalSession).where(PortalSession.id == visit_id).with_for_update())
        if row is None:
            raise NotSignedIn
        row.draft = {CASE_ID: new_id(), **row.draft, **changes}
        return dict(row.draft)


def drop_draft(ctx: Context, tenant_id: str, visit_id: str) -> None:
    """Begin anew: what was filled in has become a case."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.get(PortalSession, visit_id)
        if row is not None:
            row.draft = {}
