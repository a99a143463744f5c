"""The policy as text: out as YAML or JSON with its schema, and in again."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.errors import AppError, Conflict
from saleor_returns_app.services.guards import require_permission
from saleor_returns_app.services.policies import NEEDED, begin_draft
from saleor_returns_app.services.policy_texts import Misread, read_text, schema_text, write_text
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import first, notify, onto_page
from saleor_returns_app.web.i18n import gettext

from .differences import differences
from .drafting import Clash, Draft, clash_with, current_draft, policy_page, posted_revision, standing
from .pages import draft_page

FORMATS = ("yaml", "json")


def show_exchange() -> Response:
    return _page()


def _page(
    *,
    status: int = 200,
    typed: str = "",
    misread: Misread | None = None,
    clash: Clash | None = None,
    read: PolicyDocument | None = None,
) -> Response:
    draft, now = current_draft(), standing()
    shown = draft.document if draft else now.document
    language = first(request.args, "format") if first(request.args, "format") in FORMATS else "yaml"
    return policy_page(
        "exchange.html",
        tab="policy_exchange",
        status=status,
        draft=draft.row if draft else None,
        standing=now,
        format=language,
        text=write_text(shown, language),
        schema=schema_text(),
        slug=visit().tenant.slug,
        typed=typed,
        misread=misread,
        clash=clash,
        read=read,
        differences=differences(shown, read) if read else [],
    )


def import_text() -> Response:
    """Read a policy from text: first shows what it would change, then puts it in the place of the draft."""
    require_permission(visit().actor, NEEDED)
    typed = request.form.get("text", "").replace("\r\n", "\n")
    read = read_text(typed)
    if isinstance(read, Misread):
        return _page(status=400, typed=typed, misread=read)
    if request.form.get("step") != "use":
        return _page(typed=typed, read=read)
    try:
        row = begin_draft(
            ctx(), visit().tenant_id, actor=visit().actor, document=read, based_on=None, revision=posted_revision()
        )
    except Conflict as problem:
        return _clashed(problem, typed, read)
    return onto_page(notify(draft_page(Draft(row, read)), gettext("Imported into the draft")))


def _clashed(problem: AppError, typed: str, read: PolicyDocument) -> Response:
    return _page(status=problem.status, typed=typed, read=read, clash=clash_with(current_draft(), problem))
