"""What terms take off a refund: the restocking fee, the postage back, and what both sides agreed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from .because import Because
from .money import Money, allocate, digits, total
from .orders import Order
from .quote_lines import QuoteKind, QuoteLine, unit_worths
from .terms import CaseTerms


def restocking_fee(order: Order, goods: QuoteLine, taken: Mapping[str, int], terms: CaseTerms) -> list[QuoteLine]:
    """The restocking fee of a line of goods.

    Worked out as that of all units up to these less that of the units before, each rounded down: so the shopper keeps the cent, and
    returns in parts cost what one return of all of them costs.
    """
    line = order.line(goods.order_line_id or "")
    percent = terms.percent_of(goods.order_line_id or "")
    if line is None or not percent:
        return []
    before = min(taken.get(line.id, 0), line.quantity)
    worths = unit_worths(line)

    def fee_of(units: int) -> Money:
        worth = total((gross for gross, _ in worths[:units]), order.currency)
        quantum = Decimal(1).scaleb(-digits(order.currency))
        return Money((worth.amount * percent / 100).quantize(quantum, rounding=ROUND_DOWN), order.currency)

    fee = min(fee_of(before + goods.quantity) - fee_of(before), goods.amount)
    if not fee:
        return []
    said = f"{percent.normalize():f}"
    because = Because(
        "RESTOCKING", "Restocking fee of %(percent)s %% on “%(item)s”", {"percent": said, "item": goods.label}
    )
    return [_off(QuoteKind.FEE, fee, _tax_of(fee, goods), because)]


def agreed_share(
    order: Order, goods: Sequence[QuoteLine], agreed_units: Mapping[str, int], taken: Mapping[str, int], amount: Money
) -> Money:
    """The part of an agreed amount for these goods: all of it for all units that it was agreed for.

    Rounded up: where part of what was agreed on is accepted, the shopper keeps the cent.
    """
    got = asked = Money.zero(order.currency)
    for quoted in goods:
        got = got + quoted.amount
    for line in order.lines:
        before = taken.get(line.id, 0)
        agreed = min(agreed_units.get(line.id, 0), max(line.quantity - before, 0))
        asked = asked + total((gross for gross, _ in unit_worths(line)[before : before + agreed]), order.currency)
    if asked <= got:
        return amount
    shares = divmod(amount.minor * got.minor, asked.minor)
    return Money.from_minor(shares[0] + (1 if shares[1] else 0), order.currency)


def take_off_agreed(
    goods: Sequence[QuoteLine], amount: Money, terms: CaseTerms, notes: list[Because]
) -> list[QuoteLine]:
    """What an agreed amount takes off these goods, as one line; the tax by largest remainder over the goods.

    Never more is paid than the goods cost: where others refunded part of them meanwhile, that much is left of the agreement.
    """
    currency = amount.currency
    whole = total((line.amount for line in goods), currency)
    if amount > whole:
        text = "%(agreed)s were agreed; no more than the %(amount)s that these items cost can go back."
        notes.append(Because("AGREED_LOWERED", text, {"agreed": str(amount), "amount": str(whole)}))
    off = whole - min(amount, whole)
    if not off:
        return []
    parts = allocate(off, [line.amount.minor for line in goods])
    tax = total((_tax_of(part, line) for part, line in zip(parts, goods, strict=True)), currency)
    if terms.agreed_by_offer is None:
        because = Because("AGREED", "Off by agreement")
    else:
        because = Because("AGREED", "Off as agreed in offer %(offer)s", {"offer": terms.agreed_by_offer})
    return [_off(QuoteKind.AGREED, off, tax, because)]


def shopper_part(cost: Money, terms: CaseTerms) -> Money:
    """What of the postage is taken off the refund: nothing by law, of an agreed amount, or where no money goes back.

    Rounded down: the shopper keeps the cent.
    """
    if terms.statutory or terms.keeps_item or terms.amount is not None or not terms.in_money:
        return Money.zero(cost.currency)
    return Money.from_minor(cost.minor * (terms.shopper_percent or 0) // 100, cost.currency)


def take_off_postage(lines: Sequence[QuoteLine], terms: CaseTerms) -> list[QuoteLine]:
    """The shopper's part of what the way back cost the shop, where that is known; never below nothing to refund."""
    cost, percent = terms.postage_cost, terms.shopper_percent or 0
    if cost is None:
        return []
    off = min(shopper_part(cost, terms), total((line.amount for line in lines), cost.currency))
    if not off:
        return []
    because = Because("POSTAGE", "Return postage, %(percent)s %% of it paid by the shopper", {"percent": percent})
    if percent == 100:
        because = Because("POSTAGE", "Return postage, paid by the shopper")
    return [_off(QuoteKind.FEE, off, Money.zero(cost.currency), because)]


def postage_notes(terms: CaseTerms) -> list[Because]:
    """Who pays the way back, where what it costs is not known and therefore in no line."""
    percent = terms.shopper_percent
    if percent is None or terms.keeps_item or (terms.postage_cost is not None and not terms.statutory):
        return []
    if percent == 100:
        return [Because("POSTAGE_SHOPPER", "The shopper pays the postage back.")]
    if percent == 0:
        return [Because("POSTAGE_SHOP", "The shop pays the postage back.")]
    text = "The postage back is shared: the shop pays %(percent)s %% of it."
    return [Because("POSTAGE_SHARED", text, {"percent": 100 - percent})]


def _tax_of(part: Money, line: QuoteLine) -> Money:
    """The tax in a part of a line, rounded half up: shown, never paid by itself."""
    if not line.amount:
        return line.amount
    return Money.rounded(line.tax.amount * part.amount / line.amount.amount, part.currency)


def _off(kind: QuoteKind, amount: Money, tax: Money, because: Because) -> QuoteLine:
    return QuoteLine(kind=kind, amount=-amount, tax=-tax, label=because.text % because.params, because=because)
