"""Goods on their way to the shop, on the page of a case: how they come, their numbers, what was lost."""

from __future__ import annotations

from typing import Any

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.methods import ARRANGED, METHODS, OfferedMethod
from saleor_returns_app.domain.parcels import UNDER_WAY, ParcelStatus, parcel_number
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.services import arranging, logistics, return_methods
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.slips import SENDING
from saleor_returns_app.web.i18n import format_money, format_weekday, gettext

from .access import visit
from .buttons import Action, Typed
from .way_words import pickup_said


def _track(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    logistics.add_tracking(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        tracking_number=typed.get("tracking_number", ""),
        carrier=typed.get("carrier", ""),
        corrects=parcel_number(typed.get("corrects", "")),
    )


def _lose(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    parcel = parcel_number(typed.get("parcel", "")) or 0
    logistics.lose_parcel(ctx, tenant_id, case_id, actor=actor, version=version, parcel=parcel)


def _choose(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    return_methods.choose_method(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        parcel=parcel_number(typed.get("parcel", "")),
        chosen=return_methods.Chosen(
            method=typed.get("method", ""),
            day=typed.get("day", ""),
            window=typed.get("window", ""),
            address=typed.get("address", ""),
            store=typed.get("store", ""),
        ),
    )


def _arrange(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    arranging.arrange_parcel(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        parcel=parcel_number(typed.get("parcel", "")) or 0,
        carrier=typed.get("carrier", ""),
        tracking_number=typed.get("tracking_number", ""),
        message=typed.get("message", ""),
    )


TRACKING = Action(
    name="tracking",
    title="Tracking number of the parcel",
    label="Add tracking number",
    said="Tracking number saved",
    run=_track,
    form="tracking.html",
)
LOSE = Action(
    name="lose",
    title="Is a parcel lost?",
    label="Parcel is lost",
    said="The parcel is marked as lost",
    run=_lose,
    form="lose.html",
)
CHOOSE = Action(
    name="choose-method",
    title="How does it come back?",
    label="Choose the way back",
    said="The way back is chosen",
    run=_choose,
    form="choose_method.html",
)
ARRANGE = Action(
    name="arrange",
    title="Is it arranged with the carrier?",
    label="It is arranged",
    said="The shopper is told",
    run=_arrange,
    form="arrange.html",
    tone="primary",
)
SENDING_BACK = (TRACKING, LOSE, CHOOSE, ARRANGE)


def to_arrange(parcel: Parcel) -> bool:
    """Whether the shop owes the shopper a courier or a label for it."""
    return parcel.method in ARRANGED and parcel.status == ParcelStatus.ANNOUNCED


def sending_back_actions(file: CaseFile) -> list[Action]:
    """What can be done about parcels that are waited for."""
    status = CaseStatus(file.case.status)
    found = []
    if status in SENDING and any(to_arrange(parcel) for parcel in file.parcels):
        found.append(ARRANGE)
    if file.ways is not None and file.ways.is_choice:
        found.append(CHOOSE)
    ships = not file.keeps_item and CaseEvent.SHIP in RETURN_CASE.possible(status, Who.STAFF)
    if ships or status is CaseStatus.IN_TRANSIT:
        found.append(TRACKING)
    if file.may_lose:
        found.append(LOSE)
    return found


def sending_back_values(file: CaseFile) -> dict[str, Any]:
    """What the forms and the parcels of a case show."""
    ways, settings = file.ways, TenantSettings.load(visit().tenant.settings)
    chosen = next((parcel for parcel in file.parcels if parcel.method and to_arrange(parcel)), None)
    return {
        "correctable": {str(row.number): _correction(row) for row in file.parcels if row.status in UNDER_WAY},
        "losable": {str(row.number): f"{row.number}. {row.tracking_number} {row.carrier}" for row in file.moving},
        "arrangeable": {str(row.number): _arrangement(row) for row in file.parcels if to_arrange(row)},
        "address": file.address,
        "places": {"": gettext("As above"), **{place.name: place.name for place in settings.places}},
        "methods": {name.value: gettext(text) for name, text in METHODS.items()},
        "offered_methods": {item.method.value: _offer(item) for item in ways.methods} if ways else {},
        "pickup_days": {day.isoformat(): format_weekday(day) for day in ways.days} if ways else {},
        "pickup_windows": {window: window for window in ways.windows} if ways else {},
        "stores": {place.name: place.name for place in ways.stores} if ways else {},
        "home": chosen.pickup_address if chosen and chosen.pickup_address else (ways.home if ways else ""),
    }


def _correction(parcel: Parcel) -> str:
    text = gettext("a correction of parcel %(number)s: %(tracking)s")
    return text % {"number": parcel.number, "tracking": parcel.tracking_number or "–"}


def _arrangement(parcel: Parcel) -> str:
    when = pickup_said(str(parcel.pickup_day or ""), parcel.pickup_window)
    said = f"{parcel.number}. {gettext(METHODS[ReturnMethod(parcel.method)])}"
    return f"{said} ({when})" if when else said


def _offer(offered: OfferedMethod) -> str:
    said = gettext(METHODS[offered.method])
    if offered.cost is None:
        return said
    text = gettext("%(method)s, %(cost)s, of which the shopper pays %(part)s")
    return text % {"method": said, "cost": format_money(offered.cost), "part": format_money(offered.taken_off)}
