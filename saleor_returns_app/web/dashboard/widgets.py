"""The small frames beside an order and a customer in the Dashboard: their cases at a glance, and the way to open one."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from saleor_returns_app.errors import BadInput
from saleor_returns_app.services.queue import customer_cases, order_cases
from saleor_returns_app.web.current import ctx

from .access import visit
from .answers import first, fragment
from .places import app_place


def show_order_cases() -> Response:
    order_id = _asked("orderId")
    cases = order_cases(ctx(), visit().tenant_id, order_id, actor=visit().actor)
    opening = app_place(visit().tenant, f"/open-case/{quote(order_id, safe='')}")
    complaining = app_place(visit().tenant, f"/file-complaint/{quote(order_id, safe='')}")
    return fragment("widget.html", cases=cases, place=_place, opening=opening, complaining=complaining)


def show_customer_cases() -> Response:
    cases = customer_cases(ctx(), visit().tenant_id, _asked("customerId"), actor=visit().actor)
    return fragment("widget.html", cases=cases, place=_place, opening="")


def _asked(name: str) -> str:
    value = first(request.args, name)
    if not value:
        raise BadInput("The Dashboard did not say what to show. Reload the page.", code="NO_CONTEXT", field=name)
    return value[:200]


def _place(case_id: str) -> str:
    return app_place(visit().tenant, f"/cases/{case_id}")
