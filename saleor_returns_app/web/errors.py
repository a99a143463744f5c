"""Errors as answers: problem+json for programs; pages for people register their own handler on their blueprint."""

from __future__ import annotations

import structlog
from flask import Flask, Response, json, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from saleor_returns_app.errors import AppError, BadInput, Conflict, MoveRefused, NotFound, TooLarge

log = structlog.get_logger()


def said(error: AppError) -> str:
    """What the error says, in the language of the request."""
    from saleor_returns_app.web.i18n import gettext, spell_amounts

    text = gettext(error.text)
    return text % spell_amounts(error.params) if error.params else text


def problem(error: AppError) -> Response:
    """An answer as of RFC 9457."""
    body: dict[str, object] = {
        "type": f"urn:saleor-returns:{error.code.lower().replace('_', '-')}",
        "title": said(error),
        "status": error.status,
        "code": error.code,
    }
    if error.field:
        body["field"] = error.field
    if isinstance(error, MoveRefused):
        body["possible"] = list(error.possible)
    return Response(json.dumps(body), status=error.status, content_type="application/problem+json")


def as_app_error(error: Exception) -> AppError:
    """Any exception as one of ours; what nobody foresaw is logged and says that nothing was lost."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, StaleDataError):
        return Conflict()
    if isinstance(error, RequestEntityTooLarge):
        most = max(1, (request.max_content_length or 0) // 1_000_000)
        return TooLarge("What you sent is too large: at most %(most)s MB fit.", code="TOO_LARGE", most=most)
    if isinstance(error, HTTPException):
        if error.code == 404:
            return NotFound()
        other = AppError("This request cannot be used here.", code=error.name.upper().replace(" ", "_"))
        other.status = error.code or 500  # type: ignore[misc]
        return other
    if isinstance(error, DataError):
        return BadInput()  # a NUL byte, a number beyond every column: nothing a page of ours sends
    if isinstance(error, OperationalError):
        log.error("database trouble", exc_info=error)
        busy = AppError("We cannot reach our database at the moment. Nothing was lost; please try again.", code="BUSY")
        busy.status = 503  # type: ignore[misc]
        return busy
    log.error("unforeseen", exc_info=error)
    return AppError()


def _for_people() -> bool:
    """A browser asks for a page; a program takes what it gets or asks for JSON."""
    kinds = ("application/problem+json", "application/json", "text/html")
    return request.accept_mimetypes.best_match(kinds) == "text/html"


def register(app: Flask) -> None:
    @app.errorhandler(Exception)
    def _answer(error: Exception) -> ResponseReturnValue:
        return problem(as_app_error(error))

    @app.errorhandler(404)
    def _nowhere(error: HTTPException) -> ResponseReturnValue:
        page = render_template("install/nowhere.html", asked=None) if _for_people() else None
        answer = make_response(page, 404) if page else problem(as_app_error(error))
        answer.vary.update(("Accept", "Accept-Language"))
        return answer

    @app.errorhandler(405)
    def _method(error: HTTPException) -> ResponseReturnValue:
        answer = problem(as_app_error(error))
        answer.headers.extend([header for header in error.get_headers(request.environ) if header[0] == "Allow"])
        return answer
