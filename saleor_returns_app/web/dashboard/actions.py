"""What a person can do with a case now: what the tables allow them, and why not where their own rights do not."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from saleor_returns_app.domain import cases as case_domain
from saleor_returns_app.domain import refunds as refund_domain
from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus
from saleor_returns_app.domain.effects import EffectKind
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.payouts import STANDING
from saleor_returns_app.domain.refunds import REFUND, RefundEvent, RefundStatus
from saleor_returns_app.domain.repairs import is_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenders import BY_ITSELF, RefundWay
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.services import (
    cases,
    disputes,
    evidence_requests,
    inspection,
    more_time,
    recorded_returns,
    refunds,
    reopening,
)
from saleor_returns_app.services.case_files import CaseFile, RefundFile
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import agreed_code, issue_credit
from saleor_returns_app.services.mending import only_mends
from saleor_returns_app.services.repairs import start_repair

from .buttons import Action, Offered, Typed, offered_to, plain
from .exchange_actions import EXCHANGE_ACTIONS, exchange_actions, may_refund
from .findings import read_findings
from .payout_actions import PAYOUT_ACTIONS, payout_actions
from .sending_back import SENDING_BACK, sending_back_actions

_MONEY = "HANDLE_PAYMENTS"


def _approve(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    message, place = typed.get("message", ""), typed.get("place", "")
    cases.approve_case(ctx, tenant_id, case_id, actor=actor, version=version, message=message, place=place)


def _reject(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    cases.reject_case(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _uphold(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    disputes.uphold_decision(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _overturn(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    disputes.overturn_decision(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _cancel(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    cases.cancel_case(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _fulfil(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    cases.fulfil_case(ctx, tenant_id, case_id, actor=actor, version=version, proof=typed.get("proof", ""))


def _ask_evidence(
    ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None
) -> None:
    evidence_requests.ask_for_evidence(
        ctx, tenant_id, case_id, actor=actor, version=version, message=typed.get("message", "")
    )


def _extend(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    more_time.extend_deadline(ctx, tenant_id, case_id, actor=actor, version=version, until=typed.get("until", ""))


def _receive(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    inspection.receive_case(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        found=read_findings(typed),
        more_to_come=typed.get("more_to_come") == "yes",
    )


def _pay(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    refunds.approve_refund(
        ctx, tenant_id, case_id, actor=actor, version=version, fingerprint=typed.get("fingerprint", "")
    )


def _record(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    refunds.record_refund(ctx, tenant_id, refund_id, actor=actor, version=version, proof=typed.get("proof", ""))


def _retry(ctx: Context, tenant_id: str, refund_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    verb = refunds.vouch_unsent if typed.get("vouched") == "yes" else refunds.retry_refund
    verb(ctx, tenant_id, refund_id, actor=actor, version=version)


#: Event of the case's table → its button.
CASE_ACTIONS: dict[CaseEvent, Action] = {
    CaseEvent.APPROVE: Action(
        name="approve",
        title="Approve this return?",
        label="Approve return",
        said="Return approved",
        run=_approve,
        form="approve.html",
        tone="primary",
    ),
    CaseEvent.REJECT: Action(
        name="reject",
        title="Reject this return?",
        label="Reject",
        said="Return rejected",
        run=_reject,
        form="reject.html",
        tone="critical",
    ),
    CaseEvent.ASK_EVIDENCE: Action(
        name="ask-evidence",
        title="Ask for photos or a video?",
        label="Ask for evidence",
        said="The shopper is asked",
        run=_ask_evidence,
        form="ask_evidence.html",
    ),
    CaseEvent.RECEIVE: Action(
        name="receive",
        title="Receive goods",
        label="Receive goods",
        said="Goods received",
        run=_receive,
        verb=Verb.RECEIVE,
        form="receive.html",
        tone="primary",
    ),
    CaseEvent.RESOLVE: Action(
        name="refund",
        title="Refund",
        label="Approve refund",
        said="Refund approved",
        run=_pay,
        permission=_MONEY,
        verb=Verb.PAY,
        form="refund.html",
        tone="primary",
    ),
    CaseEvent.CONCLUDE: Action(
        name="conclude",
        title="Resolve without a refund?",
        label="Resolve without refund",
        said="Resolved without refund",
        run=partial(plain, cases.conclude_case),
        explained="Nothing is owed, so no money goes back. The shopper is told that the return is settled.",
    ),
    CaseEvent.CANCEL: Action(
        name="cancel",
        title="Cancel this return?",
        label="Cancel return",
        said="Return cancelled",
        run=_cancel,
        form="cancel.html",
        tone="critical",
    ),
    CaseEvent.OVERTURN: Action(
        name="overturn",
        title="Is the shopper right?",
        label="Take it up again",
        said="The case is back in review",
        run=_overturn,
        verb=Verb.ARBITRATE,
        form="dispute.html",
        tone="primary",
    ),
    CaseEvent.UPHOLD: Action(
        name="uphold",
        title="Does the decision stay?",
        label="Uphold the decision",
        said="The decision stays",
        run=_uphold,
        verb=Verb.ARBITRATE,
        form="dispute.html",
    ),
    CaseEvent.CLOSE: Action(
        name="close",
        title="Close this case?",
        label="Close case",
        said="Case closed",
        run=partial(plain, cases.close_case),
        explained="Nothing is left to do. A closed case stays readable and can be found.",
    ),
    CaseEvent.REOPEN: Action(
        name="reopen",
        title="Take this return up again?",
        label="Reopen",
        said="Return reopened",
        run=partial(plain, reopening.reopen_case),
        explained="It ended because the evidence did not come in time. It goes back to review, and the shopper is told.",
    ),
}
#: In the place of approving a refund, where both sides agreed on something else than money.
FULFIL = Action(
    name="fulfil",
    title="Is what was agreed done?",
    label="Mark as done",
    said="Settled as agreed",
    run=_fulfil,
    form="fulfil.html",
    tone="primary",
)
#: The same, where it is store credit that the app makes itself.
ISSUE_CREDIT = Action(
    name="issue-credit",
    title="Give the store credit?",
    label="Give store credit",
    said="Store credit approved",
    run=partial(plain, issue_credit),
    permission=_MONEY,
    verb=Verb.PAY,
    form="credit.html",
    tone="primary",
)
#: The same, where it is a repair.
START_REPAIR = Action(
    name="start-repair",
    title="Begin the repair?",
    label="Take it to the workshop",
    said="Repair begun",
    run=partial(plain, start_repair),
    explained="The accepted items are the shopper’s and go back once they are repaired. The next step is the diagnosis.",
    tone="primary",
)
#: The same, where it is a voucher.
ISSUE_VOUCHER = replace(
    ISSUE_CREDIT, name="issue-voucher", title="Give the voucher?", label="Give the voucher", said="Voucher approved"
)
_ISSUING: dict[EffectKind | None, Action] = {
    EffectKind.GIFT_CARD: ISSUE_CREDIT,
    EffectKind.VOUCHER: ISSUE_VOUCHER,
    None: FULFIL,
}
MORE_TIME = Action(
    name="more-time",
    title="Give more time?",
    label="Give more time",
    said="The deadline was moved",
    run=_extend,
    form="more_time.html",
)
CONFIRM_RETURN = Action(
    name="confirm-return",
    title="Is the return on record in Saleor?",
    label="It is recorded there",
    said="Return confirmed",
    run=partial(plain, recorded_returns.confirm_return),
    verb=Verb.RECEIVE,
    explained="You compared the order in Saleor: the accepted items are on record there as returned.",
    tone="compact",
)
#: Event of the refund's table → its button.
REFUND_ACTIONS: dict[RefundEvent, Action] = {
    RefundEvent.APPROVE: Action(
        name="approve-rest",
        title="Approve the rest?",
        label="Approve the rest",
        said="Refund approved",
        run=partial(plain, refunds.approve_rest),
        permission=_MONEY,
        verb=Verb.PAY,
        explained="The provider is asked to pay what is still owed, as a refund of its own.",
        tone="primary",
    ),
    RefundEvent.RETRY: Action(
        name="retry",
        title="Try this refund again?",
        label="Retry",
        said="The refund is tried again",
        run=_retry,
        permission=_MONEY,
        verb=Verb.PAY,
        form="retry.html",
    ),
    RefundEvent.RECORD: Action(
        name="record",
        title="Was this paid at the provider?",
        label="Paid at the provider",
        said="Recorded as paid",
        run=_record,
        permission=_MONEY,
        verb=Verb.PAY,
        form="record.html",
    ),
    RefundEvent.CANCEL: Action(
        name="cancel",
        title="Cancel this refund?",
        label="Cancel refund",
        said="Refund cancelled",
        run=partial(plain, refunds.cancel_refund),
        permission=_MONEY,
        verb=Verb.PAY,
        explained="No money goes back by this refund, nor by other parts of it. Its items can be quoted and refunded again.",
        tone="critical",
    ),
}
ACKNOWLEDGE = Action(
    name="acknowledge",
    title="Is this taken care of?",
    label="I took care of it",
    said="Taken care of",
    run=partial(plain, refunds.acknowledge_concern),
    permission=_MONEY,
    verb=Verb.PAY,
    explained="You looked at the provider and settled what was too much. The case needs nobody any more.",
)
_BY_NAME = {
    action.name: action
    for action in (
        *CASE_ACTIONS.values(),
        *EXCHANGE_ACTIONS,
        FULFIL,
        ISSUE_CREDIT,
        START_REPAIR,
        ISSUE_VOUCHER,
        MORE_TIME,
        *SENDING_BACK,
        CONFIRM_RETURN,
    )
}
_REFUND_BY_NAME = {action.name: action for action in (*REFUND_ACTIONS.values(), *PAYOUT_ACTIONS, ACKNOWLEDGE)}


def case_action(name: str) -> Action | None:
    return _BY_NAME.get(name)


def refund_action(name: str) -> Action | None:
    return _REFUND_BY_NAME.get(name)


def case_actions(file: CaseFile, actor: Actor) -> dict[str, Offered]:
    """By name, in the table's order: what the state allows staff, joined with what this person may."""
    status = CaseStatus(file.case.status)
    events = [event for event in RETURN_CASE.possible(status, Who.STAFF) if event in case_domain.STAFF_ACTIONS]
    if file.accepted and (status is CaseStatus.INSPECTED or file.keeps_item):
        # Guards, told before they are tried: what was accepted has to be paid, and what stays with the shopper never arrives.
        passed = (CaseEvent.CONCLUDE, CaseEvent.RECEIVE) if file.keeps_item else (CaseEvent.CONCLUDE,)
        due = [CaseEvent.RESOLVE] if CaseEvent.RESOLVE in RETURN_CASE.possible(status, Who.STAFF) else []
        events = [*due, *(event for event in events if event not in passed)]
    if not may_refund(file):
        events = [event for event in events if event is not CaseEvent.RESOLVE]
    if not file.may_reopen:
        events = [event for event in events if event is not CaseEvent.REOPEN]
    offered = [
        offered_to(_resolving(file) if event is CaseEvent.RESOLVE else CASE_ACTIONS[event], actor) for event in events
    ]
    offered += [offered_to(action, actor) for action in exchange_actions(file)]
    if file.awaited:
        offered.append(offered_to(MORE_TIME, actor))
    offered += [offered_to(action, actor) for action in sending_back_actions(file)]
    if file.recorded is not None and file.recorded.state == "stuck":
        offered.append(offered_to(CONFIRM_RETURN, actor))
    return {item.action.name: item for item in offered}


