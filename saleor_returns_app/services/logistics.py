"""Sending back: the shopper's parcels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.carriers import find_carrier, is_possible, tracking_key
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.parcels import (
    MOST_PARCELS,
    PARCEL,
    UNDER_WAY,
    Direction,
    ParcelEvent,
    ParcelStatus,
)
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel

from .attention import refresh_attention
from .context import Context
from .guards import check_goods_come_back, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry

#: UPU S10 is 13 characters, carriers use up to 40; letters, digits and the separators that labels print.
_TRACKING = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{3,59}")


def parcels_of(session: Session, case_id: str, direction: Direction = Direction.BACK) -> Sequence[Parcel]:
    """Of one direction, in the order in which they were told."""
    mine = select(Parcel).where(Parcel.case_id == case_id, Parcel.direction == direction)
    return session.scalars(mine.order_by(Parcel.number)).all()


def read_parcels(ctx: Context, tenant_id: str, case_id: str) -> Sequence[Parcel]:
    """The parcels back of a case that the caller may see."""
    with ctx.db.tenant(tenant_id) as session:
        return parcels_of(session, case_id)


def add_tracking(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    tracking_number: str,
    carrier: str = "",
    corrects: int | None = None,
    version: int | None = None,
) -> None:
    """A parcel is on its way: another one for each number, the first moves the case. `corrects` names one whose number was wrong.

    Telling the same number again changes nothing but its carrier. Raises BadInput for what no label can show.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    number, said = checked_tracking(tracking_number, carrier)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        check_goods_come_back(case)
        known = parcels_of(session, case.id)
        moves = case.status != CaseStatus.IN_TRANSIT
        if moves:
            move_case(ctx, case, CaseEvent.SHIP, actor)
        parcel = _meant(known, number, corrects)
        if parcel is not None and not moves and (parcel.tracking_number, parcel.carrier) == (number, said):
            return  # a second click
        event = "ship"
        if parcel is None:
            parcel = announce_parcel(ctx, session, case, known)
        elif parcel.tracking_key:
            event = "correct_parcel"
        parcel.tracking_number, parcel.tracking_key, parcel.carrier = number, tracking_key(number), said
        if parcel.status == ParcelStatus.ANNOUNCED:
            move_parcel(ctx, parcel, ParcelEvent.SHIP, actor)
        detail = {"parcel": parcel.number, "tracking_number": number, "carrier": said}
        record_entry(ctx, session, case, event=event, actor=actor, public=True, detail=detail)
        refresh_attention(session, case)


def lose_parcel(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, parcel: int, version: int | None = None
) -> None:
    """A parcel will not come: from now on the case is a person's. Raises NotFound and MoveRefused."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        found = next((row for row in parcels_of(session, case.id) if row.number == parcel), None)
        if found is None:
            raise NotFound("This return has no such parcel.", code="UNKNOWN_PARCEL")
        move_parcel(ctx, found, ParcelEvent.LOSE, actor)
        detail = {"parcel": found.number, "tracking_number": found.tracking_number, "carrier": found.carrier}
        record_entry(ctx, session, case, event="lose_parcel", actor=actor, detail=detail)
        refresh_attention(session, case)


def deliver_parcels(ctx: Context, session: Session, case: Case, *, actor: Actor) -> None:
    """Everything of the case was counted: what was under way has come. What was lost stays lost."""
    for parcel in parcels_of(session, case.id):
        if parcel.status in UNDER_WAY:
            move_parcel(ctx, parcel, ParcelEvent.DELIVER, actor)


def checked_tracking(tracking_number: str, carrier: str) -> tuple[str, str]:
    """Number and carrier as they are kept. Raises BadInput for a number that no label, or none of this carrier, can show."""
    number, said = tracking_number.strip(), carrier.strip()[:100]
    if not _TRACKING.fullmatch(number):
        text = "This does not look like a tracking number: 4 to 60 letters and digits, as printed on the label."
        raise BadInput(text, code="TRACKING", field="tracking_number")
    known = find_carrier(said)
    if known is not None and not is_possible(known, number):
        text = "%(carrier)s gives no such numbers. Compare it with the label or receipt, or leave the carrier empty."
        raise BadInput(text, code="TRACKING_FORM", field="tracking_number", carrier=known.name)
    return number, said


def _meant(known: Sequence[Parcel], number: str, corrects: int | None) -> Parcel | None:
    """The parcel that is known already; None for another one. Raises BadInput and Conflict."""
    same = next((row for row in known if row.tracking_key == tracking_key(number)), None)
    if corrects is None:
        # One that was announced without a number, by a pick-up, is the one that is told of now.
        waiting = (row for row in known if row.status == ParcelStatus.ANNOUNCED and not row.tracking_key)
        return same or next(waiting, None)
    wrong = next((row for row in known if row.number == corrects), None)
    if wrong is None:
        raise NotFound("This return has no such parcel.", code="UNKNOWN_PARCEL")
    if wrong.status not in UNDER_WAY:
        raise Conflict("This parcel has arrived or was lost: its number stays.", code="PARCEL_ENDED")
    if same is not None and same is not wrong:
        text = "Another parcel of this return has this number already."
        raise BadInput(text, code="TRACKING_TAKEN", field="tracking_number")
    return wrong


def announce_parcel(
    ctx: Context, session: Session, case: Case, known: Sequence[Parcel], parcel_id: str | None = None
) -> Parcel:
    """One parcel more, after those that are known. Raises BadInput for too many."""
    if len(known) >= MOST_PARCELS:
        text = "A return has at most %(most)s parcels."
        raise BadInput(text, code="TOO_MANY_PARCELS", field="tracking_number", most=MOST_PARCELS)
    parcel = Parcel(
        id=parcel_id or new_id(),
        case_id=case.id,
        number=len(known) + 1,
        direction=Direction.BACK,
        status=ParcelStatus.ANNOUNCED,
        created_at=ctx.now(),
    )
    session.add(parcel)
    return parcel


def move_parcel(ctx: Context, parcel: Parcel, event: ParcelEvent, actor: Actor) -> None:
    parcel.status = PARCEL.move(ParcelStatus(parcel.status), event, actor.who)
    if event is ParcelEvent.SHIP:
        parcel.shipped_at = ctx.now()
    else:
        parcel.ended_at = ctx.now()
