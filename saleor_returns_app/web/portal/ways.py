"""How the shopper sends it back: the ways that the case offers, with what each costs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.methods import ARRANGED, METHODS, OfferedMethod
from saleor_returns_app.domain.parcels import ParcelStatus, parcel_number
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.services.return_methods import Chosen, choose_method, offered_of, ways_back
from saleor_returns_app.services.slips import SENDING
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import COSTS, HOW

from .access import blueprint, shopper, tenant, to
from .own_cases import own_return
from .typed import Said, accept, refuse

#: Fields of the form, as its ids begin: `way-method`.
_FIELDS = ("method", "day", "window", "address", "store")
#: In the address of the page: the form is shown again, to change a way or for one more parcel.
ASKED = "way"


def way_values(found: Case, parcels: Sequence[Parcel], typed: Mapping[str, str]) -> dict[str, Any]:
    """What the case page shows of the ways back; `ways` None where there is nothing to choose."""
    empty: dict[str, Any] = {
        "ways": None,
        "methods": METHODS,
        "chosen": None,
        "way": {},
        "changes_way": False,
        "chooses": False,
    }
    if found.status not in SENDING:
        return empty
    with ctx().db.tenant(tenant().id) as session:
        ways = ways_back(ctx(), session, found)
    if not ways.is_choice:
        return empty
    chosen = next((parcel for parcel in parcels if parcel.method and parcel.status == ParcelStatus.ANNOUNCED), None)
    chooses = not any(parcel.method or parcel.tracking_key for parcel in parcels)
    asked = request.args.get(ASKED, "")
    refused = any(f"way.{name}" in typed for name in _FIELDS)
    return {
        **empty,
        "ways": ways,
        "how": HOW,
        "cost_of": partial(said_cost, terms=CaseTerms.load(found.terms or {})),
        "arranged": ARRANGED,
        "chosen": chosen,
        "one_more": asked == "more" or typed.get("way.parcel") == str(len(parcels) + 1),
        "next_parcel": len(parcels) + 1,
        "chooses": chooses,
        "shows_ways": refused or bool(asked) or chooses,
        "way": {
            "address": ways.home,
            **(_kept(chosen) if chosen and asked != "more" else {}),
            **{name: typed[f"way.{name}"] for name in _FIELDS if f"way.{name}" in typed},
        },
    }


def expected_ways(terms: CaseTerms, currency: str) -> dict[str, Any]:
    """For the summary of a request: how it would come back, and who would pay for it."""
    settings = TenantSettings.load(tenant().settings)
    ways = () if terms.keeps_item else offered_of(terms, settings, currency=currency)
    return {"ways": ways, "methods": METHODS, "cost_of": partial(said_cost, terms=terms)}


def said_cost(offered: OfferedMethod, terms: CaseTerms) -> Said:
    """What a way costs the shopper."""
    if offered.method is ReturnMethod.SELF_SHIPPING:
        percent = terms.shopper_percent
        if percent is None or percent == 100:
            return Said(COSTS["carrier"])
        return Said(COSTS["share"], {"percent": 100 - percent}) if percent else Said(COSTS["shop"])
    if offered.cost is None or not offered.taken_off:
        return Said(COSTS["free"])
    if offered.taken_off == offered.cost:
        return Said(COSTS["all"], {"amount": str(offered.taken_off)})
    return Said(COSTS["part"], {"amount": str(offered.taken_off), "cost": str(offered.cost)})


def _kept(parcel: Parcel) -> dict[str, str]:
    return {
        "method": parcel.method,
        "day": parcel.pickup_day.isoformat() if parcel.pickup_day else "",
        "window": parcel.pickup_window,
        "store": parcel.place,
        **({"address": parcel.pickup_address} if parcel.pickup_address else {}),
    }


@blueprint.post("/cases/<number>/way")
def choose_way(number: str) -> ResponseReturnValue:
    found = own_return(number)
    typed = {name: request.form.get(name, "")[:1000] for name in _FIELDS}
    parcel = request.form.get("parcel", "")
    try:
        choose_method(
            ctx(),
            tenant().id,
            found.id,
            actor=shopper(),
            chosen=Chosen(**typed),
            parcel=parcel_number(parcel),
        )
    except AppError as problem:
        field = f"way-{problem.field}" if problem.field in _FIELDS else ""
        values = {**{f"way.{name}": text for name, text in typed.items()}, "way.parcel": parcel[:3]}
        return refuse("case", {field: Said.of(problem)}, values=values, number=number)
    accept()
    return to("case", number=number)


@blueprint.get("/cases/<number>/way")
def way_chosen(number: str) -> ResponseReturnValue:
    """Where the form was sent to, loaded again: the case."""
    return to("case", number=number)