def _resolving(file: CaseFile) -> Action:
    """What resolves the case: the refund, or what was agreed in its place."""
    terms = CaseTerms.load(file.case.terms or {})
    if is_repair(terms) or (only_mends(file.case) and file.exchange is None):
        return START_REPAIR
    if terms.in_money:
        return CASE_ACTIONS[CaseEvent.RESOLVE]
    return _ISSUING[agreed_code(terms)]


def refund_actions(item: RefundFile, actor: Actor) -> dict[str, Offered]:
    """By name: what can be done about one refund. One that is paid out by hand is settled no other way."""
    refund, paying_out = item.refund, payout_actions(item, actor)
    if item.payout is not None and item.payout.status in STANDING:
        return {offered.action.name: offered for offered in paying_out}
    possible = REFUND.possible(RefundStatus(refund.status), Who.STAFF)
    events = [event for event in possible if event in refund_domain.STAFF_ACTIONS]
    if refund.way not in BY_ITSELF:
        events = [event for event in events if event is not RefundEvent.APPROVE]
    if refund.way == RefundWay.PERSON:
        events = [event for event in events if event is not RefundEvent.RECORD]
    offered = [offered_to(REFUND_ACTIONS[event], actor) for event in events] + paying_out
    if refund.status in refund_domain.SETTLED and refund.concern:
        offered.append(offered_to(ACKNOWLEDGE, actor))
    return {item.action.name: item for item in offered}
