"""Sending goods out to the shopper: refused ones, and repaired ones; every parcel with its units and where to follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.carriers import tracking_key
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.parcels import MOST_PARCELS, PARCEL, Direction, ParcelEvent, ParcelStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.parcels import Parcel

from .context import Context
from .findings import holding_findings
from .goods_owed import goods_owed, goods_sent, is_turned_down, mark_goods_owed
from .guards import check_version, require_permission, require_role, require_staff
from .history import load_return, record_entry
from .logistics import checked_tracking, parcels_of
from .notifications import queue_case_mail
from .restocking import restock_correction


def send_goods_back(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    units: Mapping[str, int],
    carrier: str,
    tracking_number: str,
    version: int | None = None,
) -> None:
    """Goods that the shop does not take go back: `units` by return line id. The shopper is told why, and where to follow them.

    Raises BadInput naming the field, Conflict where nothing has to go back.
    """
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    number, said = checked_tracking(tracking_number, carrier)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        owed = goods_owed(session, case)
        if not owed:
            raise Conflict("Nothing has to go back to the shopper.", code="NOTHING_TO_SEND")
        for line_id, quantity in units.items():
            if not 0 <= quantity <= owed.get(line_id, 0):
                text = "At most %(most)s of this item have to go back."
                raise BadInput(text, code="TOO_MANY_UNITS", field=f"units.{line_id}", most=owed.get(line_id, 0))
        packed = {line_id: quantity for line_id, quantity in units.items() if quantity}
        if not packed:
            raise BadInput("Say which items are in the parcel.", code="NO_UNITS", field="units")
        if is_turned_down(case):
            _take_accepted_back(ctx, session, case, packed)
        parcel = add_parcel_out(
            ctx, session, case, actor=actor, units=packed, carrier=said, tracking_number=number, method=""
        )
        mark_goods_owed(session, case)
        told = parcel_told(case, parcel)
        record_entry(
            ctx,
            session,
            case,
            event="send_goods_back",
            actor=actor,
            public=True,
            detail=told,
            note="refused goods sent back",
        )
        queue_case_mail(ctx, session, case, "goods_sent_back", parcel=told, whole=not case.holds_goods)


def _take_accepted_back(ctx: Context, session: Session, case: Case, packed: Mapping[str, int]) -> None:
    """A case that ended for nothing after its goods were accepted: what goes back counts as refused, and comes off the shelf.

    What was refused goes first, and what lies on the shelf last. The parcel is not there yet.
    """
    gone, findings = goods_sent(session, case, repaired=False), holding_findings(session, case)
    for line in case.lines:
        mine = [item for item in findings if item.line_id == line.id]
        refused = sum(item.quantity for item in mine if not item.accepted)
        count = packed.get(line.id, 0) - max(refused - gone.get(line.id, 0), 0)
        on_shelf_last = sorted(mine, key=lambda item: item.disposition == Disposition.RESTOCK)
        for finding in on_shelf_last:
            if count > 0 and finding.accepted:
                taken = min(finding.quantity, count)
                count -= taken
                line.accepted -= taken
                _take_back(ctx, session, case, finding, taken)


def _take_back(ctx: Context, session: Session, case: Case, finding: Finding, taken: int) -> None:
    piles = ((taken, False, Disposition.SEND_BACK), (finding.quantity - taken, True, Disposition(finding.disposition)))
    kept = [
        Finding(
            id=new_id(),
            case_id=case.id,
            line_id=finding.line_id,
            quantity=quantity,
            grade=finding.grade,
            accepted=accepted,
            disposition=disposition,
            reason=finding.reason if accepted else case.rejection,
            found_by=finding.found_by,
            at=finding.at,
        )
        for quantity, accepted, disposition in piles
        if quantity
    ]
    session.add_all(kept)
    finding.replaced_at = ctx.now()
    session.flush()
    restock_correction(ctx, session, case, replaced=[finding], kept=kept)


def add_parcel_out(
    ctx: Context,
    session: Session,
    case: Case,
    *,
    actor: Actor,
    units: Mapping[str, int],
    carrier: str,
    tracking_number: str,
    method: str = "",
) -> Parcel:
    """A parcel to the shopper that was handed to its carrier, in the transaction of whoever sends it. Raises BadInput and Conflict."""
    known = parcels_of(session, case.id, Direction.OUT)
    if len(known) >= MOST_PARCELS:
        raise Conflict("A return has at most %(most)s parcels.", code="TOO_MANY_PARCELS", most=MOST_PARCELS)
    if any(row.tracking_key == tracking_key(tracking_number) for row in known):
        text = "Another parcel of this return has this number already."
        raise BadInput(text, code="TRACKING_TAKEN", field="tracking_number")
    now = ctx.now()
    parcel = Parcel(
        id=new_id(),
        case_id=case.id,
        number=len(known) + 1,
        direction=Direction.OUT,
        status=PARCEL.move(ParcelStatus.ANNOUNCED, ParcelEvent.SHIP, actor.who),
        method=method,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_key=tracking_key(tracking_number),
        units=dict(units),
        created_at=now,
        shipped_at=now,
    )
    session.add(parcel)
    session.flush()
    return parcel


def correct_parcel_out(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    parcel: int,
    carrier: str,
    tracking_number: str,
    version: int | None = None,
) -> None:
    """The number or carrier of a parcel to the shopper was wrong: the new one holds, both stay in the history, the shopper is told."""
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    number, said = checked_tracking(tracking_number, carrier)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        known = parcels_of(session, case.id, Direction.OUT)
        found = next((row for row in known if row.number == parcel), None)
        if found is None:
            raise NotFound("This return has no such parcel.", code="UNKNOWN_PARCEL")
        if any(row is not found and row.tracking_key == tracking_key(number) for row in known):
            text = "Another parcel of this return has this number already."
            raise BadInput(text, code="TRACKING_TAKEN", field="tracking_number")
        before = f"{found.carrier} {found.tracking_number}".strip()
        found.carrier, found.tracking_number, found.tracking_key = said, number, tracking_key(number)
        told = parcel_told(case, found)
        detail = {**told, "before": before}
        record_entry(ctx, session, case, event="correct_parcel", actor=actor, public=True, detail=detail)
        queue_case_mail(ctx, session, case, "goods_sent_back", parcel=told, whole=not case.holds_goods)


def parcel_told(case: Case, parcel: Parcel) -> dict[str, Any]:
    """A parcel to the shopper as the history and mails say it."""
    lines = {line.id: line for line in case.lines}
    return {
        "parcel": parcel.number,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "units": [
            {"item": lines[line_id].product_name, "quantity": quantity, "refusal": lines[line_id].refusal}
            for line_id, quantity in parcel.units.items()
            if line_id in lines
        ],
    }
