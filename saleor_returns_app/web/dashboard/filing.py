"""Filing a complaint for a shopper who phones, writes or stands at the counter."""

from __future__ import annotations

import secrets

from flask import Response, request

from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.complaints import LONGEST_WISH, Topic
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import AppError, BadInput
from saleor_returns_app.services.filing import Filing, file_complaint
from saleor_returns_app.services.queue import order_cases
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify, onto_page
from .cases import case_page
from .complaint_words import TOPICS
from .forms import EMPTY, Form
from .once import carry_out_once
from .opening import THROUGH, chosen_channel, order_to_open
from .words import word


def show_filing(order_id: str) -> Response:
    return _page(order_to_open(order_id))


def _page(order: Order, *, status: int = 200, form: Form = EMPTY) -> Response:
    cases = order_cases(ctx(), visit().tenant_id, order.id, actor=visit().actor)
    return fragment(
        "filing.html",
        status=status,
        order=order,
        cases=cases,
        returns={row.case.number: row.case.number for row in cases if row.case.kind == CaseKind.RETURN},
        items={
            line.id: f"{line.product_name} · {line.variant_name}" if line.variant_name else line.product_name
            for line in order.lines
        },
        topics={kind.value: gettext(TOPICS[kind]) for kind in Topic},
        through={channel: word(channel) for channel in THROUGH},
        once=form.value("once") or secrets.token_urlsafe(16),
        most_wish=LONGEST_WISH,
        form=form,
    )


def file_for_shopper(order_id: str) -> Response:
    """File the complaint once, however often the button is pressed."""
    order = order_to_open(order_id)
    try:
        case_id = carry_out_once(order.id, lambda new_id: _file(order, new_id))
    except AppError as problem:
        answer = _page(order, status=problem.status, form=Form.refused(problem))
        return onto_page(answer)
    return notify(onto_page(case_page(case_id)), gettext("Complaint filed"))


def _file(order: Order, case_id: str) -> str:
    topic = request.form.get("topic", "")
    if topic not in tuple(Topic):
        raise BadInput("Choose what it is about.", code="TOPIC", field="topic")
    return file_complaint(
        ctx(),
        visit().tenant_id,
        saleor_order_id=order.id,
        filing=Filing(
            topic=Topic(topic),
            description=request.form.get("description", ""),
            wish=request.form.get("wish", ""),
            order_line_id=request.form.get("item", "")[:120],
            about=request.form.get("about", "")[:40],
            dangerous=request.form.get("dangerous") == "yes",
        ),
        actor=visit().actor,
        through=chosen_channel(),
        language=order.language or "en",
        case_id=case_id,
    )
