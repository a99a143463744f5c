"""Sending goods instead of money: the replacement order of a case, made once in Saleor and followed until it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import Acceptance, CaseEvent, CaseStatus
from saleor_returns_app.domain.differences import PieceWorth
from saleor_returns_app.domain.effects import EffectKind
from saleor_returns_app.domain.exchanges import BY_ORDER, EXCHANGE, WATCHED, ExchangeEvent, ExchangeState
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict, RemoteError
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import Refund

from .approvals import waits_for_second_person
from .attention import PAID_FOR, refresh_attention
from .context import Context
from .effects import plan_effect
from .guards import check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .lanes import Lane
from .notifications import queue_case_mail
from .orders import country_of, fresh_order, lock_lane, mirrored_order
from .ports import Replacement, ShopConnection
from .quotes import quote_case
from .repairs import open_repair
from .settling import settle_case
from .waiting import follow_case, settings_of

#: How often the shop is asked how a replacement order stands, should no webhook tell.
LOOK_EVERY = timedelta(hours=6)
#: In these a shop may send the replacement in advance, on trust.
_BEFORE_GOODS = (CaseStatus.APPROVED, CaseStatus.IN_TRANSIT, CaseStatus.RECEIVED)

#: And in these, for what was accepted or stays with the shopper.
_SENDS = (*_BEFORE_GOODS, CaseStatus.INSPECTED, CaseStatus.RESOLVING)


def live_exchange(session: Session, case_id: str) -> Exchange | None:
    """The case's replacement, unless it was given up."""
    return next(iter(live_exchanges(session, [case_id])), None)


def live_exchanges(session: Session, case_ids: Sequence[str]) -> Sequence[Exchange]:
    """The replacements of several cases, at most one of each."""
    live = select(Exchange).where(Exchange.case_id.in_(case_ids), Exchange.state != ExchangeState.CANCELLED)
    return session.scalars(live.order_by(Exchange.id)).all()


def sent_by_order(quote: Quote) -> tuple[PieceWorth, ...]:
    """What a replacement order has to send."""
    return tuple(item for item in quote.in_goods if item.piece.resolution in BY_ORDER)


def send_replacement(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, fingerprint: str, version: int | None = None
) -> None:
    """Let the replacement order be made that both sides agreed on. Above the policy's limit the first approval only counts as such.

    `fingerprint` is that of the quote the person saw. Raises Conflict where nothing of the kind was agreed, nothing was accepted yet,
    the quote is another by now, or there is a replacement already.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    settings = ctx.tenant_settings(tenant_id)
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        quote = quote_case(session, case, order, settings)
        if quote.fingerprint != fingerprint:
            raise Conflict(
                "What is sent or refunded changed since you saw it. Read it again before you approve.",
                code="QUOTE_CHANGED",
            )
        undecided = any(line.acceptance == Acceptance.UNDECIDED for line in case.lines)
        if undecided and not (settings.sends_replacements_first and case.status in _BEFORE_GOODS):
            text = "The goods were not counted yet. Receive them first: only what is accepted is replaced."
            raise Conflict(text, code="NOT_INSPECTED")
        if not undecided and waits_for_second_person(
            ctx, session, case, worth=quote.given, fingerprint=f"replacement:{quote.fingerprint}", actor=actor
        ):
            return
        plan_exchange(ctx, session, case, quote, actor, advance=undecided)
        follow_case(ctx, session, case)


def plan_exchange(
    ctx: Context, session: Session, case: Case, quote: Quote, actor: Actor, *, advance: bool = False
) -> None:
    """The plan row of the replacement order, with the decision it follows from. The case's lane is locked by the caller."""
    items = sent_by_order(quote)
    if case.status not in _SENDS:
        text = "Nothing is sent for a return that is %(state)s."
        raise Conflict(text, code="NOT_SENDING", state=case.status.replace("_", " "))
    if not items:
        raise Conflict("No items were agreed to be sent. Make an offer first.", code="NO_CONSENT")
    if live_exchange(session, case.id) is not None:
        raise Conflict("A replacement is being made already.", code="REPLACED")
    if any(item.units < item.piece.quantity for item in items):
        text = "Some of these items were refunded or exchanged meanwhile. Agree on something else with the shopper."
        raise Conflict(text, code="SETTLED_BEFORE")
    number = (session.scalar(select(func.max(Exchange.number)).where(Exchange.case_id == case.id)) or 0) + 1
    owed = quote.difference.owed
    exchange = Exchange(
        id=new_id(),
        case_id=case.id,
        saleor_order_id=case.saleor_order_id,
        number=number,
        state=EXCHANGE.initial,
        sent=[item.piece.dump() for item in items],
        settles=_settles(items),
        owed_minor=owed.minor,
        currency=quote.currency,
        advance=advance,
        created_at=ctx.now(),
    )
    session.add(exchange)
    case.first_approval = {}
    refresh_attention(session, case)
    plan_effect(
        ctx,
        session,
        case,
        kind=EffectKind.REPLACEMENT,
        key=f"replacement:{exchange.id}",
        lane=case.saleor_order_id,
        what={
            "exchange": exchange.id,
            "mark": f"{case.tenant_id}/{exchange.id}",
            "number": case.number,
            "owed_minor": owed.minor,
            "currency": quote.currency,
            "channel": case.channel_slug,
            "country": country_of(mirrored_order(session, case.saleor_order_id)),
            "items": ", ".join(f"{item.piece.quantity} × {item.piece.name}" for item in items),
            "lines": [{"variant_id": item.piece.variant_id, "quantity": item.piece.quantity} for item in items],
        },
    )
    record_entry(
        ctx,
        session,
        case,
        event="send_replacement",
        actor=actor,
        public=True,
        detail={"items": _named(exchange), "owed": str(owed) if owed else ""},
        note=f"replacement approved: {_named(exchange)}",
    )


