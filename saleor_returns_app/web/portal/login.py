"""Finding the order: number and e-mail, then the code from the mailbox."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.errors import BadInput, NotSignedIn, TooMany
from saleor_returns_app.services.logins import SESSION_LIFETIME, close_session, confirm_code, request_code, use_link
from saleor_returns_app.web import errors, i18n
from saleor_returns_app.web.current import ctx

from .access import HANDLE_COOKIE, SESSION_COOKIE, blueprint, page, set_cookie, tenant, to, visit


@blueprint.get("")
def start() -> ResponseReturnValue:
    try:
        visit()
    except NotSignedIn:
        return page("login.html", values={})
    return to("order")


@blueprint.post("")
def begin() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in ("number", "email")}
    try:
        handle = request_code(ctx(), tenant().id, language=i18n.language(), **values)
    except (BadInput, TooMany) as problem:
        return page("login.html", problem.status, problem=problem, said=errors.said(problem), values=values)
    return set_cookie(to("code"), HANDLE_COOKIE, handle, seconds=900)


@blueprint.get("/code")
def code() -> ResponseReturnValue:
    return page("code.html")


@blueprint.post("/code")
def confirm() -> ResponseReturnValue:
    handle = request.cookies.get(HANDLE_COOKIE, "")
    try:
        token = confirm_code(ctx(), tenant().id, handle=handle, code=request.form.get("code", "")[:64])
    except (BadInput, TooMany) as problem:
        return page("code.html", problem.status, problem=problem, said=errors.said(problem))
    response = set_cookie(to("order"), SESSION_COOKIE, token, seconds=int(SESSION_LIFETIME.total_seconds()))
    return set_cookie(response, HANDLE_COOKIE, "", seconds=0)


@blueprint.get("/enter")
def arrive() -> ResponseReturnValue:
    """A link from the shop. Looking at it changes nothing, so that a preview does not use it up."""
    return page("enter.html", token=request.args.get("t", "")[:128])


@blueprint.post("/enter")
def enter() -> ResponseReturnValue:
    token = use_link(ctx(), tenant().id, request.form.get("t", "")[:128])
    return set_cookie(to("order"), SESSION_COOKIE, token, seconds=int(SESSION_LIFETIME.total_seconds()))


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    close_session(ctx(), tenant().id, request.cookies.get(SESSION_COOKIE, ""))
    return set_cookie(to("start"), SESSION_COOKIE, "", seconds=0)
