"""What the services need of carriers: a label to send a parcel back with, someone to fetch it, and word of where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierAccount:
    """What a call needs of a shop's account. Both are secrets. Without `webhook_secret` no event is believed."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A parcel to be sent back, from the shopper to the shop."""

    reference: str  # ours, for people who look at the carrier's pages
    sender: Address
    recipient: Address
    weight_grams: int
    #: Names of carriers (USPS) or ids of the shop's accounts with them. Empty: any. The cheapest of them is taken.
    carriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that is paid for. `code`: a PNG to be shown instead of a printed label; empty where the carrier gives none."""

    shipment_id: str
    tracking_number: str
    carrier: str
    service: str
    cost: Money | None  # None: the carrier does not say
    content: bytes = field(repr=False)
    media_type: str  # application/pdf or image/png
    code: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupWindow:
    """When someone is there to hand the parcel over. Both aware."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    id: str
    confirmation: str  # the carrier's own number; empty where it gives none
    cost: Money | None


class TrackingStatus(StrEnum):
    ANNOUNCED = "announced"  # a label exists, the carrier has no parcel yet
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"  # the carrier gave up on it
    RETURNED = "returned"  # on its way back to whoever sent it
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """Where a parcel is. May come twice, and after a later one: `event_id` tells the same, `at` the order."""

    event_id: str
    tracking_number: str
    carrier: str
    status: TrackingStatus
    at: datetime | None  # aware, UTC; None: the carrier does not say
    detail: str  # the carrier's own words


class Carriers(Protocol):
    """Whoever sells labels. Nothing is tried twice in here.

    Every method that calls out raises CarrierRefused (an answer that will not change by asking again) or
    CarrierUnreachable (after a write: it may have been carried out, so only a `find_` may follow).
    """

    def check(self, account: CarrierAccount) -> None:
        """Raise CarrierRefused (CARRIER_KEY_REFUSED) unless the key is good."""
        ...

    def create_shipment(self, account: CarrierAccount, shipment: Shipment) -> str:
        """Announce a parcel and give its id. Costs nothing, so doing it twice does no harm.

        Raises CarrierRefused: CARRIER_NO_RATES where none of the allowed carriers takes it.
        """
        ...

    def find_label(self, account: CarrierAccount, shipment_id: str) -> Label | None:
        """The label that was bought for it; None if there is none."""
        ...

    def buy_label(self, account: CarrierAccount, shipment_id: str) -> Label:
        """Buy the cheapest one. One that is bought already is given again and not paid again, also after it was voided:
        another label needs another shipment."""
        ...

    def book_pickup(
        self, account: CarrierAccount, shipment_id: str, *, address: Address, window: PickupWindow, reference: str
    ) -> Pickup:
        """Have the parcel of a bought label fetched. Doing it twice books two: look with `find_pickup` before."""
        ...

    def find_pickup(self, account: CarrierAccount, reference: str) -> Pickup | None:
        """The pickup that is booked under a reference, or has this id. None also for one that is called off."""
        ...

    def void_label(self, account: CarrierAccount, shipment_id: str) -> bool:
        """Ask for the money of an unused label. False: the carrier gives none back."""
        ...

    def read_event(self, account: CarrierAccount, body: bytes, headers: Mapping[str, str]) -> TrackingEvent | None:
        """What a webhook says; None if it is not about tracking. Calls nobody.

        Raises Forbidden (CARRIER_SIGNATURE) unless it is signed with the account's secret, BadInput if it cannot be read.
        """
        ...
