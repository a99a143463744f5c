"""Who may look into a complaint or a dispute: somebody other than those whose work it is about."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.staff import StaffMember

#: Work on a case that a complaint may be about; to read, write, tag or pass on a case is none.
_WORK = frozenset(
    {
        *("approve", "reject", "cancel", "ask_evidence", "receive", "inspect", "correct", "conclude", "fulfil"),
        *("approve_first", "approve_refund", "approve_rest", "record_refund", "cancel_refund", "uphold", "overturn"),
        *("send_replacement", "cancel_replacement", "issue_credit", "issue_voucher", "send_goods_back"),
        *("diagnose", "quote_repair", "give_up_repair", "finish_repair", "offer", "counter_offer", "decline_offer"),
        "decide_complaint",
    }
)


def who_worked_on(session: Session, case_id: str) -> frozenset[str]:
    """Saleor user ids of the staff whose work on this case a complaint or dispute may be about."""
    done = select(CaseEntry.actor_id).where(
        CaseEntry.case_id == case_id, CaseEntry.who == Who.STAFF, CaseEntry.event.in_(_WORK)
    )
    return frozenset(session.scalars(done.distinct())) - {""}


def named_in(session: Session, complaint: Complaint) -> frozenset[str]:
    """Those whom a complaint is about: who worked on its return, and who decided on it before."""
    about = who_worked_on(session, complaint.about_id) if complaint.about_id else frozenset()
    return about | frozenset(complaint.deciders)


def check_impartial(session: Session, case: Case, named: Collection[str], user_id: str) -> None:
    """Raises Conflict where this person is named in the matter and the shop has somebody who is not."""
    if user_id not in named:
        return
    others = select(StaffMember.id).where(StaffMember.user_id.not_in(sorted(named))).limit(1)
    if session.scalar(others) is None:
        return  # a shop of one cannot pass it on; the history says who decided
    text = "%(number)s is about this person’s own work. Somebody else looks into it: give it to them."
    raise Conflict(text, code="NAMED", number=case.number)
