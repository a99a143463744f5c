"""The custom element for the order page, at an address of its own that any site may load it from."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

element = Blueprint("element", __name__)


@element.get("/storefront/saleor-returns.js")
def script() -> Response:
    response = current_app.send_static_file("storefront/saleor-returns.js")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.mimetype = "text/javascript"
    return response
