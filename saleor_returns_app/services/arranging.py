"""Couriers and labels for parcels on their way back: what staff arranged, or the app got by itself, and what the shopper is told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.carriers import tracking_key
from saleor_returns_app.domain.effects import OPEN, EffectEvent, EffectKind, EffectState
from saleor_returns_app.domain.methods import ARRANGED
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.parcels import Parcel

from .attention import refresh_attention
from .context import Context
from .effects import move_effect, plan_effect
from .guards import LONGEST_TEXT, check_version, require_permission, require_role, require_staff
from .history import load_return, record_entry
from .logistics import checked_tracking, parcels_of
from .notifications import queue_case_mail
from .slips import SENDING


def arrange_parcel(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    parcel: int,
    carrier: str = "",
    tracking_number: str = "",
    message: str = "",
    version: int | None = None,
) -> None:
    """The courier is booked, or the label is with the shopper: they are told, with what staff write. Raises BadInput and Conflict.

    A number makes the parcel known before the carrier has it; it is under way once the carrier or the shopper says so. Without one,
    that of the label that the app bought stays; with another one that label is given back.
    """
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = message.strip()
    if len(said) > LONGEST_TEXT:
        raise BadInput("At most %(most)s characters.", code="TOO_LONG", field="message", most=LONGEST_TEXT)
    number, name = (
        checked_tracking(tracking_number, carrier) if tracking_number.strip() else ("", carrier.strip()[:100])
    )
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        row = next((one for one in parcels_of(session, case.id) if one.number == parcel), None)
        if row is None:
            raise NotFound("This return has no such parcel.", code="UNKNOWN_PARCEL")
        if case.status not in SENDING or row.status != ParcelStatus.ANNOUNCED or row.method not in ARRANGED:
            raise Conflict("There is nothing to arrange for this parcel.", code="NOTHING_TO_ARRANGE")
        _see_to_label(ctx, session, row, actor)
        if not number or tracking_key(number) == row.tracking_key:
            number, name = row.tracking_number, name or row.carrier  # nothing new was said of it
        if row.arranged_at is not None and (row.tracking_number, row.carrier) == (number, name) and not said:
            return  # a second click
        if tracking_key(number) != row.tracking_key:
            give_label_back(ctx, session, case, row)  # what the app bought is not what counts
        settle_arrangement(ctx, session, case, row, actor=actor, number=number, carrier=name, message=said)


def awaits_carrier(session: Session, case: Case) -> bool:
    """Whether a parcel is the shop's and its carrier's turn: to be arranged, or not known to have been fetched or brought.

    The carrier tells of labels that the app bought; of others nobody tells, and the shopper was asked for no number.
    """
    return any(
        row.status == ParcelStatus.ANNOUNCED
        and row.method in ARRANGED
        and (row.method == ReturnMethod.COURIER_PICKUP or not row.shipment_id)
        for row in parcels_of(session, case.id)
    )


def settle_arrangement(
    ctx: Context, session: Session, case: Case, row: Parcel, *, actor: Actor, number: str, carrier: str, message: str
) -> None:
    """What follows once a courier or a label is there, in the transaction of whoever got it."""
    row.arranged_at = ctx.now()
    row.tracking_number, row.tracking_key, row.carrier = number, tracking_key(number), carrier
    detail = {
        "parcel": row.number,
        "method": row.method,
        "tracking_number": number,
        "carrier": carrier,
        "message": message,
    }
    record_entry(ctx, session, case, event="arrange_parcel", actor=actor, public=True, detail=detail)
    queue_case_mail(ctx, session, case, "arranged", **detail, **pickup_of(row))
    refresh_attention(session, case)


def pickup_of(row: Parcel) -> dict[str, str]:
    """When and where a courier comes, for mails and pages; empty for other ways."""
    if row.pickup_day is None:
        return {}
    return {
        "pickup_day": row.pickup_day.isoformat(),
        "pickup_window": row.pickup_window,
        "pickup_address": row.pickup_address,
    }


def label_of(session: Session, parcel: Parcel) -> Effect | None:
    """The plan row of the label that the app buys for it; None where nobody planned one."""
    return session.scalar(select(Effect).where(Effect.key == label_key(parcel)))


def label_key(parcel: Parcel) -> str:
    """What the plan row of a label is called: one a parcel."""
    return f"label:{parcel.id}"


def take_label(row: Parcel, label: Effect) -> None:
    """The parcel gets the label of a plan row, where it was bought: also where the courier for it could not be booked."""
    said = {**label.seen, **label.result}
    if said.get("tracking_number"):
        row.shipment_id, row.tracking_number = str(said.get("shipment_id", "")), str(said["tracking_number"])
        row.tracking_key, row.carrier = tracking_key(row.tracking_number), str(said.get("carrier", ""))


def give_label_back(ctx: Context, session: Session, case: Case, row: Parcel) -> None:
    """Plan that the carrier is asked for the money of a label that nobody uses; nothing where the app bought none."""
    if not row.shipment_id:
        return
    what = {"parcel": row.id, "number": row.number, "shipment_id": row.shipment_id}
    plan_effect(ctx, session, case, kind=EffectKind.VOID, key=f"void:{row.id}", lane=f"parcel:{row.id}", what=what)
    row.shipment_id = ""


def _see_to_label(ctx: Context, session: Session, row: Parcel, actor: Actor) -> None:
    """A person arranges what the app could not. Raises Conflict while the app is at it: there would be two labels."""
    label = label_of(session, row)
    if label is not None and label.state in OPEN:
        raise Conflict("The label is being bought. Wait a moment and look again.", code="BUYING")
    if label is not None and label.state == EffectState.STUCK:
        move_effect(ctx, label, EffectEvent.VOUCH, actor)
        take_label(row, label)
