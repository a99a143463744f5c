"""How the parcels of a case come back: what is offered, what the shopper chose, what the shop arranged for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.methods import ARRANGED, METHODS, OfferedMethod, is_choice, offered_methods, pickup_days
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.places import Place, place_named
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel

from .arranging import label_of, pickup_of
from .attention import refresh_attention
from .context import Context
from .guards import check_goods_come_back, check_version, require_permission, require_role
from .history import load_return, record_entry
from .labelling import plan_label
from .logistics import announce_parcel, parcels_of
from .messages import NEWS, tell_staff
from .orders import mirrored_order
from .quotes import quote_case
from .slips import SENDING
from .waiting import settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysBack:
    """What a shopper chooses from. `is_choice`: there is more to say than a tracking number. `home` is where a courier would come to."""

    methods: tuple[OfferedMethod, ...]
    days: tuple[date, ...]
    windows: tuple[str, ...]
    stores: tuple[Place, ...]
    home: str

    @property
    def is_choice(self) -> bool:
        return is_choice(self.methods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was typed or tapped; only what belongs to the method counts."""

    method: str
    day: str = ""
    window: str = ""
    address: str = ""
    store: str = ""


def ways_back(ctx: Context, session: Session, case: Case) -> WaysBack:
    """What the case offers now."""
    settings = settings_of(session, case)
    terms = CaseTerms.load(case.terms or {})
    stores = tuple(place for place in settings.places if place.is_store)
    today = local_day(ctx.now(), settings.time_zone)
    return WaysBack(
        methods=offered_of(terms, settings, currency=case.currency),
        days=pickup_days(settings.calendar, today),
        windows=settings.pickup_windows,
        stores=stores,
        home="\n".join(_home(session, case)),
    )


def offered_of(terms: CaseTerms, settings: TenantSettings, *, currency: str) -> tuple[OfferedMethod, ...]:
    """The ways back on these terms, with what each costs."""
    has_stores = any(place.is_store for place in settings.places)
    return offered_methods(
        terms, currency=currency, offers=settings.methods, prices=settings.postage, has_stores=has_stores
    )


def chooses_way(session: Session, case: Case) -> bool:
    """Whether its shopper has still to say how it comes back."""
    terms, settings = CaseTerms.load(case.terms or {}), settings_of(session, case)
    offered = offered_of(terms, settings, currency=case.currency)
    return is_choice(offered) and not any(row.method or row.tracking_key for row in parcels_of(session, case.id))


