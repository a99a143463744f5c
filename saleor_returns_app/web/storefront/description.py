"""What the OpenAPI document says about the API as a whole."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3.models.info import Info
from pydantic import ValidationError

from saleor_returns_app import __version__
from saleor_returns_app.errors import BadInput
from saleor_returns_app.web.errors import problem

PREFIX = "/api/storefront/v1"


def refuse(error: ValidationError) -> Response:
    """The first thing that does not fit, with its place."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem(BadInput("%(place)s: %(what)s", code="BODY", field=place, place=place, what=first["msg"]))


def describe() -> dict[str, Any]:
    """Arguments for the OpenAPI application."""
    return {
        "info": Info(
            title="Saleor Returns: storefront API",
            version=__version__,
            description="Returns for signed-in shoppers. Send the shopper's own Saleor access token as bearer. "
            "Errors are problem+json (RFC 9457) with a stable `code`.",
        ),
        "security_schemes": {"shopper": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        "validation_error_status": 400,
        "validation_error_callback": refuse,
        "doc_ui": True,
        "doc_prefix": PREFIX,
        "doc_url": "/openapi.json",
    }
