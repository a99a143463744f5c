"""Deciding on a case: approve, reject, cancel, close, conclude, fulfil."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Acceptance, CaseEvent
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.places import place_named
from saleor_returns_app.domain.repairs import ENDED, is_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.cases import Case

from .attention import owes_goods
from .context import Context
from .exchanges import live_exchange
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .inspection import accept_kept_units, take_up_goods
from .labelling import give_labels_back
from .mending import units_to_mend
from .notifications import queue_case_mail
from .offers import end_offer
from .orders import mirrored_order
from .places import address_of
from .quotes import quote_case
from .return_methods import chooses_way
from .standing_repairs import live_repair
from .surveys import ask_opinion

#: A replacement that may never be sent: until it is certain, what was agreed on is owed.
_NOT_SENT_YET = (ExchangeState.PLANNED, ExchangeState.OUT_OF_STOCK, ExchangeState.UNPAID)


def approve_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    message: str = "",
    place: str = "",
    version: int | None = None,
) -> None:
    """Approve: the shopper is told where to send the goods; `place` names another place of the shop than the one that is for them.

    Raises BadInput when neither the settings nor the message say where.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        terms = CaseTerms.load(case.terms or {})
        if place:
            terms = _sent_to(settings, terms, place)
            case.terms = terms.dump()
        address = address_of(session, case, terms=terms, settings=settings)
        if not (address or terms.keeps_item or message.strip()):
            text = "The shop has no return address. Set it in the settings, or write to the shopper where to send the items."
            raise BadInput(text, code="NO_ADDRESS", field="message")
        case.decided_by = "staff"
        carry_out_approval(ctx, session, case, actor=actor, address=address, message=message.strip()[:LONGEST_TEXT])


def _sent_to(settings: TenantSettings, terms: CaseTerms, place: str) -> CaseTerms:
    found = place_named(settings.places, place)
    if found is None:
        raise BadInput("Choose one of the shop's places.", code="UNKNOWN_PLACE", field="place")
    return terms.but(return_address="", address_key=found.name)


def carry_out_approval(
    ctx: Context,
    session: Session,
    case: Case,
    *,
    actor: Actor,
    address: str,
    message: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The approval itself, in the transaction of whoever decided it. Where the shopper keeps the goods, nothing is sent back."""
    keeps_item = CaseTerms.load(case.terms or {}).keeps_item
    move_case(ctx, case, CaseEvent.APPROVE, actor)
    if keeps_item:
        accept_kept_units(case)
    goods_here = take_up_goods(ctx, session, case)
    if not keeps_item and not goods_here:
        case.return_address = address
    record_entry(
        ctx,
        session,
        case,
        event="approve",
        actor=actor,
        public=True,
        detail={**(detail or {}), **({"message": message} if message else {})},
        note="return approved",
    )
    said = {"message": message, "keeps_item": keeps_item, "goods_here": goods_here}
    queue_case_mail(ctx, session, case, "approved", **said, chooses=chooses_way(session, case))


def reject_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    reason: str,
    version: int | None = None,
) -> None:
    """Reject, with a reason that the shopper reads."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = _reason(reason)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        end_offer(ctx, session, case)
        move_case(ctx, case, CaseEvent.REJECT, actor)
        case.rejection = said
        record_entry(
            ctx,
            session,
            case,
            event="reject",
            actor=actor,
            public=True,
            detail={"reason": said},
            note="return rejected",
        )
        queue_case_mail(ctx, session, case, "rejected", reason=said)


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise BadInput("Write the reason: the shopper reads it.", code="REASON", field="reason")
    if len(said) > LONGEST_TEXT:
        message = "The reason is too long: at most %(most)s characters."
        raise BadInput(message, code="TOO_LONG", field="reason", most=LONGEST_TEXT)
    return said


def cancel_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Withdraw the request. The units can be announced again. Staff say why: the shopper reads it."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = _reason(reason) if actor.who is Who.STAFF else ""
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        if live_exchange(session, case.id) is not None:
            text = "A replacement was sent in advance, so the return cannot be cancelled any more."
            raise Conflict(text, code="SENT_IN_ADVANCE")
        end_offer(ctx, session, case)
        move_case(ctx, case, CaseEvent.CANCEL, actor)
        give_labels_back(ctx, session, case)
        record_entry(
            ctx,
            session,
            case,
            event="cancel",
            actor=actor,
            public=True,
            detail={"message": said} if said else {},
            note="return cancelled",
        )
        queue_case_mail(ctx, session, case, "cancelled", reason=said)


def close_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        move_case(ctx, case, CaseEvent.CLOSE, actor)
        record_entry(ctx, session, case, event="close", actor=actor, public=True)
        ask_opinion(ctx, session, case)


def conclude_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Nothing is owed, as nothing was accepted or the terms leave nothing of it: the case is resolved without a refund."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        if any(line.accepted for line in case.lines):
            _check_nothing_owed(session, case, settings)
        move_case(ctx, case, CaseEvent.CONCLUDE, actor)
        record_entry(
            ctx,
            session,
            case,
            event="conclude",
            actor=actor,
            public=True,
            note="return resolved without refund",
        )


def _check_nothing_owed(session: Session, case: Case, settings: TenantSettings) -> None:
    if not CaseTerms.load(case.terms or {}).in_money:
        text = "Something else than money was agreed: mark it as done once the shopper has it."
        raise Conflict(text, code="OWED")
    exchange = live_exchange(session, case.id)
    if owes_goods(case) and (exchange is None or exchange.state in _NOT_SENT_YET):
        raise Conflict("A replacement was agreed: send it, or agree on something else.", code="OWED")
    repair = live_repair(session, case)
    if units_to_mend(case) and (repair is None or repair.status not in ENDED):
        raise Conflict("A repair was agreed: begin it.", code="REPAIR_OWED")
    if quote_case(session, case, mirrored_order(session, case.saleor_order_id), settings).total:
        raise Conflict("Items were accepted: their refund has to be approved.", code="REFUND_OWED")


def fulfil_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    proof: str = "",
    version: int | None = None,
) -> None:
    """What was agreed in place of money was done: the replacement sent, the repair made, the voucher given.

    `proof` is what the shopper reads of it: a tracking number, a code. Raises Conflict where a refund is owed.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = proof.strip()[:LONGEST_TEXT]
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        terms = CaseTerms.load(case.terms or {})
        if terms.pieces:
            raise Conflict("A replacement was agreed: send it, the case follows.", code="OWED")
        if terms.in_money:
            raise Conflict("A refund was agreed: approve it.", code="REFUND_OWED")
        if is_repair(terms):
            raise Conflict("A repair was agreed: begin it.", code="REPAIR_OWED")
        move_case(ctx, case, CaseEvent.RESOLVE, actor)
        if any(line.acceptance == Acceptance.UNDECIDED for line in case.lines):
            text = "The goods were not counted yet. Receive them first: only what is accepted is settled."
            raise Conflict(text, code="NOT_INSPECTED")
        move_case(ctx, case, CaseEvent.SETTLE, actor)
        detail = {"resolution": terms.resolution.value, **({"message": said} if said else {})}
        record_entry(
            ctx, session, case, event="fulfil", actor=actor, public=True, detail=detail, note="settled as agreed"
        )
        queue_case_mail(ctx, session, case, "fulfilled", message=said)
