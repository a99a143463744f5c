"""Refunds paid by bank transfer or in cash: proposed by staff, agreed by the shopper, paid by one person, confirmed by another.

Only then is the refund settled. The bank account is encrypted at rest, never written to the history, a log or a mail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.payouts import (
    PAYOUT,
    Account,
    PayoutEvent,
    PayoutMeans,
    PayoutStatus,
    read_account,
    read_paid_on,
    read_reference,
)
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.refunds import RefundEvent, RefundStatus
from saleor_returns_app.domain.roles import Verb, may
from saleor_returns_app.errors import BadInput, ConfigurationError, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.payouts import Payout
from saleor_returns_app.models.refunds import Refund

from .context import Context
from .evidence import attach_to_case, held_by
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_return, record_entry
from .notifications import queue_case_mail
from .settling import move_refund, settle_case
from .standing_payouts import check_no_payout, standing_payout
from .waiting import settings_of

log = structlog.get_logger()
#: A transfer may come back from the bank; after that nobody needs the account any more.
KEPT = timedelta(days=14)
#: States of a refund that can be paid out: no payment takes it, or the provider declined it for certain.
PAYABLE = (RefundStatus.PROPOSED, RefundStatus.FAILED)


def propose_payout(
    ctx: Context, tenant_id: str, refund_id: str, *, actor: Actor, means: str, version: int | None = None
) -> None:
    """Ask the shopper whether this part of the refund may be paid so. Raises Conflict where a payment can still take it."""
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        if means not in list(PayoutMeans):
            raise BadInput("Choose how it is to be paid.", code="MEANS", field="means")
        if refund.status not in PAYABLE:
            text = "This part goes back to its payment. A bank transfer or cash is for what cannot."
            raise Conflict(text, code="NOT_PAYABLE")
        check_no_payout(session, refund)
        session.add(
            Payout(
                id=new_id(),
                case_id=case.id,
                refund_id=refund.id,
                means=means,
                status=PAYOUT.initial,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                proposed_by=actor.name[:300],
                proposed_at=ctx.now(),
            )
        )
        detail = {"means": means, "amount": str(refund.amount), "refund": refund.marker}
        record_entry(ctx, session, case, event="propose_payout", actor=actor, public=True, detail=detail)
        queue_case_mail(ctx, session, case, "payout_proposed", amount_minor=refund.amount_minor, means=means)


def agree_payout(
    ctx: Context, tenant_id: str, case_id: str, payout_id: str, *, actor: Actor, typed: Mapping[str, str]
) -> None:
    """The shopper agrees, and types where a bank transfer goes: `holder`, and `iban` or `other`. A second click changes nothing."""
    with ctx.db.tenant(tenant_id) as session:
        case, payout = _own(session, case_id, payout_id, actor)
        if payout.status == PayoutStatus.AGREED:
            return
        _agree(ctx, session, case, payout, actor=actor, typed=typed, how="")


def decline_payout(ctx: Context, tenant_id: str, case_id: str, payout_id: str, *, actor: Actor) -> None:
    """The shopper does not want it so; staff propose something else. A second click changes nothing."""
    with ctx.db.tenant(tenant_id) as session:
        case, payout = _own(session, case_id, payout_id, actor)
        if payout.status == PayoutStatus.DECLINED:
            return
        _move(payout, PayoutEvent.DECLINE, actor)
        payout.settled_at = ctx.now()
        _tell(ctx, session, case, payout, event="decline_payout", actor=actor)


def note_consent(
    ctx: Context, tenant_id: str, refund_id: str, *, actor: Actor, typed: Mapping[str, str], version: int | None = None
) -> None:
    """The shopper agreed on the phone or at the counter: `how` says when and how, and stays on record."""
    how = typed.get("how", "").strip()
    if not how or len(how) > LONGEST_TEXT:
        text = "Say how and when the shopper agreed (at most %(most)s characters)."
        raise BadInput(text, code="HOW", field="how", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        _agree(ctx, session, case, _standing(session, refund), actor=actor, typed=typed, how=how)


def _agree(
    ctx: Context, session: Session, case: Case, payout: Payout, *, actor: Actor, typed: Mapping[str, str], how: str
) -> None:
    _move(payout, PayoutEvent.AGREE, actor)
    if payout.means == PayoutMeans.BANK_TRANSFER:
        account = read_account(typed)
        payout.account, payout.ending = ctx.cipher.encrypt(json.dumps(asdict(account))), account.ending
    payout.agreed_by, payout.agreed_who, payout.agreed_how = actor.name[:300], actor.who, how
    payout.agreed_at = ctx.now()
    _tell(ctx, session, case, payout, event="agree_payout", actor=actor, more={"how": how} if how else None)


def record_payout(
    ctx: Context,
    tenant_id: str,
    refund_id: str,
    *,
    actor: Actor,
    typed: Mapping[str, str],
    holder: str,
    version: int | None = None,
) -> None:
    """It was paid: on `paid_on`, under `reference`, all of it; what the `holder` added shows it. Somebody else confirms it."""
    reference = read_reference(typed.get("reference", ""))
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        payout = _standing(session, refund)
        zone = settings_of(session, case).time_zone
        _move(payout, PayoutEvent.RECORD, actor)
        agreed = local_day(payout.agreed_at or payout.proposed_at, zone)
        paid_on = read_paid_on(typed.get("paid_on", ""), today=local_day(ctx.now(), zone), not_before=agreed)
        proofs = held_by(session, holder)
        if not proofs:
            text = "Add a photo or a screenshot that shows the payment."
            raise BadInput(text, code="PROOF_FILE", field="files")
        for row in proofs:
            row.internal = True
        payout.proof_id = proofs[-1].id
        attach_to_case(session, holder, case.id)
        payout.paid_on, payout.reference = paid_on, reference
        payout.recorded_by_id, payout.recorded_by, payout.recorded_at = actor.id, actor.name[:300], ctx.now()
        detail = {"day": paid_on.isoformat(), "reference": reference}
        _tell(ctx, session, case, payout, event="record_payout", actor=actor, public=False, more=detail)


def confirm_payout(ctx: Context, tenant_id: str, refund_id: str, *, actor: Actor, version: int | None = None) -> None:
    """A second person looked at the proof: the refund is settled. Raises Conflict for the person who recorded it."""
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        payout = _standing(session, refund)
        _move(payout, PayoutEvent.CONFIRM, actor)
        if payout.recorded_by_id == actor.id:
            text = "You recorded this payment yourself: a second person has to confirm it."
            raise Conflict(text, code="SECOND_PERSON")
        payout.confirmed_by, payout.settled_at = actor.name[:300], ctx.now()
        refund.proof = f"{payout.reference}, {payout.paid_on}"
        refund.paid_minor = payout.amount_minor
        move_refund(ctx, refund, RefundEvent.RECORD, actor)
        note = f"refund {refund.marker} of {refund.amount} was paid outside"
        _tell(ctx, session, case, payout, event="confirm_payout", actor=actor, public=False, note=note)
        settle_case(ctx, session, case, actor)


def doubt_payout(
    ctx: Context, tenant_id: str, refund_id: str, *, actor: Actor, reason: str, version: int | None = None
) -> None:
    """The proof does not show it: it counts as not paid, and is recorded anew."""
    said = reason.strip()
    if not said or len(said) > LONGEST_TEXT:
        text = "Say what is wrong (at most %(most)s characters)."
        raise BadInput(text, code="REASON", field="reason", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        payout = _standing(session, refund)
        _move(payout, PayoutEvent.DOUBT, actor)
        payout.paid_on, payout.reference, payout.proof_id = None, "", None
        payout.recorded_by_id, payout.recorded_by, payout.recorded_at = "", "", None
        _tell(ctx, session, case, payout, event="doubt_payout", actor=actor, public=False, more={"reason": said})


def withdraw_payout(ctx: Context, tenant_id: str, refund_id: str, *, actor: Actor, version: int | None = None) -> None:
    """It is paid another way after all; not once it was paid."""
    with ctx.db.tenant(tenant_id) as session:
        case, refund = _load(session, refund_id, actor, version)
        payout = _standing(session, refund)
        _move(payout, PayoutEvent.WITHDRAW, actor)
        payout.account, payout.settled_at = "", ctx.now()
        _tell(ctx, session, case, payout, event="withdraw_payout", actor=actor)


def account_of(ctx: Context, payout: Payout, *, actor: Actor) -> Account | None:
    """Where the transfer goes, for who may pay it; None for all others, for cash, once it was forgotten, and where the key that it was
    encrypted with is gone: the shopper has to be asked again."""
    if not payout.account or "HANDLE_PAYMENTS" not in actor.permissions or not may(actor.roles, Verb.PAY):
        return None
    try:
        return Account(**json.loads(ctx.cipher.decrypt(payout.account)))
    except ConfigurationError:
        log.exception("bank account not readable", payout=payout.id)
        return None


def forget_accounts(ctx: Context) -> None:
    """Empty the bank accounts of what was settled long enough ago."""
    with ctx.db.everyone() as session:
        session.execute(
            update(Payout)
            .where(Payout.account != "", Payout.settled_at < ctx.now() - KEPT)
            .values(account="")
            .execution_options(synchronize_session=False)
        )


def payouts_to_show(session: Session, case_id: str) -> dict[str, Payout]:
    """The newest payout of each refund of a case, by the refund's id."""
    rows = session.scalars(select(Payout).where(Payout.case_id == case_id).order_by(Payout.id))
    return {row.refund_id: row for row in rows}


