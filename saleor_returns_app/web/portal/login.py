"""Finding the order: number and e-mail, then the code from the mailbox."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.errors import AppError, BadInput, NotFound, NotSignedIn, TooMany
from saleor_returns_app.services.logins import SESSION_LIFETIME, close_session, confirm_code, request_code, use_link
from saleor_returns_app.web import errors, i18n, limits
from saleor_returns_app.web.current import ctx

from . import typed
from .access import HANDLE_COOKIE, SESSION_COOKIE, blueprint, page, set_cookie, tenant, to, visit


@blueprint.get("")
def start() -> ResponseReturnValue:
    try:
        visit()
    except NotSignedIn:
        before = typed.read_cookie("start")
        return page("login.html", problems=before.problems, values=before.values)
    return to("order")


@blueprint.post("")
def begin() -> ResponseReturnValue:
    # What is too long is cut where it is still too long: all of it has to fit into a cookie.
    values = {name: request.form.get(name, "")[:most] for name, most in (("number", 70), ("email", 260))}
    try:
        limits.check(limits.CODES)
    except TooMany as problem:
        return page("login.html", problem.status, problems={"": errors.said(problem)}, values=values)
    problems = _missing(values)
    if not problems:
        try:
            handle = request_code(ctx(), tenant().id, language=i18n.language(), **values)
        except (BadInput, TooMany) as problem:
            problems = _wrong(problem)
    if problems:
        return typed.keep_refused("start", problems, values)
    return set_cookie(typed.keep(to("code"), values), HANDLE_COOKIE, handle, seconds=typed.LIFETIME)


def _missing(values: dict[str, str]) -> typed.Problems:
    """What is wrong at first sight, of both fields at once; `request_code` looks closer, at one after the other."""
    problems = {}
    if not values["number"].strip().removeprefix("#").strip():
        problems["number"] = typed.Said("Write the order number, as in the shop's mail.")
    if "@" not in values["email"].strip()[1:-1]:
        problems["email"] = typed.Said("Write the e-mail address that you ordered with.")
    return problems


def _wrong(problem: AppError) -> typed.Problems:
    return {problem.field or "": typed.Said.of(problem)}


@blueprint.get("/code")
def code() -> ResponseReturnValue:
    before = typed.read_cookie("code")
    return page("code.html", problems=before.problems, values=before.values)


@blueprint.post("/code")
def confirm() -> ResponseReturnValue:
    handle = request.cookies.get(HANDLE_COOKIE, "")
    try:
        limits.check(limits.TRIES)
    except TooMany as problem:
        before = typed.read_cookie("code")
        return page("code.html", problem.status, problems={"code": errors.said(problem)}, values=before.values)
    try:
        token = confirm_code(ctx(), tenant().id, handle=handle, code=request.form.get("code", "")[:64])
    except (BadInput, TooMany) as problem:
        return typed.keep_refused("code", _wrong(problem))
    response = set_cookie(to("order"), SESSION_COOKIE, token, seconds=int(SESSION_LIFETIME.total_seconds()))
    return typed.drop(set_cookie(response, HANDLE_COOKIE, "", seconds=0))


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
