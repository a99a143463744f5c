"""What was found in the parcels of a case, as it holds now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.inspection import Finding


def holding_findings(session: Session, case: Case) -> Sequence[Finding]:
    """What was found and not corrected since, in the order it was found."""
    mine = select(Finding).where(Finding.case_id == case.id, Finding.replaced_at.is_(None))
    return session.scalars(mine.order_by(Finding.id)).all()
