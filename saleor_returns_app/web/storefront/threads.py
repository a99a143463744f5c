"""Messages and offers of the shopper's cases."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from pydantic import BaseModel

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.offers import OfferEvent, OfferStatus, Proposal, possible_moves
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.offers import proposal_of
from saleor_returns_app.services.threads import read_thread
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.offer_forms import typed_amount
from saleor_returns_app.web.offer_words import means

from .access import actor, blueprint, tenant
from .cases import FOUND, fresh_case, once, own_any, own_case
from .orders import PROBLEMS
from .shapes import CasePath, MoneyOut, WriteHeaders
from .thread_shapes import AnswerIn, MessageIn, MessageOut, OfferIn, OfferOut, OfferPath, ThreadOut

#: What an answer leads to: the same answer again finds it.
_DONE = {"accept": OfferStatus.ACCEPTED, "decline": OfferStatus.DECLINED, "withdraw": OfferStatus.WITHDRAWN}
THREAD = {**PROBLEMS, 200: ThreadOut}


@blueprint.get("/cases/<string:number>/thread", responses=THREAD)
def read_case_thread(path: CasePath) -> Response:
    """Messages and offers of a return or complaint, oldest first. Reading them marks them as read."""
    return _json(_thread(own_any(path.number)))


@blueprint.post("/cases/<string:number>/messages", responses=THREAD)
def write_message(path: CasePath, body: MessageIn, header: WriteHeaders) -> Response:
    """Write to the shop."""

    def carry_out(turn: str | None) -> tuple[int, ThreadOut]:
        case = own_any(path.number)
        messages.send_message(
            ctx(), tenant().id, case.id, actor=actor(), body=body.body, through="storefront", source_id=turn
        )
        return 200, _thread(case)

    return once(header.idempotency_key, {"message": path.number, **body.model_dump()}, carry_out)


@blueprint.post("/cases/<string:number>/offers", responses=THREAD)
def make_offer(path: CasePath, body: OfferIn, header: WriteHeaders) -> Response:
    """Propose a solution to the shop."""

    def carry_out(turn: str | None) -> tuple[int, ThreadOut]:
        case = own_case(path.number)
        offers.make_offer(
            ctx(),
            tenant().id,
            case.id,
            actor=actor(),
            proposal=_proposal(body, case.currency),
            note=body.note,
            offer_id=turn,
        )
        return 200, _thread(case)

    return once(header.idempotency_key, {"offer": path.number, **body.model_dump(mode="json")}, carry_out)


@blueprint.post("/cases/<string:number>/offers/<int:offer>/accept", responses=FOUND)
def accept_offer(path: OfferPath, header: WriteHeaders) -> Response:
    """Agree to the shop's offer: it becomes the terms of the return."""
    return _answer(
        path, header, "accept", lambda offer: offers.accept_offer(ctx(), tenant().id, offer.id, actor=actor())
    )


@blueprint.post("/cases/<string:number>/offers/<int:offer>/decline", responses=FOUND)
def decline_offer(path: OfferPath, body: AnswerIn, header: WriteHeaders) -> Response:
    """Say no; the shop looks at the request again."""

    def decline(offer: Offer) -> None:
        offers.decline_offer(ctx(), tenant().id, offer.id, actor=actor(), reason=body.reason)

    return _answer(path, header, "decline", decline)


@blueprint.post("/cases/<string:number>/offers/<int:offer>/withdraw", responses=FOUND)
def withdraw_offer(path: OfferPath, body: AnswerIn, header: WriteHeaders) -> Response:
    """Take one's own offer back."""

    def withdraw(offer: Offer) -> None:
        offers.withdraw_offer(ctx(), tenant().id, offer.id, actor=actor(), reason=body.reason)

    return _answer(path, header, "withdraw", withdraw)


@blueprint.post("/cases/<string:number>/offers/<int:offer>/counter", responses=THREAD)
def counter_offer(path: OfferPath, body: OfferIn, header: WriteHeaders) -> Response:
    """Answer the shop's offer with another one."""

    def carry_out(turn: str | None) -> tuple[int, ThreadOut]:
        case, offer = _own_offer(path)
        offers.counter_offer(
            ctx(),
            tenant().id,
            offer.id,
            actor=actor(),
            proposal=_proposal(body, case.currency),
            note=body.note,
            new_offer_id=turn,
        )
        return 200, _thread(case)

    asked = {"counter": [path.number, path.offer], **body.model_dump(mode="json")}
    return once(header.idempotency_key, asked, carry_out)


def _answer(path: OfferPath, header: WriteHeaders, name: str, act: Callable[[Offer], None]) -> Response:
    def carry_out(_turn: str | None) -> tuple[int, BaseModel]:
        case, offer = _own_offer(path)
        if (offer.status, offer.answered_by) != (_DONE[name], actor().name):  # else it is asked for again
            act(offer)
        return 200, fresh_case(case.id)

    return once(header.idempotency_key, {name: [path.number, path.offer]}, carry_out)


def _own_offer(path: OfferPath) -> tuple[Case, Offer]:
    case = own_case(path.number)
    with ctx().db.tenant(tenant().id) as session:
        found = next((offer for offer in offers.read_offers(session, case.id) if offer.number == path.offer), None)
    if found is None:
        raise NotFound("This offer does not exist, or it is not yours to see.", code="UNKNOWN_OFFER")
    return case, found


def _proposal(body: OfferIn, currency: str) -> Proposal:
    return Proposal(
        kind=body.kind,
        amount=typed_amount(body.amount or "", currency),
        keeps_item=body.keeps_item,
        postage_bearer=body.postage_bearer,
        merchant_percent=body.merchant_percent,
        wish=body.wish,
    )


def _thread(case: Case) -> ThreadOut:
    thread = read_thread(ctx(), tenant().id, case, actor=actor(), language=i18n.language())
    messages.mark_read(ctx(), tenant().id, case.id, actor=actor())
    return ThreadOut(
        messages=[_message(message) for message in thread.messages],
        offers=[_offer(offer) for offer in thread.offers],
        paid=MoneyOut.of(thread.paid) if thread.paid else None,
        unread=thread.unread,
    )


def _message(message: Message) -> MessageOut:
    who = "shopper" if message.who == Who.SHOPPER else "shop"
    return MessageOut(at=message.at, who=who, body=message.body)


def _offer(offer: Offer) -> OfferOut:
    said = proposal_of(offer)
    moves = possible_moves(OfferStatus(offer.status), made_by=Who(offer.made_by), who=Who.SHOPPER)
    return OfferOut(
        number=offer.number,
        made_by="shopper" if offer.made_by == Who.SHOPPER else "shop",
        status=OfferStatus(offer.status),
        kind=said.kind,
        text=" ".join(means(offer)),
        amount=MoneyOut.of(said.amount) if said.amount else None,
        keeps_item=offer.keeps_item,
        postage_bearer=said.postage_bearer,
        merchant_percent=offer.merchant_percent,
        wish=said.wish,
        note=offer.note,
        answer=offer.answer,
        created_at=offer.created_at,
        expires_at=offer.expires_at,
        possible=[event for event in moves if event is not OfferEvent.LAPSE],
    )


def _json(shape: BaseModel) -> Response:
    return Response(shape.model_dump_json(), content_type="application/json")
