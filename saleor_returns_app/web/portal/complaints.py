"""A shopper's complaint: filing it, and its page."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseKind, Channel
from saleor_returns_app.domain.complaints import (
    COMPLAINT,
    LONGEST_WISH,
    ComplaintEvent,
    ComplaintStatus,
    Outcome,
    Topic,
)
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.services.complaints import (
    body_for,
    can_reopen_complaint,
    close_complaint,
    reopen_complaint,
    reopens_until,
    withdraw_complaint,
)
from saleor_returns_app.services.drafts import save_draft
from saleor_returns_app.services.filing import Filing, file_complaint
from saleor_returns_app.services.guards import LONGEST_TEXT
from saleor_returns_app.services.linking import linked_returns
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import OUTCOMES, TOPICS, is_late, next_of_complaint

from .access import blueprint, known_order, page, shopper, tenant, to, visit
from .evidence import case_holder, complaint_holder, files_of, files_of_case, only_files, take_files, takes_more
from .own_cases import own_complaint
from .request import cases_of_order
from .thread import thread_values
from .typed import Said, accept, read_draft, refuse

#: Part of the shopper's draft: the id that the complaint will get, so that sending it twice files one.
_ID = "complaint_id"
#: What is typed in the form; kept when it is refused.
_TYPED = ("topic", "item", "about", "description", "wish", "dangerous")
#: Where on the page a problem is shown, by the field of the service.
_ANCHORS = {name: f"complaint-{name}" for name in (*_TYPED, "reason")}


@blueprint.get("/complaint")
def complain() -> ResponseReturnValue:
    before = read_draft("complain")
    ticket = visit().draft.get(_ID) or save_draft(ctx(), tenant().id, visit().id, {_ID: new_id()})[_ID]
    returns = [case for case in cases_of_order() if case.kind == CaseKind.RETURN]
    return page(
        "complain.html",
        order=known_order(),
        returns=returns,
        topics=TOPICS,
        ticket=ticket,
        files=files_of(complaint_holder()),
        most=LONGEST_TEXT,
        most_wish=LONGEST_WISH,
        problems=before.problems,
        typed={**dict.fromkeys(_TYPED, ""), "about": request.args.get("about", "")[:40], **before.values},
    )


@blueprint.post("/complaint")
def file() -> ResponseReturnValue:
    ticket = request.form.get("ticket", "")
    filed = next((case.number for case in cases_of_order() if case.id == ticket), None)
    if filed is not None:
        return to("done", number=filed)  # a second click
    typed = {name: request.form.get(name, "")[: 5 * LONGEST_TEXT] for name in _TYPED}
    problems: dict[str, Said] = {**take_files(complaint_holder(), {"": "e0"})}
    if problems or only_files():
        return refuse("complain", problems, values=typed)
    if ticket != visit().draft.get(_ID):
        return refuse("complain", {}, values=typed)  # a page from before: what is filled in now is shown again
    if typed["topic"] not in tuple(Topic):
        return refuse("complain", {_ANCHORS["topic"]: Said("Choose what it is about.")}, values=typed)
    filing = Filing(
        topic=Topic(typed["topic"]),
        description=typed["description"],
        wish=typed["wish"],
        order_line_id=typed["item"],
        about=typed["about"],
        dangerous=typed["dangerous"] == "yes",
    )
    try:
        file_complaint(
            ctx(),
            tenant().id,
            saleor_order_id=visit().saleor_order_id,
            filing=filing,
            actor=shopper(),
            through=Channel.PORTAL,
            language=i18n.language(),
            case_id=ticket,
            holder=complaint_holder(),
        )
    except AppError as problem:
        return refuse("complain", {_ANCHORS.get(problem.field or "", ""): Said.of(problem)}, values=typed)
    accept({_ID: ""})
    with ctx().db.tenant(tenant().id) as session:
        number = session.get_one(Case, ticket).number
    return to("done", number=number)


def show_complaint(found: Case, *, just_sent: bool = False) -> ResponseReturnValue:
    before, settings = read_draft("case", number=found.number), ctx().tenant_settings(tenant().id)
    with ctx().db.tenant(tenant().id) as session:
        complaint = session.get_one(Complaint, found.id)
        told = select(CaseEntry).where(CaseEntry.case_id == found.id, CaseEntry.public.is_(True))
        entries = session.scalars(told.order_by(CaseEntry.id.desc())).all()
        body = body_for(session, found, settings) if complaint.outcome not in ("", Outcome.UPHELD) else ""
        returns = [each for each in linked_returns(session, found) if each.email == found.email]
    possible = COMPLAINT.possible(ComplaintStatus(found.status), Who.SHOPPER)
    values: dict[str, Any] = thread_values(found)
    return page(
        "complaint.html",
        case=found,
        complaint=complaint,
        entries=entries,
        returns=returns,
        next_text=next_of_complaint(found, late=is_late(found, ctx().now())),
        topics=TOPICS,
        outcomes=OUTCOMES,
        body=body,
        until=reopens_until(complaint),
        just_sent=just_sent,
        can_withdraw=ComplaintEvent.WITHDRAW in possible,
        can_close=ComplaintEvent.CLOSE in possible,
        can_reopen=ComplaintEvent.REOPEN in possible and can_reopen_complaint(ctx(), found, complaint),
        given=files_of_case(found),
        files=files_of(case_holder(found)) if takes_more(found) else [],
        takes_files=takes_more(found),
        asked_for="",
        problems=before.problems,
        typed={"reason": "", **before.values},
        **values,
    )


@blueprint.post("/complaints/<number>/<any(withdraw, close, reopen):name>")
def answer_complaint(number: str, name: str) -> ResponseReturnValue:
    from .cases import what_is_wrong

    found = own_complaint(number)
    typed = {"reason": request.form.get("reason", "")[: 5 * LONGEST_TEXT]}
    if found.status == _DONE[name]:
        return to("case", number=number)  # a second click
    try:
        if name == "reopen":
            reopen_complaint(ctx(), tenant().id, found.id, actor=shopper(), reason=typed["reason"])
        elif name == "withdraw":
            withdraw_complaint(ctx(), tenant().id, found.id, actor=shopper())
        else:
            close_complaint(ctx(), tenant().id, found.id, actor=shopper())
    except AppError as problem:
        anchor = _ANCHORS.get(problem.field or "", "")
        return refuse("case", {anchor: what_is_wrong(problem, number)}, values=typed, number=number)
    accept()
    return to("case", number=number)


#: What an answer leads to: the same answer again finds it.
_DONE = {
    "withdraw": ComplaintStatus.WITHDRAWN,
    "close": ComplaintStatus.CLOSED,
    "reopen": ComplaintStatus.INVESTIGATING,
}


@blueprint.get("/complaints/<number>/<any(withdraw, close, reopen):name>")
def complaint_answered(number: str, name: str) -> ResponseReturnValue:  # noqa: ARG001
    """Where a form was sent to, loaded again: the complaint."""
    return to("case", number=number)
