"""The context of the request's app."""

from __future__ import annotations

from flask import current_app

from saleor_returns_app.services.context import Context


def ctx() -> Context:
    found: Context = current_app.extensions["returns"]
    return found
