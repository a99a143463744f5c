"""Writing to the shop and negotiating, on the page of a case; every form works without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.offers import KINDS, OfferStatus, possible_moves
from saleor_returns_app.domain.terms import CaseTerms, PostageBearer
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.evidence import add_evidence, attach_to_message, holder_of
from saleor_returns_app.services.threads import read_thread
from saleor_returns_app.web import i18n, limits
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.evidence import shown, uploads_in
from saleor_returns_app.web.offer_forms import as_typed, typed_proposal
from saleor_returns_app.web.offer_words import STATES, WISHES, means

from .access import blueprint, shopper, tenant, to, visit
from .own_cases import own_case, own_return
from .typed import Said, accept, read_draft, refuse

BEARERS: dict[PostageBearer, str] = {
    PostageBearer.MERCHANT: "The shop pays",
    PostageBearer.SHOPPER: "I pay",
    PostageBearer.SHARED: "We share it",
}
#: What is kept of a refused form; the rest of what a browser sends is nobody's.
_OFFERED = ("kind", "amount", "wish", "keeps_item", "postage_bearer", "merchant_percent", "note")
_FIELDS = ("body", "reason", *_OFFERED)


def thread_values(found: Case) -> dict[str, Any]:
    """What the thread's part of the page needs. Looking at it is reading it."""
    thread = read_thread(ctx(), tenant().id, found, actor=shopper(), language=i18n.language())
    messages.mark_read(ctx(), tenant().id, found.id, actor=shopper())
    allowed = CaseTerms.load(found.terms or {}).allowed
    kinds = [kind for kind in WISHES if not allowed or KINDS[kind].resolution in allowed]
    # What makes a complaint good is agreed on in a return.
    is_return = found.kind == CaseKind.RETURN
    possible = RETURN_CASE.possible(CaseStatus(found.status), Who.SHOPPER) if is_return else ()
    written = read_draft("case", number=found.number).values
    return {
        "thread": thread,
        "attached": {message_id: shown(ctx(), list(files)) for message_id, files in thread.attached.items()},
        "can_offer": CaseEvent.NEGOTIATE in possible and thread.open_offer is None and bool(kinds),
        "offer_can": {offer.id: _possible(offer) for offer in thread.offers},
        "offer_kinds": {kind.value: WISHES[kind] for kind in kinds},
        "offer_bearers": {bearer.value: text for bearer, text in BEARERS.items()},
        "offer_states": STATES,
        "means": means,
        "as_typed": as_typed,
        # Where the conversation stood when the page was made.
        "ticket": f"{thread.messages[-1].id if thread.messages else ''}.{len(thread.offers)}",
        "written": written,
        "refused_form": written.get("form", ""),
    }


def _possible(offer: Offer) -> list[str]:
    """What the shopper can do with an offer, by the table."""
    moves = possible_moves(OfferStatus(offer.status), made_by=Who(offer.made_by), who=Who.SHOPPER)
    return [event.value for event in moves]


@blueprint.post("/cases/<number>/messages")
def write(number: str) -> ResponseReturnValue:
    found = own_case(number)

    def send() -> None:
        holder = _take_files(found)
        messages.send_message(
            ctx(),
            tenant().id,
            found.id,
            actor=shopper(),
            body=request.form.get("body", ""),
            through="portal",
            source_id=_sent(found, ("body",)),
            attach=lambda session, case, message: attach_to_message(ctx(), session, holder, case.id, message.id),
        )

    return _carry_out(number, "message", send)


def _take_files(found: Case) -> str:
    """Keep what came with a message until it is sent; gives its holder. Raises AppError for the first that cannot be used."""
    holder = holder_of("portal", visit().id, f"message:{found.id}")
    for upload in uploads_in("files"):
        limits.check(limits.UPLOADS)
        add_evidence(ctx(), tenant().id, upload=upload, holder=holder, actor=shopper(), case_id=found.id)
    return holder


@blueprint.post("/cases/<number>/offers")
def propose(number: str) -> ResponseReturnValue:
    found = own_return(number)

    def make() -> None:
        offers.make_offer(
            ctx(),
            tenant().id,
            found.id,
            actor=shopper(),
            proposal=typed_proposal(request.form, found.currency),
            note=request.form.get("note", ""),
            offer_id=_sent(found, _OFFERED),
        )

    return _carry_out(number, "offer", make)


@blueprint.post("/cases/<number>/offers/<int:place>/<any(accept, decline, withdraw, counter):name>")
def answer(number: str, place: int, name: str) -> ResponseReturnValue:
    found = own_return(number)
    with ctx().db.tenant(tenant().id) as session:
        offer = next((offer for offer in offers.read_offers(session, found.id) if offer.number == place), None)
    if offer is None:
        raise NotFound("This offer does not exist, or it is not yours to see.", code="UNKNOWN_OFFER")

    def act() -> None:
        if name == "accept":
            offers.accept_offer(ctx(), tenant().id, offer.id, actor=shopper())
        elif name == "counter":
            offers.counter_offer(
                ctx(),
                tenant().id,
                offer.id,
                actor=shopper(),
                proposal=typed_proposal(request.form, found.currency),
                note=request.form.get("note", ""),
                new_offer_id=_sent(found, _OFFERED),
            )
        else:
            end = offers.decline_offer if name == "decline" else offers.withdraw_offer
            end(ctx(), tenant().id, offer.id, actor=shopper(), reason=request.form.get("reason", ""))

    if offer.status == _DONE.get(name) and offer.answered_by == shopper().name:
        return to("case", number=number)  # a second click
    return _carry_out(number, f"{name}-{place}", act)


#: What an answer leads to: the same answer again finds it.
_DONE = {"accept": OfferStatus.ACCEPTED, "decline": OfferStatus.DECLINED, "withdraw": OfferStatus.WITHDRAWN}


def _sent(found: Case, fields: tuple[str, ...]) -> str:
    """The same words sent from the same page, however often, have one id: a second click makes nothing new."""
    typed = [request.form.get(name, "") for name in ("ticket", *fields)]
    return str(uuid5(NAMESPACE_OID, "\0".join([found.id, *typed])))


def _carry_out(number: str, form: str, work: Callable[[], None]) -> ResponseReturnValue:
    """Do it and go back to the case; a refused form is shown there again with what was typed."""
    try:
        work()
    except AppError as problem:
        typed = {name: request.form[name][:20_000] for name in _FIELDS if name in request.form}
        anchor = f"{form}-{problem.field}" if problem.field else ""
        return refuse("case", {anchor: Said.of(problem)}, values={**typed, "form": form}, number=number)
    accept()
    return to("case", number=number)


@blueprint.get("/cases/<number>/messages")
@blueprint.get("/cases/<number>/offers")
def written(number: str) -> ResponseReturnValue:
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)


@blueprint.get("/cases/<number>/offers/<int:place>/<any(accept, decline, withdraw, counter):name>")
def answered(number: str, place: int, name: str) -> ResponseReturnValue:  # noqa: ARG001
    return to("case", number=number)
