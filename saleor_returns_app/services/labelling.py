"""Labels and couriers that the app gets by itself: bought once, recognised after a crash, left to a person in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.effects import Doubtful, EffectEvent, EffectKind, EffectState, Finished, Sight, ToDo
from saleor_returns_app.domain.methods import ARRANGED
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.policy.calendars import zone_of
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import CarrierRefused, CarrierUnreachable, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.parcels import Parcel

from .arranging import give_label_back, label_key, label_of, settle_arrangement, take_label
from .attention import refresh_attention
from .carrier_accounts import account_of
from .carrier_ports import CarrierAccount, Label, PickupWindow, Shipment
from .context import Context
from .effects import move_effect, plan_effect
from .logistics import parcels_of
from .orders import mirrored_order
from .places import place_of
from .ports import Attachment, ShopConnection
from .slips import SENDING
from .waiting import settings_of

#: Key of the result: whether the carrier gives the money back.
_VOIDED = "voided"
_ALL_DAY = (time(9), time(17))


def plan_label(ctx: Context, session: Session, case: Case, parcel: Parcel) -> Effect | None:
    """Plan the label of a parcel, and the courier where one comes. None where a person has to: no account with a carrier, no place of
    the shop with an address in parts, or a courier to another address than that of the order."""
    settings = settings_of(session, case)
    account = account_of(ctx, session, case.tenant_id)
    sender = _home(session, case)
    place = place_of(session, case, terms=CaseTerms.load(case.terms or {}), settings=settings)
    if account is None or parcel.method not in ARRANGED or sender is None or place is None:
        return None
    if place.text != case.return_address:
        return None  # the shopper was told another one
    if parcel.pickup_address and tuple(parcel.pickup_address.splitlines()) != sender.lines:
        return None
    what: dict[str, Any] = {
        "parcel": parcel.id,
        "number": parcel.number,
        "case": case.number,
        "sender": asdict(sender),
        "recipient": asdict(place.address),
        "weight": settings.parcel_grams,
        "carriers": list(settings.carriers),
    }
    if parcel.method == ReturnMethod.COURIER_PICKUP and parcel.pickup_day is not None:
        what["window"] = [moment.isoformat() for moment in _window(parcel.pickup_day, parcel.pickup_window, settings)]
    key = label_key(parcel)
    return plan_effect(ctx, session, case, kind=EffectKind.LABEL, key=key, lane=f"parcel:{parcel.id}", what=what)


class Labelling:
    """Recognised by the shipment, which is announced before anything is paid, and the courier by the effect's id."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        over = _is_over(ctx, effect)
        shipment_id = str(effect.result.get("shipment_id", ""))
        if over and (not shipment_id or _VOIDED in effect.result):
            return Finished()
        account = _account(ctx, shop.tenant_id)
        if account is None:
            return Doubtful("No carrier is connected any more.")
        if not shipment_id:
            return ToDo({"step": "announce"})
        label = ctx.carriers.find_label(account, shipment_id)
        if over:
            return ToDo({"step": "void"}) if label is not None else Finished()
        if label is None:
            return ToDo({"step": "buy"})
        facts = _facts(label)
        if "window" not in effect.what:
            return Finished(facts)
        pickup = ctx.carriers.find_pickup(account, effect.id)
        return Finished({**facts, "pickup": pickup.confirmation}) if pickup else ToDo({**facts, "step": "book"})

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        account = _account(ctx, shop.tenant_id)
        if account is None:
            raise CarrierRefused("No carrier is connected any more.")
        what = effect.what
        if seen["step"] == "announce":
            wanted = Shipment(
                reference=f"{what['case']}/{what['number']}",
                sender=Address(**what["sender"]),
                recipient=Address(**what["recipient"]),
                weight_grams=int(what["weight"]),
                carriers=tuple(what["carriers"]),
            )
            return {"shipment_id": ctx.carriers.create_shipment(account, wanted)}
        shipment_id = str(effect.result["shipment_id"])
        if seen["step"] == "void":
            return {_VOIDED: _void(ctx, account, shipment_id)}
        if seen["step"] == "buy":
            return _facts(ctx.carriers.buy_label(account, shipment_id))
        opens, closes = (datetime.fromisoformat(moment) for moment in what["window"])
        window = PickupWindow(opens=opens, closes=closes)
        address = Address(**what["sender"])
        try:
            ctx.carriers.book_pickup(account, shipment_id, address=address, window=window, reference=effect.id)
        except CarrierRefused as refusal:
            text = f"Its label {seen['tracking_number']} is bought, but no courier was booked. {refusal.message()}"
            raise CarrierRefused(text, codes=refusal.codes) from refusal
        return {}

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """The shopper gets it. Where a person saw to it, its number is theirs to tell."""
        parcel = session.get_one(Parcel, effect.what["parcel"])
        if parcel.arranged_at is not None or _VOIDED in effect.result:
            return
        take_label(parcel, effect)
        if case.status not in SENDING:
            give_label_back(ctx, session, case, parcel)  # it ended after the last look
            return
        number, carrier = parcel.tracking_number, parcel.carrier
        settle_arrangement(ctx, session, case, parcel, actor=SYSTEM, number=number, carrier=carrier, message="")

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """It left no marks."""


