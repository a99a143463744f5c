"""Receiving and inspecting: what arrived, in which condition, and what of it the shop accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import (
    LINE_ACCEPTANCE,
    LINE_RECEPTION,
    Acceptance,
    AcceptanceEvent,
    CaseEvent,
    CaseStatus,
    Reception,
    count_event,
)
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.inspection import Disposition, Found, flaws_of, to_workshop
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.domain.repairs import RepairStatus, units_to_repair
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import RecordedReturn
from saleor_returns_app.models.repairs import Repair

from .context import Context
from .exchanges import resolve_in_goods
from .findings import holding_findings
from .goods_owed import goods_sent, mark_goods_owed
from .guards import LONGEST_TEXT, check_goods_come_back, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .logistics import deliver_parcels
from .mending import units_returned
from .notifications import queue_case_mail
from .restocking import plan_restock, restock_correction
from .standing_repairs import live_repair

#: What was found, by return line id: units of the same condition together.
Finds = Mapping[str, Sequence[Found]]


def receive_case(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    found: Finds,
    more_to_come: bool = False,
    version: int | None = None,
) -> None:
    """Book a parcel in. With the last one every line of the case is counted, and only what was accepted is recorded as
    returned in Saleor and refunded. Raises BadInput naming the field.
    """
    with ctx.db.tenant(tenant_id) as session:
        case = check_receipt(session, case_id, actor=actor, found=found, more_to_come=more_to_come, version=version)
        book_findings(ctx, session, case, actor=actor, found=found, more_to_come=more_to_come)


def check_receipt(
    session: Session, case_id: str, *, actor: Actor, found: Finds, more_to_come: bool, version: int | None
) -> Case:
    """The case, if this can be booked on it now. Raises what `receive_case` raises."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    case = load_return(session, case_id, actor)
    check_version(case, version)
    check_goods_come_back(case)
    if set(found) - {line.id for line in case.lines}:
        raise BadInput("A counted item is not part of this case.", code="UNKNOWN_LINE", field="lines")
    for line in case.lines:
        if line.id not in found and not line.received and not more_to_come:
            raise BadInput("Count every item; write 0 for what did not arrive.", code="COUNT", field=line.id)
        # What the shopper kept before a dispute counts as accepted and does not come any more.
        _check(line, found.get(line.id, ()), most=line.quantity - max(line.received, line.accepted))
    return case


def book_findings(
    ctx: Context, session: Session, case: Case, *, actor: Actor, found: Finds, more_to_come: bool
) -> None:
    """Write down what was checked before, and go on with the case."""
    move_case(ctx, case, CaseEvent.RECEIVE, actor)
    for line in case.lines:
        _keep(ctx, session, line, _as_due(session, case, line, found.get(line.id, ())), actor)
    record_entry(ctx, session, case, event="receive", actor=actor, public=True, detail=_summary(case.lines))
    if not more_to_come:
        _conclude_inspection(ctx, session, case, actor)


def take_up_goods(ctx: Context, session: Session, case: Case) -> bool:
    """What was approved or agreed on is here from before: nothing has to be sent, and what was found holds. False where goods are
    waited for. Of what was accepted, Saleor learns now what it was not told yet, as of goods that were to be repaired."""
    if not _goods_are_here(session, case):
        return False
    move_case(ctx, case, CaseEvent.TAKE_UP, SYSTEM)
    _record_units(ctx, session, case)
    return True


def _goods_are_here(session: Session, case: Case) -> bool:
    if _terms(case).keeps_item or not any(line.received for line in case.lines):
        return False
    if case.begun_again_at is None or all(line.received >= line.quantity for line in case.lines):
        return True
    turned = select(Repair.id).where(
        Repair.case_id == case.id, Repair.status == RepairStatus.TURNED, Repair.ended_at >= case.begun_again_at
    )
    if session.scalar(turned.limit(1)) is not None:
        return True  # it never left: something else was agreed in place of its repair
    # What had gone back to the shopper by then has to come again, with or without what stayed.
    gone = select(Parcel.id).where(
        Parcel.case_id == case.id, Parcel.direction == Direction.OUT, Parcel.created_at <= case.begun_again_at
    )
    return session.scalar(gone.limit(1)) is None


