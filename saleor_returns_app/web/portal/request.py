"""Asking for a return: choose items, say why, read the expected refund, send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.because import Because
from saleor_returns_app.domain.cases import CaseKind, Channel, Reason
from saleor_returns_app.domain.evidence import EvidenceKind, lacking_evidence
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.repairs import units_to_repair
from saleor_returns_app.errors import AppError, Conflict, RemoteError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.drafts import CASE_ID, drop_draft
from saleor_returns_app.services.guards import LONGEST_TEXT
from saleor_returns_app.services.judging import expected_case, expected_refund
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import CONDITIONS, REASONS, RESOLUTIONS, STATUSES

from .access import blueprint, known_order, page, shopper, tenant, to, visit
from .choices import Choice, choices, complete_requests, requests_in
from .evidence import files_of, only_files, request_holder, saved, take_files
from .typed import Said, accept, read_draft, refuse
from .ways import expected_ways


def cases_of_order() -> list[Case]:
    with ctx().db.tenant(tenant().id) as session:
        rows = session.scalars(
            select(Case)
            .where(Case.saleor_order_id == visit().saleor_order_id, Case.email == visit().email)
            .order_by(Case.id.desc())
        )
        return list(rows)


def current_order() -> Order:
    """The order as the shop has it; as we read it last while the shop does not answer."""
    try:
        return fresh_order(ctx(), tenant().id, visit().saleor_order_id)
    except RemoteError:
        return known_order()


@blueprint.get("/order")
def order() -> ResponseReturnValue:
    found, before = current_order(), read_draft("order")
    found_cases = cases_of_order()
    return page(
        "order.html",
        order=found,
        choices=choices(found, visit().draft),
        cases=[case for case in found_cases if case.kind == CaseKind.RETURN],
        complaints=[case for case in found_cases if case.kind == CaseKind.COMPLAINT],
        statuses=STATUSES,
        problems=before.problems,
        typed=before.values,
    )


@blueprint.post("/order")
def choose() -> ResponseReturnValue:
    found = known_order()
    quantities: dict[str, int] = {}
    typed: dict[str, str] = {}
    problems: dict[str, Said] = {}
    offered = choices(found, {})
    for place, item in enumerate(offered, 1):
        written = typed[item.line.id] = request.form.get(f"quantity-{item.line.id}", "").strip()[:20] or "0"
        most = item.judged.returnable
        if written.isascii() and written.isdigit() and len(written) <= 6 and int(written) <= most:
            quantities[item.line.id] = int(written)
        else:
            problems[f"q{place}"] = Said("Write a whole number from 0 to %(most)s.", {"most": most})
    if not problems and not any(quantities.values()):
        first = next((place for place, item in enumerate(offered, 1) if item.may_be_chosen), 1)
        problems[f"q{first}"] = Said("Choose at least one item and how many of it.")
    changes = {"quantities": quantities}
    if problems:
        return refuse("order", problems, values=typed, changes=changes)
    accept(changes)
    return to("reasons")


@blueprint.get("/reasons")
def reasons() -> ResponseReturnValue:
    chosen = chosen_of(known_order(), visit().draft)
    if not chosen:
        return to("order")
    return page(
        "reasons.html",
        chosen=chosen,
        reasons=REASONS,
        resolutions=RESOLUTIONS,
        conditions=CONDITIONS,
        problems=read_draft("reasons").problems,
        names={f"{kind}{place}": item.line.product_name for place, item in enumerate(chosen, 1) for kind in "rdwe"},
        files=files_of(request_holder()),
    )


def chosen_of(found: Order, draft: Mapping[str, Any]) -> list[Choice]:
    return [choice for choice in choices(found, draft) if choice.quantity > 0]


def lacking_files(chosen: list[Choice]) -> Because | None:
    """What the policy's demand of photos and videos still lacks for what is chosen."""
    demands = [choice.judged.verdict.terms for choice in chosen]
    ready = Counter(EvidenceKind(file.kind) for file in files_of(request_holder()))
    return lacking_evidence(
        photos=max((terms.photos for terms in demands), default=0),
        video=any(terms.video for terms in demands),
        ready=ready,
    )


