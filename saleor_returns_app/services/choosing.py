"""What is sent in place of what: the units and variants of an offer, and choosing again when one ran out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.effects import EffectEvent, EffectKind, EffectState
from saleor_returns_app.domain.exchanges import BY_ORDER, IN_GOODS, WATCHED, ExchangeState, Piece, in_pieces
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange

from .approvals import needs_two
from .context import Context
from .effects import move_effect, plan_effect
from .exchanges import give_up, live_exchange, note_shipped, plan_exchange
from .guards import check_version, require_permission, require_role
from .history import load_return, record_entry
from .orders import country_of, fresh_order, lock_lane, mirrored_order
from .ports import Variant
from .quotes import quote_case
from .waiting import follow_case, settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What somebody chose for units of a line. An empty `variant_id`: the same as before; for a repair it is left out."""

    order_line_id: str
    quantity: int
    resolution: Resolution
    variant_id: str = ""


def list_choices(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, order_line_id: str, search: str = ""
) -> tuple[Variant, ...]:
    """What can be sent for a line now: the variants of its product, or what `search` finds; price and stock in the shop's channel.

    Raises NotFound for a line that is not the case's.
    """
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        order = mirrored_order(session, case.saleor_order_id)
        channel = case.channel_slug
    line = order.line(order_line_id)
    product = (line.product_id or "") if line else ""
    if not search.strip() and not product:
        return ()
    return ctx.saleor.list_variants(
        ctx.shop(tenant_id),
        channel=channel,
        country=country_of(order),
        product_id="" if search.strip() else product,
        search=search.strip()[:100],
    )


def read_pieces(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, picks: Sequence[Pick]
) -> tuple[Piece, ...]:
    """Picks with today's price and name. Raises BadInput naming the field for what cannot be sent."""
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        order = mirrored_order(session, case.saleor_order_id)
        announced = {line.order_line_id: (line.quantity, line.product_name) for line in case.lines}
        channel, currency = case.channel_slug, case.currency
    asked = [pick for pick in picks if pick.quantity > 0]
    for pick in asked:
        if pick.order_line_id not in announced or pick.resolution not in IN_GOODS:
            raise BadInput("This item is not part of the return.", code="UNKNOWN_LINE", field="pieces")
    mended = tuple(_mended(pick, announced[pick.order_line_id][1]) for pick in asked if pick.resolution not in BY_ORDER)
    wanted = [(pick, _variant_of(order, pick)) for pick in asked if pick.resolution in BY_ORDER]
    for pick, variant_id in wanted:
        if not variant_id:
            text = "Choose what is sent for “%(item)s”."
            raise BadInput(
                text, code="NO_VARIANT", field=f"variant_{pick.order_line_id}", item=announced[pick.order_line_id][1]
            )
    sold = (
        {
            variant.id: variant
            for variant in ctx.saleor.read_variants(
                ctx.shop(tenant_id),
                channel=channel,
                country=country_of(order),
                variant_ids=list(dict.fromkeys(variant_id for _, variant_id in wanted)),
            )
        }
        if wanted
        else {}
    )
    pieces = tuple(
        _piece(pick, sold.get(variant_id), announced[pick.order_line_id][1], currency) for pick, variant_id in wanted
    )
    _check_stock(pieces, sold)
    _check_units((*pieces, *mended), announced)
    return (*pieces, *mended)


def _check_units(pieces: Sequence[Piece], announced: Mapping[str, tuple[int, str]]) -> None:
    for line_id, units in in_pieces(pieces).items():
        most, item = announced[line_id]
        if units > most:
            text = "Only %(most)s of “%(item)s” are part of this return."
            raise BadInput(text, code="TOO_MANY", field=f"units_{line_id}", most=most, item=item)


def _mended(pick: Pick, item: str) -> Piece:
    return Piece(order_line_id=pick.order_line_id, quantity=pick.quantity, resolution=Resolution.REPAIR, name=item)


def _variant_of(order: Order, pick: Pick) -> str:
    if pick.variant_id:
        return pick.variant_id
    line = order.line(pick.order_line_id)
    return (line.variant_id or "") if line and pick.resolution is Resolution.RESHIP else ""


def _piece(pick: Pick, variant: Variant | None, item: str, currency: str) -> Piece:
    if variant is None or variant.price.currency != currency:
        text = "What was chosen for “%(item)s” is not sold any more. Choose something else."
        raise BadInput(text, code="NOT_SOLD", field=f"variant_{pick.order_line_id}", item=item)
    return Piece(
        order_line_id=pick.order_line_id,
        quantity=pick.quantity,
        resolution=pick.resolution,
        variant_id=variant.id,
        name=" · ".join(name for name in (variant.product_name, variant.name) if name),
        price=variant.price,
    )


def _check_stock(pieces: Sequence[Piece], sold: dict[str, Variant]) -> None:
    asked: dict[str, int] = {}
    for piece in pieces:
        asked[piece.variant_id] = asked.get(piece.variant_id, 0) + piece.quantity
        available = sold[piece.variant_id].available
        if asked[piece.variant_id] > available:
            text = (
                "“%(item)s” is out of stock. Choose something else."
                if not available
                else "Only %(most)s of “%(item)s” are left. Choose fewer, or something else."
            )
            raise BadInput(
                text, code="OUT_OF_STOCK", field=f"variant_{piece.order_line_id}", item=piece.name, most=available
            )


