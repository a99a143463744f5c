"""Store credit and vouchers in place of money: only what both sides agreed on, as far as it is owed, approved by a person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus, Resolution
from saleor_returns_app.domain.credits import credit_owed
from saleor_returns_app.domain.effects import EffectKind
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import Case

from .approvals import check_accepted, waits_for_second_person
from .context import Context
from .guards import check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .issued_codes import plan_code
from .orders import fresh_order, lock_lane, mirrored_order
from .quotes import is_settled_otherwise

#: Kind of offer → what it becomes.
_BY_OFFER = {OfferKind.STORE_CREDIT: EffectKind.GIFT_CARD, OfferKind.VOUCHER: EffectKind.VOUCHER}
_APPROVED = {
    EffectKind.GIFT_CARD: ("issue_credit", "store credit of %s approved"),
    EffectKind.VOUCHER: ("issue_voucher", "voucher of %s approved"),
}


def agreed_code(terms: CaseTerms) -> EffectKind | None:
    """Whether both sides agreed on a gift card or on a voucher; None: on neither."""
    if terms.resolution is not Resolution.STORE_CREDIT or terms.agreed_by_offer is None or terms.amount is None:
        return None
    return _BY_OFFER.get(OfferKind(terms.detail["kind"])) if "kind" in terms.detail else None


def owed_credit(session: Session, case: Case) -> Money | None:
    """What the gift card or voucher will be worth, as the case stands; None where none was agreed."""
    terms = CaseTerms.load(case.terms or {})
    if agreed_code(terms) is None or terms.amount is None:
        return None
    return credit_owed(
        mirrored_order(session, case.saleor_order_id),
        agreed=terms.amount,
        # What was refunded before a dispute is settled: the sum was agreed for the rest.
        announced={line.order_line_id: line.quantity - line.settled for line in case.lines},
        accepted={line.order_line_id: line.accepted - line.settled for line in case.lines},
    )


def issue_credit(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Let the agreed gift card or voucher be made. Above the policy's limit the first approval only counts as such.

    Raises Conflict where none was agreed, nothing was accepted, its items were settled otherwise meanwhile, or the same person
    approves twice.
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        kind, owed = agreed_code(CaseTerms.load(case.terms or {})), owed_credit(session, case)
        if kind is None or owed is None:
            raise Conflict("The shopper did not agree to store credit. Make an offer first.", code="NO_CONSENT")
        RETURN_CASE.move(CaseStatus(case.status), CaseEvent.RESOLVE, actor.who)
        check_accepted(case)
        if not owed:
            raise Conflict("Nothing was accepted, so no credit is owed.", code="NOTHING_DUE")
        if is_settled_otherwise(session, case, order):
            text = "Some of these items were refunded or exchanged meanwhile. Agree on something else with the shopper."
            raise Conflict(text, code="SETTLED_BEFORE")
        if waits_for_second_person(ctx, session, case, worth=owed, fingerprint=f"{kind.value}:{owed}", actor=actor):
            return
        case.first_approval = {}
        move_case(ctx, case, CaseEvent.RESOLVE, actor)
        plan_code(ctx, session, case, kind=kind, worth=owed)
        event, note = _APPROVED[kind]
        record_entry(
            ctx, session, case, event=event, actor=actor, public=True, detail={"total": str(owed)}, note=note % owed
        )