@blueprint.post("/reasons")
def explain() -> ResponseReturnValue:
    found = known_order()
    said: dict[str, dict[str, str]] = {}
    problems: dict[str, Said] = {}
    for place, choice in enumerate(chosen_of(found, visit().draft), 1):
        line_id = choice.line.id
        reason = request.form.get(f"reason-{line_id}", "")
        description = request.form.get(f"description-{line_id}", "").replace("\r\n", "\n")
        resolution = request.form.get(f"resolution-{line_id}", "")
        if reason not in REASONS:
            reason, problems[f"r{place}"] = "", Said("Choose a reason.")
        elif reason == Reason.OTHER and not description.strip():
            problems[f"d{place}"] = Said("Please describe in a few words what is wrong.")
        if len(description) > LONGEST_TEXT:
            text = "The description is too long: at most %(most)s characters."
            problems[f"d{place}"] = Said(text, {"most": LONGEST_TEXT})
        if resolution and resolution not in choice.judged.verdict.resolutions:
            resolution, problems[f"w{place}"] = (
                "",
                Said("This is not offered for this item. Choose one of the offered ways."),
            )
        # What is too long is kept as well, up to what a page can show again: shortening it is the shopper's work.
        condition = request.form.get(f"condition-{line_id}", "")
        condition = condition if condition in CONDITIONS else ""
        said[line_id] = {
            "condition": condition,
            "reason": reason,
            "description": description[: 5 * LONGEST_TEXT],
            "resolution": resolution,
        }
    changes = {"reasons": said}
    chosen = chosen_of(found, {**visit().draft, **changes})
    for place, item in enumerate(chosen, 1):
        if item.reason and item.judged.verdict.outcome is Outcome.INELIGIBLE:
            because = item.judged.verdict.because[0]
            problems.setdefault(f"r{place}", Said(because.text, because.params))
    anchors = {"": "e0", **{item.line.id: f"e{place}" for place, item in enumerate(chosen, 1)}}
    files = take_files(request_holder(), anchors)
    if only_files():
        return refuse("reasons", files, changes=changes) if files else saved(changes)
    problems.update(files)
    if not problems and (lacking := lacking_files(chosen)) is not None:
        problems["e1"] = Said(lacking.text, lacking.params)
    if problems:
        return refuse("reasons", problems, changes=changes)
    accept(changes)
    return to("summary")


@blueprint.get("/summary")
def summary() -> ResponseReturnValue:
    found, draft = current_order(), visit().draft
    asked = requests_in(found, draft)
    if not asked or CASE_ID not in draft:
        return to("order")
    expected = expected_case(ctx(), tenant().id, found, asked)
    return page(
        "summary.html",
        quote=expected.quote,
        mended=units_to_repair(expected.terms, {request.order_line_id: request.quantity for request in asked}),
        **expected_ways(expected.terms, found.currency),
        chosen=chosen_of(found, draft),
        reasons=REASONS,
        ticket=draft[CASE_ID],
        files=files_of(request_holder()),
        problems=read_draft("summary").problems,
    )


@blueprint.post("/summary")
def send() -> ResponseReturnValue:
    ticket = request.form.get("ticket", "")
    opened = next((case.number for case in cases_of_order() if case.id == ticket), None)
    if opened is not None:
        return to("done", number=opened)  # a second click, or the answer to the first never came
    if ticket != visit().draft.get(CASE_ID):
        return to("summary")  # a page from before: what is filled in now is shown again
    found = current_order()
    try:
        asked = complete_requests(found, visit().draft)
        if expected_refund(ctx(), tenant().id, found, asked).fingerprint != request.form.get("seen"):
            text = "The expected refund has changed in the meantime. Please look at it again."
            raise Conflict(text, code="QUOTE_CHANGED")
        open_case(
            ctx(),
            tenant().id,
            saleor_order_id=visit().saleor_order_id,
            lines=asked,
            actor=shopper(),
            through=Channel.PORTAL,
            language=i18n.language(),
            case_id=ticket,
            holder=request_holder(),
        )
    except AppError as problem:
        return refuse("summary", {"": Said.of(problem)})  # nothing typed is lost: the draft is still there
    drop_draft(ctx(), tenant().id, visit().id)
    with ctx().db.tenant(tenant().id) as session:
        number = session.get_one(Case, ticket).number
    return to("done", number=number)
