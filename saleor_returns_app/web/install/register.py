"""`POST /api/register`: Saleor hands over the app token, unsigned.

The checks, their order and their codes are those of Saleor's own SDK, so that a merchant finds the words they know:
method 405, `Saleor-Api-Url` 400, body 400, allow-list 403, store ready 503, app id 401, JWKS 401, saving 500. One of our own
stands before those that ask the shop: too many tries from one address 429.
"""

from __future__ import annotations

import structlog
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.errors import AppError, TooMany
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import register_tenant
from saleor_returns_app.web import limits
from saleor_returns_app.web.current import ctx

log = structlog.get_logger()
#: An app token has 30 characters; a JWT of some future Saleor would still fit.
_LONGEST_TOKEN = 4096


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def register() -> ResponseReturnValue:
    try:
        _register(ctx())
    except _Refused as refused:
        log.warning("register.refused", code=refused.code)
        # `error.message` is what Saleor shows to the person who installs.
        answer = {"success": False, "error": {"code": refused.code, "message": refused.message}}
        return jsonify(answer), refused.status
    return jsonify(success=True)


def _register(context: Context) -> None:
    api_url = request.headers.get("Saleor-Api-Url", "")
    if not api_url:
        raise _Refused(400, "MISSING_SALEOR_API_URL_HEADER", "Missing saleor-api-url header.")
    body = request.get_json(force=True, silent=True)
    token = body.get("auth_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN or not token.isprintable():
        raise _Refused(400, "MISSING_AUTH_TOKEN", "Missing auth_token param in the body.")
    settings = context.settings
    rules = AddressRules(allow_private_hosts=settings.allow_private_hosts, allowed_domains=settings.allowed_domains)
    try:
        rules.check(api_url)
    except AppError as error:
        raise _Refused(
            403, "SALEOR_URL_PROHIBITED", f"This app expects to be installed only in allowed Saleor instances. {error}"
        ) from error
    try:
        limits.check(limits.INSTALLS)
    except TooMany as error:
        raise _Refused(429, error.code, str(error)) from error
    try:
        with context.db.engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError as error:
        raise _Refused(503, "APL_NOT_CONFIGURED", "The app's database does not answer. Please try again.") from error
    try:
        register_tenant(context, api_url=api_url, token=token)
    except AppError as error:
        if error.status == 401:
            raise _Refused(401, error.code, str(error)) from error
        log.exception("register.failed")
        raise _Refused(500, "APL_SAVE_ERROR", "The app could not save what it needs. Please try again.") from error
    except SQLAlchemyError as error:
        log.exception("register.failed")
        raise _Refused(500, "APL_SAVE_ERROR", "The app could not save what it needs. Please try again.") from error
