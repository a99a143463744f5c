"""A person's data: what is held of them, and erasing it."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.errors import AppError
from saleor_returns_app.services.erasing import Holdings, find_holdings, list_erasures, request_erasure
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form

_STATES = {"waiting": "Under way", "refused": "Not done", "done": "Erased"}
TONES = {"waiting": "info", "refused": "bad", "done": "good"}


def show_privacy() -> Response:
    return _page()


def look_up() -> Response:
    """Looked for by a form that is posted: the address must not stand in an address bar or a log."""
    try:
        found = find_holdings(ctx(), visit().tenant_id, actor=visit().actor, who=request.form.get("who", ""))
    except AppError as problem:
        if problem.status == 403:
            raise
        return _page(status=problem.status, form=Form.refused(problem))
    return _page(found=found)


def erase() -> Response:
    who = request.form.get("who", "")
    try:
        request_erasure(ctx(), visit().tenant_id, actor=visit().actor, who=who, typed=request.form.get("typed", ""))
    except AppError as problem:
        if problem.status == 403:
            raise
        try:
            found = find_holdings(ctx(), visit().tenant_id, actor=visit().actor, who=who)
        except AppError:
            found = None
        return _page(status=problem.status, form=Form.refused(problem), found=found)
    return notify(_page(), gettext("The data are being erased"))


def _page(*, status: int = 200, form: Form = EMPTY, found: Holdings | None = None) -> Response:
    return fragment(
        "privacy.html",
        status=status,
        form=form,
        found=found,
        who=request.form.get("who", "") if form is not EMPTY or found is not None else "",
        erasures=list_erasures(ctx(), visit().tenant_id, actor=visit().actor),
        states={state: gettext(text) for state, text in _STATES.items()},
        tones=TONES,
    )
