"""Many lines' verdicts as one for the case. Of one line it is that line's own; in whatever order the lines come it is the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from saleor_returns_app.domain.because import Because
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import ShippingRule

from .actions import Bearer, ReturnMethod, Wait
from .terms import Length, LineTerms
from .verdicts import OUTCOMES, CaseVerdict, Verdict

_SHIPPING = (ShippingRule.NEVER, ShippingRule.WITH_LAST_UNIT, ShippingRule.ALWAYS)
#: Waits that the shopper answers for: they get the longest of the lines' times, the shop the shortest of its own.
_SHOPPERS = frozenset({Wait.EVIDENCE, Wait.OFFER, Wait.GOODS_SENT, Wait.PARCEL, Wait.DIFFERENCE, Wait.CONFIRMATION})


def judge_case(verdicts: Sequence[Verdict]) -> CaseVerdict:
    """The worst outcome of the lines with the reasons for it, the earliest end, the terms of all together.

    Raises ValueError for a case without lines.
    """
    if not verdicts:
        raise ValueError("a case has at least one line")
    worst = max((verdict.outcome for verdict in verdicts), key=OUTCOMES.index)
    because: list[Because] = []
    for verdict in verdicts:
        if verdict.outcome is worst:
            because += [reason for reason in verdict.because if reason not in because]
    ending = min((item for item in verdicts if item.until is not None), key=_until, default=None)
    return CaseVerdict(
        outcome=worst,
        because=tuple(because),
        policy=verdicts[0].policy,
        until=ending.until if ending else None,
        last_day=ending.last_day if ending else None,
        terms=compose_terms([verdict.terms for verdict in verdicts]),
        lines=tuple(verdicts),
    )


def _until(verdict: Verdict) -> float:
    return verdict.until.timestamp() if verdict.until else float("inf")


def compose_terms(terms: Sequence[LineTerms]) -> LineTerms:
    """One parcel, one review, one promise: each part says whom it favours and why."""
    first = terms[0]
    if all(item == first for item in terms):
        return first
    share = _most_paid(terms)
    same_address = all((t.address_key, t.address_text) == (first.address_key, first.address_text) for t in terms)
    return replace(
        first,
        # What every line allows, so that one answer can settle the case; none where they share none: then line by line.
        resolutions=tuple(kind for kind in Resolution if all(kind in item.resolutions for item in terms)),
        # The most that a line demands, for the same photos serve all of them.
        photos=max(item.photos for item in terms),
        video=any(item.video for item in terms),
        # For the shopper: the parcel travels for the line that the merchant pays for anyway.
        postage=share[0],
        merchant_percent=share[1],
        # The highest, so that no line is promised more than its quote pays; the quote charges each line its own.
        restocking_percent=max(item.restocking_percent for item in terms),
        # For the shopper: shipping goes back once per order, and one line that earns it is enough.
        shipping=max((item.shipping for item in terms), key=_SHIPPING.index),
        # For the merchant: a machine decides only what every line leaves to it.
        auto_approve_up_to=_lowest_of_all(item.auto_approve_up_to for item in terms),
        # For the merchant: goods stay with the shopper only when every line's may.
        keep_item_under=_lowest_of_all(item.keep_item_under for item in terms),
        # For the merchant: the strictest line calls the second person.
        second_approval_above=_lowest_there(item.second_approval_above for item in terms),
        # For the shopper: most time for what they owe, least for what the shop owes.
        deadlines={
            wait: _length(wait, [item.deadlines[wait] for item in terms if wait in item.deadlines]) for wait in Wait
        },
        # The shop's own where lines name different ones, for a parcel has one address; a person may name another.
        address_key=first.address_key if same_address else "",
        address_text=first.address_text if same_address else "",
        # What every line allows; else all, for then each goes its own way.
        methods=_methods(terms),
        # The law's path carries no line that it does not cover.
        statutory=all(item.statutory for item in terms),
        shipping_at_most_standard=all(item.shipping_at_most_standard for item in terms),
    )


def _most_paid(terms: Sequence[LineTerms]) -> tuple[Bearer, int]:
    most = max(terms, key=lambda item: item.merchant_percent)
    percent = most.merchant_percent
    if percent in (0, 100):
        return (Bearer.MERCHANT if percent else Bearer.SHOPPER), percent
    return Bearer.SHARED, percent


def _lowest_of_all(limits: Iterable[Money | None]) -> Money | None:
    lowest: Money | None = None
    for limit in limits:
        if limit is None:
            return None
        lowest = limit if lowest is None else min(lowest, limit)
    return lowest


def _lowest_there(limits: Iterable[Money | None]) -> Money | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _length(wait: Wait, lengths: Sequence[Length]) -> Length:
    ordered = sorted(lengths, key=lambda length: (length.hours, length.unit))
    return ordered[-1] if wait in _SHOPPERS else ordered[0]


def _methods(terms: Sequence[LineTerms]) -> tuple[ReturnMethod, ...]:
    shared = tuple(method for method in ReturnMethod if all(method in item.methods for item in terms))
    return shared or tuple(method for method in ReturnMethod if any(method in item.methods for item in terms))
