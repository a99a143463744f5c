"""Which units of a case are repaired. What goes to the workshop comes off the shelf, where it was put on stock before."""

from __future__ import annotations

from sqlalchemy.orm import Session

from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.repairs import units_to_repair
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.inspection import Finding

from .context import Context
from .findings import holding_findings
from .restocking import restock_correction


def units_to_mend(case: Case) -> dict[str, int]:
    """By return line id: of what was accepted and not settled before, those that were agreed to be repaired."""
    left = {line.order_line_id: line.accepted - line.settled for line in case.lines}
    mended = units_to_repair(CaseTerms.load(case.terms or {}), left)
    return {line.id: mended[line.order_line_id] for line in case.lines if mended.get(line.order_line_id)}


def units_returned(case: Case) -> dict[str, int]:
    """By order line id: what was accepted and stays with the shop; what is repaired goes back, and the shop's books stay as they are."""
    mended = units_to_mend(case)
    return {line.order_line_id: line.accepted - mended.get(line.id, 0) for line in case.lines}


def only_mends(case: Case) -> bool:
    """Whether all that was accepted and not settled before is repaired: neither money nor other goods are owed besides."""
    left = {line.id: line.accepted - line.settled for line in case.lines}
    mended = units_to_mend(case)
    return bool(mended) and all(mended.get(line_id, 0) == max(quantity, 0) for line_id, quantity in left.items())


def take_off_shelf(ctx: Context, session: Session, case: Case) -> None:
    """As many units as are mended and lie on no other pile; the stock follows."""
    mended = units_to_mend(case)
    findings = holding_findings(session, case)
    for line in case.lines:
        mine = [item for item in findings if item.line_id == line.id and item.accepted]
        elsewhere = sum(item.quantity for item in mine if item.disposition != Disposition.RESTOCK)
        count = mended.get(line.id, 0) - elsewhere
        for finding in reversed(mine):
            if count > 0 and finding.disposition == Disposition.RESTOCK:
                taken = min(finding.quantity, count)
                count -= taken
                _take(ctx, session, case, line, finding, taken)


def _take(ctx: Context, session: Session, case: Case, line: ReturnLine, finding: Finding, taken: int) -> None:
    piles = {Disposition.REFURBISH: taken, Disposition.RESTOCK: finding.quantity - taken}
    kept = [
        Finding(
            id=new_id(),
            case_id=case.id,
            line_id=line.id,
            quantity=quantity,
            grade=finding.grade,
            accepted=True,
            disposition=disposition,
            reason=finding.reason,
            found_by=finding.found_by,
            at=finding.at,
        )
        for disposition, quantity in piles.items()
        if quantity
    ]
    session.add_all(kept)
    finding.replaced_at = ctx.now()
    session.flush()
    restock_correction(ctx, session, case, replaced=[finding], kept=kept)