def _settles(items: Sequence[PieceWorth]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in items:
        before = found.get(item.piece.order_line_id, [0, 0, 0])
        added = (item.units, item.gross.minor, item.tax.minor)
        found[item.piece.order_line_id] = [old + new for old, new in zip(before, added, strict=True)]
    return found


def _named(exchange: Exchange) -> str:
    return ", ".join(f"{piece.quantity} × {piece.name}" for piece in exchange.pieces)


def note_ordered(ctx: Context, session: Session, case: Case, exchange: Exchange) -> None:
    """The replacement order is there; without an id a person made it by hand, and says when it is sent."""
    move_exchange(ctx, exchange, ExchangeEvent.OWE if exchange.owed_minor else ExchangeEvent.ORDER)
    exchange.check_at = ctx.now() + LOOK_EVERY if exchange.replacement_id else None
    record_entry(
        ctx,
        session,
        case,
        event="replacement_ordered",
        actor=SYSTEM,
        public=True,
        detail={"order": exchange.replacement_number, "items": _named(exchange)},
        note=f"replacement order {exchange.replacement_number} made",
    )
    mail = "replacement_unpaid" if exchange.owed_minor else "replacement_ordered"
    _mail(ctx, session, case, exchange, mail)
    resolve_in_goods(ctx, session, case)


def note_paid(ctx: Context, session: Session, case: Case, exchange: Exchange) -> None:
    """The shopper paid the difference: the shop sends it now."""
    move_exchange(ctx, exchange, ExchangeEvent.PAY)
    exchange.check_at = ctx.now() + LOOK_EVERY
    record_entry(
        ctx, session, case, event="difference_paid", actor=SYSTEM, public=True, detail={"total": str(exchange.owed)}
    )
    _mail(ctx, session, case, exchange, "replacement_ordered")
    follow_case(ctx, session, case)


def note_out_of_stock(ctx: Context, session: Session, case: Case, exchange: Exchange, missing: str) -> None:
    """Somebody else bought the last one: shopper and staff choose again."""
    exchange.missing = missing[:500]
    move_exchange(ctx, exchange, ExchangeEvent.RUN_OUT)
    record_entry(
        ctx, session, case, event="replacement_missing", actor=SYSTEM, public=True, detail={"items": exchange.missing}
    )
    _mail(ctx, session, case, exchange, "replacement_missing")
    follow_case(ctx, session, case)


def resolve_in_goods(ctx: Context, session: Session, case: Case) -> None:
    """Once the replacement is ordered and the goods are looked at, a case that owes no money besides needs no approval any more."""
    exchange = live_exchange(session, case.id)
    if exchange is None or exchange.state not in (*WATCHED, ExchangeState.SHIPPED):
        return
    accepted = not any(line.acceptance == Acceptance.UNDECIDED for line in case.lines)
    waits = case.status == CaseStatus.INSPECTED or (
        case.status == CaseStatus.APPROVED and CaseTerms.load(case.terms or {}).keeps_item
    )
    if not (accepted and waits):
        return
    quote = quote_case(session, case, mirrored_order(session, case.saleor_order_id), settings_of(session, case))
    if quote.total or tuple(item.piece for item in sent_by_order(quote)) != exchange.pieces:
        # Money is owed besides, or fewer came back than were sent for in advance: a person looks at it.
        follow_case(ctx, session, case)
        return
    move_case(ctx, case, CaseEvent.RESOLVE, SYSTEM)
    open_repair(ctx, session, case, SYSTEM)
    settle_case(ctx, session, case, SYSTEM)


def check_replaced(session: Session, case: Case, quote: Quote) -> None:
    """Raises Conflict where goods are owed that are not ordered yet: while they may be out of stock, money is not refunded."""
    if not sent_by_order(quote):
        return
    exchange = live_exchange(session, case.id)
    if exchange is None or exchange.state in (ExchangeState.PLANNED, ExchangeState.OUT_OF_STOCK):
        raise Conflict("Send the replacement first; the rest is refunded once it is ordered.", code="REPLACE_FIRST")


def move_exchange(ctx: Context, exchange: Exchange, event: ExchangeEvent, actor: Actor = SYSTEM) -> None:
    exchange.state = EXCHANGE.move(ExchangeState(exchange.state), event, actor.who)
    if exchange.state not in WATCHED:
        exchange.check_at = None
    if exchange.state in (ExchangeState.SHIPPED, ExchangeState.CANCELLED):
        exchange.settled_at = ctx.now()


def watched_exchanges(session: Session, saleor_order_id: str) -> list[str]:
    """Ids of the replacements of an order that are due for a look."""
    mine = select(Exchange.id).where(
        Exchange.saleor_order_id == saleor_order_id, Exchange.state.in_(WATCHED), Exchange.replacement_id != ""
    )
    return list(session.scalars(mine.order_by(Exchange.id)))


def watch_exchange(lane: Lane, shop: ShopConnection, exchange_id: str) -> None:
    """Read the replacement order: paid, sent, or cancelled in Saleor."""
    ctx = lane.ctx
    with lane.write() as session:
        exchange = session.get_one(Exchange, exchange_id)
        exchange.check_at = ctx.now() + LOOK_EVERY
    try:
        found = ctx.saleor.read_replacement(shop, exchange.replacement_id)
    except RemoteError:
        return  # looked at again at its time
    with lane.write() as session:
        exchange = session.get_one(Exchange, exchange_id)
        if exchange.state in WATCHED:
            _follow(ctx, session, session.get_one(Case, exchange.case_id), exchange, found)


def _follow(ctx: Context, session: Session, case: Case, exchange: Exchange, found: Replacement | None) -> None:
    if found is None or found.is_cancelled:
        paid = found.total - found.due if found is not None else None
        give_up(ctx, session, case, exchange, SYSTEM, event="replacement_cancelled", paid=paid)
    elif found.is_shipped:
        exchange.tracking = found.tracking[:300]
        note_shipped(ctx, session, case, exchange, SYSTEM)
    elif exchange.state == ExchangeState.UNPAID and not found.due:
        note_paid(ctx, session, case, exchange)


def note_shipped(ctx: Context, session: Session, case: Case, exchange: Exchange, actor: Actor) -> None:
    """The replacement is on its way: the case is settled, unless money is still owed."""
    move_exchange(ctx, exchange, ExchangeEvent.SHIP, actor)
    record_entry(
        ctx,
        session,
        case,
        event="replacement_sent",
        actor=actor,
        public=True,
        detail={"order": exchange.replacement_number, "tracking": exchange.tracking},
        note="replacement sent",
    )
    _mail(ctx, session, case, exchange, "replacement_sent")
    settle_case(ctx, session, case, actor)


def give_up(
    ctx: Context,
    session: Session,
    case: Case,
    exchange: Exchange,
    actor: Actor,
    *,
    event: str,
    paid: Money | None = None,
) -> None:
    """Without the replacement somebody decides again. `paid`: what the shopper paid for it and has not got back."""
    move_exchange(ctx, exchange, ExchangeEvent.CANCEL, actor)
    detail = {"order": exchange.replacement_number, **({PAID_FOR: str(paid)} if paid else {})}
    record_entry(ctx, session, case, event=event, actor=actor, public=True, detail=detail)
    if case.status == CaseStatus.RESOLVING and not _has_refunds(session, case):
        move_case(ctx, case, CaseEvent.RECONSIDER, SYSTEM)
    follow_case(ctx, session, case)
    refresh_attention(session, case)


def _has_refunds(session: Session, case: Case) -> bool:
    return session.scalar(select(Refund.id).where(Refund.case_id == case.id).limit(1)) is not None


def _mail(ctx: Context, session: Session, case: Case, exchange: Exchange, kind: str) -> None:
    queue_case_mail(
        ctx,
        session,
        case,
        kind,
        items=[{"quantity": piece.quantity, "name": piece.name} for piece in exchange.pieces],
        order=exchange.replacement_number,
        owed_minor=exchange.owed_minor,
        tracking=exchange.tracking,
        missing=exchange.missing,
    )


def wake_exchanges(ctx: Context, session: Session, tenant_id: str, order_ids: Sequence[str]) -> None:
    """The shop told something of these orders: where one is a replacement, its case looks at it now."""
    about = select(Exchange).where(
        Exchange.tenant_id == tenant_id, Exchange.replacement_id.in_(order_ids), Exchange.state.in_(WATCHED)
    )
    for exchange in session.scalars(about):
        key = f"exchange:{exchange.id}:{ctx.now().timestamp()}"
        ctx.jobs.advance_order(session, tenant_id=exchange.tenant_id, saleor_order_id=exchange.saleor_order_id, key=key)
