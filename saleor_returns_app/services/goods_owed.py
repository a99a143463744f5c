"""Goods of a shopper that are with the shop and have to go back: what was refused, and what came for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import RELEASED, CaseStatus
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.repairs import Repair

#: In these states the inspection's word holds. In the others the case is still, or again, talked about: nothing is sent meanwhile.
_SENDS_REFUSED = frozenset({CaseStatus.INSPECTED, CaseStatus.RESOLVING, CaseStatus.RESOLVED, CaseStatus.CLOSED})


def goods_owed(session: Session, case: Case) -> dict[str, int]:
    """Units by return line id that have to be sent to the shopper and were not. What is repaired goes back with its repair."""
    if is_turned_down(case):
        due: Mapping[str, int] = {line.id: line.received - line.settled for line in case.lines}
        gone = goods_sent(session, case)
    elif case.status in _SENDS_REFUSED:
        due, gone = _refused(session, case), goods_sent(session, case, repaired=False)
    else:
        return {}
    left = {line_id: quantity - gone.get(line_id, 0) for line_id, quantity in due.items()}
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}


def is_turned_down(case: Case) -> bool:
    """Whether the case ended for nothing, also where that was disputed and upheld: all that was not settled before is the shopper's."""
    return case.status in RELEASED or (case.status == CaseStatus.CLOSED and bool(case.rejection))


def goods_sent(session: Session, case: Case, *, repaired: bool = True) -> Mapping[str, int]:
    """Units by return line id that went out since the case began, or was taken up again; with or without those of a repair."""
    parcels = select(Parcel).where(Parcel.case_id == case.id, Parcel.direction == Direction.OUT)
    if case.begun_again_at is not None:
        parcels = parcels.where(Parcel.created_at > case.begun_again_at)
    of_repairs = set(session.scalars(select(Repair.parcel_id).where(Repair.case_id == case.id)))
    sent: Counter[str] = Counter()
    for parcel in session.scalars(parcels):
        if repaired or parcel.id not in of_repairs:
            sent.update({line_id: int(quantity) for line_id, quantity in parcel.units.items()})
    return sent


def mark_goods_owed(session: Session, case: Case) -> None:
    """Keep on the case whether goods have to go back, for lists."""
    session.flush()
    case.holds_goods = bool(goods_owed(session, case))


def _refused(session: Session, case: Case) -> Mapping[str, int]:
    refused = select(Finding).where(
        Finding.case_id == case.id,
        Finding.replaced_at.is_(None),
        Finding.accepted.is_(False),
        Finding.disposition == Disposition.SEND_BACK,
    )
    found: Counter[str] = Counter()
    for finding in session.scalars(refused):
        found[finding.line_id] += finding.quantity
    return found
