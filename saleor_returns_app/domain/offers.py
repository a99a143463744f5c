"""Offers: proposed resolutions that one side makes and the other answers, what each kind needs, and the terms they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .because import Because
from .cases import Resolution
from .exchanges import Piece
from .machines import SHOPPER, STAFF, SYSTEM, Machine, Who
from .money import Money
from .terms import CaseTerms, PostageBearer


class OfferStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class OfferEvent(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_S, _E = OfferStatus, OfferEvent

# fmt: off
OFFER = Machine("offer", _S.OPEN, [
    # from      event          to              who
    (_S.OPEN,   _E.ACCEPT,     _S.ACCEPTED,    SHOPPER | STAFF),   # the side that did not make it
    (_S.OPEN,   _E.DECLINE,    _S.DECLINED,    SHOPPER | STAFF),   # the side that did not make it
    (_S.OPEN,   _E.COUNTER,    _S.COUNTERED,   SHOPPER | STAFF),   # the side that did not make it
    (_S.OPEN,   _E.WITHDRAW,   _S.WITHDRAWN,   SHOPPER | STAFF),   # the side that made it
    (_S.OPEN,   _E.LAPSE,      _S.LAPSED,      SYSTEM),
])
# fmt: on

#: Answers; only the side that did not make the offer gives them.
ANSWERS = (_E.ACCEPT, _E.DECLINE, _E.COUNTER)


def possible_moves(status: OfferStatus, *, made_by: Who, who: Who) -> tuple[OfferEvent, ...]:
    """What this side can do with an offer: nobody answers what they offered themselves, nobody withdraws what others did."""
    own = made_by is who
    return tuple(
        event
        for event in OFFER.possible(status, who)
        if who is Who.SYSTEM or (event is _E.WITHDRAW if own else event in ANSWERS)
    )


class OfferKind(StrEnum):
    REFUND = "refund"
    COMPENSATION = "compensation"  # part of the money, and the shopper keeps the items
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESHIP = "reship"
    STORE_CREDIT = "store_credit"
    VOUCHER = "voucher"
    POSTAGE = "postage"  # as the policy says, but for who pays the way back


class Need(StrEnum):
    """Whether a kind has something."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of offer ends in and needs. `wish`: what is exchanged for, sent again, or given as a voucher, in words."""

    resolution: Resolution
    amount: Need
    keeps: Need
    wish: Need


_N, _R = Need, Resolution

# fmt: off
KINDS: dict[OfferKind, KindRule] = {
    #                                 ends in            amount     keeps the items   wish
    OfferKind.REFUND:        KindRule(_R.REFUND,         _N.MAY,    _N.MAY,           _N.NEVER),
    OfferKind.COMPENSATION:  KindRule(_R.COMPENSATION,   _N.MUST,   _N.MUST,          _N.NEVER),
    OfferKind.EXCHANGE:      KindRule(_R.EXCHANGE,       _N.NEVER,  _N.MAY,           _N.MUST),
    OfferKind.REPAIR:        KindRule(_R.REPAIR,         _N.NEVER,  _N.NEVER,         _N.MAY),
    OfferKind.RESHIP:        KindRule(_R.RESHIP,         _N.NEVER,  _N.MAY,           _N.MUST),
    OfferKind.STORE_CREDIT:  KindRule(_R.STORE_CREDIT,   _N.MUST,   _N.MAY,           _N.NEVER),
    OfferKind.VOUCHER:       KindRule(_R.STORE_CREDIT,   _N.MUST,   _N.MAY,           _N.MAY),
    OfferKind.POSTAGE:       KindRule(_R.REFUND,         _N.NEVER,  _N.NEVER,         _N.NEVER),
}
# fmt: on

