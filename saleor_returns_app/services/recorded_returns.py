"""Recording the goods of a case in Saleor: planned, located at the moment of writing, recognised after a crash."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.returns import (
    locate_units,
    recognise_return,
    returned_fulfillments,
)
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import (
    Conflict,
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
)
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.refunds import RecordedReturn

from .attention import refresh_attention
from .context import Context
from .guards import check_version, require_permission, require_role
from .history import load_return, record_entry
from .lanes import GRACE, STALE, Lane
from .notes import confirm_notes, take_notes
from .orders import outdate_order
from .ports import ReturnUnits, ShopConnection

RETRY_AFTER = timedelta(seconds=30)


def open_returns(session: Session, saleor_order_id: str) -> list[str]:
    return list(
        session.scalars(
            select(RecordedReturn.id)
            .where(
                RecordedReturn.saleor_order_id == saleor_order_id,
                RecordedReturn.state.in_(["planned", "calling"]),
            )
            .order_by(RecordedReturn.id)
        )
    )


def advance_return(lane: Lane, shop: ShopConnection, order: Order, return_id: str, *, read_at: datetime) -> bool:
    """Take one planned return a step on; True when Saleor was written to and the order has to be read again."""
    ctx = lane.ctx
    with lane.write() as session:
        row = session.get_one(RecordedReturn, return_id)
        case = session.get_one(Case, row.case_id)
        units = {line_id: int(quantity) for line_id, quantity in row.units.items()}
        if row.state == "calling":
            ours = recognise_return(order, known=frozenset(row.known), wanted=units)
            if ours is not None:
                _done(session, case, row, ours.id)
                return False
            if row.running_until is not None and row.running_until > read_at:
                row.check_at = row.running_until
                return False
        found, missing = locate_units(order, units)
        if missing:
            count = sum(missing.values())
            _stuck(
                session,
                case,
                row,
                f"{count} of the units are no longer fulfilled in Saleor: returned there already?",
            )
            return False
        row.state, row.known, row.fence = (
            "calling",
            sorted(returned_fulfillments(order)),
            lane.fence,
        )
        planned_at = ctx.now()
        row.running_until = planned_at + timedelta(seconds=ctx.settings.saleor_timeout) + GRACE
        row.check_at = row.running_until
        note = take_notes(lane, session)
        reason = case.number
    wanted = [ReturnUnits(fulfillment_line_id=line_id, quantity=quantity) for line_id, quantity in found]
    if ctx.now() - planned_at > STALE:
        return False  # stopped after planning: others may have read meanwhile that nothing was done
    fulfillment_id, refusal, again = "", "", False
    try:
        fulfillment_id = ctx.saleor.return_products(
            shop, order_id=order.id, units=wanted, reason=reason, note=note
        ).fulfillment_id
    except (SaleorRefused, SaleorDenied) as problem:
        refusal = problem.message()
    except SaleorUnavailable:
        again = True
    except SaleorUnclear:
        return True  # the next read tells
    with lane.write() as session:
        row = session.get_one(RecordedReturn, return_id)
        case = session.get_one(Case, row.case_id)
        if refusal:
            _stuck(session, case, row, refusal)
        elif again:
            row.state, row.check_at = "planned", ctx.now() + RETRY_AFTER
        else:
            _done(session, case, row, fulfillment_id)
            confirm_notes(lane, session, note)
    return not refusal and not again


def _done(session: Session, case: Case, row: RecordedReturn, fulfillment_id: str) -> None:
    row.state, row.fulfillment_id, row.check_at = "done", fulfillment_id, None
    case.return_recorded = True
    outdate_order(session, row.saleor_order_id)


def _stuck(session: Session, case: Case, row: RecordedReturn, message: str) -> None:
    # A person compares the two records; until then the units stay announced and cannot be returned twice.
    row.state, row.message, row.check_at = "stuck", message, None
    refresh_attention(session, case)


def confirm_return(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> None:
    """A person compared the order in Saleor: the goods are on record there."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.RECEIVE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        row = session.scalars(
            select(RecordedReturn).where(RecordedReturn.case_id == case.id, RecordedReturn.state == "stuck")
        ).first()
        if row is None:
            raise Conflict(
                "The return of this case does not wait for a confirmation.",
                code="NOT_STUCK",
            )
        _done(session, case, row, "")
        refresh_attention(session, case)
        record_entry(ctx, session, case, event="confirm_return", actor=actor)
