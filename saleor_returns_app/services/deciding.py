"""What rules decide by themselves, the moment a case is opened; a drawn share of it goes to a person all the same."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case

from .cases import carry_out_approval
from .context import Context
from .history import record_entry
from .judging import Expected
from .places import address_of

BY_RULE = "rule"
_DECIDING = frozenset({"auto_approve", "window", "verdict"})  # types of action that an approval rests on


def decide_by_rule(
    ctx: Context, session: Session, case: Case, expected: Expected, *, settings: TenantSettings, actor: Actor
) -> None:
    """Approve a shopper's request where the policy or the law leaves nobody anything to decide; else leave it to a person.

    Rules refuse at the door: what they do not allow is never opened by a shopper. What staff open waits for staff.
    """
    if actor.who is Who.STAFF or expected.verdict is None or expected.verdict.outcome is not Outcome.ELIGIBLE:
        return
    terms, limit = expected.terms, expected.terms.auto_approve_up_to
    if not terms.statutory and (limit is None or expected.quote.total > limit):
        return
    address = address_of(session, case, terms=terms, settings=settings)
    if not address and not terms.keeps_item:
        return  # nobody could say where to send it: a person has to
    if not terms.statutory and _is_drawn(case.id, settings.spot_check_percent):
        case.spot_check = True
        record_entry(ctx, session, case, event="spot_check", actor=SYSTEM)
        return
    case.decided_by = BY_RULE
    spoken = (each for line in expected.verdict.lines for each in line.spoke)
    rules = sorted({each.rule_name for each in spoken if each.action in _DECIDING})
    detail = {"rules": rules, "limit": str(limit or ""), "statutory": terms.statutory}
    carry_out_approval(ctx, session, case, actor=SYSTEM, address=address, detail=detail)


def _is_drawn(case_id: str, percent: int) -> bool:
    """The same answer for the same case, and nothing a shopper could aim at."""
    return int.from_bytes(hashlib.sha256(case_id.encode()).digest()[:4], "big") % 100 < percent
