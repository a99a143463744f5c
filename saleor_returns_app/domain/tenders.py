"""How a refund is shared by the payments and gift cards that an order was paid with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from .money import Money, allocate, total


class SplitRule(StrEnum):
    """What several payments of an order give back of one refund."""

    IN_ORDER = "in_order"  # the first payment all it can, then the next; gift cards last
    IN_PROPORTION = "in_proportion"  # each by what is left on it


class RefundWay(StrEnum):
    """How one part of the money goes back."""

    TRANSACTION = "transaction"
    LEGACY = "legacy"
    GIFT_CARD = "gift_card"  # as a new one, worth the share
    PERSON = "person"  # no payment can take it: somebody decides


#: Ways that the app pays by itself; the others wait for a person.
BY_ITSELF = frozenset({RefundWay.TRANSACTION, RefundWay.LEGACY, RefundWay.GIFT_CARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    way: RefundWay
    amount: Money
    label: str
    transaction_id: str | None = None
    reference: str = ""  # the payment's own, at the provider


def split(whole: Money, sources: Sequence[Tender], *, rule: SplitRule) -> list[Tender]:
    """What each source gives back, those of nothing left out. Its `amount` is the most that it can give.

    The parts sum to the whole, or to all that the sources have where that is less. In proportion, cents that do not divide go
    by the largest remainder, and never put a source above what it has: a part that is rounded up was below it.
    """
    most = [source.amount for source in sources]
    given = min(whole, total(most, whole.currency))
    if not given:
        return []
    if rule is SplitRule.IN_PROPORTION:
        parts = list(allocate(given, [amount.minor for amount in most]))
    else:
        parts, left = [], given
        for amount in most:
            parts.append(min(amount, left))
            left = left - parts[-1]
    return [replace(source, amount=part) for source, part in zip(sources, parts, strict=True) if part]
