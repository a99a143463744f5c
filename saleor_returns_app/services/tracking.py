"""What carriers say of parcels moves them, and the case with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.carriers import tracking_key
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.parcels import Direction, ParcelEvent, ParcelStatus
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel

from .attention import refresh_attention
from .carrier_ports import TrackingEvent, TrackingStatus
from .context import Context
from .history import move_case, record_entry
from .logistics import move_parcel
from .messages import NEWS, tell_staff

#: What each word of a carrier does to a parcel, by the state it is in. Anything else changes nothing: words come twice, and late.
_MOVES: dict[TrackingStatus, dict[ParcelStatus, tuple[ParcelEvent, ...]]] = {
    TrackingStatus.IN_TRANSIT: {ParcelStatus.ANNOUNCED: (ParcelEvent.SHIP,)},
    TrackingStatus.DELIVERED: {
        ParcelStatus.ANNOUNCED: (ParcelEvent.SHIP, ParcelEvent.DELIVER),
        ParcelStatus.IN_TRANSIT: (ParcelEvent.DELIVER,),
        ParcelStatus.LOST: (ParcelEvent.DELIVER,),  # it turned up after all
    },
    TrackingStatus.LOST: {ParcelStatus.IN_TRANSIT: (ParcelEvent.LOSE,)},
    TrackingStatus.RETURNED: {ParcelStatus.IN_TRANSIT: (ParcelEvent.LOSE,)},
}
_ENTRY = {
    ParcelEvent.SHIP: "ship",
    ParcelEvent.DELIVER: "parcel_delivered",
    ParcelEvent.LOSE: "lose_parcel",
}


def take_tracking_event(ctx: Context, tenant_id: str, event: TrackingEvent) -> int:
    """Move the parcels that the event is about; gives how many it moved. The same event again, or one that is overtaken, moves none."""
    key = tracking_key(event.tracking_number)
    moved = 0
    with ctx.db.tenant(tenant_id) as session:
        if not key:
            return 0
        # The cases first, as people lock them: the other way round they could wait for each other.
        theirs = session.scalars(select(Parcel.case_id).where(Parcel.tracking_key == key)).all()
        session.scalars(select(Case).where(Case.id.in_(theirs)).order_by(Case.id).with_for_update()).all()
        found = select(Parcel).where(Parcel.tracking_key == key, Parcel.case_id.in_(theirs))
        for parcel in session.scalars(found.order_by(Parcel.id).with_for_update()).all():
            moved += _move(ctx, session, parcel, event)
    return moved


def _move(ctx: Context, session: Session, parcel: Parcel, event: TrackingEvent) -> bool:
    steps = _MOVES.get(event.status, {}).get(ParcelStatus(parcel.status), ())
    case = session.get_one(Case, parcel.case_id)
    for step in steps:
        move_parcel(ctx, parcel, step, SYSTEM)
        if step is ParcelEvent.SHIP and parcel.direction == Direction.BACK and case.status == CaseStatus.APPROVED:
            move_case(ctx, case, CaseEvent.SHIP, SYSTEM)
        detail = {
            "parcel": parcel.number,
            "tracking_number": parcel.tracking_number,
            "carrier": parcel.carrier,
            "said": event.detail[:200],
        }
        public = step is not ParcelEvent.LOSE
        name = _ENTRY[step] if parcel.direction == Direction.BACK else f"{_ENTRY[step]}_out"
        record_entry(ctx, session, case, event=name, actor=SYSTEM, public=public, detail=detail)
    if steps:
        refresh_attention(session, case)
        _tell(ctx, session, case, parcel, steps[-1])
    return bool(steps)


def _tell(ctx: Context, session: Session, case: Case, parcel: Parcel, step: ParcelEvent) -> None:
    """Whoever works on the case hears what they can do something about."""
    which = parcel.tracking_number
    if step is ParcelEvent.LOSE:
        said = f"The carrier says that parcel {which} is lost or on its way back to its sender."
        tell_staff(ctx, session, case, said, kind=NEWS)
    elif step is ParcelEvent.DELIVER and parcel.direction == Direction.BACK:
        tell_staff(ctx, session, case, f"Parcel {which} has been delivered to you: it can be received.", kind=NEWS)
