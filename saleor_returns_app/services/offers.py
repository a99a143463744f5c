"""Negotiation: offers of either side, their answers, and the agreement that becomes the terms of the case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus, Resolution
from saleor_returns_app.domain.deadlines import Wait, due_after, length_of
from saleor_returns_app.domain.exchanges import BY_ORDER, Piece
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.offers import (
    ANSWERS,
    OFFER,
    OfferEvent,
    OfferKind,
    OfferStatus,
    Proposal,
    agreed_terms,
    flaws,
)
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.quote_lines import QuoteKind
from saleor_returns_app.domain.repairs import ENDED
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms, PostageBearer
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .exchanges import live_exchange
from .guards import LONGEST_TEXT, check_version, require_permission, require_role
from .history import load_return, move_case, record_entry
from .inspection import accept_kept_units, take_up_goods
from .messages import tell_staff
from .notifications import queue_case_mail
from .orders import mirrored_order
from .places import address_of
from .quotes import quote_case, quote_units
from .return_methods import chooses_way
from .standing_repairs import live_repair
from .waiting import follow_case

#: What became of an offer, for who comes too late to answer it.
_TOO_LATE = {
    OfferStatus.ACCEPTED: "This offer was accepted already.",
    OfferStatus.DECLINED: "This offer was declined already.",
    OfferStatus.COUNTERED: "This offer was answered with another one. Look at that one.",
    OfferStatus.WITHDRAWN: "This offer was withdrawn in the meantime.",
    OfferStatus.LAPSED: "The time for this offer is over.",
}
_OVER = "The time for this offer is over."


def proposal_of(offer: Offer) -> Proposal:
    return Proposal(
        kind=OfferKind(offer.detail["kind"]),
        amount=None if offer.amount_minor is None else Money.from_minor(offer.amount_minor, offer.currency),
        keeps_item=offer.keeps_item,
        postage_bearer=PostageBearer(offer.postage_bearer) if offer.postage_bearer else None,
        merchant_percent=offer.merchant_percent,
        wish=str(offer.detail.get("wish", "")),
        pieces=tuple(Piece.load(item) for item in offer.detail.get("pieces", ())),
    )


def paid_for(session: Session, case: Case, order: Order) -> Money:
    """What the announced units cost, less what of them was refunded before: an offer of money goes up to it."""
    wanted = {line.order_line_id: line.quantity - line.settled for line in case.lines}
    quote = quote_units(
        session,
        order,
        wanted=wanted,
        settings=_settings(session, case),
        besides=case.id,
        since=case.begun_again_at,
    )
    return total((line.amount for line in quote.lines if line.kind is QuoteKind.GOODS), case.currency)


def _settings(session: Session, case: Case) -> TenantSettings:
    return TenantSettings.load(session.get_one(Tenant, case.tenant_id).settings)


def make_offer(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    proposal: Proposal,
    note: str = "",
    version: int | None = None,
    offer_id: str | None = None,
) -> str:
    """Propose a resolution to the other side; gives the offer's id. The case is being negotiated from then on.

    Raises BadInput naming the field for what cannot be proposed, Conflict where an offer is open already. `offer_id` is for who may
    ask twice: an offer that has it is given back as it is.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    try:
        with ctx.db.tenant(tenant_id) as session:
            case = load_return(session, case_id, actor)
            if offer_id is not None and (there := session.get(Offer, offer_id)) is not None:
                return _same_case(there, case).id
            check_version(case, version)
            if (there := open_offer(session, case)) is not None:
                raise _still_open(there, actor)
            if case.status != CaseStatus.NEGOTIATING:
                RETURN_CASE.move(CaseStatus(case.status), CaseEvent.NEGOTIATE, actor.who)
            return _propose(ctx, session, case, actor, proposal, note, offer_id, event="offer").id
    except IntegrityError as error:
        raise Conflict("An offer is open in this case: answer it first.", code="OFFER_OPEN") from error


