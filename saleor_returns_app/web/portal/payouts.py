"""The shopper agrees to a bank transfer or cash, and says where it goes. What was refused is kept encrypted: it is a bank account."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.payouts import agree_payout, decline_payout, payout_to_answer
from saleor_returns_app.web.current import ctx

from .access import blueprint, shopper, tenant, to
from .own_cases import own_return
from .typed import Said, accept, refuse

_FIELDS = ("holder", "iban", "other")
_SEALED = "sealed_account"


def payout_values(found: Case, written: dict[str, str]) -> dict[str, Any]:
    """What the page of the case needs of a payment by hand."""
    with ctx().db.tenant(tenant().id) as session:
        payout = payout_to_answer(session, found.id)
    sealed = written.get(_SEALED, "")
    typed = json.loads(ctx().cipher.decrypt(sealed)) if sealed else {}
    return {"payout": payout, "payout_typed": {name: str(typed.get(name, "")) for name in _FIELDS}}


@blueprint.post("/cases/<number>/payout/<payout_id>/<answer>")
def answer_payout(number: str, payout_id: str, answer: str) -> ResponseReturnValue:
    found = own_return(number)
    typed = {name: request.form.get(name, "")[:600] for name in _FIELDS}
    try:
        if answer == "agree":
            agree_payout(ctx(), tenant().id, found.id, payout_id, actor=shopper(), typed=typed)
        elif answer == "decline":
            decline_payout(ctx(), tenant().id, found.id, payout_id, actor=shopper())
    except AppError as problem:
        values = {_SEALED: ctx().cipher.encrypt(json.dumps(typed))}
        return refuse("case", {problem.field or "": Said.of(problem)}, values=values, number=number)
    accept()
    return to("case", number=number)


@blueprint.get("/cases/<number>/payout/<payout_id>/<answer>")
def payout_answered(number: str, payout_id: str, answer: str) -> ResponseReturnValue:  # noqa: ARG001
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)
