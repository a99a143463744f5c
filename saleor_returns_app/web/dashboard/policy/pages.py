"""What is in force, and the draft with its rules."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.errors import Conflict, NotFound
from saleor_returns_app.services.policies import begin_draft, discard_draft
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import notify
from saleor_returns_app.web.i18n import gettext

from .drafting import Clash, Draft, clash_with, count_changes, current_draft, policy_page, posted_revision, standing
from .findings import find_in
from .rule_list import group_rules
from .starts import STARTS, document_of, preset_cards


def show_draft() -> Response:
    return draft_page(current_draft())


def draft_page(
    draft: Draft | None,
    *,
    status: int = 200,
    clash: Clash | None = None,
    announced: str = "",
    moved: tuple[str, str, str] | None = None,
    template: str = "draft.html",
) -> Response:
    """The draft, or how to begin one. `moved`: rule, group and button that the keyboard goes on at; `announced` is read aloud."""
    now = standing()
    document = draft.document if draft else None
    return policy_page(
        template,
        tab="policy",
        status=status,
        draft=draft.row if draft else None,
        document=document,
        groups=group_rules(document) if document else [],
        findings=find_in(document) if document else None,
        changes=count_changes(now.document, document) if document else 0,
        presets=preset_cards(ctx().tenant_settings(visit().tenant_id)),
        clash=clash,
        announced=announced,
        moved=moved,
    )


def rules_list(draft: Draft, *, status: int = 200, clash: Clash | None = None, **values: object) -> Response:
    """The rules alone, in the place of those on the page."""
    return draft_page(draft, status=status, clash=clash, template="rules.html", **values)  # type: ignore[arg-type]


def show_in_force() -> Response:
    now = standing()
    return policy_page(
        "in_force.html",
        tab="policy_in_force",
        standing=now,
        groups=group_rules(now.document),
        public=f"{ctx().settings.base_url}/r/{visit().tenant.slug}/policy",
    )


def begin() -> Response:
    """A draft from what is in force or from a preset; with a draft there, the preset takes its place."""
    preset = request.form.get("preset", "")
    document, based_on = _beginning(preset)
    try:
        row = begin_draft(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            document=document,
            based_on=based_on,
            revision=posted_revision(),
        )
    except Conflict as problem:
        draft = current_draft()
        return draft_page(draft, status=problem.status, clash=clash_with(draft, problem))
    return notify(draft_page(Draft(row, document)), gettext("Draft begun"))


def _beginning(preset: str) -> tuple[PolicyDocument, int | None]:
    if not preset:
        now = standing()
        return now.document, now.version or None
    if preset not in STARTS:
        raise NotFound("There is no such preset.", code="UNKNOWN_PRESET")
    return document_of(preset, ctx().tenant_settings(visit().tenant_id)), None


def discard() -> Response:
    try:
        discard_draft(ctx(), visit().tenant_id, actor=visit().actor, revision=posted_revision())
    except Conflict as problem:
        draft = current_draft()
        return draft_page(draft, status=problem.status, clash=clash_with(draft, problem))
    return notify(draft_page(None), gettext("Draft discarded"))
