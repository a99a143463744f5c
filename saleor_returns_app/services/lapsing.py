"""An offer that nobody answered in time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.offers import Offer

from .context import Context
from .history import move_case, record_entry
from .waiting import follow_case


def lapse(ctx: Context, session: Session, case: Case, *, detail: dict[str, Any]) -> None:
    """End the open offer, if there is one, and go back to review. The case and its deadline are locked by the caller."""
    offer = session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.status == "open"))
    if offer is not None:
        offer.status, offer.answered_at = "lapsed", ctx.now()
    if case.status == CaseStatus.NEGOTIATING:
        move_case(ctx, case, CaseEvent.BREAK_OFF, SYSTEM)
    else:
        follow_case(ctx, session, case)
    record_entry(ctx, session, case, event="lapse", actor=SYSTEM, public=True, detail=detail)
