"""Withdrawing from a contract: say from which, confirm, read the receipt. Nobody has to sign in, give a reason or prove anything.

Nothing is stored before the confirmation; what was typed travels with the forms, so that going back and correcting loses none of it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import AppError, BadInput, NotSignedIn
from saleor_returns_app.services.withdrawals import Declaration, check_declaration, declare_withdrawal
from saleor_returns_app.web import i18n, limits
from saleor_returns_app.web.current import ctx

from .access import SESSION_COOKIE, blueprint, form_token, page, tenant, visit
from .request import current_order
from .typed import Said

_LONGEST = {"name": 210, "number": 70, "email": 260, "items": 20_000}


@dataclass(frozen=True, slots=True)
class _Form:
    """What was typed, and the order of somebody who is signed in."""

    values: dict[str, str]
    units: dict[str, int]
    order: Order | None

    def declaration(self) -> Declaration:
        return Declaration(
            name=self.values["name"],
            order_number=self.order.number if self.order else self.values["number"],
            email=self.values["email"],
            items=self.values["items"],
            units=self.units,
            saleor_order_id=self.order.id if self.order else "",
        )


def _signed_in_order() -> Order | None:
    if not request.cookies.get(SESSION_COOKIE):
        return None
    try:
        visit()
    except NotSignedIn:
        return None
    return current_order()


def _typed() -> _Form:
    order = _signed_in_order()
    values = {name: request.form.get(name, "")[:most] for name, most in _LONGEST.items()}
    values["items"] = values["items"].replace("\r\n", "\n")
    units: dict[str, int] = {}
    for line in order.lines if order else ():
        written = request.form.get(f"quantity-{line.id}", "").strip()
        if written.isascii() and written.isdigit() and len(written) <= 6:
            units[line.id] = min(int(written), line.quantity)
    return _Form(values, units, order)


def _page(template: str, form: _Form, status: int = 200, **more: object) -> ResponseReturnValue:
    return page(
        template,
        status,
        values=form.values,
        units=form.units,
        order=form.order,
        csrf=form_token(request.cookies.get(SESSION_COOKIE, "")),
        **more,
    )


@blueprint.get("/withdraw")
def withdraw() -> ResponseReturnValue:
    order = _signed_in_order()
    values = dict.fromkeys(_LONGEST, "")
    if order is not None:
        values |= {"name": order.customer_name, "number": order.number, "email": visit().email}
    return _page("withdraw.html", _Form(values, {}, order), problems={})


@blueprint.post("/withdraw")
def check_withdrawal() -> ResponseReturnValue:
    form = _typed()
    if "back" in request.form:
        return _page("withdraw.html", form, problems={})
    try:
        said = check_declaration(form.declaration())
        if form.order is not None and form.units and not said.units:
            raise BadInput("Choose at least one item, or leave all as they are.", code="NO_LINES", field="items")
    except BadInput as problem:
        return _refused(form, problem)
    return _page("withdraw_confirm.html", form, said=said, ticket=str(uuid.uuid4()), chosen=_chosen(form))


def _chosen(form: _Form) -> list[tuple[str, int]]:
    if form.order is None:
        return []
    return [(line.product_name, form.units[line.id]) for line in form.order.lines if form.units.get(line.id)]


def _refused(form: _Form, problem: AppError) -> ResponseReturnValue:
    return _page("withdraw.html", form, problem.status, problems={problem.field or "": Said.of(problem)})


@blueprint.post("/withdraw/confirm")
def confirm_withdrawal() -> ResponseReturnValue:
    form = _typed()
    try:
        limits.check(limits.CODES)
        ticket = str(uuid.UUID(request.form.get("ticket", "")))
        row = declare_withdrawal(ctx(), tenant().id, form.declaration(), ticket=ticket, language=i18n.language())
    except ValueError:
        return _refused(form, BadInput("This page is too old. Please send it again.", code="TICKET"))
    except AppError as problem:
        return _refused(form, problem)
    return _page("withdrawn.html", form, row=row, chosen=_chosen(form))


@blueprint.get("/withdraw/confirm")
def withdrawal_again() -> ResponseReturnValue:
    """The language was changed, or the address typed: the form stands at its own address."""
    return withdraw()
