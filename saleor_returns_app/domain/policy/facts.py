"""What is known when a line is judged. Unknown facts are None or empty: no condition on them holds, in either form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from saleor_returns_app.domain.cases import Reason
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import WITH_SHOPPER, Order, OrderLine


class Condition(StrEnum):
    """How the shopper says the goods are."""

    UNOPENED = "unopened"
    OPENED = "opened"  # but not used
    USED = "used"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    channel: str = ""  # slug of the sales channel
    country: str = ""  # ISO 3166-1 alpha-2 of where it was sent
    currency: str = ""
    language: str = ""
    created: datetime | None = None
    customer_id: str | None = None  # None: bought as a guest
    customer_metadata: Mapping[str, str] = field(default_factory=dict)
    order_metadata: Mapping[str, str] = field(default_factory=dict)
    value: Money | None = None  # goods and shipping, before gift cards


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopperHistory:
    """Earlier returns of this shopper, the case being judged left out."""

    cases: int = 0
    units_returned: int = 0
    units_bought: int = 0
    returned_value: Money | None = None  # in the currency of the order; None: nothing in it yet

    @property
    def rate(self) -> Decimal | None:
        """Units returned of units bought, 0 to 1; None while nothing was bought."""
        return Decimal(self.units_returned) / self.units_bought if self.units_bought else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One order line, asked about at `now`.

    `fulfilled_at` is when the last parcel with this line left, `last_parcel_at` when the last parcel of the whole order left;
    `delivered_at` when the last parcel of the order reached the shopper, None until that is known of all of them.
    `zone` (IANA) is where the shopper's days begin and end; `holidays` the country whose public holidays count, empty for none.
    """

    line: OrderLine
    now: datetime
    order: OrderFacts = OrderFacts()
    history: ShopperHistory = ShopperHistory()
    quantity: int = 1
    returnable: int = 1
    returned: int = 0  # units that are back, by Saleor's record
    purchased_at: datetime | None = None
    fulfilled_at: datetime | None = None
    last_parcel_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: Reason | None = None  # None while the shopper has not said it yet
    condition: Condition | None = None
    warranty_until: datetime | None = None
    zone: str = "UTC"
    holidays: str = ""


def fulfilled_at(order: Order, line_id: str) -> datetime | None:
    """When the last parcel with this line left; None when none did. The last one, in the shopper's favour."""
    dates = [
        fulfillment.created
        for fulfillment in order.fulfillments
        if fulfillment.status in WITH_SHOPPER and any(line.order_line_id == line_id for line in fulfillment.lines)
    ]
    return max(dates, default=None)


def last_parcel_at(order: Order) -> datetime | None:
    """When the last parcel of the whole order left; None when none did."""
    return max((item.created for item in order.fulfillments if item.status in WITH_SHOPPER), default=None)
