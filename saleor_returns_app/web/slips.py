"""Return slips as PDFs, and the links by which staff open one in a window that has no token."""

from __future__ import annotations

import math

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.slips import Paper, Slip
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.carrier_ports import Label
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.signing import open_signed, sign
from saleor_returns_app.services.slips import read_slip
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, said

blueprint = Blueprint("slips", __name__, url_prefix="/slips")
#: Seconds that a link lives at least; within a step it stays the same.
LIFETIME, STEP = 1800, 900
_PURPOSE = "slip"


def paper_of(name: str) -> Paper:
    """Raises NotFound for a paper that slips are not printed on."""
    try:
        return Paper(name)
    except ValueError as error:
        raise NotFound from error


def pdf_answer(slip: Slip, paper: Paper) -> Response:
    """The PDF, to be saved: nobody else may keep it, and nothing in it may run."""
    suffix = "" if paper is Paper.A4 else f"-{paper}"
    answer = Response(ctx().documents.render_slip(slip, paper=paper), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slip.number}{suffix}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def label_answer(label: Label, number: str) -> Response:
    """A carrier's label, to be saved like a slip."""
    ending = label.media_type.rpartition("/")[2]
    answer = Response(label.content, content_type=label.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}-label.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def link_to_slip(context: Context, case: Case, paper: Paper) -> str:
    """The address of a slip, for a while, given only to who may see the case."""
    until = math.ceil(context.now().timestamp() / STEP) * STEP + LIFETIME
    token = sign(context, _PURPOSE, case.tenant_id, case.id, paper.value, until=until)
    return f"{context.settings.base_url}/slips/{token}"


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """In the language of the shopper, who gets it."""
    tenant_id, case_id, paper = open_signed(ctx(), _PURPOSE, token)
    with ctx().db.tenant(tenant_id) as session:
        language = session.scalar(select(Case.language).where(Case.id == case_id))
    return pdf_answer(read_slip(ctx(), tenant_id, case_id, language=language or "en"), Paper(paper))


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    """Plain words: whoever reads them opened a link."""
    problem = as_app_error(error)
    answer = Response(said(problem), status=problem.status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
