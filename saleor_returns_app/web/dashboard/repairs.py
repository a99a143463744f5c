"""The repair on the page of a case: where it stands, what can be done with it, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.repairs import REPAIR, Finding, PaidHow, RepairEvent, RepairStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services import repairs
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.context import Context
from saleor_returns_app.web.offer_forms import typed_amount

from .buttons import Action, Offered, Typed, offered_to
from .repair_words import owed_back, owes


def _diagnose(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    said = typed.get("finding", "")
    if said not in {finding.value for finding in Finding}:
        raise BadInput("Choose what the diagnosis comes to.", code="FINDING", field="finding")
    with ctx.db.tenant(tenant_id) as session:
        currency = session.get_one(Case, case_id).currency
    repairs.diagnose_repair(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        finding=Finding(said),
        diagnosis=typed.get("diagnosis", ""),
        price=typed_amount(typed.get("amount", ""), currency) if said == Finding.PRICED else None,
    )


def _finish(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    repairs.finish_repair(ctx, tenant_id, case_id, actor=actor, version=version, work=typed.get("work", ""))


def _give_up(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    repairs.give_up_repair(ctx, tenant_id, case_id, actor=actor, version=version, why=typed.get("why", ""))


def _record(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    how = typed.get("how", "")
    if how not in {item.value for item in PaidHow}:
        raise BadInput("Choose how it was paid.", code="HOW", field="how")
    repairs.record_repair_payment(
        ctx, tenant_id, case_id, actor=actor, version=version, how=PaidHow(how), reference=typed.get("reference", "")
    )


def _send(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    repairs.send_repair(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        carrier=typed.get("carrier", ""),
        tracking_number=typed.get("tracking_number", ""),
    )


def _plain(
    verb: Callable[..., None],
    ctx: Context,
    tenant_id: str,
    case_id: str,
    typed: Typed,  # noqa: ARG001
    *,
    actor: Actor,
    version: int | None,
) -> None:
    verb(ctx, tenant_id, case_id, actor=actor, version=version)


#: Event of the repair's table → its button.
REPAIR_ACTIONS: dict[RepairEvent, Action] = {
    RepairEvent.DIAGNOSE: Action(
        name="diagnose",
        title="What is broken?",
        label="Write the diagnosis",
        said="Diagnosis saved",
        run=_diagnose,
        form="diagnosis.html",
        tone="primary",
    ),
    RepairEvent.BEGIN: Action(
        name="begin-repair",
        title="Repair it free of charge?",
        label="Repair free of charge",
        said="In repair",
        run=partial(_plain, repairs.begin_repair),
        explained="The shopper pays nothing for it.",
        tone="primary",
    ),
    RepairEvent.WITHDRAW: Action(
        name="withdraw-price",
        title="Take the price back?",
        label="Take the price back",
        said="The price was taken back",
        run=partial(_plain, repairs.withdraw_repair_quote),
        explained="The shopper is told that the price does not hold any more. You can name another one, or repair it free of charge.",
    ),
    RepairEvent.FINISH: Action(
        name="finish-repair",
        title="Is it repaired?",
        label="It is repaired",
        said="Repaired",
        run=_finish,
        form="repair_work.html",
        tone="primary",
    ),
    RepairEvent.REWORK: Action(
        name="rework",
        title="Back to the workshop?",
        label="It still does not work",
        said="In repair again",
        run=partial(_plain, repairs.rework_repair),
        explained="The workshop goes on. What was written about the repair stays in the history.",
    ),
    RepairEvent.GIVE_UP: Action(
        name="give-up-repair",
        title="It cannot be repaired?",
        label="It cannot be repaired",
        said="The shopper is told",
        run=_give_up,
        form="repair_work.html",
    ),
    RepairEvent.SEND: Action(
        name="send-repair",
        title="Send the goods back?",
        label="Send it back",
        said="Sent back",
        run=_send,
        form="send_repair.html",
        tone="primary",
    ),
    RepairEvent.TURN: Action(
        name="turn-repair",
        title="Something else in place of the repair?",
        label="Offer something else",
        said="Make the shopper an offer",
        run=partial(_plain, repairs.turn_repair),
        explained="The repair ends here. The items stay with you, and you can make the shopper another offer, a refund for example.",
    ),
}
RECORD_PAYMENT = Action(
    name="repair-payment",
    title="Record the payment",
    label="Record the payment",
    said="Payment recorded",
    run=_record,
    permission="HANDLE_PAYMENTS",
    verb=Verb.PAY,
    form="repair_payment.html",
    tone="primary",
)
RECORD_REPAYMENT = Action(
    name="repair-repayment",
    title="Record what you gave back",
    label="Record that it was paid back",
    said="Recorded as paid back",
    run=_record,
    permission="HANDLE_PAYMENTS",
    verb=Verb.PAY,
    form="repair_payment.html",
    tone="primary",
)
_BY_NAME = {action.name: action for action in (*REPAIR_ACTIONS.values(), RECORD_PAYMENT, RECORD_REPAYMENT)}


def repair_action(name: str) -> Action | None:
    return _BY_NAME.get(name)


def repair_actions(file: CaseFile, actor: Actor) -> dict[str, Offered]:
    """By name: what can be done about the repair now. What waits for money is left out until the money is recorded."""
    repair = file.repair
    if repair is None or file.case.status not in (CaseStatus.RESOLVING, CaseStatus.INSPECTED):
        return {}
    to_pay, to_repay = owes(repair), owed_back(repair)
    events = [event for event in REPAIR.possible(RepairStatus(repair.status), Who.STAFF) if event in REPAIR_ACTIONS]
    if to_pay and repair.status == RepairStatus.REPAIRED:
        events = [event for event in events if event is not RepairEvent.SEND]
    if to_repay:
        events = []
    if repair.finding == Finding.BEYOND_REPAIR:
        events = [event for event in events if event is not RepairEvent.BEGIN]
    # What settles the repair stands in front, what starts over behind it.
    offered = [offered_to(REPAIR_ACTIONS[event], actor) for event in sorted(events, key=list(REPAIR_ACTIONS).index)]
    if to_repay:
        offered.insert(0, offered_to(RECORD_REPAYMENT, actor))
    elif to_pay:
        offered.insert(0, offered_to(RECORD_PAYMENT, actor))
    return {item.action.name: item for item in offered}
