"""The warehouse's bench: what is scanned is found, what is booked is held for a few seconds in which it can be undone, what nobody
announced is set aside until somebody says what becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.carriers import tracking_key
from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.inspection import Disposition, Found, Grade
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import AppError, BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.inspection import Receipt, StrayGoods
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.tenants import Tenant, TenantState

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role
from .history import load_return, record_entry
from .inspection import Finds, book_findings, check_receipt
from .queue_search import clean_search

#: How long a booking can be undone; then it counts.
HELD = timedelta(seconds=8)
#: Until a booking that broke is tried again, and how long.
PAUSE, GIVEN_UP = timedelta(minutes=5), timedelta(hours=1)
#: Bookings that a person sees on their bench.
_RECENT = 12
_MOST_FOUND = 20
#: A code may stand within a longer text, as in a link.
_NUMBER = re.compile(r"R-[0-9]{4}-[0-9]{6,}", re.ASCII)
_OPERATION = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A parcel on the bench: booked, held, undone or not possible after all."""

    receipt: Receipt
    number: str
    units: int

    @property
    def can_undo(self) -> bool:
        return self.receipt.state == "held"


def find_scanned(ctx: Context, tenant_id: str, *, actor: Actor, code: str) -> Sequence[Case]:
    """The cases that a scanned or typed code can mean, open ones first: an RMA number, a tracking number, an order number."""
    require_permission(actor, "MANAGE_ORDERS")
    said = clean_search(code)
    if not said:
        return ()
    named = _NUMBER.search(said.upper())
    with ctx.db.tenant(tenant_id) as session:
        ways = [
            Case.number == (named[0] if named else said.upper()),
            Case.id.in_(select(Parcel.case_id).where(Parcel.tracking_key == tracking_key(said))),
        ]
        ways += [Case.order_number == said]
        if said.isascii() and said.isdigit() and len(said) < 10:
            ways.append(Case.sequence == int(said))
        for way in ways:
            # One way after the other: each has an index of its own, and the first that finds something is what was meant.
            found = select(Case).where(way, Case.kind == CaseKind.RETURN).order_by(Case.id.desc()).limit(_MOST_FOUND)
            if actor.channels is not None:
                found = found.where(Case.channel_slug.in_(sorted(actor.channels)))
            if cases := session.scalars(found).all():
                return cases
    return ()


def hold_receipt(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    operation: str,
    found: Finds,
    more_to_come: bool = False,
    version: int | None = None,
) -> str:
    """Book a parcel in, to count in a few seconds unless it is undone; gives the receipt's id.

    Everything is checked now, with the rights of now. The same `operation` books once, however often it is sent; raises Conflict
    where something else was booked with it.
    """
    if not _OPERATION.fullmatch(operation):
        raise BadInput("This booking has no name of its own. Open the page again.", code="OPERATION")
    counted = {line_id: [asdict(item) for item in items] for line_id, items in found.items()}
    with ctx.db.tenant(tenant_id) as session:
        known = session.scalar(select(Receipt).where(Receipt.operation == operation))
        if known is not None:
            if (known.case_id, known.found, known.more_to_come) != (case_id, counted, more_to_come):
                text = "This page booked another count already. Look at what was booked, then scan the parcel again."
                raise Conflict(text, code="OPERATION_USED")
            return known.id
        case = check_receipt(session, case_id, actor=actor, found=found, more_to_come=more_to_come, version=version)
        held = select(Receipt).where(Receipt.case_id == case.id, Receipt.state == "held")
        if session.scalar(held.limit(1)) is not None:
            text = "This case was booked a moment ago. Undo that first, or wait until it counts."
            raise Conflict(text, code="HELD")
        receipt = Receipt(
            id=new_id(),
            operation=operation,
            case_id=case.id,
            found=counted,
            more_to_come=more_to_come,
            actor_id=actor.id,
            by=actor.dump(),
            held_until=ctx.now() + HELD,
            created_at=ctx.now(),
        )
        try:
            with session.begin_nested():
                session.add(receipt)
        except IntegrityError:  # sent twice at once
            return session.scalars(select(Receipt.id).where(Receipt.operation == operation)).one()
        return receipt.id


