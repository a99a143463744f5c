"""Replies kept for reuse: keeping them, and putting one into the reply box of a case."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Response, request

from saleor_returns_app.domain.canned_replies import PLACEHOLDERS, fill
from saleor_returns_app.domain.cases import Reason
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.messages import CannedReply
from saleor_returns_app.services import canned_replies
from saleor_returns_app.services.canned_replies import list_replies, save_reply
from saleor_returns_app.services.tenant_settings import NEEDED
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify, onto_page
from .cases import read_file
from .forms import EMPTY, Form
from .thread import thread_values
from .words import word

_NEW = SimpleNamespace(id="", name="", language=i18n.DEFAULT, reason="", body="")


def show_replies() -> Response:
    return _page(editing=_NEW if request.args.get("new") else None)


def show_reply(reply_id: str) -> Response:
    with ctx().db.tenant(visit().tenant_id) as session:
        row = session.get(CannedReply, reply_id)
    if row is None:
        raise NotFound("This reply does not exist any more.", code="UNKNOWN_REPLY")
    return _page(editing=row)


def _page(*, status: int = 200, editing: Any = None, form: Form = EMPTY) -> Response:
    with ctx().db.tenant(visit().tenant_id) as session:
        replies = list_replies(session)
    return fragment(
        "replies.html",
        status=status,
        replies=replies,
        editing=editing,
        form=form,
        languages=i18n.LANGUAGES,
        reasons={reason.value: word(reason) for reason in Reason},
        placeholders=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
        may_change=NEEDED in visit().actor.permissions,
        needed=NEEDED,
    )


def save() -> Response:
    typed = request.form
    try:
        save_reply(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            name=typed.get("name", ""),
            language=typed.get("language", ""),
            reason=typed.get("reason", ""),
            body=typed.get("body", ""),
            languages=i18n.LANGUAGES,
            reply_id=typed.get("reply_id") or None,
        )
    except AppError as problem:
        editing = SimpleNamespace(**{**vars(_NEW), "id": typed.get("reply_id", "")})
        return onto_page(_page(status=problem.status, editing=editing, form=Form.refused(problem)))
    return notify(_page(), gettext("Reply saved"))


def delete(reply_id: str) -> Response:
    canned_replies.delete_reply(ctx(), visit().tenant_id, reply_id, actor=visit().actor)
    return notify(_page(), gettext("Reply deleted"))


def add_starters() -> Response:
    canned_replies.add_starters(ctx(), visit().tenant_id, actor=visit().actor)
    return notify(_page(), gettext("Replies added"))


def compose_reply(case_id: str) -> Response:
    """The reply box with a kept reply in it, filled for this case; what was typed stays above it."""
    file = read_file(case_id)
    values = thread_values(file)
    chosen = next((reply for reply in values["thread"].replies if reply.id == request.form.get("reply")), None)
    typed = request.form.to_dict()
    if chosen is not None:
        before = typed.get("body", "").rstrip()
        text = reply_text(chosen, file.case)
        typed["body"] = f"{before}\n\n{text}" if before else text
    return fragment("forms/message.html", **{**values, "file": file, "case": file.case, "form": Form(typed=typed)})


def reply_text(reply: CannedReply, case: Case) -> str:
    """A kept reply for this case, in its own language."""
    values = {
        "customer_name": case.customer_name or case.email,
        "number": case.number,
        "order_number": case.order_number,
        "items": ", ".join(line.product_name for line in case.lines),
        "due_date": i18n.format_day(case.due_at, reply.language) if case.due_at else "",
        "amount": i18n.format_money(Money.from_minor(case.expected_minor, case.currency), reply.language),
    }
    return fill(reply.body, {name: value for name, value in values.items() if value})
