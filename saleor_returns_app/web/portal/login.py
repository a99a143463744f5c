"""Finding the order: number and e-mail, then the code from the mailbox."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.errors import BadInput, NotFound, NotSignedIn, TooMany
from saleor_returns_app.services.logins import SESSION_LIFETIME, close_session, confirm_code, request_code, use_link
from saleor_returns_app.web import errors, i18n
from saleor_returns_app.web.current import ctx

from . import limits
from .access import HANDLE_COOKIE, SESSION_COOKIE, blueprint, page, set_cookie, tenant, to, visit


@blueprint.get("")
def start() -> ResponseReturnValue:
    try:
        visit()
    except NotSignedIn:
        return page("login.html", problems={}, values={})
    return to("order")


@blueprint.post("")
def begin() -> ResponseReturnValue:
    values = {name: request.form.get(name, "")[:400] for name in ("number", "email")}
    try:
        limits.check(limits.CODES)
        handle = request_code(ctx(), tenant().id, language=i18n.language(), **values)
    except (BadInput, TooMany) as problem:
        return page("login.html", problem.status, problems={problem.field or "": errors.said(problem)}, values=values)
    return set_cookie(to("code"), HANDLE_COOKIE, handle, seconds=900)


@blueprint.get("/code")
def code() -> ResponseReturnValue:
    return page("code.html", problems={})


@blueprint.post("/code")
def confirm() -> ResponseReturnValue:
    handle = request.cookies.get(HANDLE_COOKIE, "")
    try:
        limits.check(limits.TRIES)
        token = confirm_code(ctx(), tenant().id, handle=handle, code=request.form.get("code", "")[:64])
    except (BadInput, TooMany) as problem:
        return page("code.html", problem.status, problems={"code": errors.said(problem)})
    response = set_cookie(to("order"), SESSION_COOKIE, token, seconds=int(SESSION_LIFETIME.total_seconds()))
    return set_cookie(response, HANDLE_COOKIE, "", seconds=0)


@blueprint.get("/enter")
def arrive() -> ResponseReturnValue:
    """A link from the shop. Looking at it changes nothing, so that a preview does not use it up."""
    return page("enter.html", token=request.args.get("t", "")[:128])


@blueprint.post("/enter")
def enter() -> ResponseReturnValue:
    limits.check(limits.TRIES)
    token = use_link(ctx(), tenant().id, request.form.get("t", "")[:128])
    return set_cookie(to("order"), SESSION_COOKIE, token, seconds=int(SESSION_LIFETIME.total_seconds()))


@blueprint.get("/leave")
def left() -> ResponseReturnValue:
    return to("start")


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    close_session(ctx(), tenant().id, request.cookies.get(SESSION_COOKIE, ""))
    return set_cookie(to("start"), SESSION_COOKIE, "", seconds=0)


@blueprint.route("/<path:_rest>", methods=["GET", "POST"])
def nowhere(_rest: str) -> ResponseReturnValue:
    """An address that was typed or cut off: a page says so, in the shop's look."""
    raise NotFound
