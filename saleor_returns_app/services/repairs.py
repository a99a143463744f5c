"""Repairs: the workshop's steps, the shopper's answer to a price, what was paid for it, and the way back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.repairs import (
    ENDED,
    REPAIR,
    Finding,
    PaidHow,
    RepairEvent,
    RepairStatus,
    is_repair,
    obstacle,
    payment_due,
    repayment_due,
)
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.repairs import Repair

from .approvals import check_accepted
from .context import Context
from .guards import LONGEST_TEXT, check_version, require_permission, require_role, require_staff
from .history import load_return, move_case, record_entry
from .logistics import checked_tracking
from .mending import only_mends, take_off_shelf, units_to_mend
from .messages import tell_staff
from .notifications import queue_case_mail
from .orders import lock_lane
from .rounds import begin_again, check_settled
from .sending_out import add_parcel_out, parcel_told
from .settling import settle_case
from .standing_repairs import live_repair, repair_of
from .waiting import follow_case


def start_repair(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """The accepted goods go to the workshop. Raises Conflict where no repair was agreed on, or nothing accepted; where a refund or a
    replacement is owed besides: its approval begins the repair as well."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        terms = CaseTerms.load(case.terms or {})
        if not is_repair(terms) and not any(piece.resolution is Resolution.REPAIR for piece in terms.pieces):
            raise Conflict("No repair was agreed on. Make the shopper an offer first.", code="NO_REPAIR")
        move_case(ctx, case, CaseEvent.RESOLVE, actor)
        check_accepted(case)
        if not units_to_mend(case):
            raise Conflict("Nothing was accepted, so there is nothing to repair.", code="NOTHING_DUE")
        if not only_mends(case):
            text = "More was agreed than the repair. Approve the refund or send the replacement: the repair begins with it."
            raise Conflict(text, code="OWED_BESIDES")
        open_repair(ctx, session, case, actor)


def open_repair(ctx: Context, session: Session, case: Case, actor: Actor) -> None:
    """With what else was agreed, the accepted units that are repaired go to the workshop; nothing where none are, or they are there."""
    if not units_to_mend(case) or live_repair(session, case) is not None:
        return
    last = session.scalar(select(func.max(Repair.number)).where(Repair.case_id == case.id)) or 0
    repair = Repair(
        id=new_id(),
        case_id=case.id,
        number=last + 1,
        status=REPAIR.initial,
        currency=case.currency,
        created_at=ctx.now(),
    )
    session.add(repair)
    take_off_shelf(ctx, session, case)
    follow_case(ctx, session, case)
    record_entry(ctx, session, case, event="start_repair", actor=actor, public=True, note="repair begun")


def diagnose_repair(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    finding: Finding,
    diagnosis: str,
    price: Money | None = None,
    version: int | None = None,
) -> None:
    """What is broken, for the shopper to read, and what it comes to: free of charge, at a price that the shopper is asked for
    first, or beyond repair. Raises BadInput naming the field."""
    said = _said(diagnosis, field="diagnosis", missing="Write what you found: the shopper reads it.")
    if finding is Finding.PRICED:
        _check_price(price)
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.DIAGNOSE, actor)
        repair.finding, repair.diagnosis = finding, said
        repair.price_minor = price.minor if price is not None and finding is Finding.PRICED else None
        repair.payment, repair.repayment, repair.work = {}, {}, ""
        if finding is Finding.FREE:
            _tell(ctx, session, case, repair, actor, event="diagnose", message=said)
            queue_case_mail(ctx, session, case, "repair_diagnosed", **_told(repair))
        elif finding is Finding.PRICED:
            _move(ctx, repair, RepairEvent.QUOTE, actor)
            _tell(ctx, session, case, repair, actor, event="quote_repair", message=said)
            queue_case_mail(ctx, session, case, "repair_quoted", **_told(repair))
        else:
            _give_up(ctx, session, case, repair, actor, why=said)


def withdraw_repair_quote(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None
) -> None:
    """The price was wrong: it is taken back, and the repair is diagnosed anew or done for nothing."""
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.WITHDRAW, actor)
        price = repair.price
        repair.price_minor, repair.finding = None, Finding.FREE
        _tell(ctx, session, case, repair, actor, event="withdraw_repair_quote", price=str(price))
        queue_case_mail(
            ctx, session, case, "repair_quote_ended", how="withdraw", price_minor=price.minor if price else 0
        )


