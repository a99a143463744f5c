"""The work of an order's lane: whatever is planned for the order is taken as far as it goes now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from saleor_returns_app.domain.effects import OPEN, EffectKind
from saleor_returns_app.domain.exchanges import WATCHED
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.refunds import UNDER_WAY
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.errors import NotFound, SaleorDenied, SaleorRefused
from saleor_returns_app.models.base import TenantScoped
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import OrderNote, RecordedReturn, Refund
from saleor_returns_app.models.tenants import Tenant, TenantState

from .attaching import Attaching
from .attempts import schedule_look
from .attention import raise_concern, refresh_attention, report_attention
from .context import Context
from .effects import Handler, advance_effect, open_effects
from .exchanges import watch_exchange, watched_exchanges
from .issued_codes import IssuingGiftCard, IssuingVoucher
from .labelling import Labelling, Voiding
from .lanes import Lane, LaneLost, claim_lane
from .notes import NOTE_LEASE, send_due_notes
from .ordering import Ordering, Retracting
from .orders import store_order
from .paying import Paying, watched_refunds
from .paying_legacy import advance_legacy
from .ports import ShopConnection
from .recorded_returns import advance_return, open_returns
from .restocking import Restocking

#: How long a swept order is left to the job that was enqueued for it.
LEASE = timedelta(seconds=60)
_UNREADABLE = "ORDER_UNREADABLE"
HANDLERS: Mapping[EffectKind, Handler] = {
    EffectKind.RESTOCK: Restocking(),
    EffectKind.INVOICE: Attaching(),
    EffectKind.GIFT_CARD: IssuingGiftCard(),
    EffectKind.VOUCHER: IssuingVoucher(),
    EffectKind.REPLACEMENT: Ordering(),
    EffectKind.RETRACTION: Retracting(),
    EffectKind.LABEL: Labelling(),
    EffectKind.VOID: Voiding(),
}
_Row = TypeVar("_Row", bound=TenantScoped)


def advance_order(ctx: Context, tenant_id: str, saleor_order_id: str, *, holder: str) -> None:
    """Run the lane of one order, or of a variant's stock, once. Safe to repeat, at any time, by any worker: the newest claim wins.

    Raises SaleorUnavailable when the order cannot be read; the planned rows keep their `check_at` and are swept up later.
    """
    lane = claim_lane(ctx, tenant_id, saleor_order_id, holder=holder)
    try:
        _run(lane)
    except LaneLost:
        return  # the newer claim does the work


def _run(lane: Lane) -> None:
    ctx = lane.ctx
    with lane.write() as session:
        returns = open_returns(session, lane.saleor_order_id)
        refunds = watched_refunds(session, lane.saleor_order_id)
        effects = open_effects(session, lane.saleor_order_id)
        exchanges = watched_exchanges(session, lane.saleor_order_id)
    if effects:
        _do(lane, effects)
    for exchange_id in exchanges:
        watch_exchange(lane, ctx.shop(lane.tenant_id), exchange_id)
    if returns or refunds:
        shop = ctx.shop(lane.tenant_id)
        read_at = ctx.now()
        order = _read(lane, shop)
        stale = False
        for return_id in returns:
            stale = advance_return(lane, shop, order, return_id, read_at=read_at)
            if stale:
                break  # another return of the order is told from this one only by a new read
        stale = _pay(Paying(lane, shop, order, read_at), refunds) or stale
        if stale and refunds:
            # What was written is read back once; what has not settled by then is looked at again at its `check_at`.
            read_at = ctx.now()
            order = _read(lane, shop)
            with lane.write() as session:
                left = watched_refunds(session, lane.saleor_order_id)
            _pay(Paying(lane, shop, order, read_at), left)
    report_attention(lane, Case.saleor_order_id == lane.saleor_order_id)
    send_due_notes(lane)


def _do(lane: Lane, effects: list[tuple[str, str]]) -> None:
    shop = lane.ctx.shop(lane.tenant_id)
    for effect_id, kind in effects:
        advance_effect(lane, shop, effect_id, HANDLERS[EffectKind(kind)])
    with lane.write() as session:
        about = select(Effect.case_id).where(Effect.id.in_([effect_id for effect_id, _ in effects]))
        cases = list(session.scalars(about.distinct()))
    report_attention(lane, Case.id.in_(cases))


def _pay(paying: Paying, refunds: list[tuple[str, str]]) -> bool:
    """Take each refund a step on; True when one of them wrote to Saleor."""
    wrote = False
    for refund_id, way in refunds:
        advance = advance_legacy if way == RefundWay.LEGACY else Paying.advance
        wrote = advance(paying, refund_id) or wrote
    return wrote


def _read(lane: Lane, shop: ShopConnection) -> Order:
    try:
        order = lane.ctx.saleor.read_order(shop, lane.saleor_order_id)
        if order is None:
            raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    except (NotFound, SaleorDenied, SaleorRefused) as problem:
        _tell_unreadable(lane, problem.message())
        raise
    with lane.write() as session:
        store_order(session, order, now=lane.ctx.now())
        _forget_unreadable(session, lane.saleor_order_id)
    return order


def _tell_unreadable(lane: Lane, message: str) -> None:
    """Asking again will not help: a person has to know that the refunds of this order stand still."""
    with lane.write() as session:
        for refund_id, _ in watched_refunds(session, lane.saleor_order_id):
            refund = session.get_one(Refund, refund_id)
            if refund.status in UNDER_WAY and not refund.concern:
                refund.message = message
                raise_concern(session, session.get_one(Case, refund.case_id), refund, _UNREADABLE)
                schedule_look(lane, session, refund)


def _forget_unreadable(session: Session, saleor_order_id: str) -> None:
    told = select(Refund).where(Refund.saleor_order_id == saleor_order_id, Refund.concern == _UNREADABLE)
    for refund in session.scalars(told).all():
        refund.concern = ""
        refresh_attention(session, session.get_one(Case, refund.case_id))


def sweep_due(ctx: Context, *, most: int = 200) -> int:
    """Enqueue the lanes of everything whose time to be looked at has come, the longest due first; gives how many orders.

    What is enqueued is leased: should the job be lost, the next sweep after the lease takes it up again. What belongs to a
    shop that is not active waits for it to come back.
    """
    now = ctx.now()
    found: set[tuple[str, str]] = set()
    still_to_do = RecordedReturn.state.in_(["planned", "calling"])
    with ctx.db.everyone() as session:
        for refund in session.scalars(_due(Refund, at=Refund.check_at, now=now, most=most)):
            refund.check_at = now + LEASE
            found.add((refund.tenant_id, refund.saleor_order_id))
        returns = _due(RecordedReturn, at=RecordedReturn.check_at, now=now, most=most).where(still_to_do)
        for recorded in session.scalars(returns):
            recorded.check_at = now + LEASE
            found.add((recorded.tenant_id, recorded.saleor_order_id))
        undone = _due(Effect, at=Effect.check_at, now=now, most=most).where(Effect.state.in_(OPEN))
        for effect in session.scalars(undone):
            effect.check_at = now + LEASE
            found.add((effect.tenant_id, effect.lane))
        watched = _due(Exchange, at=Exchange.check_at, now=now, most=most).where(Exchange.state.in_(WATCHED))
        for exchange in session.scalars(watched):
            exchange.check_at = now + LEASE
            found.add((exchange.tenant_id, exchange.saleor_order_id))
        notes = _due(OrderNote, at=OrderNote.due_at, now=now, most=most).where(OrderNote.sent_at.is_(None))
        for note in session.scalars(notes):
            note.due_at = now + NOTE_LEASE
            found.add((note.tenant_id, note.saleor_order_id))
        for tenant_id, order_id in sorted(found):
            key = f"sweep:{order_id}:{now.timestamp()}"  # never one that was used before: that would enqueue nothing
            ctx.jobs.advance_order(session, tenant_id=tenant_id, saleor_order_id=order_id, key=key)
    return len(found)


def _due(what: type[_Row], *, at: InstrumentedAttribute[Any], now: datetime, most: int) -> Select[_Row]:
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    return (
        select(what)
        .where(at <= now, what.tenant_id.in_(active))
        .order_by(at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
