"""Photos and videos in the portal: with the request, and on a case whose shop asks for them.

Without scripts they come with the form they stand in; with scripts one by one, as soon as they are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.evidence import ACCEPTED, LIMITS, TAKES_MORE
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.evidence import add_evidence, held_by, holder_of, read_for, remove_held, shown_name
from saleor_returns_app.services.evidence_requests import provide_evidence
from saleor_returns_app.web import errors, limits
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.evidence import Shown, shown, uploads_in

from .access import blueprint, shopper, tenant, to, visit
from .typed import Problems, Said, accept, refuse

#: Field names: files of one item, or without an item those of the whole request or case.
_FILES = "files-"
#: Stands for the complaint that is being filled in, where a case has its number.
COMPLAINT = "complaint"


def request_holder() -> str:
    """Who holds what is added to the request that is being filled in."""
    return holder_of("portal", visit().id)


def complaint_holder() -> str:
    """Who holds what is added to the complaint that is being filled in."""
    return holder_of("portal", visit().id, COMPLAINT)


def case_holder(case: Case) -> str:
    """Who holds what is added to a case and not sent yet."""
    return holder_of("portal", visit().id, case.id)


def files_of(holder: str) -> list[Shown]:
    with ctx().db.tenant(tenant().id) as session:
        return shown(ctx(), held_by(session, holder))


def files_of_case(case: Case) -> list[Shown]:
    """What the shopper sees of a case's files: theirs, and what the shop shows them."""
    with ctx().db.tenant(tenant().id) as session:
        return shown(ctx(), read_for(session, actor=shopper(), case_ids=[case.id]))


def takes_more(case: Case) -> bool:
    return case.status in TAKES_MORE


def only_files() -> bool:
    """Whether the form was sent by a button that only adds or removes files."""
    return bool(request.form.get("remove") or request.form.get("stay"))


def saved(changes: Mapping[str, object]) -> Response:
    """Back to the reasons, where the files are listed."""
    accept(changes)
    return to("reasons", _anchor="evidence")


def take_files(holder: str, anchors: Mapping[str, str], case: Case | None = None) -> Problems:
    """Keep the files that came with a form, and take out the one that it asks to remove.

    `anchors`: item → where on the page a problem with its files is shown. What cannot be used is said file by file; the others stay.
    """
    unwanted = request.form.get("remove", "")
    if unwanted:
        remove_held(ctx(), tenant().id, unwanted, holder=holder)
    problems: dict[str, Said] = {}
    for line_id, anchor in anchors.items():
        for upload in uploads_in(f"{_FILES}{line_id}"):
            limits.check(limits.UPLOADS)
            try:
                add_evidence(
                    ctx(),
                    tenant().id,
                    upload=upload,
                    holder=holder,
                    actor=shopper(),
                    case_id=case.id if case else None,
                    order_line_id=line_id,
                )
            except AppError as problem:
                problems.setdefault(anchor, _named(shown_name(upload.name), problem))
    return problems


def _named(name: str, problem: AppError) -> Said:
    """What is wrong with which file: of several that were chosen, people must know which."""
    said = errors.said(problem)
    return Said("%(file)s: %(what)s", {"file": name, "what": said}) if name else Said(said)


@blueprint.post("/files")
def add_files() -> ResponseReturnValue:
    """One file from the page's script; the answer is the list as it is now, and what is wrong in words."""
    limits.check(limits.UPLOADS)
    holder, case = _subject()
    line_id = request.form.get("line", "")[:120]
    problem = ""
    try:
        for upload in uploads_in("file"):
            add_evidence(
                ctx(),
                tenant().id,
                upload=upload,
                holder=holder,
                actor=shopper(),
                case_id=case.id if case else None,
                order_line_id=line_id,
            )
    except AppError as refused:
        if refused.status >= 500:
            return jsonify(problem=errors.said(refused)), refused.status
        problem = errors.said(refused)
    return _listed(holder, line_id, problem)


@blueprint.post("/files/remove")
def remove_file() -> ResponseReturnValue:
    """From the page's script."""
    holder, _ = _subject()
    remove_held(ctx(), tenant().id, request.form.get("id", ""), holder=holder)
    return _listed(holder, request.form.get("line", "")[:120], "")


def _listed(holder: str, line_id: str, problem: str) -> Response:
    page = render_template("portal/evidence_list.html", files=files_of(holder), line_id=line_id)
    return jsonify(list=page, problem=problem)


def _subject() -> tuple[str, Case | None]:
    from .own_cases import own_case

    number = request.form.get("case", "")
    if not number:
        return request_holder(), None
    if number == COMPLAINT:
        return complaint_holder(), None
    case = own_case(number)
    return case_holder(case), case


@blueprint.post("/cases/<number>/files")
def provide(number: str) -> ResponseReturnValue:
    """What the shop asked for, or what the shopper wants to add while the shop decides."""
    from .cases import what_is_wrong
    from .own_cases import own_case

    found = own_case(number)
    holder = case_holder(found)
    try:
        problems = take_files(holder, {"": "e0"}, found)
        if problems:
            return refuse("case", problems, number=number)
        if only_files():
            accept()
            return to("case", number=number, _anchor="evidence")
        provide_evidence(ctx(), tenant().id, found.id, holder=holder, actor=shopper())
    except AppError as problem:
        anchor = "e0" if problem.field == "files" else ""
        return refuse("case", {anchor: what_is_wrong(problem, number)}, number=number)
    accept()
    return to("case", number=number, _anchor="evidence")


@blueprint.get("/files")
@blueprint.get("/files/remove")
def files_page() -> ResponseReturnValue:
    """Where a script sent files to, loaded as a page: the form that they belong to."""
    return to("reasons")


@blueprint.get("/cases/<number>/files")
def case_files_page(number: str) -> ResponseReturnValue:
    return to("case", number=number)


@blueprint.app_context_processor
def _limits() -> dict[str, object]:
    return {"file_limits": LIMITS, "accepted_files": ACCEPTED}
