"""The lines of a quote, and what each unit of an order line is worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .because import Because
from .money import Money, allocate
from .orders import OrderLine


class QuoteKind(StrEnum):
    GOODS = "goods"
    SHIPPING = "shipping"
    FEE = "fee"
    AGREED = "agreed"  # what an agreed amount takes off what was paid
    EXCHANGE = "exchange"  # what was paid for exchanged units above what is sent for them


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    kind: QuoteKind
    amount: Money  # gross; a fee and what was agreed off are negative
    tax: Money  # the part of `amount` that is tax, from Saleor's stored gross and net
    label: str
    order_line_id: str | None = None
    quantity: int = 0
    because: Because | None = None  # why something is taken off; the text that people read in place of the label


def unit_worths(line: OrderLine) -> tuple[tuple[Money, Money], ...]:
    """(gross, tax) of each unit of a line, summing to what was paid for it; the last units take the cents that are left."""
    weights = [1] * line.quantity
    gross = allocate(line.total_gross, weights)
    tax = allocate(line.total_gross - line.total_net, weights)
    return tuple(zip(gross, tax, strict=True))
