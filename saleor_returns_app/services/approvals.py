"""Two people above the limit of a case's terms: the first approval is kept, somebody else gives the second of the very same thing."""

from __future__ import annotations

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, Acceptance, CaseEvent, CaseStatus
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import Case

from .context import Context
from .history import record_entry
from .waiting import follow_case

ONE_PERSON = "You approved this already. It is above the policy's limit: a second person has to approve it."


def needs_two(case: Case, worth: Money) -> bool:
    """Whether the case's terms ask for two people to approve this much."""
    limit = CaseTerms.load(case.terms or {}).second_approval_above
    return limit is not None and worth > limit


def waits_for_second_person(
    ctx: Context, session: Session, case: Case, *, worth: Money, fingerprint: str, actor: Actor
) -> bool:
    """Keep the first approval above the policy's limit; True while somebody else has to approve the same.

    Raises Conflict where the same person approves twice, and what the table says where the case is not that far.
    """
    if not needs_two(case, worth):
        return False
    first = case.first_approval or {}
    if first.get("fingerprint") == fingerprint:
        if first["id"] == actor.id:
            raise Conflict(ONE_PERSON, code="SECOND_PERSON")
        return False
    RETURN_CASE.move(CaseStatus(case.status), CaseEvent.RESOLVE, actor.who)
    check_accepted(case)
    case.first_approval = {"id": actor.id, "name": actor.name, "fingerprint": fingerprint}
    record_entry(ctx, session, case, event="approve_first", actor=actor, detail={"total": str(worth)})
    follow_case(ctx, session, case)
    return True


def check_accepted(case: Case) -> None:
    """Raises Conflict where nobody counted. The table lets a case through from approved whose goods stay with the shopper; of all
    others, announced is not accepted."""
    if any(line.acceptance == Acceptance.UNDECIDED for line in case.lines):
        text = "The goods were not counted yet. Receive them first: only what is accepted is settled."
        raise Conflict(text, code="NOT_INSPECTED")