def answer_repair_quote(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, event: RepairEvent, seen: int, reason: str = ""
) -> None:
    """The shopper accepts or declines the price. `seen`: the version of the repair that they read; raises Conflict for another."""
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, None)
        if repair.version != seen and repair.status == RepairStatus.QUOTED:
            raise Conflict("The shop changed the price in the meantime. Read it again and decide.", code="STALE")
        _move(ctx, repair, event, actor)
        case.unread = True
        said = reason.strip()[:LONGEST_TEXT]
        if event is RepairEvent.ACCEPT:
            _tell(ctx, session, case, repair, actor, event="accept_repair_quote", price=str(repair.price))
            tell_staff(ctx, session, case, f"The price of the repair, {repair.price}, was accepted.")
        else:
            detail = {"price": str(repair.price), **({"message": said} if said else {})}
            _tell(ctx, session, case, repair, actor, event="decline_repair_quote", **detail)
            tell_staff(ctx, session, case, said or f"The price of the repair, {repair.price}, was declined.")


def lapse_repair_quote(ctx: Context, session: Session, case: Case) -> None:
    """The shopper did not answer in time: silence is no consent. The case is locked by the caller."""
    repair = repair_of(session, case.id)
    if repair is None or repair.status != RepairStatus.QUOTED:
        return
    _move(ctx, repair, RepairEvent.LAPSE, SYSTEM)
    _tell(ctx, session, case, repair, SYSTEM, event="lapse_repair_quote", price=str(repair.price))
    queue_case_mail(ctx, session, case, "repair_quote_ended", how="lapse", price_minor=repair.price_minor or 0)


def begin_repair(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """The workshop begins; free of charge, for a price is begun by the shopper who accepts it."""
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.BEGIN, actor)
        _tell(ctx, session, case, repair, actor, event="begin_repair")


def finish_repair(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, work: str, version: int | None = None
) -> None:
    """It works again; `work` says what was done, for the shopper to read."""
    said = _said(work, field="work", missing="Write what was done: the shopper reads it.")
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.FINISH, actor)
        repair.work = said
        _tell(ctx, session, case, repair, actor, event="finish_repair", message=said)
        if _owes(repair):
            queue_case_mail(ctx, session, case, "repair_to_pay", **_told(repair))


def rework_repair(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """It was called repaired, but is not: the workshop goes on."""
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.REWORK, actor)
        _tell(ctx, session, case, repair, actor, event="rework_repair")


def give_up_repair(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, why: str, version: int | None = None
) -> None:
    """It cannot be repaired after all; `why` is for the shopper to read."""
    said = _said(why, field="why", missing="Write the reason: the shopper reads it.")
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        _give_up(ctx, session, case, repair, actor, why=said)


def record_repair_payment(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    how: PaidHow,
    reference: str,
    version: int | None = None,
) -> None:
    """The shopper paid the price, or was paid it back where no repair came about; the app moves no such money, staff say that it
    moved and how that can be seen. Raises Conflict where neither is owed."""
    require_staff(actor)
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    said = _said(
        reference, field="reference", missing="Write how it can be found: a reference, a receipt number, a date."
    )
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        repair = _repair(session, case)
        kept = {"how": how.value, "reference": said, "by": actor.name, "at": ctx.now().isoformat()}
        if _owes(repair):
            repair.payment, event = kept, "record_repair_payment"
        elif _owed_back(repair):
            repair.repayment, event = kept, "record_repair_repayment"
        else:
            raise Conflict("Nothing has to be paid for this repair now.", code="NOTHING_DUE")
        detail = {"price": str(repair.price), "how": how.value}
        record_entry(
            ctx,
            session,
            case,
            event=event,
            actor=actor,
            public=True,
            detail=detail,
            note=f"repair: {repair.price} ({said[:200]})",
        )


def send_repair(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    carrier: str,
    tracking_number: str,
    version: int | None = None,
) -> None:
    """The goods go back, repaired or not; the case is settled where nothing else is owed. Raises Conflict while money is owed for
    the repair on either side."""
    number, said = checked_tracking(tracking_number, carrier)
    with ctx.db.tenant(tenant_id) as session:
        case, repair = _load(session, case_id, actor, version)
        was_repaired = repair.status == RepairStatus.REPAIRED
        _move(ctx, repair, RepairEvent.SEND, actor)
        units = units_to_mend(case)
        parcel = add_parcel_out(ctx, session, case, actor=actor, units=units, carrier=said, tracking_number=number)
        repair.parcel_id = parcel.id
        session.flush()
        told = parcel_told(case, parcel)
        settle_case(ctx, session, case, actor)
        event, note = (
            ("send_repaired", "repaired goods sent back")
            if was_repaired
            else ("send_unrepaired", "sent back unrepaired")
        )
        record_entry(ctx, session, case, event=event, actor=actor, public=True, detail=told, note=note)
        queue_case_mail(ctx, session, case, "repair_sent", parcel=told, repaired=was_repaired, work=repair.work)


