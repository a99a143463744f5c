"""What the page of a complaint shows, and what a person can do with one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import url_for

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.complaints import (
    COMPLAINT,
    OPEN_COMPLAINTS,
    ComplaintEvent,
    ComplaintStatus,
    RootCause,
    Severity,
)
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.services import complaints
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.complaints import can_reopen_complaint
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.impartial import named_in
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .actions import MORE_TIME
from .buttons import Action, Offered, Typed, offered_to, plain
from .complaint_words import CAUSES, DECISIONS, HEADLINES, SEVERITIES


def _acknowledge(
    ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None
) -> None:
    complaints.acknowledge_complaint(
        ctx, tenant_id, case_id, actor=actor, version=version, message=typed.get("message", "")
    )


def _classify(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.classify_complaint(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        severity=typed.get("severity", ""),
        root_cause=typed.get("root_cause", ""),
        dangerous=typed.get("dangerous") == "yes",
    )


def _decide(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.decide_complaint(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        outcome=typed.get("outcome", ""),
        reasons=typed.get("reasons", ""),
        root_cause=typed.get("root_cause", ""),
    )


def _handle(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.handle_danger(ctx, tenant_id, case_id, actor=actor, version=version, done=typed.get("done", ""))


def _escalate(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.escalate_complaint(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _withdraw(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.withdraw_complaint(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _reopen(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    complaints.reopen_complaint(ctx, tenant_id, case_id, actor=actor, version=version, reason=typed.get("reason", ""))


#: Event of the complaint's table → its button.
ACTIONS: dict[ComplaintEvent, Action] = {
    ComplaintEvent.ACKNOWLEDGE: Action(
        name="acknowledge",
        title="Tell the shopper that you read it?",
        label="Acknowledge",
        said="The shopper is told",
        run=_acknowledge,
        form="complaint_acknowledge.html",
        tone="primary",
    ),
    ComplaintEvent.INVESTIGATE: Action(
        name="investigate",
        title="Look into it?",
        label="Begin the investigation",
        said="Investigation begun",
        run=partial(plain, complaints.investigate_complaint),
        explained="It becomes yours, where nobody has it. Ask both sides in the conversation; internal notes keep what you find.",
        tone="primary",
    ),
    ComplaintEvent.DECIDE: Action(
        name="decide",
        title="How is it decided?",
        label="Decide",
        said="Complaint decided",
        run=_decide,
        form="complaint_decide.html",
        tone="primary",
    ),
    ComplaintEvent.ESCALATE: Action(
        name="escalate",
        title="Hand it up?",
        label="Hand it up",
        said="Handed up",
        run=_escalate,
        form="complaint_reason.html",
        explained="An approver decides it from now on. Whoever the settings name for it gets a mail.",
    ),
    ComplaintEvent.CLOSE: Action(
        name="close",
        title="Close this complaint?",
        label="Close",
        said="Complaint closed",
        run=partial(plain, complaints.close_complaint),
        explained="Nobody objects any more. The shopper is told, and can take it up again for a month after the decision.",
    ),
    ComplaintEvent.REOPEN: Action(
        name="reopen",
        title="Take it up again?",
        label="Take it up again",
        said="Complaint taken up again",
        run=_reopen,
        form="complaint_reason.html",
        explained="Somebody who did not decide it before looks into it. The shopper is told.",
    ),
    ComplaintEvent.WITHDRAW: Action(
        name="withdraw",
        title="Withdraw it for the shopper?",
        label="Withdraw",
        said="Complaint withdrawn",
        run=_withdraw,
        form="complaint_reason.html",
        explained="Only where the shopper asked for it. They read the reason.",
        tone="critical",
    ),
}
CLASSIFY = Action(
    name="classify",
    title="How bad is it, and why did it happen?",
    label="Set severity and cause",
    said="Noted",
    run=_classify,
    form="complaint_classify.html",
    tone="compact",
)
HANDLE_DANGER = Action(
    name="handle-danger",
    title="What was done about the danger?",
    label="It is taken care of",
    said="The alarm is over",
    run=_handle,
    form="complaint_danger.html",
    tone="primary",
)
_BY_NAME = {action.name: action for action in (*ACTIONS.values(), CLASSIFY, HANDLE_DANGER, MORE_TIME)}
#: These stand beside what they are about, not among the next steps.
_ASIDE = frozenset({"classify", "handle-danger", "more-time"})


def complaint_action(name: str) -> Action | None:
    return _BY_NAME.get(name)


def _actions(file: CaseFile, actor: Actor) -> dict[str, Offered]:
    complaint = file.complaint
    status = ComplaintStatus(file.case.status)
    found: list[Offered] = []
    for event in COMPLAINT.possible(status, Who.STAFF):
        if event not in ACTIONS:
            continue
        if event is ComplaintEvent.REOPEN and complaint and not can_reopen_complaint(ctx(), file.case, complaint):
            continue
        offered = offered_to(ACTIONS[event], actor)
        if event is ComplaintEvent.DECIDE and status is ComplaintStatus.ESCALATED:
            offered = offered_to(replace(ACTIONS[event], verb=Verb.ARBITRATE), actor)
        found.append(offered)
    if status not in (ComplaintStatus.CLOSED, ComplaintStatus.WITHDRAWN):
        found.append(offered_to(CLASSIFY, actor))
    if complaint and complaint.dangerous and complaint.danger_handled_at is None:
        found.append(offered_to(HANDLE_DANGER, actor))
    if file.awaited:
        found.append(offered_to(MORE_TIME, actor))
    return {item.action.name: item for item in found}


def complaint_values(file: CaseFile, actor: Actor) -> dict[str, Any]:
    """What its page needs besides what the page of every case does."""
    complaint = file.complaint
    if complaint is None:
        raise LookupError(file.case.id)
    actions = _actions(file, actor)
    with ctx().db.tenant(visit().tenant_id) as session:
        named = named_in(session, complaint)
    makes_good = ComplaintEvent.MAKE_GOOD in COMPLAINT.possible(ComplaintStatus(file.case.status), Who.STAFF)
    opening = url_for("dashboard.opening_page", order_id=file.case.saleor_order_id, complaint=file.case.id)
    return {
        "complaint": complaint,
        "actions": actions,
        "main_actions": {name: item for name, item in actions.items() if name not in _ASIDE},
        "refund_actions": {},
        "headline": gettext(HEADLINES[file.case.status]),
        "is_named": actor.id in named and file.case.status in OPEN_COMPLAINTS,
        "opening": opening if makes_good else "",
        "severities": {kind.value: gettext(SEVERITIES[kind]) for kind in Severity},
        "causes": {kind.value: gettext(CAUSES[kind]) for kind in RootCause},
        "decisions": {value: gettext(text) for value, text in DECISIONS.items()},
    }
