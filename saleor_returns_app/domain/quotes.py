"""The quote: a refund worked out line by line, as data that a person reads before money moves.

Quoting and paying run this same computation; `Quote.fingerprint` tells whether its inputs changed in between.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .because import Because
from .cases import Resolution
from .deductions import agreed_share, postage_notes, restocking_fee, take_off_agreed, take_off_postage
from .differences import Difference, PieceWorth, difference_of, quote_difference, worths_of
from .exchanges import fit, in_pieces
from .money import Money, total
from .orders import GrantedRefund, GrantStatus, Order, OrderLine
from .quote_lines import QuoteKind, QuoteLine, unit_worths
from .tenders import RefundWay, SplitRule, Tender, split
from .terms import CaseTerms, ShippingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the app's own refunds of this order already claim (all but cancelled and failed-for-good ones).

    `units` per order line, and in `worths` the gross and the tax that they were quoted at before anything was taken off; `kept`:
    those of `units` that the shopper keeps for an agreed amount; `shipping`: already in a refund;
    `under_way` per transaction id (None: legacy payment): approved but not yet visible in Saleor's charged amount; `gift_cards`:
    given back or promised; `paid`: what payments gave back through us.
    """

    units: Mapping[str, int] = field(default_factory=dict)
    worths: Mapping[str, tuple[Money, Money]] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    shipping: bool = False
    under_way: Mapping[str | None, Money] = field(default_factory=dict)
    gift_cards: Money | None = None
    paid: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    currency: str
    lines: tuple[QuoteLine, ...]
    tenders: tuple[Tender, ...]
    notes: tuple[Because, ...]
    fingerprint: str
    in_goods: tuple[PieceWorth, ...] = ()  # units that end in goods, and what they were worth
    kept: bool = False  # the goods stay with the shopper, for an agreed amount

    @property
    def total(self) -> Money:
        return total((line.amount for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        return total((line.tax for line in self.lines), self.currency)

    @property
    def difference(self) -> Difference:
        """Of the exchange that goes with it."""
        return difference_of(self.in_goods, self.currency)

    @property
    def given(self) -> Money:
        """The worth of the goods that are sent without being paid for."""
        again = (item.gross for item in self.in_goods if item.piece.resolution is Resolution.RESHIP)
        return total([self.difference.price - self.difference.owed, *again], self.currency)

    def units(self) -> dict[str, int]:
        return {line.order_line_id: line.quantity for line in self.lines if line.order_line_id}

    @property
    def includes_shipping(self) -> bool:
        return any(line.kind is QuoteKind.SHIPPING for line in self.lines)


#: Grants of others in these states took their units; a failed one took nothing.
TAKING = frozenset({GrantStatus.PENDING, GrantStatus.SUCCESS})


def quote_refund(
    *,
    order: Order,
    wanted: Mapping[str, int],
    committed: Committed,
    own_grants: frozenset[str] = frozenset(),
    shipping_rule: ShippingRule = ShippingRule.WITH_LAST_UNIT,
    terms: CaseTerms = CaseTerms(),  # noqa: B008
    agreed_units: Mapping[str, int] | None = None,
    split_rule: SplitRule = SplitRule.IN_ORDER,
) -> Quote:
    """Work out a refund of `wanted` units (order line id → quantity) of an order as it stands, on these terms.

    `own_grants` are ids of grants made by this app: their units are in `committed` already, other grants are external refunds.
    Units that were refunded before are left out and said in the notes. `agreed_units` are those that an agreed amount is for
    (None: those wanted); where fewer are wanted, it shrinks with what they are worth. `shipping_rule` holds where the terms say
    nothing of shipping. `split_rule` says how several payments share it. None gives back more than is left on it: what none of them can
    take stands under `RefundWay.PERSON`.
    """
    notes: list[Because] = []
    if not terms.in_money:
        text = "This case is settled without money: nothing goes back to a payment."
        notes.append(Because("NO_MONEY", text))
        return Quote(
            currency=order.currency,
            lines=(),
            tenders=(),
            notes=tuple(notes),
            fingerprint=_fingerprint([], (), terms),
        )
    taken = units_taken(order, committed, own_grants)
    external_shipping = any(grant.shipping_included for grant in _grants_of_others(order, own_grants))
    pieces = fit(terms.pieces, wanted)
    in_goods = worths_of(order, pieces, taken)
    exchanged = Counter(in_pieces(pieces))
    wanted, taken = dict(Counter(wanted) - exchanged), taken + exchanged
    committed = replace(committed, kept=Counter(committed.kept) + exchanged)  # in another shape
    goods = [
        quoted
        for line in order.lines
        if (quoted := _goods(line, wanted.get(line.id, 0), taken[line.id], committed, notes)) is not None
    ]
    lines = list(goods)
    if goods and terms.amount is not None:
        share = agreed_share(order, goods, agreed_units or {}, taken, terms.amount)
        lines += take_off_agreed(goods, share, terms, notes)
    elif goods:
        lines = [part for line in goods for part in (line, *restocking_fee(order, line, taken, terms))]
        lines += _shipping_of(
            order,
            wanted,
            taken,
            committed,
            notes,
            rule=terms.refunds_shipping or shipping_rule,
            first=not committed.shipping and not external_shipping,
            cap=terms.shipping_cap,
        )
    lines += quote_difference(difference_of(in_goods, order.currency), notes)
    if lines:
        lines += take_off_postage(lines, terms)
        notes += postage_notes(terms)
    outside = order.total_refunded - (committed.paid or Money.zero(order.currency))
    if outside > Money.zero(order.currency):
        text = "%(amount)s of this order was refunded outside of this app."
        notes.append(Because("EXTERNAL_REFUND", text, {"amount": str(outside)}))
    whole = total((line.amount for line in lines), order.currency)
    tenders = _tenders(order, whole, committed, notes, split_rule)
    return Quote(
        currency=order.currency,
        lines=tuple(lines),
        tenders=tenders,
        notes=tuple(notes),
        fingerprint=_fingerprint(lines, tenders, terms, in_goods),
        in_goods=in_goods,
        kept=terms.stays_settled,
    )


def units_taken(order: Order, committed: Committed, own_grants: frozenset[str]) -> Counter[str]:
    """Units of each line that are settled: by this app, or by refunds that others granted."""
    taken = Counter(committed.units)
    for grant in _grants_of_others(order, own_grants):
        for granted in grant.lines:
            taken[granted.order_line_id] += granted.quantity
    return taken


def _grants_of_others(order: Order, own_grants: frozenset[str]) -> list[GrantedRefund]:
    return [grant for grant in order.granted_refunds if grant.id not in own_grants and grant.status in TAKING]


def _goods(line: OrderLine, wanted: int, taken: int, committed: Committed, notes: list[Because]) -> QuoteLine | None:
    asked = min(wanted, line.quantity)  # there never were more
    if asked <= 0:
        return None
    left = max(line.quantity - taken, 0)
    if asked > left:
        text = "%(count)s of “%(item)s” were settled before and are left out."
        notes.append(
            Because(
                "REFUNDED_BEFORE",
                text,
                {"count": asked - left, "item": line.product_name},
            )
        )
    units = unit_worths(line)[taken : taken + asked]
    if not units:
        return None
    currency = line.total_gross.currency
    zero = Money.zero(currency)
    gross, tax = total((gross for gross, _ in units), currency), total((tax for _, tax in units), currency)
    if line.id in committed.worths:
        # Units are counted, not told apart: where one was given up in between, ours may have been quoted at a cent more or less
        # than the first so many are worth. Now it is made good, so that all parts end at what the line cost.
        ours = unit_worths(line)[: committed.units.get(line.id, 0)]
        quoted_gross, quoted_tax = committed.worths[line.id]
        gross = max(gross + total((worth for worth, _ in ours), currency) - quoted_gross, zero)
        tax = max(tax + total((share for _, share in ours), currency) - quoted_tax, zero)
    return QuoteLine(
        kind=QuoteKind.GOODS,
        amount=gross,
        tax=min(tax, gross),
        label=line.product_name,
        order_line_id=line.id,
        quantity=len(units),
    )


def _shipping_of(
    order: Order,
    wanted: Mapping[str, int],
    taken: Mapping[str, int],
    committed: Committed,
    notes: list[Because],
    *,
    rule: ShippingRule,
    first: bool,
    cap: Money | None,
) -> list[QuoteLine]:
    """The outbound shipping where it is due, at most at the cap."""
    left = sum(
        max(line.quantity - taken.get(line.id, 0) + committed.kept.get(line.id, 0) - wanted.get(line.id, 0), 0)
        for line in order.lines
    )
    due = rule is ShippingRule.ALWAYS or (rule is ShippingRule.WITH_LAST_UNIT and left == 0)
    if not (due and first and order.shipping_gross):
        if rule is ShippingRule.WITH_LAST_UNIT and left and order.shipping_gross:
            text = "The original shipping of %(amount)s goes back only when everything is returned."
            notes.append(Because("SHIPPING_KEPT", text, {"amount": str(order.shipping_gross)}))
        return []
    gross, tax = order.shipping_gross, order.shipping_gross - order.shipping_net
    if cap is not None and cap < gross:
        text = "Of the original shipping of %(amount)s the cheapest standard way goes back."
        notes.append(Because("SHIPPING_CAPPED", text, {"amount": str(gross)}))
        # The part of the tax is rounded half up: shown, never paid by itself.
        tax = Money.rounded(tax.amount * cap.amount / gross.amount, order.currency)
        gross = cap
    if not gross:
        return []
    return [QuoteLine(kind=QuoteKind.SHIPPING, amount=gross, tax=tax, label="Shipping")]


def _tenders(
    order: Order, whole: Money, committed: Committed, notes: list[Because], rule: SplitRule
) -> tuple[Tender, ...]:
    """Each payment and gift card gives back at most what is left on it; what nothing can take goes to a person."""
    zero = Money.zero(order.currency)
    sources = [
        Tender(
            way=RefundWay.TRANSACTION,
            amount=max(transaction.charged - committed.under_way.get(transaction.id, zero), zero),
            label=transaction.name or transaction.psp_reference,
            transaction_id=transaction.id,
            reference=transaction.psp_reference,
        )
        for transaction in order.transactions
    ]
    payment = order.legacy_payment
    if not order.transactions and payment is not None:
        left = max(payment.available_refund - committed.under_way.get(None, zero), zero)
        sources.append(Tender(way=RefundWay.LEGACY, amount=left, label=payment.gateway))
    cards = total((card.amount for card in order.gift_cards), order.currency) - (committed.gift_cards or zero)
    sources.append(Tender(way=RefundWay.GIFT_CARD, amount=max(cards, zero), label="Gift card"))
    found = split(whole, sources, rule=rule)
    if len(found) > 1 and rule is SplitRule.IN_PROPORTION:
        text = "The refund is split in proportion to what is left on each payment."
        notes.append(Because("SPLIT_IN_PROPORTION", text))
    if any(tender.way is RefundWay.GIFT_CARD for tender in found):
        if rule is SplitRule.IN_ORDER:
            text = "Payments are refunded first; the gift card's share comes last."
            notes.append(Because("GIFT_CARD_LAST", text))
        text = "The gift card's share comes back as a new gift card."
        notes.append(Because("GIFT_CARD_NEW", text))
    rest = whole - total((tender.amount for tender in found), order.currency)
    if rest > zero:
        text = "%(amount)s cannot go back to a payment: less is left there than these items cost. A person decides."
        notes.append(Because("NOT_COVERED", text, {"amount": str(rest)}))
        found.append(Tender(way=RefundWay.PERSON, amount=rest, label="To be decided"))
    return tuple(found)


def _fingerprint(
    lines: Sequence[QuoteLine], tenders: Sequence[Tender], terms: CaseTerms, in_goods: Sequence[PieceWorth] = ()
) -> str:
    # Waits, ways and the address say nothing of money: they may change without the quote being read again.
    held = replace(terms, deadlines={}, methods=(), return_address="", address_key="", allowed=())
    said = [json.dumps(held.dump(), sort_keys=True)]
    said += [f"{line.kind}|{line.order_line_id}|{line.quantity}|{line.amount}|{line.tax}" for line in lines]
    said += [f"{item.piece.order_line_id}|{item.piece.variant_id}|{item.units}|{item.gross}" for item in in_goods]
    said += [f"{tender.way}|{tender.transaction_id}|{tender.amount}" for tender in tenders]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
