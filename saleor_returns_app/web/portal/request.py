"""Asking for a return: choose items, say why, read the expected refund, send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.cases import Channel, Reason
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.errors import AppError, Conflict, RemoteError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.drafts import CASE_ID, drop_draft, save_draft
from saleor_returns_app.services.guards import LONGEST_TEXT
from saleor_returns_app.services.judging import expected_refund
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.web import errors, i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import REASONS, RESOLUTIONS, STATUSES

from .access import blueprint, known_order, page, shopper, tenant, to, visit
from .choices import Choice, choices, complete_requests, requests_in

#: Fields with something wrong: the id of the field on the page → what is wrong, in the order of the page.
Problems = dict[str, str]


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
    return show_order(current_order(), visit().draft)


def show_order(found: Order, draft: Mapping[str, Any], problems: Problems | None = None) -> ResponseReturnValue:
    return page(
        "order.html",
        400 if problems else 200,
        order=found,
        choices=choices(found, draft),
        cases=cases_of_order(),
        statuses=STATUSES,
        problems=problems or {},
    )


@blueprint.post("/order")
def choose() -> ResponseReturnValue:
    found = known_order()
    quantities: dict[str, int] = {}
    problems: Problems = {}
    offered = choices(found, {})
    for place, item in enumerate(offered, 1):
        typed = request.form.get(f"quantity-{item.line.id}", "").strip() or "0"
        most = item.judged.returnable
        if typed.isascii() and typed.isdigit() and len(typed) <= 6 and int(typed) <= most:
            quantities[item.line.id] = int(typed)
        else:
            problems[f"q{place}"] = i18n.gettext("Write a whole number from 0 to %(most)s.") % {"most": most}
    if not problems and not any(quantities.values()):
        first = next((place for place, item in enumerate(offered, 1) if item.may_be_chosen), 1)
        problems[f"q{first}"] = i18n.gettext("Choose at least one item and how many of it.")
    draft = save_draft(ctx(), tenant().id, visit().id, {"quantities": quantities})
    return show_order(found, draft, problems) if problems else to("reasons")


@blueprint.get("/reasons")
def reasons() -> ResponseReturnValue:
    chosen = chosen_of(known_order(), visit().draft)
    return show_reasons(chosen) if chosen else to("order")


def chosen_of(found: Order, draft: Mapping[str, Any]) -> list[Choice]:
    return [choice for choice in choices(found, draft) if choice.quantity > 0]


def show_reasons(chosen: list[Choice], problems: Problems | None = None) -> ResponseReturnValue:
    return page(
        "reasons.html",
        400 if problems else 200,
        chosen=chosen,
        reasons=REASONS,
        resolutions=RESOLUTIONS,
        problems=problems or {},
        names={f"{kind}{place}": item.line.product_name for place, item in enumerate(chosen, 1) for kind in "rdw"},
    )


@blueprint.post("/reasons")
def explain() -> ResponseReturnValue:
    found = known_order()
    said: dict[str, dict[str, str]] = {}
    problems: Problems = {}
    for place, choice in enumerate(chosen_of(found, visit().draft), 1):
        line_id = choice.line.id
        reason = request.form.get(f"reason-{line_id}", "")
        description = request.form.get(f"description-{line_id}", "").replace("\r\n", "\n")
        resolution = request.form.get(f"resolution-{line_id}", "")
        if reason not in REASONS:
            reason, problems[f"r{place}"] = "", i18n.gettext("Choose a reason.")
        elif reason == Reason.OTHER and not description.strip():
            problems[f"d{place}"] = i18n.gettext("Please describe in a few words what is wrong.")
        if len(description) > LONGEST_TEXT:
            text = i18n.gettext("The description is too long: at most %(most)s characters.")
            problems[f"d{place}"] = text % {"most": LONGEST_TEXT}
        if resolution and resolution not in choice.judged.verdict.resolutions:
            resolution, problems[f"w{place}"] = "", i18n.gettext("Only a refund can be chosen at the moment.")
        # What is too long is kept as well, up to what a page can show again: shortening it is the shopper's work.
        said[line_id] = {"reason": reason, "description": description[: 5 * LONGEST_TEXT], "resolution": resolution}
    draft = save_draft(ctx(), tenant().id, visit().id, {"reasons": said})
    chosen = chosen_of(found, draft)
    for place, item in enumerate(chosen, 1):
        if item.reason and item.judged.verdict.outcome is Outcome.INELIGIBLE:
            because = item.judged.verdict.because[0]
            problems.setdefault(f"r{place}", i18n.gettext(because.text) % because.params)
    return show_reasons(chosen, problems) if problems else to("summary")


@blueprint.get("/summary")
def summary() -> ResponseReturnValue:
    return show_summary(current_order())


def show_summary(found: Order, problem: AppError | None = None) -> ResponseReturnValue:
    draft = visit().draft
    asked = requests_in(found, draft)
    if not asked or CASE_ID not in draft:
        return to("order")
    return page(
        "summary.html",
        problem.status if problem else 200,
        quote=expected_refund(ctx(), tenant().id, found, asked),
        chosen=chosen_of(found, draft),
        reasons=REASONS,
        ticket=draft[CASE_ID],
        said=errors.said(problem) if problem else "",
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
        )
    except AppError as problem:
        return show_summary(found, problem)  # nothing typed is lost: the draft is still there
    drop_draft(ctx(), tenant().id, visit().id)
    with ctx().db.tenant(tenant().id) as session:
        number = session.get_one(Case, ticket).number
    return to("done", number=number)
