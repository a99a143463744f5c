"""What a policy grants and asks for, once its rules have spoken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import ShippingRule

from .actions import Bearer, ReturnMethod, Wait


@dataclass(frozen=True, slots=True)
class Length:
    """How long a deadline is."""

    length: int
    unit: Literal["hours", "days", "business_days"] = "days"

    @property
    def hours(self) -> float:
        """Comparable, not exact: five business days pass in seven days."""
        return self.length * {"hours": 1.0, "days": 24.0, "business_days": 24 * 7 / 5}[self.unit]


#: How long cases wait where no rule says it.
DEFAULT_DEADLINES: Mapping[Wait, Length] = MappingProxyType(
    {
        Wait.REVIEW: Length(48, "hours"),
        Wait.EVIDENCE: Length(7),
        Wait.OFFER: Length(3),
        Wait.GOODS_SENT: Length(7),
        Wait.PARCEL: Length(21),
        Wait.INSPECTION: Length(3),
        Wait.APPROVAL: Length(1),
        Wait.SECOND_APPROVAL: Length(1),
        Wait.REFUND: Length(7, "business_days"),
        Wait.DIFFERENCE: Length(7),
        Wait.REPLACEMENT: Length(7, "business_days"),
        Wait.REPAIR: Length(10, "business_days"),
        Wait.REPAIR_QUOTE: Length(7),
        Wait.DISPUTE: Length(5),
        Wait.ACKNOWLEDGEMENT: Length(2, "business_days"),
        Wait.COMPLAINT: Length(14),
        Wait.CONFIRMATION: Length(7),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """The terms of one line; composed, those of a whole case. The defaults hold where no rule says it.

    Limits are in the order's currency; None means that the rule gives none: nothing is approved by itself, nothing kept, no second
    person asked. `statutory` terms come from the law: no fee, no evidence, no approval, shipping at most at the cheapest standard.
    """

    resolutions: tuple[Resolution, ...] = (Resolution.REFUND,)
    photos: int = 0
    video: bool = False
    postage: Bearer = Bearer.SHOPPER
    merchant_percent: int = 0  # the merchant's part of the postage: 0 or 100 unless it is shared
    restocking_percent: Decimal = Decimal(0)
    shipping: ShippingRule = ShippingRule.WITH_LAST_UNIT
    auto_approve_up_to: Money | None = None
    keep_item_under: Money | None = None
    second_approval_above: Money | None = None
    deadlines: Mapping[Wait, Length] = field(default_factory=lambda: DEFAULT_DEADLINES)
    address_key: str = ""  # both empty: the shop's own address
    address_text: str = ""
    methods: tuple[ReturnMethod, ...] = tuple(ReturnMethod)  # as far as the shop offers them
    statutory: bool = False
    shipping_at_most_standard: bool = False