def counter_offer(
    ctx: Context,
    tenant_id: str,
    offer_id: str,
    *,
    actor: Actor,
    proposal: Proposal,
    note: str = "",
    version: int | None = None,
    new_offer_id: str | None = None,
) -> str:
    """Answer an offer with another one; gives the new one's id."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    with ctx.db.tenant(tenant_id) as session:
        case, offer = _load_offer(session, offer_id, actor)
        if new_offer_id is not None and (there := session.get(Offer, new_offer_id)) is not None:
            return _same_case(there, case).id
        _check_answer(ctx, case, offer, OfferEvent.COUNTER, actor, version)
        _end(ctx, offer, OfferEvent.COUNTER, actor)
        session.flush()  # one at a time is open
        made = _propose(ctx, session, case, actor, proposal, note, new_offer_id, event="counter_offer", counters=offer)
        return made.id


def accept_offer(ctx: Context, tenant_id: str, offer_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Agree: what was offered becomes the terms of the case. Raises Conflict for an offer that is not open any more."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    with ctx.db.tenant(tenant_id) as session:
        case, offer = _load_offer(session, offer_id, actor)
        _check_answer(ctx, case, offer, OfferEvent.ACCEPT, actor, version)
        settings = _settings(session, case)
        proposal = proposal_of(offer)
        terms = agreed_terms(CaseTerms.load(case.terms or {}), proposal, number=offer.number)
        address = address_of(session, case, terms=terms, settings=settings)
        if actor.who is Who.STAFF:
            _check_address(proposal, address)
        _end(ctx, offer, OfferEvent.ACCEPT, actor)
        case.terms, case.decided_by = terms.dump(), "offer"
        if terms.keeps_item:
            accept_kept_units(case)
        move_case(ctx, case, CaseEvent.AGREE, actor)
        goods_here = take_up_goods(ctx, session, case)
        if not terms.keeps_item and not goods_here:
            case.return_address = address
        quote = quote_case(session, case, mirrored_order(session, case.saleor_order_id), settings)
        case.expected_minor = quote.total.minor
        case.unread = case.unread or actor.who is Who.SHOPPER
        said = {**_said(offer), "total": str(quote.total)} if terms.in_money else _said(offer)
        note = f"agreed on offer {offer.number}: {proposal.kind.value.replace('_', ' ')}"
        record_entry(ctx, session, case, event="agree", actor=actor, public=True, detail=said, note=note)
        chooses = chooses_way(session, case)
        queue_case_mail(ctx, session, case, "agreed", goods_here=goods_here, chooses=chooses, **_told(offer))
        if actor.who is Who.SHOPPER:
            tell_staff(ctx, session, case, "The offer was accepted.")


def decline_offer(
    ctx: Context, tenant_id: str, offer_id: str, *, actor: Actor, reason: str = "", version: int | None = None
) -> None:
    """Say no: the case goes back to review."""
    _break_off(ctx, tenant_id, offer_id, OfferEvent.DECLINE, actor, reason, version)


def withdraw_offer(
    ctx: Context, tenant_id: str, offer_id: str, *, actor: Actor, reason: str = "", version: int | None = None
) -> None:
    """Take back what one's own side offered: the case goes back to review."""
    _break_off(ctx, tenant_id, offer_id, OfferEvent.WITHDRAW, actor, reason, version)


def _break_off(
    ctx: Context, tenant_id: str, offer_id: str, event: OfferEvent, actor: Actor, reason: str, version: int | None
) -> None:
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    said = _note(reason, field="reason")
    with ctx.db.tenant(tenant_id) as session:
        case, offer = _load_offer(session, offer_id, actor)
        _check_answer(ctx, case, offer, event, actor, version)
        _end(ctx, offer, event, actor, answer=said)
        move_case(ctx, case, CaseEvent.BREAK_OFF, actor)
        detail = {**_said(offer), **({"message": said} if said else {})}
        record_entry(ctx, session, case, event=f"{event.value}_offer", actor=actor, public=True, detail=detail)
        if actor.who is Who.STAFF:
            queue_case_mail(ctx, session, case, "offer_ended", how=event.value, reason=said, **_told(offer))
        else:
            case.unread = True
            tell_staff(ctx, session, case, said or f"The offer: {event.value}.")


def lapse_offer(ctx: Context, session: Session, case: Case) -> bool:
    """The time for the open offer is over: it ends, and a case that was negotiated goes back to review. False where none was open.

    The case is locked by the caller.
    """
    offer = open_offer(session, case)
    if offer is None:
        return False
    _end(ctx, offer, OfferEvent.LAPSE, SYSTEM)
    if case.status == CaseStatus.NEGOTIATING:
        move_case(ctx, case, CaseEvent.BREAK_OFF, SYSTEM)
    record_entry(ctx, session, case, event="lapse_offer", actor=SYSTEM, public=True, detail=_said(offer))
    queue_case_mail(ctx, session, case, "offer_ended", how="lapse", reason="", **_told(offer))
    return True


def end_offer(ctx: Context, session: Session, case: Case) -> None:
    """The case ends otherwise: an offer that is open goes with it, without a word of its own."""
    offer = open_offer(session, case)
    if offer is not None:
        _end(ctx, offer, OfferEvent.LAPSE, SYSTEM)
        session.flush()


