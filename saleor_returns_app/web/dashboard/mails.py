"""The shop's mails: what became of each, sending again, and which are left out."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from saleor_returns_app.domain.notifications import OPTIONAL
from saleor_returns_app.domain.roles import Verb, may
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services.outbox import (
    MailView,
    count_refused,
    leave_out,
    list_mails,
    resend_mail,
    send_now,
    send_test,
)
from saleor_returns_app.services.tenant_settings import NEEDED
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import gettext
from saleor_returns_app.web.mail.rendering import SUBJECTS

from .access import visit
from .answers import first, fragment, notify, onto_page

_VIEWS = {
    MailView.ALL: "All",
    MailView.WAITING: "Waiting",
    MailView.REFUSED: "Not delivered",
    MailView.SENT: "Sent",
}
STATES = {"waiting": "Waiting", "sending": "Being sent", "sent": "Sent", "refused": "Not delivered"}
TONES = {"waiting": "info", "sending": "info", "sent": "good", "refused": "bad"}
#: Kind → what an optional mail tells.
_OPTIONAL = {
    "requested": "The request arrived",
    "goods_received": "The parcel arrived, and what was accepted",
    "arranged": "How the goods come back",
    "replacement_ordered": "The new items are ordered",
    "repair_diagnosed": "What is broken, where the repair is free of charge",
    "fulfilled": "What was agreed on is done",
    "closed": "The return is closed",
    "extended": "There is more time",
    "complaint_acknowledged": "The complaint was read",
    "complaint_closed": "The complaint is closed",
}


def show_mails() -> Response:
    return _page()


def _page(*, status: int = 200, problem: str = "") -> Response:
    asked = first(request.args, "view")
    view = MailView(asked) if asked in tuple(MailView) else MailView.ALL
    actor = visit().actor
    settings = TenantSettings.load(visit().tenant.settings)
    return fragment(
        "mails.html",
        status=status,
        problem=problem,
        page=list_mails(ctx(), visit().tenant_id, actor=actor, view=view, after=first(request.args, "after")[:36]),
        view=view,
        views={each.value: gettext(text) for each, text in _VIEWS.items()},
        refused=count_refused(ctx(), visit().tenant_id, actor=actor),
        states={state: gettext(text) for state, text in STATES.items()},
        tones=TONES,
        subject=subject,
        optional={kind: gettext(_OPTIONAL[kind]) for kind in OPTIONAL},
        silent=settings.silent_mails,
        may_change=NEEDED in actor.permissions and may(actor.roles, Verb.CONFIGURE),
    )


def subject(mail: Notification) -> str:
    """What stands over it, as the shop's staff read it; a code is never shown."""
    text = SUBJECTS.get(mail.kind, mail.kind)
    values: dict[str, Any] = {"code": "······", **mail.params} if mail.kind != "code" else {"code": "······"}
    try:
        return text % values
    except KeyError:
        return text


def act_on_mail(mail_id: str, name: str) -> Response:
    verbs = {"again": (resend_mail, gettext("It is sent again")), "now": (send_now, gettext("It is being sent"))}
    if name not in verbs:
        raise NotFound
    run, told = verbs[name]
    try:
        run(ctx(), visit().tenant_id, mail_id, actor=visit().actor)
    except AppError as problem:
        if problem.status in (403, 404):
            raise
        return onto_page(_page(status=problem.status, problem=said(problem)))
    return notify(onto_page(_page()), told)


def test_mail() -> Response:
    try:
        send_test(ctx(), visit().tenant_id, actor=visit().actor)
    except AppError as problem:
        return onto_page(_page(status=problem.status, problem=said(problem)))
    return notify(onto_page(_page()), gettext("A test mail is on its way to you"))


def save_mails() -> Response:
    """Which of the optional mails are written: those that are ticked."""
    wanted = set(request.form.getlist("wanted"))
    try:
        leave_out(
            ctx(), visit().tenant_id, actor=visit().actor, kinds=[kind for kind in OPTIONAL if kind not in wanted]
        )
    except AppError as problem:
        return onto_page(_page(status=problem.status, problem=said(problem)))
    visit().tenant.settings = {**visit().tenant.settings, "silent_mails": [k for k in OPTIONAL if k not in wanted]}
    return notify(onto_page(_page()), gettext("Settings saved"))
