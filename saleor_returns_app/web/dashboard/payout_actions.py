"""What can be done about a refund that is paid by bank transfer or in cash."""

from __future__ import annotations

from functools import partial

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.payouts import PAYOUT, PayoutEvent, PayoutMeans, PayoutStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.services import payouts
from saleor_returns_app.services.case_files import RefundFile
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.evidence import add_evidence, holder_of
from saleor_returns_app.web.evidence import uploads_in
from saleor_returns_app.web.i18n import gettext

from .buttons import Action, Offered, Typed, offered_to, plain

_MONEY = "HANDLE_PAYMENTS"
#: What is never shown again where a form came too late.
SECRET_FIELDS = ("iban", "other", "holder")
PAYOUT_MEANS: dict[PayoutMeans, str] = {
    PayoutMeans.BANK_TRANSFER: "Bank transfer",
    PayoutMeans.CASH: "Cash",
}
PAYOUT_STATES: dict[PayoutStatus, str] = {
    PayoutStatus.PROPOSED: "The shopper was asked",
    PayoutStatus.AGREED: "The shopper agreed: pay it",
    PayoutStatus.PAID: "Paid, to be confirmed by a second person",
    PayoutStatus.CONFIRMED: "Confirmed",
    PayoutStatus.DECLINED: "The shopper declined",
    PayoutStatus.WITHDRAWN: "Taken back",
}


def _propose(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    payouts.propose_payout(ctx, tenant_id, refund_id, actor=actor, version=version, means=typed.get("means", ""))


def _agree(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    payouts.note_consent(ctx, tenant_id, refund_id, actor=actor, version=version, typed=typed)


def _record(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    holder = holder_of("staff", actor.id, f"payout:{refund_id}")
    for upload in uploads_in("files"):
        add_evidence(ctx, tenant_id, upload=upload, holder=holder, actor=actor)
    payouts.record_payout(ctx, tenant_id, refund_id, actor=actor, version=version, typed=typed, holder=holder)


def _doubt(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    payouts.doubt_payout(ctx, tenant_id, refund_id, actor=actor, version=version, reason=typed.get("reason", ""))


PROPOSE_PAYOUT = Action(
    name="propose-payout",
    title="Pay it by bank transfer or in cash?",
    label="Bank transfer or cash",
    said="The shopper is asked",
    run=_propose,
    permission=_MONEY,
    verb=Verb.PAY,
    form="payout_propose.html",
)
RECORD_PAYOUT = Action(
    name="record-payout",
    title="Record what was paid",
    label="Record the payment",
    said="Recorded: a second person confirms it",
    run=_record,
    permission=_MONEY,
    verb=Verb.PAY,
    form="payout_record.html",
    tone="primary",
)
CONFIRM_PAYOUT = Action(
    name="confirm-payout",
    title="Is this payment right?",
    label="Confirm the payment",
    said="Payment confirmed",
    run=partial(plain, payouts.confirm_payout),
    permission=_MONEY,
    verb=Verb.PAY,
    form="payout_confirm.html",
    tone="primary",
)
#: Event of the payout's table → its button.
_BY_EVENT: dict[PayoutEvent, Action] = {
    PayoutEvent.AGREE: Action(
        name="note-consent",
        title="Did the shopper agree?",
        label="The shopper agreed",
        said="Consent noted",
        run=_agree,
        permission=_MONEY,
        verb=Verb.PAY,
        form="payout_consent.html",
    ),
    PayoutEvent.RECORD: RECORD_PAYOUT,
    PayoutEvent.CONFIRM: CONFIRM_PAYOUT,
    PayoutEvent.DOUBT: Action(
        name="doubt-payout",
        title="What is wrong with it?",
        label="Not right",
        said="It counts as not paid",
        run=_doubt,
        permission=_MONEY,
        verb=Verb.PAY,
        form="payout_doubt.html",
    ),
    PayoutEvent.WITHDRAW: Action(
        name="withdraw-payout",
        title="Take this back?",
        label="Take back",
        said="Taken back",
        run=partial(plain, payouts.withdraw_payout),
        permission=_MONEY,
        verb=Verb.PAY,
        explained="The shopper’s account is forgotten. You can then settle this part another way.",
    ),
}
PAYOUT_ACTIONS = (PROPOSE_PAYOUT, *_BY_EVENT.values())


def payout_actions(item: RefundFile, actor: Actor) -> list[Offered]:
    payout = item.payout
    if payout is None or not PAYOUT.possible(PayoutStatus(payout.status), Who.STAFF):
        payable = item.refund.status in payouts.PAYABLE
        return [offered_to(PROPOSE_PAYOUT, actor)] if payable else []
    events = PAYOUT.possible(PayoutStatus(payout.status), Who.STAFF)
    offered = [offered_to(_BY_EVENT[event], actor) for event in events if event in _BY_EVENT]
    if payout.recorded_by_id != actor.id:
        return offered
    why = gettext("You recorded this payment yourself: a second person has to confirm it.")
    return [Offered(one.action, why) if one.action is CONFIRM_PAYOUT and not one.why_not else one for one in offered]
