"""What an exchange costs one side or the other: what was paid for the units against the price of what is sent for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .because import Because
from .cases import Resolution
from .exchanges import Piece
from .money import Money, total
from .orders import Order
from .quote_lines import QuoteKind, QuoteLine, unit_worths


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Gross sums over all exchanged units. One of `owed` and `back` is zero."""

    worth: Money  # paid for the units that come back
    tax: Money  # the part of `worth` that is tax
    price: Money  # of what is sent for them

    @property
    def owed(self) -> Money:
        """What the shopper pays on top."""
        return max(self.price - self.worth, Money.zero(self.price.currency))

    @property
    def back(self) -> Money:
        """What goes back to the shopper."""
        return max(self.worth - self.price, Money.zero(self.price.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceWorth:
    """What was paid for the units of a piece; fewer than it has where others settled some of them meanwhile."""

    piece: Piece
    units: int
    gross: Money
    tax: Money


def worths_of(order: Order, pieces: Sequence[Piece], taken: Mapping[str, int]) -> tuple[PieceWorth, ...]:
    """`taken`: units of each line that are settled otherwise, in money or in goods."""
    before, found = dict(taken), []
    for piece in pieces:
        line = order.line(piece.order_line_id)
        start = before.get(piece.order_line_id, 0)
        units = unit_worths(line)[start : start + piece.quantity] if line else ()
        before[piece.order_line_id] = start + len(units)
        gross = total((worth for worth, _ in units), order.currency)
        tax = total((share for _, share in units), order.currency)
        found.append(PieceWorth(piece=piece, units=len(units), gross=gross, tax=tax))
    return tuple(found)


def difference_of(worths: Sequence[PieceWorth], currency: str) -> Difference:
    """Of the exchanged ones; what is sent again or mended costs nobody anything."""
    exchanged = [
        (item, item.piece.price)
        for item in worths
        if item.piece.resolution is Resolution.EXCHANGE and item.piece.price is not None
    ]
    return Difference(
        worth=total((item.gross for item, _ in exchanged), currency),
        tax=total((item.tax for item, _ in exchanged), currency),
        price=total((price for item, price in exchanged for _ in range(item.units)), currency),
    )


def quote_difference(difference: Difference, notes: list[Because]) -> list[QuoteLine]:
    """What an exchange gives back as a line of the quote; what it costs is not paid with it, and said."""
    if difference.owed:
        text = "The new items cost %(amount)s more, to be paid with the replacement order."
        notes.append(Because("DIFFERENCE_OWED", text, {"amount": str(difference.owed)}))
    back = difference.back
    if not back:
        return []
    text = "Exchange: %(worth)s were paid, the new items cost %(price)s"
    because = Because("EXCHANGE_BACK", text, {"worth": str(difference.worth), "price": str(difference.price)})
    # The part of the tax is rounded half up: shown, never paid by itself.
    tax = Money.rounded(difference.tax.amount * back.amount / difference.worth.amount, back.currency)
    return [QuoteLine(kind=QuoteKind.EXCHANGE, amount=back, tax=tax, label=text % because.params, because=because)]
