"""Which repair of a case holds: read by whoever plans, waits or settles, apart from what people do with repairs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.repairs import RepairStatus
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.repairs import Repair


def repair_of(session: Session, case_id: str) -> Repair | None:
    """The repair of a case, the last one where there were several; None where none was begun."""
    return repairs_of(session, [case_id]).get(case_id)


def repairs_of(session: Session, case_ids: Sequence[str]) -> dict[str, Repair]:
    """The same of several cases, by case id."""
    theirs = select(Repair).where(Repair.case_id.in_(case_ids)).order_by(Repair.number)
    return {repair.case_id: repair for repair in session.scalars(theirs)}


def live_repair(session: Session, case: Case) -> Repair | None:
    """The repair of what is agreed on now, under way or ended; None where none was begun, or something else takes its place."""
    mine = select(Repair).where(Repair.case_id == case.id, Repair.status != RepairStatus.TURNED)
    if case.begun_again_at is not None:
        mine = mine.where(Repair.created_at > case.begun_again_at)
    return session.scalar(mine.order_by(Repair.number.desc()).limit(1))
