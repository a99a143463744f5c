"""Many refunds approved at once: each is quoted for a person to see, and approved only as it was seen.

Orders are read from Saleor several at a time, before the transactions that need them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, Acceptance, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenders import BY_ITSELF
from saleor_returns_app.errors import AppError, Conflict
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.orders import OrderMirror

from .approvals import ONE_PERSON, needs_two
from .attention import LATE
from .context import Context
from .guards import require_permission, require_role
from .history import load_return
from .mirroring import AT_ONCE, keep_orders, read_several
from .orders import lock_lane, recent_order
from .quotes import quote_case
from .refunds import approve_refund

NEEDED = "HANDLE_PAYMENTS"
#: A read that no notice of a change followed is good for so long.
RECENT = timedelta(seconds=30)
_INSPECTED_LATER = frozenset({CaseStatus.RESOLVING, CaseStatus.RESOLVED, CaseStatus.CLOSED, CaseStatus.DISPUTED})


class ReadAgainError(Conflict):
    """The order was not read lately, or changed since: nothing was done yet."""

    code = "ORDER_UNREAD"
    text = "Its order could not be read, or changes all the time. Open the case."

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What approving a case's refund would do now. `why_not` None: it would be approved, as the `first` of two where that is set."""

    case: Case
    quote: Quote | None = None
    why_not: AppError | None = None
    first: bool = False


def look_at_refunds(ctx: Context, tenant_id: str, cases: Sequence[Case], *, actor: Actor) -> tuple[Prospect, ...]:
    """Quote each case from a fresh read of its order. Raises what reading from Saleor raises."""
    try:
        require_permission(actor, NEEDED)
        require_role(actor, Verb.PAY)
    except AppError as refusal:
        return tuple(Prospect(case=case, why_not=refusal) for case in cases)
    begun = ctx.now()
    read_orders(ctx, tenant_id, [case.saleor_order_id for case in cases if _too_early_or_late(case) is None])
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        prospects = []
        for case in session.scalars(select(Case).where(Case.id.in_([case.id for case in cases])).order_by(Case.id)):
            why_not, quote = _too_early_or_late(case), None
            if why_not is None:
                order = recent_order(session, case.saleor_order_id, since=begun)
                # Told of a change while it was read: the next look, or the approval, finds out.
                quote = quote_case(session, case, order, settings) if order is not None else None
                why_not = _unfit(case, quote, actor) if quote is not None else ReadAgainError(case.id)
            first = why_not is None and quote is not None and _is_first(case, quote)
            prospects.append(Prospect(case=case, quote=quote, why_not=why_not, first=first))
    return tuple(prospects)


def read_orders(ctx: Context, tenant_id: str, order_ids: Sequence[str]) -> None:
    """Read these orders anew, several at once."""
    wanted = list(dict.fromkeys(order_ids))
    for start in range(0, len(wanted), AT_ONCE):
        read_at = ctx.now()
        orders = read_several(ctx, ctx.shop(tenant_id), wanted[start : start + AT_ONCE])
        keep_orders(ctx, tenant_id, orders, read_at=read_at)


def read_what_is_old(ctx: Context, tenant_id: str, case_ids: Sequence[str]) -> None:
    """Before some cases are approved: read those of their orders that were not read lately."""
    lately = ctx.now() - RECENT
    with ctx.db.tenant(tenant_id) as session:
        order_ids = session.scalars(select(Case.saleor_order_id).where(Case.id.in_(case_ids))).all()
        known = select(OrderMirror.saleor_id).where(
            OrderMirror.saleor_id.in_(order_ids), OrderMirror.refreshed_at >= lately
        )
        recent = set(session.scalars(known))
    read_orders(ctx, tenant_id, [order_id for order_id in order_ids if order_id not in recent])


def approve_seen_refund(
    ctx: Context, tenant_id: str, case_id: str, shown: Mapping[str, str], actor: Actor
) -> tuple[str, Mapping[str, str]]:
    """Approve the quote that was seen, from the order as read lately; gives what to say of it. Raises ReadAgainError."""
    with ctx.db.tenant(tenant_id) as session:
        order_id = session.scalar(select(Case.saleor_order_id).where(Case.id == case_id)) or ""
        lock_lane(
            session, order_id
        )  # before the case, as the jobs do: the other way round they could wait for each other
        case = load_return(session, case_id, actor)
        if (why_not := _too_early_or_late(case)) is not None:
            raise why_not
        # Twice as long as what is read anew: one that was recent when the part began is so to its end.
        order = recent_order(session, order_id, since=ctx.now() - 2 * RECENT)
        if order is None:
            raise ReadAgainError(case_id)
        if case.attention and case.attention not in LATE:
            raise _waits_for_person()
    done = approve_refund(ctx, tenant_id, case_id, actor=actor, fingerprint=shown.get("fingerprint", ""), order=order)
    text = "%(total)s approved" if done.complete else "%(total)s: first approval, a second person has to approve it"
    return text, {"total": str(done.total)}


def sums_of(prospects: Sequence[Prospect]) -> tuple[Money, ...]:
    """What is paid if all that can be are approved, by currency."""
    sums: dict[str, Money] = {}
    for prospect in prospects:
        if prospect.why_not is None and prospect.quote is not None and not prospect.first:
            total = prospect.quote.total
            sums[total.currency] = sums.get(total.currency, Money.zero(total.currency)) + total
    return tuple(sums[currency] for currency in sorted(sums))


def _too_early_or_late(case: Case) -> AppError | None:
    """Why the state of a case stands against it; None when it does not."""
    if case.kind == CaseKind.COMPLAINT:
        return Conflict("A complaint has no refund of its own.", code="COMPLAINT")
    if CaseStatus(case.status) in _INSPECTED_LATER:
        return Conflict("Its refund was decided already.", code="DECIDED")
    if case.status in (CaseStatus.REJECTED, CaseStatus.CANCELLED, CaseStatus.EXPIRED):
        return Conflict("The return ended without a refund.", code="ENDED")
    possible = CaseEvent.RESOLVE in RETURN_CASE.possible(CaseStatus(case.status), Who.STAFF)
    if not possible or any(line.acceptance == Acceptance.UNDECIDED for line in case.lines):
        return Conflict("The goods were not inspected yet.", code="NOT_INSPECTED")
    return None


def _unfit(case: Case, quote: Quote, actor: Actor) -> AppError | None:
    """Why a case is better left to somebody who opens it; None when nothing stands against it."""
    if not quote.total:
        return Conflict("There is nothing to refund.", code="NOTHING_DUE")
    by_hand = next((tender for tender in quote.tenders if tender.way not in BY_ITSELF), None)
    if by_hand is not None:
        text = "%(amount)s of it cannot go back by itself. Open the case."
        return Conflict(text, code="BY_HAND", amount=str(by_hand.amount))
    if case.attention and case.attention not in LATE:
        return _waits_for_person()
    if (
        needs_two(case, quote.total)
        and not _is_first(case, quote)
        and (case.first_approval or {}).get("id") == actor.id
    ):
        return Conflict(ONE_PERSON, code="SECOND_PERSON")
    return None


def _is_first(case: Case, quote: Quote) -> bool:
    """Whether the next approval would be the first of two."""
    return needs_two(case, quote.total) and (case.first_approval or {}).get("fingerprint") != quote.fingerprint


def _waits_for_person() -> AppError:
    return Conflict("Something about this case needs a person first. Open the case.", code="NEEDS_PERSON")