def open_offer(session: Session, case: Case) -> Offer | None:
    return session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.status == OfferStatus.OPEN))


def read_offers(session: Session, case_id: str) -> list[Offer]:
    """All offers of a case, in the order in which they were made."""
    return list(session.scalars(select(Offer).where(Offer.case_id == case_id).order_by(Offer.number)))


def _propose(
    ctx: Context,
    session: Session,
    case: Case,
    actor: Actor,
    proposal: Proposal,
    note: str,
    offer_id: str | None,
    *,
    event: str,
    counters: Offer | None = None,
) -> Offer:
    terms = CaseTerms.load(case.terms or {})
    if live_exchange(session, case.id) is not None:
        text = "A replacement is on its way in this case. Give it up before you agree on something else."
        raise Conflict(text, code="REPLACED")
    if proposal.amount is not None and proposal.amount.currency != case.currency:
        raise BadInput("The amount has to be in %(currency)s.", code="CURRENCY", field="amount", currency=case.currency)
    paid = paid_for(session, case, mirrored_order(session, case.saleor_order_id))
    found = flaws(proposal, paid=paid, terms=terms, by=actor.who)
    if found:
        because = found[0].because
        raise BadInput(because.text, code=because.code, field=found[0].field, **because.params)
    if (repair := live_repair(session, case)) is not None:
        text = (
            "What was repaired went back already. Approve what else was agreed."
            if repair.status in ENDED
            else "A repair is under way. End it, or choose there to offer something else."
        )
        raise Conflict(text, code="REPAIRED")
    if proposal.keeps and any(line.received > line.settled for line in case.lines):
        text = "The items are here, so the shopper cannot keep them. Offer something else."
        raise BadInput(text, code="GOODS_HERE", field="kind")
    if actor.who is Who.STAFF:
        _check_address(proposal, address_of(session, case, terms=terms, settings=_settings(session, case)))
    now = ctx.now()
    number = (session.scalar(select(func.max(Offer.number)).where(Offer.case_id == case.id)) or 0) + 1
    offer = Offer(
        id=offer_id or new_id(),
        case_id=case.id,
        number=number,
        made_by=actor.who,
        author=actor.name,
        resolution=proposal.resolution,
        keeps_item=proposal.keeps,
        amount_minor=None if proposal.amount is None else proposal.amount.minor,
        currency=case.currency,
        postage_bearer=proposal.postage_bearer or "",
        merchant_percent=proposal.merchant_percent if proposal.postage_bearer is PostageBearer.SHARED else 0,
        detail=_detail(session, case, proposal),
        note=_note(note, field="note"),
        status=OFFER.initial,
        counters=counters.id if counters else None,
        created_at=now,
        expires_at=due_after(now, length_of(Wait.OFFER, terms), _settings(session, case).calendar),
    )
    session.add(offer)
    session.flush()
    if case.status == CaseStatus.NEGOTIATING:
        follow_case(ctx, session, case)
    else:
        # With the offer there, so that its answer is what is waited for.
        move_case(ctx, case, CaseEvent.NEGOTIATE, actor)
    detail = {**_said(offer), **({"message": offer.note} if offer.note else {})}
    record_entry(ctx, session, case, event=event, actor=actor, public=True, detail=detail)
    if actor.who is Who.STAFF:
        queue_case_mail(ctx, session, case, "offer", **_told(offer))
    else:
        case.unread = True
        tell_staff(ctx, session, case, offer.note or "A new offer waits for an answer.")
    return offer


def _detail(session: Session, case: Case, proposal: Proposal) -> dict[str, Any]:
    """What an offer says besides: in words, and for goods what they cost or give back as prices are now."""
    wish = proposal.wish.strip()
    detail: dict[str, Any] = {"kind": proposal.kind.value, **({"wish": wish} if wish else {})}
    if not proposal.pieces:
        return detail
    quote = quote_units(
        session,
        mirrored_order(session, case.saleor_order_id),
        wanted={line.order_line_id: line.quantity - line.settled for line in case.lines},
        settings=_settings(session, case),
        besides=case.id,
        since=case.begun_again_at,
        terms=agreed_terms(CaseTerms.load(case.terms or {}), proposal, number=0),
    )
    named = _named(piece for piece in proposal.pieces if piece.resolution in BY_ORDER)
    mended = _named(piece for piece in proposal.pieces if piece.resolution is Resolution.REPAIR)
    return {
        **detail,
        "wish": f"{named} ({wish})" if wish and named else named or wish,
        **({"mended": mended} if mended else {}),
        "pieces": [piece.dump() for piece in proposal.pieces],
        "owed_minor": quote.difference.owed.minor,
        "back_minor": quote.total.minor,
    }