def _record_units(ctx: Context, session: Session, case: Case) -> None:
    """Saleor learns what was accepted and stays, less what it was told before."""
    told: Counter[str] = Counter()
    for row in session.scalars(select(RecordedReturn).where(RecordedReturn.case_id == case.id)):
        told.update({line_id: int(quantity) for line_id, quantity in row.units.items()})
    left = {line_id: quantity - told[line_id] for line_id, quantity in units_returned(case).items()}
    units = {line_id: quantity for line_id, quantity in left.items() if quantity > 0}
    if not units:
        return
    row = RecordedReturn(case_id=case.id, saleor_order_id=case.saleor_order_id, units=units, check_at=ctx.now())
    session.add(row)
    session.flush()
    ctx.jobs.advance_order(
        session,
        tenant_id=case.tenant_id,
        saleor_order_id=case.saleor_order_id,
        key=f"return:{case.id}:{row.id}" if told else f"return:{case.id}",
    )


def _conclude_inspection(ctx: Context, session: Session, case: Case, actor: Actor) -> None:
    move_case(ctx, case, CaseEvent.INSPECT, actor)
    deliver_parcels(ctx, session, case, actor=actor)
    for line in case.lines:
        _settle(line, actor)
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
    _record_units(ctx, session, case)
    for finding in holding_findings(session, case):
        plan_restock(ctx, session, case, finding)
    queue_case_mail(ctx, session, case, "goods_received")
    resolve_in_goods(ctx, session, case)


def correct_line(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    line_id: str,
    *,
    actor: Actor,
    found: Sequence[Found],
    why: str,
    version: int | None = None,
) -> None:
    """Somebody looked again: these findings hold instead of those before, which stay readable.

    Only until the refund is approved. Raises Conflict afterwards, BadInput naming the field.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    if not why.strip():
        raise BadInput("Say why the count is changed.", code="WHY", field="why")
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        if case.status not in (CaseStatus.RECEIVED, CaseStatus.INSPECTED):
            text = "The count can be corrected until the refund is approved. Cancel the refund first, or write to the shopper."
            raise Conflict(text, code="TOO_LATE")
        exchange = session.scalar(
            select(Exchange).where(Exchange.case_id == case.id, Exchange.state != ExchangeState.CANCELLED)
        )
        if exchange is not None and not exchange.advance:
            raise Conflict(
                "A replacement was ordered for this count, so it cannot be changed any more.", code="TOO_LATE"
            )
        if live_repair(session, case) is not None:
            text = "What is repaired is in the workshop already, so the count cannot be changed any more."
            raise Conflict(text, code="TOO_LATE")
        line = next((line for line in case.lines if line.id == line_id), None)
        if line is None:
            raise BadInput("A counted item is not part of this case.", code="UNKNOWN_LINE", field="lines")
        _check(line, found, most=line.quantity)
        _check_sent(session, case, line, found)
        _check_settled(session, case, line, found)
        replaced = [finding for finding in holding_findings(session, case) if finding.line_id == line.id]
        for finding in replaced:
            finding.replaced_at = ctx.now()
        line.received = line.accepted = 0
        kept = _keep(ctx, session, line, _as_due(session, case, line, found), actor)
        if case.status == CaseStatus.INSPECTED:
            _settle(line, actor)
            restock_correction(ctx, session, case, replaced=replaced, kept=kept)
            _record_difference(ctx, session, case, line)
        mark_goods_owed(session, case)
        record_entry(
            ctx,
            session,
            case,
            event="correct",
            actor=actor,
            detail={**_summary([line]), "why": why.strip()[:LONGEST_TEXT]},
            note=f"count corrected: {line.accepted}/{line.quantity} × {line.product_name} ({why.strip()[:200]})",
        )


def _record_difference(ctx: Context, session: Session, case: Case, line: ReturnLine) -> None:
    """Saleor's record follows a correction: before it is written as one, later by a further return. It never takes units back."""
    rows = session.scalars(select(RecordedReturn).where(RecordedReturn.case_id == case.id)).all()
    planned = next((row for row in rows if row.state == "planned"), None)
    told = sum(int(row.units.get(line.order_line_id, 0)) for row in rows if row is not planned)
    due = max(units_returned(case)[line.order_line_id] - told, 0)
    if planned is not None:
        units = {**planned.units, line.order_line_id: due}
        planned.units = {line_id: quantity for line_id, quantity in units.items() if quantity}
        if not planned.units:
            session.delete(planned)
    elif due:
        session.add(
            RecordedReturn(
                case_id=case.id,
                saleor_order_id=case.saleor_order_id,
                units={line.order_line_id: due},
                check_at=ctx.now(),
            )
        )
        session.flush()
        ctx.jobs.advance_order(
            session,
            tenant_id=case.tenant_id,
            saleor_order_id=case.saleor_order_id,
            key=f"return:{case.id}:{new_id()}",
        )


