"""The settings of sending back: places, what a parcel costs, when couriers come."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from flask import Response, request

from saleor_returns_app.domain.methods import ARRANGED, METHODS
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.places import Place, place_named
from saleor_returns_app.domain.roles import Verb, may
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.services.carrier_accounts import connect_carrier, disconnect_carrier, read_account
from saleor_returns_app.services.return_settings import PlaceTyped, change_return_settings, delete_place, save_place
from saleor_returns_app.services.tenant_settings import NEEDED
from saleor_returns_app.web.carriers import events_address
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form
from .settings import list_warehouses

_ADDRESS = "address."
_NEW = Place(name="")


def show_returning() -> Response:
    settings = _stored()
    if request.args.get("new"):
        return _page(settings, editing=_NEW)
    name = request.args.get("place", "")
    editing = place_named(settings.places, name) if name else None
    if name and editing is None:
        raise NotFound("This place is not there any more.", code="UNKNOWN_PLACE")
    return _page(settings, editing=editing)


def _stored() -> TenantSettings:
    return TenantSettings.load(visit().tenant.settings)


def _page(
    settings: TenantSettings,
    *,
    status: int = 200,
    form: Form = EMPTY,
    editing: Place | None = None,
    instead_of: str | None = None,
) -> Response:
    actor = visit().actor
    warehouses = list_warehouses(*(known for place in settings.places for known in place.warehouses))
    return fragment(
        "returning.html",
        status=status,
        settings=settings,
        form=form,
        editing=editing,
        instead_of=editing.name if editing and instead_of is None else instead_of,
        warehouses=warehouses,
        ways=[
            SimpleNamespace(
                name=method.value,
                label=gettext(text),
                offered=method in (request.form.getlist("methods") if "windows" in request.form else settings.methods),
                has_price=method in ARRANGED,
                prices="\n".join(
                    f"{amount} {currency}" for currency, amount in settings.postage.get(method, {}).items()
                ),
            )
            for method, text in METHODS.items()
        ],
        chosen_warehouses=_chosen(form, editing),
        account=read_account(ctx(), ctx().tenant(visit().tenant_id)),
        events=events_address(visit().tenant.slug),
        may_change=NEEDED in actor.permissions and may(actor.roles, Verb.CONFIGURE),
        needed=NEEDED,
    )


def _chosen(form: Form, editing: Place | None) -> tuple[str, ...]:
    if form is not EMPTY and editing:
        return tuple(request.form.getlist("warehouses"))
    return editing.warehouses if editing else ()


def save_returning() -> Response:
    prices: dict[str, Any] = {method.value: request.form.get(method.value, "") for method in ARRANGED}
    windows = request.form.get("windows", "")
    try:
        settings = change_return_settings(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            methods=request.form.getlist("methods"),
            prices=prices,
            windows=windows,
            grams=request.form.get("grams", ""),
            carriers=request.form.get("carriers", ""),
        )
    except AppError as problem:
        return _page(_stored(), status=problem.status, form=Form.refused(problem))
    return notify(_page(settings), gettext("Settings saved"))


def save_a_place() -> Response:
    form, instead_of = request.form, request.form.get("instead_of", "")
    typed = PlaceTyped(
        name=form.get("name", ""),
        address={name.removeprefix(_ADDRESS): text for name, text in form.items() if name.startswith(_ADDRESS)},
        countries=form.get("countries", ""),
        warehouses=tuple(form.getlist("warehouses")),
        is_store=form.get("is_store") == "yes",
        hours=form.get("hours", ""),
    )
    try:
        settings = save_place(ctx(), visit().tenant_id, actor=visit().actor, typed=typed, instead_of=instead_of)
    except AppError as problem:
        shown = Place(name=instead_of, address=Address(), is_store=typed.is_store)
        refused = Form.refused(problem)
        return _page(_stored(), status=problem.status, form=refused, editing=shown, instead_of=instead_of)
    return notify(_page(settings), gettext("Place saved"))


def delete_a_place() -> Response:
    settings = delete_place(ctx(), visit().tenant_id, actor=visit().actor, name=request.form.get("name", ""))
    return notify(_page(settings), gettext("Place deleted"))


def connect() -> Response:
    try:
        connect_carrier(ctx(), visit().tenant_id, actor=visit().actor, api_key=request.form.get("api_key", ""))
    except AppError as problem:
        refused = replace(Form.refused(problem), typed={"api_key": ""})  # a key is not shown again
        return _page(_stored(), status=problem.status, form=refused)
    return notify(_page(_stored()), gettext("Connected"))


def disconnect() -> Response:
    disconnect_carrier(ctx(), visit().tenant_id, actor=visit().actor)
    return notify(_page(_stored()), gettext("Disconnected"))
