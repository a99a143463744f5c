"""May this line be returned? A pure judgement with reasons, behind the interface that the policy engine will have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from .cases import FAULT, Fault, Reason, Resolution
from .orders import WITH_SHOPPER, Order, OrderLine


class Outcome(StrEnum):
    ELIGIBLE = "eligible"
    NEEDS_REVIEW = "needs_review"
    INELIGIBLE = "ineligible"


_WORST = (Outcome.ELIGIBLE, Outcome.NEEDS_REVIEW, Outcome.INELIGIBLE)


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: a stable code, an English msgid and what fills it."""

    code: str
    text: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What is known when a line is judged. `reason` is None while the shopper has not said it yet."""

    line: OrderLine
    quantity: int
    returnable: int
    returned: int = 0  # units that are back, by Saleor's record
    fulfilled_at: datetime | None
    reason: Reason | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    outcome: Outcome
    because: tuple[Because, ...]
    policy: str  # name and version of the policy that spoke
    until: datetime | None = None  # the end of the window, when there is one
    resolutions: tuple[Resolution, ...] = (Resolution.REFUND,)


class Policy(Protocol):
    @property
    def name(self) -> str: ...

    def judge(self, facts: LineFacts) -> Verdict: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPolicy:
    """Days since fulfilment, quantity, gift-card and not-shipped lines out.

    Outside the window, a claim of the merchant's or the carrier's fault goes to a person; a change of mind is over.
    """

    window_days: int = 7
    name: str = "window-1"

    def judge(self, facts: LineFacts) -> Verdict:
        found: list[tuple[Outcome, Because]] = []
        line, until = facts.line, None
        if line.is_gift_card:
            found.append(
                (
                    Outcome.INELIGIBLE,
                    Because("GIFT_CARD", "Gift cards cannot be returned."),
                )
            )
        if not line.is_shipping_required:
            found.append(
                (
                    Outcome.INELIGIBLE,
                    Because("NOT_SHIPPED", "Items that are not shipped cannot be sent back."),
                )
            )
        if facts.returnable <= 0:
            if facts.fulfilled_at is None and not facts.returned:
                because = Because("NOT_FULFILLED", "This item has not been sent to you yet.")
            else:
                because = Because(
                    "NOTHING_LEFT",
                    "Everything of this item was already returned or announced.",
                )
            found.append((Outcome.INELIGIBLE, because))
        elif facts.quantity > facts.returnable:
            found.append(
                (
                    Outcome.INELIGIBLE,
                    Because(
                        "TOO_MANY",
                        "At most %(most)s can be returned.",
                        {"most": facts.returnable},
                    ),
                )
            )
        if facts.fulfilled_at is not None:
            until = facts.fulfilled_at + timedelta(days=self.window_days)
            if facts.now > until:
                found.append(self._too_late(facts))
        if not found:
            found.append(
                (
                    Outcome.ELIGIBLE,
                    Because(
                        "IN_WINDOW",
                        "Within %(days)s days of dispatch.",
                        {"days": self.window_days},
                    ),
                )
            )
        worst = max((outcome for outcome, _ in found), key=_WORST.index)
        return Verdict(
            outcome=worst,
            because=tuple(because for outcome, because in found if outcome is worst),
            policy=self.name,
            until=until,
        )

    def _too_late(self, facts: LineFacts) -> tuple[Outcome, Because]:
        if facts.reason is not None and FAULT[facts.reason] is not Fault.SHOPPER:
            text = "After %(days)s days, but the claim is not the shopper's fault: a person decides."
            return Outcome.NEEDS_REVIEW, Because("LATE_CLAIM", text, {"days": self.window_days})
        text = "The %(days)s days for returns are over."
        return Outcome.INELIGIBLE, Because("WINDOW_OVER", text, {"days": self.window_days})


def fulfilled_at(order: Order, line_id: str) -> datetime | None:
    """When the last parcel with this line left; None when none did. The last one, in the shopper's favour."""
    dates = [
        fulfillment.created
        for fulfillment in order.fulfillments
        if fulfillment.status in WITH_SHOPPER and any(line.order_line_id == line_id for line in fulfillment.lines)
    ]
    return max(dates, default=None)
