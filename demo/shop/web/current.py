"""What each request of the site works on."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, current_app, request

from demo.shop.model.apps import App
from demo.shop.model.orders import Order
from demo.shop.shop import Shop


def current_shop() -> Shop:
    return cast(Shop, current_app.extensions["shop"])


def body() -> dict[str, Any]:
    """The request's JSON object or form."""
    given = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    return given if isinstance(given, dict) else {}


def order_by(key: str) -> Order:
    """By number or id; 404 when there is none."""
    state = current_shop().state
    return state.by_number.get(key) or state.orders.get(key) or abort(404)


def app_by(app_id: str) -> App:
    return current_shop().state.apps.get(app_id) or abort(404)
