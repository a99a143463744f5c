"""One action on the cases that were chosen in the queue: looked at before, watched while it runs, with a result for each case."""

from __future__ import annotations

import uuid
from collections import Counter

from flask import Response, request, url_for

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.errors import AppError, BadInput
from saleor_returns_app.services.assigning import list_members
from saleor_returns_app.services.bulk import ACTIONS, MOST, chosen_cases, plan_bulk, preview_bulk, read_bulk, stop_bulk
from saleor_returns_app.services.bulk_refunds import look_at_refunds, sums_of
from saleor_returns_app.services.queue import list_ids
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify, onto_page
from .asking import read_asked
from .forms import EMPTY, Form

REFUND = "approve_refund"
#: How many are taken when the whole list is chosen: more than these nobody looks through.
WHOLE_LIST = 200
#: Action → its name on the button, and the title of its page.
TITLES: dict[str, tuple[str, str]] = {
    "approve": ("Approve", "Approve these returns?"),
    REFUND: ("Approve refunds", "Approve these refunds?"),
    "reject": ("Reject", "Reject these returns?"),
    "cancel": ("Cancel", "Cancel these returns?"),
    "close": ("Close", "Close these returns?"),
    "assign": ("Give to somebody", "Give these returns to somebody?"),
    "tag": ("Tag", "Tag these returns?"),
}
_PAID = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


def preview() -> Response:
    """What the action would meet; nothing is changed yet."""
    return _preview(EMPTY)


def _preview(form: Form, *, status: int = 200) -> Response:
    action, chosen = request.form.get("action", ""), _chosen()
    try:
        if action == REFUND:
            return _preview_refunds(form, chosen, status=status)
        shown = preview_bulk(ctx(), visit().tenant_id, actor=visit().actor, action=action, case_ids=chosen)
    except BadInput as problem:
        return onto_page(fragment("bulk_nothing.html", status=problem.status, problem=said(problem)))
    return onto_page(
        fragment(
            "bulk_preview.html",
            status=status,
            action=ACTIONS[action],
            title=gettext(TITLES[action][1]),
            label=gettext(TITLES[action][0]),
            shown=shown,
            form=form,
            run_id=request.form.get("run_id") or str(uuid.uuid4()),
            people=list_members(ctx(), visit().tenant_id),
        )
    )


def _chosen() -> list[str]:
    if request.form.get("whole_list"):
        asked = read_asked(request.form)
        return list_ids(ctx(), visit().tenant_id, actor=visit().actor, asked=asked, most=WHOLE_LIST)
    return request.form.getlist("case")[: MOST + 1]


def _preview_refunds(form: Form, chosen: list[str], *, status: int) -> Response:
    cases = chosen_cases(ctx(), visit().tenant_id, actor=visit().actor, case_ids=chosen)
    prospects = look_at_refunds(ctx(), visit().tenant_id, cases, actor=visit().actor)
    fits = [prospect for prospect in prospects if prospect.why_not is None]
    return onto_page(
        fragment(
            "bulk_refunds.html",
            status=status,
            action=REFUND,
            title=gettext(TITLES[REFUND][1]),
            fits=fits,
            others=[prospect for prospect in prospects if prospect.why_not is not None],
            unseen=len(set(chosen)) - len(prospects),
            sums=sums_of(fits),
            firsts=sum(prospect.first for prospect in fits),
            form=form,
            run_id=request.form.get("run_id") or str(uuid.uuid4()),
        )
    )


def plan() -> Response:
    typed = {name: request.form.get(name, "") for name in ("reason", "message", "user_id", "tag")}
    try:
        run_id = plan_bulk(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            action=request.form.get("action", ""),
            case_ids=request.form.getlist("case")[: MOST + 1],
            typed=typed,
            shown=_shown(),
            run_id=_run_id(),
        )
    except AppError as problem:
        return _preview(Form.refused(problem), status=problem.status)
    answer = onto_page(_run(run_id))
    answer.headers["HX-Push-Url"] = url_for("dashboard.bulk_run", run_id=run_id)
    return answer


def _shown() -> dict[str, dict[str, str]]:
    """What was seen of each refund; a fingerprint that was never shown fits no quote, and nothing is paid."""
    pairs = (said.partition(":") for said in request.form.getlist("quote")[:MOST])
    return {case_id: {"fingerprint": fingerprint[:16]} for case_id, _, fingerprint in pairs}


def _run_id() -> str | None:
    try:
        return str(uuid.UUID(request.form.get("run_id", "")))
    except ValueError:
        return None


def show_run(run_id: str) -> Response:
    return _run(run_id)


def _run(run_id: str) -> Response:
    run, results = read_bulk(ctx(), visit().tenant_id, run_id, actor=visit().actor)
    tried = run.done + run.failed
    refunded = [result.case for result in results if run.action == REFUND and result.item.state == "done"]
    return fragment(
        "bulk_run.html",
        run=run,
        results=results,
        label=gettext(TITLES[run.action][0]),
        percent=100 * tried // run.total if run.total else 100,
        tried=tried,
        refunded=len(refunded),
        paid=sum(case.status in _PAID for case in refunded),
        under_way=any(case.status == CaseStatus.RESOLVING and not case.attention for case in refunded),
        counts=Counter(result.item.state or "waiting" for result in results),
    )


def stop(run_id: str) -> Response:
    stop_bulk(ctx(), visit().tenant_id, run_id, actor=visit().actor)
    return notify(onto_page(_run(run_id)), gettext("Stopped"))
