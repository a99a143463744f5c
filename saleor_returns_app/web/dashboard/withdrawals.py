"""Withdrawals that no job could match: what was declared, why it waits, and saying what was done about it."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.errors import AppError
from saleor_returns_app.services.withdrawals import settle_withdrawal, waiting_for_people
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form

#: Why a declaration waits: what happened, and what to do.
WHYS: dict[str, tuple[str, str]] = {
    "NO_ORDER": (
        "No order has this number.",
        "Find the order by name or e-mail, or ask the person which one is meant.",
    ),
    "OTHER_MAILBOX": (
        "The order with this number was placed with another e-mail address.",
        "Ask the order's own mailbox whether the declaration is meant, before you open a return for it.",
    ),
    "SOME_ITEMS": ("Only some items are meant, in the person's own words.", "Open a return for these items."),
    "NO_RIGHT": (
        "The law of the order's country gives no right of withdrawal that we know of.",
        "Decide whether your own policy covers it, and answer.",
    ),
    "NOT_SENT": (
        "Some of the order was not sent yet.",
        "Stop what has not left, cancel it in the order, and open a return for the rest.",
    ),
    "UNCLEAR_DAY": (
        "The days may be over, but nobody knows when the parcel arrived.",
        "Look up the day of delivery. Unless you can prove that it is too late, open a return.",
    ),
    "NOTHING_LEFT": (
        "Everything of the order is excluded, out of time, or already in a return.",
        "Look at the order and answer with the reason.",
    ),
    "REFUSED": ("The return could not be opened.", "Open it by hand from the order."),
}


def show_withdrawals() -> Response:
    return _page()


def _page(*, status: int = 200, forms: dict[str, Form] | None = None) -> Response:
    rows = waiting_for_people(ctx(), visit().tenant_id, actor=visit().actor)
    return fragment("withdrawals.html", status=status, rows=rows, whys=WHYS, forms=forms or {}, empty_form=EMPTY)


def settle(withdrawal_id: str) -> Response:
    try:
        settle_withdrawal(
            ctx(),
            visit().tenant_id,
            withdrawal_id,
            actor=visit().actor,
            settlement=request.form.get("settlement", ""),
        )
    except AppError as problem:
        return _page(status=problem.status, forms={withdrawal_id: Form.refused(problem)})
    return notify(_page(), gettext("Declaration dealt with"))