def choose_again(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, picks: Sequence[Pick] = (), version: int | None = None
) -> None:
    """What was to be sent ran out: order these instead, or without picks give the money back.

    Both sides agreed on an exchange already, and money back is what the policy owes: so either side may choose. Without picks the case
    waits for the approval of its refund. Raises Conflict where nothing ran out.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    picks = [pick for pick in picks if pick.resolution in BY_ORDER]  # what is repaired stays agreed
    pieces = read_pieces(ctx, tenant_id, case_id, actor=actor, picks=picks) if picks else ()
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        exchange = _ran_out(session, case)
        terms = CaseTerms.load(case.terms or {})
        mended = tuple(piece for piece in terms.pieces if piece.resolution not in BY_ORDER)
        _check_units(
            (*pieces, *mended), {line.order_line_id: (line.quantity, line.product_name) for line in case.lines}
        )
        if not pieces and actor.who is Who.SHOPPER and not offers_refund(terms):
            text = "The shop does not offer a refund for these items. Choose something else, or write to the shop."
            raise Conflict(text, code="NOT_ALLOWED")
        advance = exchange.advance
        give_up(ctx, session, case, exchange, actor, event="choose_other" if pieces else "choose_money")
        if pieces:
            case.terms = terms.but(pieces=(*pieces, *mended)).dump()
            quote = quote_case(session, case, order, settings_of(session, case))
            if not needs_two(case, quote.given):  # else people approve it first
                plan_exchange(ctx, session, case, quote, actor, advance=advance)
        else:
            case.terms = terms.but(pieces=mended, resolution=Resolution.REFUND).dump()
        follow_case(ctx, session, case)


def offers_refund(terms: CaseTerms) -> bool:
    """Whether a shopper may ask for money by the policy."""
    return not terms.allowed or Resolution.REFUND in terms.allowed


def try_again(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """The shop has it on stock again: order the same. Raises Conflict where nothing ran out."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        order_id = load_return(session, case_id, actor).saleor_order_id
    order = fresh_order(ctx, tenant_id, order_id, max_age=timedelta(0))
    with ctx.db.tenant(tenant_id) as session:
        lock_lane(session, order_id)
        case = load_return(session, case_id, actor)
        check_version(case, version)
        exchange = _ran_out(session, case)
        give_up(ctx, session, case, exchange, actor, event="order_again")
        quote = quote_case(session, case, order, settings_of(session, case))
        plan_exchange(ctx, session, case, quote, actor, advance=exchange.advance)
        follow_case(ctx, session, case)


def cancel_replacement(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Give up a replacement whose difference was not paid; the order is cancelled in Saleor first, unless it was paid meanwhile.

    Also one that could not be made, or that a person made by hand and cancels by hand.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        exchange = live_exchange(session, case.id)
        if exchange is not None and (is_by_hand(exchange) or _drop_stuck_order(ctx, session, exchange)):
            give_up(ctx, session, case, exchange, actor, event="replacement_cancelled")
            return
        if exchange is None or exchange.state != ExchangeState.UNPAID:
            raise Conflict("Only a replacement that waits for the difference can be cancelled here.", code="NOT_UNPAID")
        plan_effect(
            ctx,
            session,
            case,
            kind=EffectKind.RETRACTION,
            key=f"retraction:{exchange.id}",
            lane=case.saleor_order_id,
            what={"exchange": exchange.id, "order": exchange.replacement_id, "number": exchange.replacement_number},
        )
        record_entry(
            ctx, session, case, event="cancel_replacement", actor=actor, detail={"order": exchange.replacement_number}
        )


def is_by_hand(exchange: Exchange) -> bool:
    """Whether a person made the order in place of the app: nobody tells of it, and the app cancels nothing."""
    return exchange.state in WATCHED and not exchange.replacement_id


def _drop_stuck_order(ctx: Context, session: Session, exchange: Exchange) -> bool:
    """End the step that could not make the order; False where it is no person's turn."""
    ordering = session.scalar(select(Effect).where(Effect.key == f"replacement:{exchange.id}").with_for_update())
    if exchange.state != ExchangeState.PLANNED or ordering is None or ordering.state != EffectState.STUCK:
        return False
    move_effect(ctx, ordering, EffectEvent.CANCEL)
    return True


def mark_sent(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, tracking: str = "", version: int | None = None
) -> None:
    """A replacement that a person made by hand was sent. Raises Conflict for one that Saleor tells of."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_return(session, case_id, actor)
        check_version(case, version)
        exchange = live_exchange(session, case.id)
        if exchange is None or not is_by_hand(exchange):
            raise Conflict("Send it in Saleor: the case follows by itself.", code="FOLLOWS")
        exchange.tracking = tracking.strip()[:300]
        note_shipped(ctx, session, case, exchange, actor)


def _ran_out(session: Session, case: Case) -> Exchange:
    exchange = live_exchange(session, case.id)
    if exchange is None or exchange.state != ExchangeState.OUT_OF_STOCK:
        raise Conflict("Nothing has to be chosen again in this case.", code="NOT_MISSING")
    return exchange
