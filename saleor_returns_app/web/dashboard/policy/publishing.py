"""From draft to in force: what changes, a note, from when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Response, request

from saleor_returns_app.domain.policy.calendars import zone_of
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.services.policies import publish_draft
from saleor_returns_app.services.simulating import newest_simulation
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import notify, onto_page
from saleor_returns_app.web.dashboard.forms import EMPTY, Form
from saleor_returns_app.web.i18n import gettext

from .differences import differences
from .drafting import Clash, Draft, clash_with, current_draft, policy_page, posted_revision, standing
from .findings import find_in
from .pages import draft_page, show_in_force


def show_publishing() -> Response:
    draft = current_draft()
    return _page(draft) if draft else draft_page(None)


def _page(draft: Draft, *, status: int = 200, form: Form = EMPTY, clash: Clash | None = None) -> Response:
    now = standing()
    simulation = newest_simulation(ctx(), visit().tenant_id, draft.row.id)
    return policy_page(
        "publish.html",
        tab="policy",
        status=status,
        draft=draft.row,
        standing=now,
        differences=differences(now.document, draft.document),
        findings=find_in(draft.document),
        simulation=simulation,
        tomorrow=(ctx().now() + timedelta(days=1)).date().isoformat(),
        zone=ctx().tenant_settings(visit().tenant_id).time_zone,
        form=form,
        clash=clash,
    )


def publish() -> Response:
    try:
        row = publish_draft(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            revision=posted_revision(),
            note=request.form.get("note", ""),
            effective_from=_time_of(request.form),
        )
    except Conflict as problem:
        draft = current_draft()
        if draft is None:
            return draft_page(None, status=problem.status)
        form = Form(typed=request.form.to_dict())
        return _page(draft, status=problem.status, form=form, clash=clash_with(draft, problem))
    except BadInput as problem:
        draft = current_draft()
        if draft is None:
            return draft_page(None, status=problem.status)
        return _page(draft, status=problem.status, form=Form.refused(problem))
    said = gettext("Version %(number)s is published") % {"number": row.version}
    return onto_page(notify(show_in_force(), said))


def _time_of(sent: object) -> datetime | None:
    """The beginning of the day that was chosen, or None for now. Raises BadInput."""
    values: dict[str, str] = sent.to_dict()  # type: ignore[attr-defined]
    if values.get("when") != "day":
        return None
    try:
        day = datetime.strptime(values.get("day", ""), "%Y-%m-%d").replace(tzinfo=UTC).date()
        zone = zone_of(ctx().tenant_settings(visit().tenant_id).time_zone)
        return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the first day there is began elsewhere a day before it
        raise BadInput("Choose the day from which it is in force.", code="DAY", field="day") from error