def turn_repair(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Something else in place of the repair: the case goes back to where an offer can be made, with the goods here. What was paid or
    sent besides stays so; raises Conflict while that is under way."""
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)  # before the case, as the jobs do
        case, repair = _load(session, case_id, actor, version)
        _move(ctx, repair, RepairEvent.TURN, actor)
        terms = CaseTerms.load(case.terms or {})
        if terms.pieces:
            check_settled(session, case)
            begin_again(ctx, session, case, actor)
            # What is left is what was to be repaired: a case of its own kind from now on.
            case.terms = terms.but(resolution=Resolution.REPAIR, pieces=()).dump()
        if case.status == CaseStatus.RESOLVING:
            move_case(ctx, case, CaseEvent.RECONSIDER, actor)
        record_entry(ctx, session, case, event="turn_repair", actor=actor, note="no repair: another offer follows")


def _load(session: Session, case_id: str, actor: Actor, version: int | None) -> tuple[Case, Repair]:
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    case = load_return(session, case_id, actor)
    check_version(case, version)
    return case, _repair(session, case)


def _repair(session: Session, case: Case) -> Repair:
    repair = repair_of(session, case.id)
    # Back at the approval, where a refund besides it was given up.
    if repair is None or (
        case.status not in (CaseStatus.RESOLVING, CaseStatus.INSPECTED) and repair.status not in ENDED
    ):
        raise Conflict("Nothing is being repaired in this case.", code="NO_REPAIR")
    return repair


def _move(ctx: Context, repair: Repair, event: RepairEvent, actor: Actor) -> None:
    status = RepairStatus(repair.status)
    after = REPAIR.move(status, event, actor.who)
    because = obstacle(
        event, status, priced=repair.price_minor is not None, paid=bool(repair.payment), repaid=bool(repair.repayment)
    )
    if because is not None:
        raise Conflict(because.text, code=because.code)
    repair.status = after
    if after in ENDED:
        repair.ended_at = ctx.now()


def _tell(
    ctx: Context, session: Session, case: Case, repair: Repair, actor: Actor, *, event: str, **detail: Any
) -> None:
    """The history, and what is waited for from now on."""
    if repair.price_minor is not None:
        detail.setdefault("price", str(repair.price))
    session.flush()
    follow_case(ctx, session, case)
    record_entry(ctx, session, case, event=event, actor=actor, public=True, detail=detail)


def _give_up(ctx: Context, session: Session, case: Case, repair: Repair, actor: Actor, *, why: str) -> None:
    _move(ctx, repair, RepairEvent.GIVE_UP, actor)
    repair.work, repair.finding = why, Finding.BEYOND_REPAIR
    _tell(ctx, session, case, repair, actor, event="give_up_repair", message=why)
    queue_case_mail(
        ctx,
        session,
        case,
        "repair_given_up",
        work=why,
        owed_back_minor=repair.price_minor if _owed_back(repair) else None,
    )


def _owes(repair: Repair) -> bool:
    return payment_due(RepairStatus(repair.status), priced=repair.price_minor is not None, paid=bool(repair.payment))


def _owed_back(repair: Repair) -> bool:
    return repayment_due(RepairStatus(repair.status), paid=bool(repair.payment), repaid=bool(repair.repayment))


def _told(repair: Repair) -> dict[str, Any]:
    """What a mail says of a repair."""
    return {"diagnosis": repair.diagnosis, "price_minor": repair.price_minor, "work": repair.work}


def _said(text: str, *, field: str, missing: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(missing, code="MISSING", field=field)
    if len(said) > LONGEST_TEXT:
        problem = "The text is too long: at most %(most)s characters."
        raise BadInput(problem, code="TOO_LONG", field=field, most=LONGEST_TEXT)
    return said


def _check_price(price: Money | None) -> None:
    if price is None or price <= Money.zero(price.currency):
        text = "Say what the repair costs, above zero. What costs nothing is free of charge."
        raise BadInput(text, code="PRICE", field="amount")
