"""What every page about the policy needs first: who may change it, what is in force, the draft, the tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request, url_for

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.policies import PolicyVersion
from saleor_returns_app.services.policies import NEEDED, Standing, in_force, read_draft, unpack_document
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import fragment
from saleor_returns_app.web.dashboard.queue import Tab
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import gettext

from .differences import differences

_TABS = {
    "policy": "Draft",
    "policy_in_force": "In force",
    "policy_simulation": "Simulation",
    "policy_versions": "Versions",
    "policy_exchange": "Import and export",
}


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else was faster: what we say, who it was and when, and the rule as it is saved now."""

    said: str
    by: str = ""
    at: datetime | None = None
    now: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    row: PolicyVersion
    document: PolicyDocument

    @property
    def revision(self) -> int:
        return self.row.revision


def current_draft() -> Draft | None:
    row = read_draft(ctx(), visit().tenant_id)
    return None if row is None else Draft(row, unpack_document(row.document))


def standing() -> Standing:
    return in_force(ctx(), visit().tenant_id)


def may_change() -> bool:
    return NEEDED in visit().actor.permissions


def posted_revision() -> int | None:
    """The revision of the draft that the form was made for."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def clash_with(draft: Draft | None, problem: AppError, *, now: str = "") -> Clash:
    if draft is None:
        return Clash(said(problem))
    return Clash(said(problem), draft.row.updated_by, draft.row.updated_at, now)


def count_changes(before: PolicyDocument, after: PolicyDocument) -> int:
    return len(differences(before, after))


def policy_page(template: str, *, tab: str, status: int = 200, **values: object) -> Response:
    """A page under one of the tabs."""
    common: Mapping[str, object] = {"tabs": _tabs(tab), "may_change": may_change(), "needed": NEEDED}
    return fragment(f"policy/{template}", status=status, **{**common, **values})


def _tabs(current: str) -> list[Tab]:
    return [
        Tab(text=gettext(text), href=url_for(f"dashboard.{endpoint}"), current=endpoint == current)
        for endpoint, text in _TABS.items()
    ]
