"""Asking for a return: choose items, say why, read the expected refund, send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.cases import Channel, Reason, Resolution
from saleor_returns_app.domain.orders import Order, OrderLine
from saleor_returns_app.errors import AppError, BadInput, RemoteError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.cases import (
    LONGEST_TEXT,
    JudgedLine,
    LineRequest,
    expected_refund,
    judge_order,
    open_case,
)
from saleor_returns_app.services.drafts import offer_submission, save_draft, take_submission
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.web import errors, i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import REASONS, STATUSES

from .access import blueprint, known_order, page, shopper, tenant, to, visit


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the order on the page."""

    line: OrderLine
    judged: JudgedLine
    quantity: int
    reason: str
    description: str


def choices(order: Order, draft: Mapping[str, Any]) -> list[Choice]:
    asked = requests_in(order, draft, lenient=True)
    judged = {line.order_line_id: line for line in judge_order(ctx(), tenant().id, order, asked)}
    reasons = draft.get("reasons", {})
    return [
        Choice(
            line=line,
            judged=judged[line.id],
            quantity=int(draft.get("quantities", {}).get(line.id, 0)),
            reason=str(reasons.get(line.id, {}).get("reason", "")),
            description=str(reasons.get(line.id, {}).get("description", "")),
        )
        for line in order.lines
    ]


def requests_in(order: Order, draft: Mapping[str, Any], *, lenient: bool = False) -> list[LineRequest]:
    """What the draft asks for. With `lenient`, lines whose reason is not chosen yet are left out; else BadInput."""
    found = []
    for line in order.lines:
        quantity = int(draft.get("quantities", {}).get(line.id, 0))
        said = draft.get("reasons", {}).get(line.id, {})
        if quantity <= 0:
            continue
        if said.get("reason") not in REASONS:
            if lenient:
                continue
            raise BadInput("Choose a reason for each item.", code="NO_REASON", field=f"reason-{line.id}")
        found.append(
            LineRequest(
                order_line_id=line.id,
                quantity=quantity,
                reason=Reason(said["reason"]),
                description=said.get("description", ""),
                resolution=Resolution.REFUND,
            )
        )
    return found


def cases_of_order() -> list[Case]:
    with ctx().db.tenant(tenant().id) as session:
        rows = session.scalars(
            select(Case)
            .where(Case.saleor_order_id == visit().saleor_order_id, Case.email == visit().email)
            .order_by(Case.id.desc())
        )
        return list(rows)


@blueprint.get("/order")
def order() -> ResponseReturnValue:
    found = current_order()
    return page(
        "order.html", order=found, choices=choices(found, visit().draft), cases=cases_of_order(), statuses=STATUSES
    )


def current_order() -> Order:
    """The order as the shop has it; as we read it last while the shop does not answer."""
    try:
        return fresh_order(ctx(), tenant().id, visit().saleor_order_id)
    except RemoteError:
        return known_order()


@blueprint.post("/order")
def choose() -> ResponseReturnValue:
    found = known_order()
    quantities: dict[str, int] = {}
    problems: dict[str, str] = {}
    returnable = {item.line.id: item.judged.returnable for item in choices(found, {})}
    for line in found.lines:
        typed = request.form.get(f"quantity-{line.id}", "0").strip() or "0"
        most = returnable[line.id]
        if not (typed.isascii() and typed.isdigit() and int(typed[:6]) <= most):
            problems[line.id] = i18n.gettext("Write a whole number from 0 to %(most)s.") % {"most": most}
            quantities[line.id] = 0
        else:
            quantities[line.id] = int(typed)
    if not problems and not any(quantities.values()):
        problems["items"] = i18n.gettext("Choose at least one item and how many of it.")
    draft = save_draft(ctx(), tenant().id, visit().id, {"quantities": quantities})
    if problems:
        items = choices(found, draft)
        return page(
            "order.html", 400, order=found, choices=items, cases=cases_of_order(), statuses=STATUSES, problems=problems
        )
    return to("reasons")


@blueprint.get("/reasons")
def reasons() -> ResponseReturnValue:
    found = known_order()
    chosen = [choice for choice in choices(found, visit().draft) if choice.quantity > 0]
    if not chosen:
        return to("order")
    return page("reasons.html", chosen=chosen, reasons=REASONS, longest=LONGEST_TEXT)


@blueprint.post("/reasons")
def explain() -> ResponseReturnValue:
    found = known_order()
    said: dict[str, dict[str, str]] = {}
    problems: dict[str, str] = {}
    chosen = [choice for choice in choices(found, visit().draft) if choice.quantity > 0]
    for choice in chosen:
        line_id = choice.line.id
        reason = request.form.get(f"reason-{line_id}", "")
        description = request.form.get(f"description-{line_id}", "")
        if reason not in REASONS:
            reason, problems[line_id] = "", i18n.gettext("Choose a reason for each item.")
        elif reason == Reason.OTHER and not description.strip():
            problems[line_id] = i18n.gettext("Please describe in a few words what is wrong.")
        elif len(description) > LONGEST_TEXT:
            text = i18n.gettext("The description is too long: at most %(most)s characters.")
            problems[line_id] = text % {"most": LONGEST_TEXT}
        said[line_id] = {"reason": reason, "description": description[: LONGEST_TEXT + 1]}
    draft = save_draft(ctx(), tenant().id, visit().id, {"reasons": said})
    items = [choice for choice in choices(found, draft) if choice.quantity > 0]
    for item in items:
        if item.line.id not in problems and item.judged.verdict.outcome == "ineligible":
            because = item.judged.verdict.because[0]
            problems[item.line.id] = i18n.gettext(because.text) % because.params
    if problems:
        return page("reasons.html", 400, chosen=items, reasons=REASONS, longest=LONGEST_TEXT, problems=problems)
    return to("summary")


@blueprint.get("/summary")
def summary() -> ResponseReturnValue:
    found = current_order()
    asked = requests_in(found, visit().draft, lenient=True)
    if not asked:
        return to("order")
    quote = expected_refund(ctx(), tenant().id, found, asked)
    ticket = offer_submission(ctx(), tenant().id, visit().id)
    chosen = [choice for choice in choices(found, visit().draft) if choice.quantity > 0]
    return page("summary.html", quote=quote, chosen=chosen, reasons=REASONS, ticket=ticket)


@blueprint.post("/summary")
def send() -> ResponseReturnValue:
    if not take_submission(ctx(), tenant().id, visit().id, request.form.get("ticket", "")):
        return to("order")  # a second click: the case is there, or about to be
    found = known_order()
    try:
        case_id = open_case(
            ctx(),
            tenant().id,
            saleor_order_id=visit().saleor_order_id,
            lines=requests_in(found, visit().draft),
            actor=shopper(),
            through=Channel.PORTAL,
            language=i18n.language(),
        )
    except AppError as problem:
        # Nothing typed is lost: the draft is still there, and the page offers a new ticket.
        ticket = offer_submission(ctx(), tenant().id, visit().id)
        asked = requests_in(found, visit().draft, lenient=True)
        quote = expected_refund(ctx(), tenant().id, found, asked)
        chosen = [choice for choice in choices(found, visit().draft) if choice.quantity > 0]
        values = {"quote": quote, "chosen": chosen, "reasons": REASONS, "ticket": ticket}
        return page("summary.html", problem.status, problem=problem, said=errors.said(problem), **values)
    save_draft(ctx(), tenant().id, visit().id, {"quantities": {}, "reasons": {}})
    with ctx().db.tenant(tenant().id) as session:
        number = session.get_one(Case, case_id).number
    return to("done", number=number)
