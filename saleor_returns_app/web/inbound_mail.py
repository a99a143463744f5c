"""Where a mail server or provider hands over what shoppers answer: the raw mail, under an address that only it knows."""

from __future__ import annotations

import hmac

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from saleor_returns_app.errors import NotFound
from saleor_returns_app.services.inbound_mail import LARGEST, receive_mail
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, problem

blueprint = Blueprint("inbound_mail", __name__, url_prefix="/api/mail")


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    return problem(as_app_error(error))


@blueprint.post("/inbound/<secret>")
def receive(secret: str) -> ResponseReturnValue:
    """200 with what became of it, also for what is not for us: asking again would change nothing."""
    wanted = ctx().settings.mail_inbound_secret.get_secret_value()
    if not wanted or not hmac.compare_digest(secret.encode(), wanted.encode()):
        raise NotFound
    request.max_content_length = LARGEST
    return jsonify(outcome=receive_mail(ctx(), request.get_data(cache=False)))