def _named(pieces: Iterable[Piece]) -> str:
    return ", ".join(f"{piece.quantity} × {piece.name}" for piece in pieces)


def _check_address(proposal: Proposal, address: str) -> None:
    if not proposal.keeps and not address:
        text = "The shop has no return address. Set it in the settings before you agree on items that come back."
        raise BadInput(text, code="NO_ADDRESS")


def _note(text: str, *, field: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_TEXT:
        problem = "The message is too long: at most %(most)s characters."
        raise BadInput(problem, code="TOO_LONG", field=field, most=LONGEST_TEXT)
    return said


def _load_offer(session: Session, offer_id: str, actor: Actor) -> tuple[Case, Offer]:
    """The offer with its case, which is locked first: whoever answers or takes back an offer waits here for the others."""
    case_id = session.scalar(select(Offer.case_id).where(Offer.id == offer_id))
    if case_id is None:
        raise NotFound("This offer does not exist, or it is not yours to see.", code="UNKNOWN_OFFER")
    case = load_return(session, case_id, actor)
    return case, session.scalars(select(Offer).where(Offer.id == offer_id).with_for_update()).one()


def _same_case(offer: Offer, case: Case) -> Offer:
    if offer.case_id != case.id:
        raise NotFound("This offer does not exist, or it is not yours to see.", code="UNKNOWN_OFFER")
    return offer


def _check_answer(ctx: Context, case: Case, offer: Offer, event: OfferEvent, actor: Actor, version: int | None) -> None:
    status = OfferStatus(offer.status)
    if status is not OfferStatus.OPEN:
        raise Conflict(_TOO_LATE[status], code="OFFER_CLOSED")
    check_version(case, version)
    own = offer.made_by == actor.who
    if own and event in ANSWERS:
        raise Forbidden("The other side answers an offer, not the one that made it.", code="OWN_OFFER")
    if not own and event is OfferEvent.WITHDRAW:
        raise Forbidden("Only the side that made an offer can withdraw it.", code="NOT_OWN_OFFER")
    # A job lets it lapse a little later; until then nothing can be built on it any more, though it can still be ended.
    if event in (OfferEvent.ACCEPT, OfferEvent.COUNTER) and ctx.now() > offer.expires_at:
        raise Conflict(_OVER, code="OFFER_OVER")


def _still_open(offer: Offer, actor: Actor) -> Conflict:
    if offer.made_by == actor.who:
        return Conflict("Your side has an open offer: withdraw it before you make another.", code="OFFER_OPEN")
    return Conflict("An offer is open in this case: answer it first.", code="OFFER_OPEN")


def _end(ctx: Context, offer: Offer, event: OfferEvent, actor: Actor, *, answer: str = "") -> None:
    offer.status = OFFER.move(OfferStatus(offer.status), event, actor.who)
    offer.answered_at, offer.answered_by, offer.answer = ctx.now(), actor.name, answer


def _said(offer: Offer) -> dict[str, Any]:
    """What the history keeps of an offer."""
    said: dict[str, Any] = {"offer": offer.number, "kind": offer.detail["kind"], "keeps": offer.keeps_item}
    if offer.amount_minor is not None:
        said["amount"] = str(Money.from_minor(offer.amount_minor, offer.currency))
    if offer.postage_bearer:
        said |= {"postage": offer.postage_bearer, "percent": offer.merchant_percent}
    if offer.detail.get("wish"):
        said["wish"] = offer.detail["wish"]
    for name in ("owed_minor", "back_minor"):
        if offer.detail.get(name):
            said[name.removesuffix("_minor")] = str(Money.from_minor(offer.detail[name], offer.currency))
    return said


def _told(offer: Offer) -> dict[str, Any]:
    """What a mail says of an offer."""
    return {
        "offer": {
            "kind": offer.detail["kind"],
            "keeps": offer.keeps_item,
            "amount_minor": offer.amount_minor,
            "postage_bearer": offer.postage_bearer,
            "merchant_percent": offer.merchant_percent,
            "wish": offer.detail.get("wish", ""),
            "mended": offer.detail.get("mended", ""),
            "owed_minor": offer.detail.get("owed_minor", 0),
            "back_minor": offer.detail.get("back_minor", 0),
        },
        "note": offer.note,
        "made_by": offer.made_by,
        "expires_at": offer.expires_at.isoformat(),
    }