class Voiding:
    """The money of a label that nobody used is asked for back. A courtesy of the carrier: a refusal ends it, and nobody has to act."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        return Finished() if _VOIDED in effect.result or _account(ctx, shop.tenant_id) is None else ToDo()

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        account = _account(ctx, shop.tenant_id)
        return {_VOIDED: account is not None and _void(ctx, account, str(effect.what["shipment_id"]))}

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """The parcel has had no label since this was planned."""

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """It left no marks."""


def give_labels_back(ctx: Context, session: Session, case: Case) -> None:
    """Nothing is sent any more: plan that labels which no carrier has seen are given back."""
    for parcel in parcels_of(session, case.id):
        label = label_of(session, parcel)
        if label is not None and label.state == EffectState.STUCK:
            move_effect(ctx, label, EffectEvent.CANCEL)
            take_label(parcel, label)
        if parcel.status == ParcelStatus.ANNOUNCED:
            give_label_back(ctx, session, case, parcel)
    refresh_attention(session, case)


def read_label(ctx: Context, tenant_id: str, case_id: str, parcel: int) -> Label:
    """The label as the carrier gives it now. Raises NotFound where none was bought, and CarrierUnreachable."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(
            select(Parcel).where(Parcel.case_id == case_id, Parcel.number == parcel, Parcel.shipment_id != "")
        )
        account = account_of(ctx, session, tenant_id)
    found = ctx.carriers.find_label(account, row.shipment_id) if row is not None and account is not None else None
    if found is None:
        raise NotFound("There is no label for this parcel.", code="NO_LABEL")
    return found


def label_for_mail(ctx: Context, row: Notification) -> tuple[Attachment, ...]:
    """The label that goes with the mail that tells of it. One that cannot be had does not hold up the mail: the page has it as well."""
    if row.kind != "arranged" or row.case_id is None:
        return ()
    try:
        label = read_label(ctx, row.tenant_id, row.case_id, int(row.params["parcel"]))
    except (NotFound, CarrierRefused, CarrierUnreachable):
        return ()
    ending = label.media_type.rpartition("/")[2]
    name = f"{row.params['number']}-{row.params['parcel']}-label.{ending}"
    return (Attachment(name=name, media_type=label.media_type, content=label.content),)


def _facts(label: Label) -> dict[str, str]:
    """What is remembered of a label once it is paid for."""
    return {
        "tracking_number": label.tracking_number,
        "carrier": label.carrier,
        "service": label.service,
        "cost": str(label.cost or ""),
    }


def _void(ctx: Context, account: CarrierAccount, shipment_id: str) -> bool:
    try:
        return ctx.carriers.void_label(account, shipment_id)
    except CarrierRefused:
        return False


def _is_over(ctx: Context, effect: Effect) -> bool:
    """Whether nothing is to be sent for the case any more."""
    with ctx.db.tenant(effect.tenant_id) as session:
        return session.scalar(select(Case.status).where(Case.id == effect.case_id)) not in SENDING


def _account(ctx: Context, tenant_id: str) -> CarrierAccount | None:
    with ctx.db.tenant(tenant_id) as session:
        return account_of(ctx, session, tenant_id)


def _home(session: Session, case: Case) -> Address | None:
    try:
        order = mirrored_order(session, case.saleor_order_id)
    except NotFound:
        return None
    address = order.shipping_address or order.billing_address
    return address if address and address.street_1 and address.country else None


def _window(day: date, window: str, settings: TenantSettings) -> tuple[datetime, datetime]:
    """When somebody is there, as moments. A shop without times of day has the courier come during the day."""
    begins, _, ends = window.partition("–")
    opens, closes = (_clock(begins), _clock(ends)) if ends else _ALL_DAY
    zone = zone_of(settings.time_zone)
    first = datetime.combine(day, opens, tzinfo=zone)
    last = datetime.combine(day, closes, tzinfo=zone) if closes else datetime.combine(day, time(), zone) + timedelta(1)
    return first.astimezone(UTC), last.astimezone(UTC)


def _clock(said: str) -> time:
    hour, _, minute = said.partition(":")
    return time(int(hour) % 24, int(minute))
