"""The thread of a case on its page: replying, notes, offers and their answers."""

from __future__ import annotations

from typing import Any

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import KINDS as RULES
from saleor_returns_app.domain.offers import Need, OfferEvent, OfferKind, OfferStatus, possible_moves
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.case_files import CaseFile, read_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.evidence import add_evidence, attach_to_message, holder_of
from saleor_returns_app.services.threads import Thread, read_thread
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.evidence import shown, uploads_in
from saleor_returns_app.web.i18n import gettext
from saleor_returns_app.web.offer_forms import as_typed, typed_proposal

from .access import visit
from .buttons import Action, Offered, Typed, offered_to
from .offer_words import BEARERS, KINDS


def _ticket(typed: Typed) -> str | None:
    """What makes a form that is sent twice one message; made with the page."""
    said = typed.get("ticket", "")
    return said if 0 < len(said) <= 40 else None


def _reply(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    del version  # a message holds whatever happened meanwhile
    holder = _take_files(ctx, tenant_id, case_id, actor)
    messages.send_message(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        body=typed.get("body", ""),
        through="dashboard",
        source_id=_ticket(typed),
        attach=lambda session, case, message: attach_to_message(ctx, session, holder, case.id, message.id),
    )


def _take_files(ctx: Context, tenant_id: str, case_id: str, actor: Actor) -> str:
    """Keep what came with a reply until it is sent; gives its holder. Raises AppError for the first that cannot be used."""
    read_case(ctx, tenant_id, case_id, actor=actor)
    holder = holder_of("staff", actor.id, f"message:{case_id}")
    for upload in uploads_in("files"):
        add_evidence(ctx, tenant_id, upload=upload, holder=holder, actor=actor, case_id=case_id)
    return holder


def _note(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    del version
    messages.add_note(ctx, tenant_id, case_id, actor=actor, body=typed.get("body", ""), source_id=_ticket(typed))


def _offer(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    proposal = typed_proposal(typed, _currency(ctx, tenant_id, case_id))
    offers.make_offer(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        proposal=proposal,
        note=typed.get("note", ""),
        offer_id=_ticket(typed),
    )


def _counter(ctx: Context, tenant_id: str, offer_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    with ctx.db.tenant(tenant_id) as session:
        currency = session.get_one(Offer, offer_id).currency
    offers.counter_offer(
        ctx,
        tenant_id,
        offer_id,
        actor=actor,
        version=version,
        proposal=typed_proposal(typed, currency),
        note=typed.get("note", ""),
        new_offer_id=_ticket(typed),
    )


def _currency(ctx: Context, tenant_id: str, case_id: str) -> str:
    with ctx.db.tenant(tenant_id) as session:
        return session.get_one(Case, case_id).currency


def _accept(ctx: Context, tenant_id: str, offer_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    del typed
    offers.accept_offer(ctx, tenant_id, offer_id, actor=actor, version=version)


def _decline(ctx: Context, tenant_id: str, offer_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    offers.decline_offer(ctx, tenant_id, offer_id, actor=actor, version=version, reason=typed.get("reason", ""))


def _withdraw(ctx: Context, tenant_id: str, offer_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    offers.withdraw_offer(ctx, tenant_id, offer_id, actor=actor, version=version, reason=typed.get("reason", ""))


REPLY = Action(
    name="message", title="Reply", label="Send", said="Message sent", run=_reply, form="message.html", tone="primary"
)
NOTE = Action(name="note", title="Internal note", label="Save note", said="Note saved", run=_note, form="note.html")
OFFER = Action(
    name="offer",
    title="Offer",
    label="Make this offer",
    said="Offer made",
    run=_offer,
    form="offer.html",
    tone="primary",
)
#: Event of the offer's table → its button.
OFFER_ACTIONS: dict[OfferEvent, Action] = {
    OfferEvent.ACCEPT: Action(
        name="accept",
        title="Agree to this offer?",
        label="Accept",
        said="Agreed",
        run=_accept,
        form="offer_accept.html",
        tone="primary",
    ),
    OfferEvent.COUNTER: Action(
        name="counter",
        title="Propose something else",
        label="Counter",
        said="Counter-offer made",
        run=_counter,
        form="offer_counter.html",
    ),
    OfferEvent.DECLINE: Action(
        name="decline",
        title="Decline this offer?",
        label="Decline",
        said="Offer declined",
        run=_decline,
        form="offer_end.html",
        tone="critical",
    ),
    OfferEvent.WITHDRAW: Action(
        name="withdraw",
        title="Take this offer back?",
        label="Take back",
        said="Offer taken back",
        run=_withdraw,
        form="offer_end.html",
        tone="critical",
    ),
}
_BY_NAME = {action.name: action for action in (REPLY, NOTE, OFFER)}
_OFFER_BY_NAME = {action.name: action for action in OFFER_ACTIONS.values()}


def thread_action(name: str) -> Action | None:
    return _BY_NAME.get(name)


def offer_action(name: str) -> Action | None:
    return _OFFER_BY_NAME.get(name)


def offer_actions(offer: Offer, actor: Actor) -> dict[str, Offered]:
    """By name: what this side can do with an offer."""
    possible = possible_moves(OfferStatus(offer.status), made_by=Who(offer.made_by), who=Who.STAFF)
    found = [offered_to(OFFER_ACTIONS[event], actor) for event in possible if event in OFFER_ACTIONS]
    return {item.action.name: item for item in found}


def thread_values(file: CaseFile) -> dict[str, Any]:
    """What the thread's part of the page needs."""
    thread = thread_of(file.case)
    # What makes a complaint good is offered in a return.
    possible = () if file.complaint else RETURN_CASE.possible(CaseStatus(file.case.status), Who.STAFF)
    return {
        "thread": thread,
        "attached": {message_id: shown(ctx(), list(files)) for message_id, files in thread.attached.items()},
        "offer": None,
        "can_offer": thread.open_offer is None and CaseEvent.NEGOTIATE in possible,
        "offer_can": {offer.id: offer_actions(offer, visit().actor) for offer in thread.offers},
        "offer_kinds": {kind.value: gettext(text) for kind, text in KINDS.items()},
        "offer_bearers": {bearer.value: gettext(text) for bearer, text in BEARERS.items()},
        "kinds_with": kinds_with,
        "as_typed": as_typed,
        "new_ticket": new_id,
        "share_of": share_of,
        "language_of": lambda case: i18n.nearest([case.language]),
    }


def thread_of(case: Case) -> Thread:
    return read_thread(ctx(), visit().tenant_id, case, actor=visit().actor, language=i18n.nearest([case.language]))


def kinds_with(part: str) -> str:
    """Kinds of offer that have an amount, a wish or a say in keeping the items: the others do not show the field."""
    return " ".join(kind.value for kind in OfferKind if getattr(RULES[kind], part) is not Need.NEVER)


def share_of(offer: Offer, paid: Money | None) -> int | None:
    """An offered amount in percent of what was paid, for the bar; None where there is nothing to compare."""
    if offer.amount_minor is None or paid is None or not paid.minor:
        return None
    return min(100, round(100 * offer.amount_minor / paid.minor))