LONGEST_WISH = 300
#: Kinds that say unit by unit what is sent or repaired, with what becomes of units; the first that fits names the offer.
BY_PIECES: dict[OfferKind, frozenset[Resolution]] = {
    OfferKind.REPAIR: frozenset({_R.REPAIR}),
    OfferKind.RESHIP: frozenset({_R.RESHIP, _R.REPAIR}),
    OfferKind.EXCHANGE: frozenset({_R.EXCHANGE, _R.RESHIP, _R.REPAIR}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one side proposes. `amount` None: what the quote says. `postage_bearer` None: as the terms say now.

    `pieces`: the units that are sent for or repaired; what they leave of the case is refunded as the quote says. Without them `wish`
    says it in words, and a person sees to it; a repair is one of everything.
    """

    kind: OfferKind
    amount: Money | None = None
    keeps_item: bool = False
    postage_bearer: PostageBearer | None = None
    merchant_percent: int = 0
    wish: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def resolution(self) -> Resolution:
        return KINDS[self.kind].resolution

    @property
    def keeps(self) -> bool:
        """Whether the items stay with the shopper: said, or of the kind's nature."""
        return KINDS[self.kind].keeps is Need.MUST or self.keeps_item


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why something cannot be proposed, and the field it is about."""

    field: str
    because: Because


def flaws(proposal: Proposal, *, paid: Money, terms: CaseTerms, by: Who) -> tuple[Flaw, ...]:
    """What is wrong with a proposal; nothing where it can be made.

    `paid` is what these units cost and was not given back yet. What the policy allows binds shoppers; staff may go beyond it.
    """
    rule = KINDS[proposal.kind]
    found = [*_amount_flaws(proposal, rule, _most(proposal, paid, by)), *_postage_flaws(proposal)]
    if proposal.keeps_item and rule.keeps is Need.NEVER:
        text = "For this the items have to come back."
        found.append(Flaw("keeps_item", Because("MUST_COME_BACK", text)))
    mended = any(piece.resolution is Resolution.REPAIR for piece in proposal.pieces)
    if proposal.keeps and mended and rule.keeps is not Need.NEVER:
        text = "What is repaired has to come in. Take the repair out, or let the items come back."
        found.append(Flaw("keeps_item", Because("MUST_COME_IN", text)))
    wish = proposal.wish.strip()
    if {piece.resolution for piece in proposal.pieces} - BY_PIECES.get(proposal.kind, frozenset()):
        text = "For this nothing is sent."
        found.append(Flaw("pieces", Because("NO_PIECES", text)))
    if rule.wish is Need.MUST and not wish and not proposal.pieces:
        text = "Choose what is to be sent, or say it in a few words."
        found.append(Flaw("wish", Because("WISH", text)))
    if len(wish) > LONGEST_WISH:
        text = "At most %(most)s characters."
        found.append(Flaw("wish", Because("TOO_LONG", text, {"most": LONGEST_WISH})))
    allowed: Sequence[Resolution] = terms.allowed
    asked = {proposal.resolution, *(piece.resolution for piece in proposal.pieces)}
    if by is Who.SHOPPER and allowed and not asked <= set(allowed):
        text = "The shop does not offer this for these items. Choose something else, or write to the shop."
        found.append(Flaw("kind", Because("NOT_ALLOWED", text)))
    return tuple(found)


def _most(proposal: Proposal, paid: Money, by: Who) -> Money:
    """The shop may thank whoever takes credit in place of money with a bonus; twice the price is more likely a slip of the keys."""
    in_credit = proposal.resolution is Resolution.STORE_CREDIT
    return paid + paid if in_credit and by is Who.STAFF else paid


def _amount_flaws(proposal: Proposal, rule: KindRule, most: Money) -> list[Flaw]:
    amount = proposal.amount
    if amount is None:
        if rule.amount is Need.MUST:
            return [Flaw("amount", Because("AMOUNT_MISSING", "Say how much."))]
        return []
    if rule.amount is Need.NEVER:
        return [Flaw("amount", Because("NO_AMOUNT", "This has no amount. Leave it empty."))]
    if amount <= Money.zero(amount.currency):
        return [Flaw("amount", Because("NOT_ABOVE_ZERO", "The amount has to be above zero."))]
    if amount > most:
        in_credit = proposal.resolution is Resolution.STORE_CREDIT
        text = (
            "At most %(paid)s for this."
            if in_credit
            else "At most %(paid)s: that is what these items cost and was not given back yet."
        )
        return [Flaw("amount", Because("ABOVE_PAID", text, {"paid": str(most)}))]
    return []


def _postage_flaws(proposal: Proposal) -> list[Flaw]:
    bearer = proposal.postage_bearer
    if bearer is None:
        if proposal.kind is OfferKind.POSTAGE:
            return [Flaw("postage_bearer", Because("BEARER_MISSING", "Say who pays the postage."))]
        return []
    if proposal.keeps:
        text = "Nothing is sent back, so there is no postage to pay."
        return [Flaw("postage_bearer", Because("NO_POSTAGE", text))]
    if bearer is PostageBearer.SHARED and not 0 < proposal.merchant_percent < 100:
        text = "Say which part the shop pays: from 1 to 99 percent."
        return [Flaw("merchant_percent", Because("PERCENT", text))]
    return []


def agreed_terms(terms: CaseTerms, proposal: Proposal, *, number: int) -> CaseTerms:
    """The terms of a case once both sides agreed on offer `number`; what it says nothing of stays as it was."""
    changed = terms.but(
        resolution=proposal.resolution,
        keeps_item=proposal.keeps,
        amount=proposal.amount,
        agreed_by_offer=number,
        detail={"kind": proposal.kind.value, **({"wish": proposal.wish.strip()} if proposal.wish.strip() else {})},
        pieces=proposal.pieces,
    )
    if proposal.postage_bearer is None:
        return changed
    percent = {PostageBearer.SHOPPER: 0, PostageBearer.MERCHANT: 100}
    return changed.but(
        postage_bearer=proposal.postage_bearer,
        merchant_percent=percent.get(proposal.postage_bearer, proposal.merchant_percent),
    )
