"""How a shop wants its goods back: its places, what a parcel costs, when couriers come."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.methods import ARRANGED
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.places import Place, place_named
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import BadInput, NotFound
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import require_permission, require_role
from .tenant_settings import NEEDED

MOST_PLACES = 100
MOST_WINDOWS = 6
_LONGEST = 100  # characters of a name or a line of an address
_HEAVIEST = 70_000  # grams; more is no parcel
_PRICE = re.compile(r"(\d{1,7}(?:[.,]\d{1,3})?) ?([A-Za-z]{3})")
_WINDOW = re.compile(r"(\d{1,2}):([0-5]\d) ?[-–] ?(\d{1,2}):([0-5]\d)")
_COUNTRY = re.compile(r"[A-Z]{2}")
_ADDRESS = ("name", "company", "street_1", "street_2", "postal_code", "city", "country_area", "country", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTyped:
    """A place as it was typed; `countries` are separated by commas or spaces."""

    name: str
    address: Mapping[str, str]
    countries: str = ""
    warehouses: tuple[str, ...] = ()
    is_store: bool = False
    hours: str = ""


def change_return_settings(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    methods: Collection[str],
    prices: Mapping[str, str],
    windows: str,
    grams: str = "",
    carriers: str = "",
) -> TenantSettings:
    """From what was typed: the `methods` that are offered, `prices` by method, one a line like 4.90 EUR; `windows` one a line like
    09:00–13:00; `grams` a usual parcel's weight; `carriers` whose labels are bought, empty: any. Raises BadInput naming the field.

    What was chosen already keeps its price: it was promised.
    """
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    offered = [method.value for method in ReturnMethod if method in methods]
    if not offered:
        raise BadInput("Offer at least one way.", code="METHODS", field="methods")
    postage = {method.value: _prices(method.value, prices.get(method.value, "")) for method in sorted(ARRANGED)}
    weight = _grams(grams)
    with ctx.db.everyone() as session:
        tenant = _tenant(session, tenant_id)
        tenant.settings = {
            **tenant.settings,
            "methods": offered,
            "postage": {name: said for name, said in postage.items() if said},
            "pickup_windows": _windows(windows),
            "parcel_grams": weight,
            "carriers": list(dict.fromkeys(name[:_LONGEST] for name in re.split(r"[\s,;]+", carriers) if name))[:20],
        }
        return TenantSettings.load(tenant.settings)


def save_place(
    ctx: Context, tenant_id: str, *, actor: Actor, typed: PlaceTyped, instead_of: str = ""
) -> TenantSettings:
    """Add a place, or change the one that is called `instead_of`. Raises BadInput naming the field, and NotFound."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    place = _place(typed)
    with ctx.db.everyone() as session:
        tenant = _tenant(session, tenant_id)
        places = list(TenantSettings.load(tenant.settings).places)
        known = place_named(places, instead_of) if instead_of else None
        if instead_of and known is None:
            raise NotFound("This place is not there any more.", code="UNKNOWN_PLACE")
        same = place_named(places, place.name)
        if same is not None and same is not known:
            raise BadInput("Another place has this name.", code="NAME_TAKEN", field="name")
        if known is not None:
            places[places.index(known)] = place
        elif len(places) >= MOST_PLACES:
            raise BadInput("At most %(most)s places.", code="TOO_MANY", field="name", most=MOST_PLACES)
        else:
            places.append(place)
        return _keep(tenant, places)


def delete_place(ctx: Context, tenant_id: str, *, actor: Actor, name: str) -> TenantSettings:
    """Take a place away; returns that were told its address keep it. One that is gone already is no error."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.everyone() as session:
        tenant = _tenant(session, tenant_id)
        places = TenantSettings.load(tenant.settings).places
        gone = place_named(places, name)
        return _keep(tenant, [place for place in places if place is not gone])


def _tenant(session: Session, tenant_id: str) -> Tenant:
    tenant = session.get(Tenant, tenant_id, with_for_update=True)
    if tenant is None:
        raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
    return tenant


def _keep(tenant: Tenant, places: list[Place]) -> TenantSettings:
    settings = replace(TenantSettings.load(tenant.settings), places=tuple(places))
    tenant.settings = {**tenant.settings, "places": [place.dump() for place in places]}
    return settings


def _place(typed: PlaceTyped) -> Place:
    name = " ".join(typed.name.split())
    if not name:
        raise BadInput("Give the place a name.", code="NAME", field="name")
    said = {field: " ".join(typed.address.get(field, "").split()) for field in _ADDRESS}
    for field, text in (("name", name), *((f"address.{field}", text) for field, text in said.items())):
        if len(text) > _LONGEST:
            raise BadInput("At most %(most)s characters.", code="TOO_LONG", field=field, most=_LONGEST)
    said["country"] = said["country"].upper()
    for field in ("street_1", "city"):
        if not said[field]:
            raise BadInput("A parcel needs this.", code="ADDRESS", field=f"address.{field}")
    if not _COUNTRY.fullmatch(said["country"]):
        raise BadInput("Write the two letters of the country, like DE.", code="COUNTRY", field="address.country")
    countries = tuple(dict.fromkeys(typed.countries.upper().replace(",", " ").split()))
    wrong = next((country for country in countries if not _COUNTRY.fullmatch(country)), None)
    if wrong is not None:
        text = "“%(said)s” is no country: write two letters for each, like DE, AT."
        raise BadInput(text, code="COUNTRIES", field="countries", said=wrong[:40])
    return Place(
        name=name,
        address=Address(**said),
        countries=countries[:250],
        warehouses=tuple(warehouse[:120] for warehouse in typed.warehouses[:MOST_PLACES]),
        is_store=typed.is_store,
        hours=" ".join(typed.hours.split())[:_LONGEST],
    )


def _prices(method: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        said = " ".join(line.split())
        if not said:
            continue
        match = _PRICE.fullmatch(said)
        try:
            if match is None:
                raise ValueError(said)
            price = Money(Decimal(match[1].replace(",", ".")), match[2].upper())
        except ValueError as error:
            text = "“%(said)s” is no price: write each like 4.90 EUR."
            raise BadInput(text, code="PRICE", field=method, said=said[:40]) from error
        found[price.currency] = str(price.amount)
    return found


def _windows(text: str) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        said = " ".join(line.split())
        if not said:
            continue
        match = _WINDOW.fullmatch(said)
        begins, ends = ((int(match[1]), int(match[2])), (int(match[3]), int(match[4]))) if match else ((0, 0), (0, 0))
        if match is None or ends[0] > 24 or begins >= ends:
            message = "“%(said)s” is no time of day: write each like 09:00–13:00."
            raise BadInput(message, code="WINDOW", field="windows", said=said[:40])
        found.append(f"{begins[0]:02}:{begins[1]:02}–{ends[0]:02}:{ends[1]:02}")
    if len(found) > MOST_WINDOWS:
        raise BadInput("At most %(most)s times of day.", code="TOO_MANY", field="windows", most=MOST_WINDOWS)
    return list(dict.fromkeys(found))


def _grams(text: str) -> int:
    said = text.strip()
    if not said:
        return TenantSettings().parcel_grams
    if not (said.isascii() and said.isdigit() and len(said) <= 6 and 1 <= int(said) <= _HEAVIEST):
        raise BadInput("Write the weight in grams, from 1 to %(most)s.", code="GRAMS", field="grams", most=_HEAVIEST)
    return int(said)
