"""Receiving and inspecting: what arrived, and what of it the shop accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import (
    LINE_ACCEPTANCE,
    LINE_RECEPTION,
    Acceptance,
    AcceptanceEvent,
    CaseEvent,
    Reception,
    count_event,
)
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.refunds import RecordedReturn

from .context import Context
from .guards import LONGEST_TEXT, check_goods_come_back, check_version, require_permission, require_role
from .history import load_case, move_case, record_entry
from .notifications import queue_case_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the warehouse found of one return line."""

    received: int
    accepted: int
    refusal: str = ""  # why not all of it was accepted; the shopper reads it


def receive_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    counts: Mapping[str, Count],
    version: int | None = None,
) -> None:
    """Book the parcel in: counted and accepted quantities per return line id, for every line of the case.

    Only what was accepted is recorded as returned in Saleor and refunded. Raises BadInput naming the field.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        check_goods_come_back(case)
        move_case(ctx, case, CaseEvent.RECEIVE, actor)
        unknown = set(counts) - {line.id for line in case.lines}
        if unknown:
            raise BadInput(
                "A counted item is not part of this case.",
                code="UNKNOWN_LINE",
                field="lines",
            )
        for line in case.lines:
            count = counts.get(line.id)
            if count is None:
                raise BadInput(
                    "Count every item; write 0 for what did not arrive.",
                    code="COUNT",
                    field=line.id,
                )
            _book(line, count, actor)
        record_entry(
            ctx,
            session,
            case,
            event="receive",
            actor=actor,
            public=True,
            detail=_summary(case.lines),
        )
        move_case(ctx, case, CaseEvent.INSPECT, actor)
        said = ", ".join(f"{line.accepted}/{line.quantity} × {line.product_name}" for line in case.lines)
        record_entry(
            ctx,
            session,
            case,
            event="inspect",
            actor=actor,
            detail=_summary(case.lines),
            note=f"goods received: {said}",
        )
        units = {line.order_line_id: line.accepted for line in case.lines if line.accepted}
        if units:
            session.add(
                RecordedReturn(
                    case_id=case.id,
                    saleor_order_id=case.saleor_order_id,
                    units=units,
                    check_at=ctx.now(),
                )
            )
            ctx.jobs.advance_order(
                session,
                tenant_id=tenant_id,
                saleor_order_id=case.saleor_order_id,
                key=f"return:{case.id}",
            )
        queue_case_mail(ctx, session, case, "goods_received")


def accept_kept_units(case: Case) -> None:
    """The shopper keeps everything that was announced: it counts as accepted, though none of it arrives or is recorded as returned."""
    for line in case.lines:
        line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), AcceptanceEvent.ACCEPT, SYSTEM.who)
        line.accepted = line.quantity


def _book(line: ReturnLine, count: Count, actor: Actor) -> None:
    if not 0 <= count.received <= line.quantity:
        text = "Between 0 and %(most)s of this item can be counted: that many were announced."
        raise BadInput(text, code="RECEIVED", field=f"{line.id}.received", most=line.quantity)
    if not 0 <= count.accepted <= count.received:
        text = "At most the %(most)s that arrived can be accepted."
        raise BadInput(text, code="ACCEPTED", field=f"{line.id}.accepted", most=count.received)
    if count.accepted < count.received and not count.refusal.strip():
        text = "Say why not everything is accepted: the shopper reads it."
        raise BadInput(text, code="REFUSAL", field=f"{line.id}.refusal")
    event = count_event(announced=line.quantity, received=count.received)
    line.reception = LINE_RECEPTION.move(Reception(line.reception), event, actor.who)
    decided = AcceptanceEvent.ACCEPT if count.accepted else AcceptanceEvent.REFUSE
    line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), decided, actor.who)
    line.received, line.accepted = count.received, count.accepted
    line.refusal = count.refusal.strip()[:LONGEST_TEXT]


def _summary(lines: list[ReturnLine]) -> dict[str, object]:
    return {
        "lines": [
            {
                "item": line.product_name,
                "announced": line.quantity,
                "received": line.received,
                "accepted": line.accepted,
            }
            for line in lines
        ]
    }
