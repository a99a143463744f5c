"""A form that opens a case is carried out once, however often its button is pressed."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import request

from saleor_returns_app.errors import AppError
from saleor_returns_app.services import idempotency
from saleor_returns_app.web.current import ctx

from .access import visit


def carry_out_once(order_id: str, work: Callable[[str], str]) -> str:
    """Do the work with an id for what it makes, or find what an earlier press of the same form made; gives its id."""
    tenant_id, subject = visit().tenant_id, f"staff:{visit().actor.id}"[:200]
    key = request.form.get("once", "")[:200] or secrets.token_urlsafe(16)
    turn = idempotency.begin(ctx(), tenant_id, subject=subject, key=key, request={"order": order_id})
    if turn.status:
        return str(turn.answer["case"])
    try:
        case_id = work(turn.id)
    except Exception as error:
        refused = isinstance(error, AppError) and error.status < 500
        (idempotency.give_up if refused else idempotency.break_off)(ctx(), tenant_id, turn)
        raise
    idempotency.finish(ctx(), tenant_id, turn, status=201, answer={"case": case_id})
    return case_id