def choose_method(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    chosen: Chosen,
    parcel: int | None = None,
    parcel_id: str | None = None,
    version: int | None = None,
) -> int:
    """Say how a parcel comes back; gives its number. `parcel` None: the one that is announced, or the first; 0: one more, as is the
    number after the last, which can be said twice without another one coming of it. One that is made gets `parcel_id`.

    Its postage becomes part of the terms, so that the quote shows it. Saying the same again changes nothing. Raises BadInput naming
    the field, and Conflict once the shop has arranged it or the parcel is under way.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        if case.status not in SENDING:
            raise Conflict("Nothing is to be sent for this return now.", code="NOT_SENDING")
        check_goods_come_back(case)
        ways = ways_back(ctx, session, case)
        offered = _offered(ways, chosen)
        known = parcels_of(session, case.id)
        said = _details(ways, offered.method, chosen)
        row = next((row for row in known if row.id == parcel_id), None) or _meant(known, parcel)
        if row is not None and said == (row.method, row.pickup_day, row.pickup_window, row.pickup_address, row.place):
            return row.number  # a second click
        if row is None:
            row = _one_more(ctx, session, case, known, parcel_id)
        else:
            _check_open(session, row)
        row.method, row.pickup_day, row.pickup_window, row.pickup_address, row.place = said
        row.postage_minor = offered.cost.minor if offered.cost is not None else None
        session.flush()
        charge_postage(session, case)
        record_entry(ctx, session, case, event="choose_method", actor=actor, public=True, detail=_entry(row, offered))
        if row.method in ARRANGED and plan_label(ctx, session, case, row) is None:
            tell_staff(ctx, session, case, f"{METHODS[offered.method]} is to be arranged.", kind=NEWS)
        refresh_attention(session, case)
        return row.number


def charge_postage(session: Session, case: Case) -> None:
    """What the ways of all parcels cost becomes part of the terms, and of what the shopper may expect.

    Parcels from before a decision was overturned are settled: their postage was taken off then, or is not asked for any more.
    """
    again = case.begun_again_at
    parcels = [row for row in parcels_of(session, case.id) if again is None or row.created_at > again]
    costs = [row.postage_minor for row in parcels if row.postage_minor is not None]
    terms = CaseTerms.load(case.terms or {})
    cost = Money.from_minor(sum(costs), case.currency) if costs else None
    if cost == terms.postage_cost:
        return
    case.terms = terms.but(postage_cost=cost).dump()
    session.flush()
    quote = quote_case(session, case, mirrored_order(session, case.saleor_order_id), settings_of(session, case))
    case.expected_minor = quote.total.minor


def _offered(ways: WaysBack, chosen: Chosen) -> OfferedMethod:
    found = next((offered for offered in ways.methods if offered.method == chosen.method), None)
    if found is None:
        raise BadInput("Choose how you send it back.", code="METHOD", field="method")
    return found


def _details(ways: WaysBack, method: ReturnMethod, chosen: Chosen) -> tuple[str, date | None, str, str, str]:
    """(method, day, window, address, store) as they are kept."""
    if method is ReturnMethod.IN_STORE:
        store = place_named(ways.stores, chosen.store) if chosen.store or len(ways.stores) > 1 else ways.stores[0]
        if store is None:
            raise BadInput("Choose the store.", code="STORE", field="store")
        return (method.value, None, "", "", store.name)
    if method is not ReturnMethod.COURIER_PICKUP:
        return (method.value, None, "", "", "")
    day = next((day for day in ways.days if day.isoformat() == chosen.day), None)
    if day is None:
        raise BadInput("Choose the day on which the courier comes.", code="PICKUP_DAY", field="day")
    if ways.windows and chosen.window not in ways.windows:
        raise BadInput("Choose the time of day.", code="PICKUP_WINDOW", field="window")
    lines = [" ".join(line.split()) for line in chosen.address.strip().splitlines()]
    address = "\n".join(line for line in lines if line)
    if not address:
        raise BadInput("Write where the courier comes to.", code="PICKUP_ADDRESS", field="address")
    if len(address) > _LONGEST_ADDRESS:
        text = "The address is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="address", most=_LONGEST_ADDRESS)
    return (method.value, day, chosen.window if ways.windows else "", address, "")


_LONGEST_ADDRESS = 500


def _meant(known: Sequence[Parcel], parcel: int | None) -> Parcel | None:
    """The parcel whose way is said; None for one more."""
    if parcel is None:
        return next((row for row in known if row.status == ParcelStatus.ANNOUNCED), None)
    if parcel in (0, len(known) + 1):
        return None
    found = next((row for row in known if row.number == parcel), None)
    if found is None:
        raise NotFound("This return has no such parcel.", code="UNKNOWN_PARCEL")
    return found


def _check_open(session: Session, found: Parcel) -> None:
    if found.status != ParcelStatus.ANNOUNCED or found.arranged_at is not None or label_of(session, found) is not None:
        text = "This parcel is arranged already. Write to the shop if something has to change."
        raise Conflict(text, code="ARRANGED")


def _one_more(
    ctx: Context, session: Session, case: Case, known: Sequence[Parcel], parcel_id: str | None = None
) -> Parcel:
    """Each may cost the shop a label: there are no more of them than items to be sent."""
    items = sum(line.quantity for line in case.lines)
    if sum(row.status != ParcelStatus.LOST for row in known) >= items:
        raise Conflict("Every item of this return has a parcel already.", code="TOO_MANY_PARCELS")
    return announce_parcel(ctx, session, case, known, parcel_id)


def _entry(row: Parcel, offered: OfferedMethod) -> dict[str, object]:
    detail: dict[str, object] = {"parcel": row.number, "method": row.method, **pickup_of(row)}
    if row.place:
        detail["place"] = row.place
    if offered.cost is not None:
        detail |= {"cost": str(offered.cost), "taken_off": str(offered.taken_off)}
    return detail


def _home(session: Session, case: Case) -> tuple[str, ...]:
    """Where the order was sent to, for a courier to come to."""
    try:
        order: Order = mirrored_order(session, case.saleor_order_id)
    except NotFound:
        return ()
    address = order.shipping_address or order.billing_address
    return address.lines if address else ()
