"""The shopper's word on what a repair costs."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.repairs import RepairEvent, RepairStatus
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.repairs import answer_repair_quote
from saleor_returns_app.services.standing_repairs import repair_of
from saleor_returns_app.web.current import ctx

from .access import blueprint, shopper, tenant, to
from .cases import what_is_wrong
from .own_cases import own_return
from .typed import accept, refuse

#: What an answer leads to: the same answer again finds it.
_DONE = {RepairEvent.ACCEPT: RepairStatus.REPAIRING, RepairEvent.DECLINE: RepairStatus.UNREPAIRED}


@blueprint.post("/cases/<number>/repair/<any(accept, decline):name>")
def answer_price(number: str, name: str) -> ResponseReturnValue:
    found, event = own_return(number), RepairEvent(name)
    if _status(found) == _DONE[event]:
        return to("case", number=number)  # a second click
    seen = request.form.get("seen", "")
    reason = request.form.get("reason", "")
    try:
        answer_repair_quote(
            ctx(),
            tenant().id,
            found.id,
            actor=shopper(),
            event=event,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
            reason=reason,
        )
    except AppError as problem:
        return refuse("case", {"": what_is_wrong(problem, number)}, values={"reason": reason[:4000]}, number=number)
    accept()
    return to("case", number=number)


@blueprint.get("/cases/<number>/repair/<any(accept, decline):name>")
def price_answered(number: str, name: str) -> ResponseReturnValue:  # noqa: ARG001
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)


def _status(found: Case) -> str:
    with ctx().db.tenant(tenant().id) as session:
        repair = repair_of(session, found.id)
    return repair.status if repair else ""
