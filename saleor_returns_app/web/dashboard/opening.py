"""Opening a case for a shopper who phones, writes or stands at the counter."""

from __future__ import annotations

import secrets
from contextlib import suppress
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, request

from saleor_returns_app.domain.cases import Channel, Reason, Resolution
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import Condition, Outcome
from saleor_returns_app.errors import AppError, BadInput, Conflict, NotFound
from saleor_returns_app.services.case_files import read_case
from saleor_returns_app.services.complaints import make_good
from saleor_returns_app.services.judging import JudgedLine, LineRequest, expected_refund, judge_order
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.services.queue import order_cases
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import first, fragment, notify, onto_page
from .forms import EMPTY, Form
from .once import carry_out_once
from .places import app_place
from .words import word

_Kind = TypeVar("_Kind", bound=StrEnum)

#: How a shopper reached the staff member; the others open their cases themselves.
THROUGH = (Channel.PHONE, Channel.EMAIL, Channel.CHAT, Channel.COUNTER)


def show_opening(order_id: str = "") -> Response:
    """The form, beside what was opened for the order before. In a popup the order comes as a parameter."""
    popup = not order_id
    order = order_to_open(order_id or first(request.args, "orderId"))
    return fragment("opening.html", **_values(order, popup=popup))


def order_to_open(order_id: str) -> Order:
    """The order, read anew when it is a minute old. Raises NotFound for one that is not this person's to see."""
    if not order_id or len(order_id) > 200:
        raise BadInput("The Dashboard did not say which order this is about. Reload the page.", code="NO_CONTEXT")
    order = fresh_order(ctx(), visit().tenant_id, order_id)
    channels = visit().actor.channels
    if channels is not None and order.channel_slug not in channels:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    return order


def _values(order: Order, *, popup: bool, form: Form = EMPTY) -> dict[str, Any]:
    judged = {item.order_line_id: item for item in judge_order(ctx(), visit().tenant_id, order)}
    lines = [(line, judged[line.id]) for line in order.lines]
    return {
        "order": order,
        "lines": sorted(lines, key=lambda pair: pair[1].returnable == 0),
        "exception": any(_needs_exception(item) for item in judged.values()),
        "cases": order_cases(ctx(), visit().tenant_id, order.id, actor=visit().actor),
        "reasons": {reason: word(reason) for reason in Reason},
        "resolutions": {kind: word(kind) for kind in Resolution if kind is not Resolution.NONE},
        "conditions": {kind: word(kind) for kind in Condition},
        "through": {channel: word(channel) for channel in THROUGH},
        "once": form.value("once") or secrets.token_urlsafe(16),
        "popup": popup,
        "complaint": form.value("complaint") or first(request.args, "complaint")[:36],
        "form": form,
        "quote": None,
    }


def _needs_exception(item: JudgedLine) -> bool:
    return item.returnable > 0 and item.verdict.outcome is Outcome.INELIGIBLE


def preview_refund() -> Response:
    """What the shopper would get back for what is typed so far; changes nothing."""
    order = order_to_open(request.form.get("order_id", ""))
    asked = []
    for line in order.lines:
        try:
            request_ = _request(line.id)
        except BadInput:
            continue  # said when the form is sent; a preview of half a form is of what is there
        if request_ is not None:
            asked.append(request_)
    quoted = expected_refund(ctx(), visit().tenant_id, order, asked) if asked else None
    return fragment("preview.html", quote=quoted)


def open_for_shopper() -> Response:
    """Open the case once, however often the button is pressed."""
    order = order_to_open(request.form.get("order_id", ""))
    popup = request.form.get("popup") == "1"
    try:
        case_id = carry_out_once(order.id, lambda new_id: _open(order, new_id))
    except AppError as problem:
        form = Form(typed=request.form.to_dict(), problem=said(problem), field=_field(problem, order))
        answer = fragment("opening_form.html", status=problem.status, **_values(order, popup=popup, form=form))
        answer.headers["HX-Retarget"] = "this"  # also where the shop failed: what was typed is in the answer
        return answer
    _link_to_complaint(case_id)
    case = read_case(ctx(), visit().tenant_id, case_id, actor=visit().actor).case
    place = app_place(visit().tenant, f"/cases/{case_id}")
    answer = onto_page(fragment("opened.html", case=case, popup=popup, place=place))
    return notify(answer, gettext("Return opened"), text=case.number)


def _link_to_complaint(case_id: str) -> None:
    """Where it makes a complaint good. One that was decided meanwhile is left as it is: the return is open all the same."""
    complaint_id = request.form.get("complaint", "")[:36]
    if complaint_id:
        with suppress(AppError):
            make_good(ctx(), visit().tenant_id, complaint_id, actor=visit().actor, return_id=case_id)


def _open(order: Order, case_id: str) -> str:
    return open_case(
        ctx(),
        visit().tenant_id,
        saleor_order_id=order.id,
        lines=_requests(order),
        actor=visit().actor,
        through=chosen_channel(),
        language=order.language or "en",
        override=request.form.get("override", "").strip(),
        case_id=case_id,
    )


def chosen_channel() -> Channel:
    """How the shopper reached the staff member. Raises BadInput."""
    said = request.form.get("through", "")
    if said not in THROUGH:
        raise BadInput("Say how the shopper reached you.", code="THROUGH", field="through")
    return Channel(said)


def _requests(order: Order) -> list[LineRequest]:
    """What was typed, for the lines that have a quantity. Raises BadInput naming the input."""
    return [found for line in order.lines if (found := _request(line.id)) is not None]


def _request(line_id: str) -> LineRequest | None:
    typed = request.form.get(f"quantity:{line_id}", "").strip()
    if typed in ("", "0"):
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 9):
        raise BadInput("The quantity must be a whole number.", code="QUANTITY", field=f"quantity:{line_id}")
    reason = request.form.get(f"reason:{line_id}", "")
    if reason not in tuple(Reason):
        raise BadInput("Choose a reason.", code="REASON", field=f"reason:{line_id}")
    return LineRequest(
        order_line_id=line_id,
        quantity=int(typed),
        reason=Reason(reason),
        description=request.form.get(f"description:{line_id}", ""),
        resolution=_one_of(Resolution, f"resolution:{line_id}") or Resolution.REFUND,
        condition=_one_of(Condition, f"condition:{line_id}"),
    )


def _one_of(kind: type[_Kind], name: str) -> _Kind | None:
    """What was chosen there; None for nothing, or for what is no choice."""
    typed = request.form.get(name, "")
    return kind(typed) if typed in tuple(kind) else None


def _field(problem: AppError, order: Order) -> str:
    """The input that a problem of the service belongs to: it counts the lines that were asked for."""
    head, _, rest = (problem.field or "").partition(".")
    if head != "lines" or not rest:
        return problem.field or ""
    index, _, part = rest.partition(".")
    chosen = [line.id for line in order.lines if request.form.get(f"quantity:{line.id}", "").strip() not in ("", "0")]
    if not part and isinstance(problem, Conflict):
        return "override"  # the policy says no: a person may make an exception, with a reason
    return f"{part or 'quantity'}:{chosen[int(index)]}" if int(index) < len(chosen) else ""