def undo_receipt(ctx: Context, tenant_id: str, receipt_id: str, *, actor: Actor) -> None:
    """As if it had not been booked. Raises Conflict once it counts: then the count is corrected on the case."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    with ctx.db.tenant(tenant_id) as session:
        receipt = session.scalar(select(Receipt).where(Receipt.id == receipt_id).with_for_update())
        if receipt is None:
            raise NotFound("This booking does not exist, or it is not yours to see.", code="UNKNOWN_RECEIPT")
        load_return(session, receipt.case_id, actor)
        if receipt.state == "undone":
            return
        if receipt.state != "held":
            text = "It counts already. Open the case and correct the count there."
            raise Conflict(text, code="BOOKED")
        receipt.state, receipt.settled_at = "undone", ctx.now()


def book_held(ctx: Context, *, most: int = 50) -> int:
    """Let the bookings count whose time to be undone is over, in the order they were made; gives how many."""
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    due = select(Receipt.tenant_id, Receipt.id).where(
        Receipt.state == "held", Receipt.held_until <= ctx.now(), Receipt.tenant_id.in_(active)
    )
    with ctx.db.everyone() as session:
        found = session.execute(due.order_by(Receipt.held_until, Receipt.id).limit(most)).all()
    for tenant_id, receipt_id in found:
        try:
            _book(ctx, tenant_id, receipt_id)
        except AppError as problem:
            _refuse(ctx, tenant_id, receipt_id, problem)
        except Exception:
            # One that breaks must not hold up those of all shops behind it.
            log.exception("receipt not booked", tenant=tenant_id, receipt=receipt_id)
            _put_off(ctx, tenant_id, receipt_id)
    return len(found)


def _put_off(ctx: Context, tenant_id: str, receipt_id: str) -> None:
    """Try again later; in the end whoever booked it reads that it was not counted."""
    with ctx.db.tenant(tenant_id) as session:
        receipt = session.get_one(Receipt, receipt_id, with_for_update=True)
        if ctx.now() - receipt.created_at < GIVEN_UP:
            receipt.held_until = ctx.now() + PAUSE
            return
    text = "The app could not count this booking. Nothing was booked: count the parcel again on the page of the case."
    _refuse(ctx, tenant_id, receipt_id, Conflict(text, code="NOT_BOOKED"))


def _book(ctx: Context, tenant_id: str, receipt_id: str) -> None:
    with ctx.db.tenant(tenant_id) as session:
        receipt = session.get(Receipt, receipt_id, with_for_update=True)
        if receipt is None or receipt.state != "held":
            return
        actor, found = Actor.load(receipt.by), _found(receipt)
        case = check_receipt(
            session,
            receipt.case_id,
            actor=actor,
            found=found,
            more_to_come=receipt.more_to_come,
            version=None,
        )
        book_findings(ctx, session, case, actor=actor, found=found, more_to_come=receipt.more_to_come)
        receipt.state, receipt.settled_at = "booked", ctx.now()


def _refuse(ctx: Context, tenant_id: str, receipt_id: str, problem: AppError) -> None:
    """The case moved on while it was held: nothing was booked, and whoever booked it reads why."""
    with ctx.db.tenant(tenant_id) as session:
        receipt = session.get_one(Receipt, receipt_id, with_for_update=True)
        if receipt.state == "held":
            receipt.state, receipt.problem, receipt.settled_at = "refused", problem.message(), ctx.now()


def _found(receipt: Receipt) -> dict[str, tuple[Found, ...]]:
    return {
        line_id: tuple(
            Found(
                quantity=int(item["quantity"]),
                grade=Grade(item["grade"]),
                accepted=bool(item["accepted"]),
                disposition=Disposition(item["disposition"]),
                reason=str(item["reason"]),
            )
            for item in items
        )
        for line_id, items in receipt.found.items()
    }


def recent_bookings(ctx: Context, tenant_id: str, *, actor: Actor) -> list[Booking]:
    """What this person booked last, newest first; what is over after an hour is left out unless it was not possible."""
    with ctx.db.tenant(tenant_id) as session:
        mine = (
            select(Receipt, Case.number)
            .join(Case, Case.id == Receipt.case_id)
            .where(Receipt.actor_id == actor.id, Receipt.created_at > ctx.now() - timedelta(hours=12))
            .order_by(Receipt.id.desc())
            .limit(_RECENT)
        )
        return [
            Booking(receipt=receipt, number=number, units=_units(receipt.found))
            for receipt, number in session.execute(mine)
        ]


def _units(found: dict[str, Any]) -> int:
    return sum(int(item["quantity"]) for items in found.values() for item in items)


def set_aside(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    description: str,
    code: str = "",
    case_id: str = "",
    operation: str = "",
) -> None:
    """Keep record of goods that nobody announced; with a case they were in its parcel. Raises BadInput naming the field."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    said = description.strip()[:LONGEST_TEXT]
    if not said:
        raise BadInput("Say what it is and what stands on the parcel.", code="STRAY", field="description")
    with ctx.db.tenant(tenant_id) as session:
        if operation and session.scalar(select(StrayGoods.id).where(StrayGoods.operation == operation).limit(1)):
            return
        case = load_return(session, case_id, actor) if case_id else None
        session.add(
            StrayGoods(
                id=new_id(),
                operation=operation[:64],
                case_id=case.id if case else None,
                code=clean_search(code),
                description=said,
                found_by=actor.name,
                at=ctx.now(),
            )
        )
        if case is not None:
            record_entry(ctx, session, case, event="stray_goods", actor=actor, detail={"description": said})