def payout_to_answer(session: Session, case_id: str) -> Payout | None:
    """What the shopper is asked, or agreed to and is not paid yet; the oldest first."""
    shown = or_(Payout.status == PayoutStatus.PROPOSED, Payout.status == PayoutStatus.AGREED)
    return session.scalar(
        select(Payout).where(Payout.case_id == case_id, shown).order_by(Payout.status.desc(), Payout.id).limit(1)
    )


def _load(session: Session, refund_id: str, actor: Actor, version: int | None) -> tuple[Case, Refund]:
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    case_id = session.scalar(select(Refund.case_id).where(Refund.id == refund_id))
    if case_id is None:
        raise NotFound("This refund does not exist, or it is not yours to see.", code="UNKNOWN_REFUND")
    case = load_return(session, case_id, actor)  # before the refund, as everybody does
    check_version(case, version)
    return case, session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()


def _own(session: Session, case_id: str, payout_id: str, actor: Actor) -> tuple[Case, Payout]:
    """Of the shopper's own case."""
    case = load_return(session, case_id, actor)
    payout = session.scalar(select(Payout).where(Payout.id == payout_id, Payout.case_id == case_id).with_for_update())
    if payout is None or actor.who is not Who.SHOPPER:
        raise NotFound("This does not exist, or it is not yours to see.", code="UNKNOWN_PAYOUT")
    return case, payout


def _standing(session: Session, refund: Refund) -> Payout:
    payout = standing_payout(session, refund)
    if payout is None:
        raise Conflict("Nobody proposed a bank transfer or cash for this part.", code="NO_PAYOUT")
    return payout


def _move(payout: Payout, event: PayoutEvent, actor: Actor) -> None:
    payout.status = PAYOUT.move(PayoutStatus(payout.status), event, actor.who)


def _tell(
    ctx: Context,
    session: Session,
    case: Case,
    payout: Payout,
    *,
    event: str,
    actor: Actor,
    public: bool = True,
    note: str = "",
    more: Mapping[str, str] | None = None,
) -> None:
    detail = {"means": payout.means, "amount": str(payout.amount), **(more or {})}
    record_entry(ctx, session, case, event=event, actor=actor, public=public, detail=detail, note=note)
