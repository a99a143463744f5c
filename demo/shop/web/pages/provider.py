"""The provider's page: moods as buttons, and its books."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from demo.shop.provider import MOOD_TEXTS
from demo.shop.web.current import current_shop
from demo.shop.web.levers.provider import mood, report

provider_page = Blueprint("provider_page", __name__, url_prefix="/provider")


@provider_page.get("/")
def page() -> ResponseReturnValue:
    ledger = current_shop().provider.ledger
    waiting = any(call.is_waiting for call in ledger.calls)
    return render_template("provider/page.html", ledger=ledger, moods=MOOD_TEXTS, waiting=waiting)


@provider_page.post("/mood")
def choose() -> ResponseReturnValue:
    mood()
    return redirect(url_for("provider_page.page"), 303)


@provider_page.post("/report")
def report_all() -> ResponseReturnValue:
    report()
    return redirect(url_for("provider_page.page"), 303)
