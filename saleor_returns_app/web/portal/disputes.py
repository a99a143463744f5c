"""The shopper objects to a decision."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.disputes import dispute_case
from saleor_returns_app.web.current import ctx

from .access import blueprint, shopper, tenant, to
from .cases import what_is_wrong
from .own_cases import own_return
from .typed import accept, refuse


@blueprint.post("/cases/<number>/dispute")
def dispute(number: str) -> ResponseReturnValue:
    found = own_return(number)
    if found.status == CaseStatus.DISPUTED:
        return to("case", number=number)  # a second click
    said = request.form.get("objection", "")
    try:
        dispute_case(ctx(), tenant().id, found.id, actor=shopper(), reason=said)
    except AppError as problem:
        anchor = "objection" if problem.field else ""
        problems = {anchor: what_is_wrong(problem, number)}
        return refuse("case", problems, values={"objection": said[:20_000]}, number=number)
    accept()
    return to("case", number=number, _anchor="evidence")


@blueprint.get("/cases/<number>/dispute")
def disputed(number: str) -> ResponseReturnValue:
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)
