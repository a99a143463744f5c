"""All that both sides said in a case, read at once for a page: messages, what came with them, offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferStatus
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import CannedReply, Message
from saleor_returns_app.models.offers import Offer

from .canned_replies import replies_for
from .context import Context
from .messages import read_messages, unread_for_shopper
from .offers import paid_for, read_offers
from .orders import mirrored_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """`paid` is what the items cost and was not given back; None where the order is not known here. `replies` are for staff."""

    messages: tuple[Message, ...]
    attached: Mapping[str, tuple[Evidence, ...]]
    offers: tuple[Offer, ...]
    paid: Money | None
    replies: tuple[CannedReply, ...] = ()
    unread: int = 0  # for the shopper, before this look

    @property
    def open_offer(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.status == OfferStatus.OPEN), None)

    @property
    def past_offers(self) -> tuple[Offer, ...]:
        """Newest first."""
        return tuple(offer for offer in reversed(self.offers) if offer.status != OfferStatus.OPEN)


def read_thread(ctx: Context, tenant_id: str, case: Case, *, actor: Actor, language: str) -> Thread:
    """What this side may see of a case that it may see. `language`: in which replies kept for reuse are offered to staff."""
    with ctx.db.tenant(tenant_id) as session:
        messages = read_messages(session, case.id, actor)
        statement = select(Evidence).where(
            Evidence.case_id == case.id, Evidence.message_id.is_not(None), Evidence.state == "ready"
        )
        shown = {message.id for message in messages}
        attached: defaultdict[str, list[Evidence]] = defaultdict(list)
        for file in session.scalars(statement.order_by(Evidence.id)):
            if file.message_id in shown:
                attached[file.message_id or ""].append(file)
        try:
            paid = paid_for(session, case, mirrored_order(session, case.saleor_order_id))
        except NotFound:
            paid = None
        staff = actor.who is Who.STAFF
        return Thread(
            messages=tuple(messages),
            attached={message_id: tuple(files) for message_id, files in attached.items()},
            offers=tuple(read_offers(session, case.id)),
            paid=paid,
            replies=tuple(replies_for(session, case, language=language)) if staff else (),
            unread=0 if staff else unread_for_shopper(session, case.id),
        )