def accept_kept_units(case: Case) -> None:
    """The shopper keeps everything that was announced: it counts as accepted, though none of it arrives or is recorded as returned."""
    for line in case.lines:
        line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), AcceptanceEvent.ACCEPT, SYSTEM.who)
        line.accepted = line.quantity


def _check_sent(session: Session, case: Case, line: ReturnLine, found: Sequence[Found]) -> None:
    """What is on its way back to the shopper was refused, whoever looks again."""
    gone = goods_sent(session, case, repaired=False).get(line.id, 0)
    if sum(item.quantity for item in found if not item.accepted) < gone:
        text = "%(count)s of this item were sent back to the shopper already: so many stay refused."
        raise BadInput(text, code="SENT_BACK", field=f"{line.id}.0.received", count=gone)


def _check_settled(session: Session, case: Case, line: ReturnLine, found: Sequence[Found]) -> None:
    """A case that was taken up again: what was refunded by then was accepted, and what was counted then is in the stock."""
    if sum(item.quantity for item in found if item.accepted) < line.settled:
        text = "%(count)s of this item were refunded already: so many stay accepted."
        raise BadInput(text, code="SETTLED", field=f"{line.id}.0.received", count=line.settled)
    again = case.begun_again_at
    if case.status == CaseStatus.RECEIVED and again is not None:
        mine = [finding for finding in holding_findings(session, case) if finding.line_id == line.id]
        if any(finding.at <= again for finding in mine):
            raise Conflict("Count the whole parcel first, then correct this item.", code="TOO_EARLY")


def _terms(case: Case) -> CaseTerms:
    return CaseTerms.load(case.terms or {})


def _as_due(session: Session, case: Case, line: ReturnLine, found: Sequence[Found]) -> Sequence[Found]:
    """What is to be repaired goes to the workshop, whatever was ticked."""
    left = line.accepted - line.settled + sum(item.quantity for item in found if item.accepted)
    mended = units_to_repair(_terms(case), {line.order_line_id: left}).get(line.order_line_id, 0)
    if not mended:
        return found
    there = sum(
        finding.quantity
        for finding in holding_findings(session, case)
        if finding.line_id == line.id and finding.accepted and finding.disposition == Disposition.REFURBISH
    )
    return to_workshop(found, max(mended - max(there - line.settled, 0), 0))


def _check(line: ReturnLine, found: Sequence[Found], *, most: int) -> None:
    for flaw in flaws_of(found, most=most):
        because = flaw.because
        raise BadInput(because.text, code=because.code, field=f"{line.id}.{flaw.at}.{flaw.field}", **because.params)


def _keep(ctx: Context, session: Session, line: ReturnLine, found: Sequence[Found], actor: Actor) -> list[Finding]:
    kept = [
        Finding(
            id=new_id(),
            case_id=line.case_id,
            line_id=line.id,
            quantity=item.quantity,
            grade=item.grade,
            accepted=item.accepted,
            disposition=item.disposition,
            reason=item.reason.strip()[:LONGEST_TEXT],
            found_by=actor.name,
            at=ctx.now(),
        )
        for item in found
        if item.quantity
    ]
    session.add_all(kept)
    session.flush()
    line.received += sum(item.quantity for item in kept)
    line.accepted += sum(item.quantity for item in kept if item.accepted)
    line.refusal = "\n".join(dict.fromkeys(item.reason for item in kept if not item.accepted)) or line.refusal
    return kept


def _settle(line: ReturnLine, actor: Actor) -> None:
    event = count_event(announced=line.quantity, received=line.received)
    line.reception = LINE_RECEPTION.move(Reception(line.reception), event, actor.who)
    decided = AcceptanceEvent.ACCEPT if line.accepted else AcceptanceEvent.REFUSE
    line.acceptance = LINE_ACCEPTANCE.move(Acceptance(line.acceptance), decided, actor.who)
    if line.accepted == line.received:
        line.refusal = ""


def _summary(lines: Sequence[ReturnLine]) -> dict[str, object]:
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
