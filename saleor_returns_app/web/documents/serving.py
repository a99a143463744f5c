"""Documents at addresses that no cookie goes to."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from saleor_returns_app.services.credit_note_links import open_link
from saleor_returns_app.services.credit_notes import read_credit_note
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, said

from .credit_notes import as_pdf

blueprint = Blueprint("documents", __name__, url_prefix="/documents")


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    tenant_id, case_id, number = open_link(ctx(), token)
    with ctx().db.tenant(tenant_id) as session:
        note = read_credit_note(session, case_id, number)
    return as_pdf(note)


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    """Plain words: whoever reads them opened a link."""
    problem = as_app_error(error)
    answer = Response(said(problem), status=problem.status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