def stray_goods(ctx: Context, tenant_id: str, *, actor: Actor) -> Sequence[tuple[StrayGoods, Case | None]]:
    """What is set aside and waits for somebody to say what becomes of it, oldest first."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        waiting = (
            select(StrayGoods, Case)
            .outerjoin(Case, Case.id == StrayGoods.case_id)
            .where(StrayGoods.settled_at.is_(None))
            .order_by(StrayGoods.id)
            .limit(100)
        )
        return [
            (goods, case)
            for goods, case in session.execute(waiting)
            if case is None or actor.channels is None or case.channel_slug in actor.channels
        ]


def settle_stray(ctx: Context, tenant_id: str, goods_id: str, *, actor: Actor, outcome: str) -> None:
    """Say what became of them: whose they were, sent back, kept. Raises BadInput naming the field."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    said = outcome.strip()[:LONGEST_TEXT]
    if not said:
        raise BadInput("Say what became of it.", code="OUTCOME", field="outcome")
    with ctx.db.tenant(tenant_id) as session:
        goods = session.scalar(select(StrayGoods).where(StrayGoods.id == goods_id).with_for_update())
        if goods is None:
            raise NotFound("These goods are not on the list.", code="UNKNOWN_GOODS")
        case = load_return(session, goods.case_id, actor) if goods.case_id else None
        if goods.settled_at is not None:
            return
        goods.outcome, goods.settled_by, goods.settled_at = said, actor.name, ctx.now()
        if case is not None:
            record_entry(ctx, session, case, event="stray_settled", actor=actor, detail={"description": said})


def open_strays(session: Session, case_id: str) -> Sequence[StrayGoods]:
    mine = select(StrayGoods).where(StrayGoods.case_id == case_id, StrayGoods.settled_at.is_(None))
    return session.scalars(mine.order_by(StrayGoods.id)).all()
