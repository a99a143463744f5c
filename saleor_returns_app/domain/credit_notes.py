"""The credit note: what a refund gave back, as a document that never changes.

A refund may be one part of a quote: on one of several payments, or less than was asked for. Its note then carries its share of every
line of the quote, so that the notes of all parts sum to the quote line by line, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .because import Because
from .money import Money, total
from .quote_lines import QuoteKind, QuoteLine


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """`gross` is what the note gives back for it, `tax` the part of it that is tax; what is taken off is negative.

    `rate`: per cent of tax, None where nothing tells it. `quantity` 0: no goods.
    """

    kind: QuoteKind
    label: str
    quantity: int
    gross: Money
    tax: Money
    rate: Decimal | None = None
    because: Because | None = None

    @property
    def net(self) -> Money:
        return self.gross - self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    """`whole` is the refund that this is a part of, None where it is all of it. `paid_to` is the payment it went back to.

    `address`: where the order was billed to, as lines from the person to the country; none where the order names no address.
    """

    number: str
    issued_on: date
    language: str
    seller: str
    customer_name: str
    email: str
    order_number: str
    ordered_at: datetime | None
    case_number: str
    refund_number: int
    lines: tuple[NoteLine, ...]
    currency: str
    way: str
    paid_to: str
    proof: str = ""
    whole: Money | None = None
    address: tuple[str, ...] = ()

    @property
    def total(self) -> Money:
        return total((line.gross for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        return total((line.tax for line in self.lines), self.currency)

    @property
    def net(self) -> Money:
        return self.total - self.tax


def note_number(*, year: int, sequence: int) -> str:
    """What people say: CN-2026-000042."""
    return f"CN-{year}-{sequence:06}"


def lines_of_part(lines: Sequence[QuoteLine], *, before: Money, paid: Money) -> tuple[tuple[Money, Money], ...]:
    """(gross, tax) of each line of a quote that `paid` covers when `before` was given back already; the gross sums to `paid`,
    up to the quote's total. All parts of a quote together give each line exactly.

    Cents that do not divide go where the remainder is largest, among equals to the later line; tax is rounded half up on what was
    given back of its line so far, so the last part takes what is left of it.
    """
    whole = sum(line.amount.minor for line in lines)
    start, end = min(before.minor, whole), min(before.minor + paid.minor, whole)
    return tuple(
        (
            Money.from_minor(to - since, paid.currency),
            Money.from_minor(_tax_so_far(line, to) - _tax_so_far(line, since), paid.currency),
        )
        for line, since, to in zip(lines, _shares(lines, start, whole), _shares(lines, end, whole), strict=True)
    )


def _shares(lines: Sequence[QuoteLine], given: int, whole: int) -> list[int]:
    """`given` minor units of the quote's `whole`, by its lines; some of those are negative, so they are no weights."""
    if not whole:
        return [0 for _ in lines]
    exact = [Fraction(line.amount.minor * given, whole) for line in lines]
    shares = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(lines)), key=lambda index: (exact[index] - shares[index], index), reverse=True)
    for index in by_remainder[: given - sum(shares)]:
        shares[index] += 1
    return shares


def _tax_so_far(line: QuoteLine, gross: int) -> int:
    if not line.amount.minor:
        return 0
    exact = Decimal(line.tax.minor * gross) / Decimal(line.amount.minor)
    return int(exact.to_integral_value(rounding=ROUND_HALF_UP))


def tax_rate(*, gross: Money, tax: Money) -> Decimal | None:
    """The simplest percentage of the net that gives this tax when it is rounded half up; None for no net.

    Saleor's stored amounts count, so the rate follows from them and not the other way round.
    """
    net = gross - tax
    if not net.amount:
        return None
    exact = tax.amount * 100 / net.amount
    for places in range(4):
        rate = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        if Money.rounded(net.amount * rate / 100, net.currency) == tax:
            return rate
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
