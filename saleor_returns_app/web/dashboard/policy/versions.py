"""What was published: when, by whom, why, what it changed; and going back to it."""

from __future__ import annotations

from flask import Response

from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.policies import PolicyVersion
from saleor_returns_app.services.policies import begin_draft, list_versions, read_version, unpack_document
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import notify, onto_page
from saleor_returns_app.web.i18n import gettext

from .differences import differences
from .drafting import Draft, clash_with, current_draft, policy_page, posted_revision, standing
from .pages import draft_page
from .rule_list import group_rules


def show_versions() -> Response:
    return policy_page(
        "versions.html",
        tab="policy_versions",
        versions=list_versions(ctx(), visit().tenant_id),
        now=ctx().now(),
        standing=standing(),
    )


def show_version(number: int) -> Response:
    """One version: its rules, and what it changed of the one before."""
    row = read_version(ctx(), visit().tenant_id, number)
    document = unpack_document(row.document)
    before = _before(row)
    draft = current_draft()
    return policy_page(
        "version.html",
        tab="policy_versions",
        version=row,
        now=ctx().now(),
        standing=standing(),
        groups=group_rules(document),
        before=before,
        differences=differences(unpack_document(before.document), document) if before else [],
        draft=draft.row if draft else None,
    )


def _before(row: PolicyVersion) -> PolicyVersion | None:
    """What was published last before it."""
    rows = list_versions(ctx(), visit().tenant_id)
    return next((other for other in rows if other.version < row.version), None)


def restore(number: int) -> Response:
    """The version as a draft; one that is there gives its place."""
    row = read_version(ctx(), visit().tenant_id, number)
    document = unpack_document(row.document)
    try:
        begun = begin_draft(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            document=document,
            based_on=number,
            revision=posted_revision(),
        )
    except Conflict as problem:
        draft = current_draft()
        return onto_page(draft_page(draft, status=problem.status, clash=clash_with(draft, problem)))
    said = gettext("Version %(number)s is your draft now") % {"number": number}
    return onto_page(notify(draft_page(Draft(begun, document)), said))
