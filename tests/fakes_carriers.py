"""Carriers in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.errors import CarrierRefused, CarrierUnreachable, Forbidden
from saleor_returns_app.services.carrier_ports import (
    CarrierAccount,
    Label,
    Pickup,
    PickupWindow,
    Shipment,
    TrackingEvent,
    TrackingStatus,
)

SIGNATURE = "X-Fake-Signature"


class FakeCarriers:
    """Sells labels for 6.95 USD. Trouble is put up by the name of a method.

    `lost_answer`: does it, once, and raises CarrierUnreachable. `unreachable`: raises that, once, without doing it.
    `refuses`: name → reason, until it is taken out.
    """

    def __init__(self) -> None:
        self.lost_answer: set[str] = set()
        self.unreachable: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.shipments: dict[str, Shipment] = {}
        self.labels: dict[str, Label] = {}  # by shipment; each was paid once
        self.pickups: dict[str, Pickup] = {}  # by reference
        self.windows: dict[str, PickupWindow] = {}
        self.addresses: dict[str, Address] = {}
        self.voided: set[str] = set()
        self.code = b""

    def check(self, account: CarrierAccount) -> None:
        self._begin("check")

    def create_shipment(self, account: CarrierAccount, shipment: Shipment) -> str:
        self._begin("create_shipment")
        shipment_id = f"shp_{len(self.shipments) + 1}"
        self.shipments[shipment_id] = shipment
        self._end("create_shipment")
        return shipment_id

    def find_label(self, account: CarrierAccount, shipment_id: str) -> Label | None:
        self._begin("find_label")
        return self.labels.get(shipment_id)

    def buy_label(self, account: CarrierAccount, shipment_id: str) -> Label:
        self._begin("buy_label")
        if shipment_id not in self.shipments:
            raise CarrierRefused("The requested resource could not be found.", codes=("NOT_FOUND",))
        if shipment_id not in self.labels:
            self.labels[shipment_id] = Label(
                shipment_id=shipment_id,
                tracking_number=f"9400{len(self.labels) + 1:04}",
                carrier=next(iter(self.shipments[shipment_id].carriers), "USPS"),
                service="GroundAdvantage",
                cost=Money(Decimal("6.95"), "USD"),
                content=b"%PDF-1.4 label",
                media_type="application/pdf",
                code=self.code,
            )
        self._end("buy_label")
        return self.labels[shipment_id]

    def book_pickup(
        self, account: CarrierAccount, shipment_id: str, *, address: Address, window: PickupWindow, reference: str
    ) -> Pickup:
        self._begin("book_pickup")
        if shipment_id not in self.labels:
            raise CarrierRefused("There is no label for this parcel.")
        number = len(self.pickups) + 1
        self.pickups[reference] = Pickup(id=f"pickup_{number}", confirmation=f"WTC{number}", cost=Money.zero("USD"))
        self.windows[reference] = window
        self.addresses[reference] = address
        self._end("book_pickup")
        return self.pickups[reference]

    def find_pickup(self, account: CarrierAccount, reference: str) -> Pickup | None:
        self._begin("find_pickup")
        by_id = {pickup.id: pickup for pickup in self.pickups.values()}
        return self.pickups.get(reference) or by_id.get(reference)

    def void_label(self, account: CarrierAccount, shipment_id: str) -> bool:
        self._begin("void_label")
        if shipment_id not in self.labels:
            return False
        self.voided.add(shipment_id)
        self._end("void_label")
        return True

    def read_event(self, account: CarrierAccount, body: bytes, headers: Mapping[str, str]) -> TrackingEvent | None:
        if not account.webhook_secret or headers.get(SIGNATURE) != account.webhook_secret:
            raise Forbidden(code="CARRIER_SIGNATURE")
        said = json.loads(body)
        if "tracking_number" not in said:
            return None
        at = datetime.fromisoformat(said["at"]) if said["at"] else None
        return TrackingEvent(**{**said, "status": TrackingStatus(said["status"]), "at": at})

    def _begin(self, name: str) -> None:
        self.calls[name] += 1
        if name in self.refuses:
            raise CarrierRefused(self.refuses[name])
        if name in self.unreachable:
            self.unreachable.discard(name)
            raise CarrierUnreachable

    def _end(self, name: str) -> None:
        if name in self.lost_answer:
            self.lost_answer.discard(name)
            raise CarrierUnreachable


def webhook_of(event: TrackingEvent, *, secret: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers that `FakeCarriers.read_event` reads this event from."""
    said = asdict(event) | {"at": event.at.isoformat() if event.at else None}
    return json.dumps(said).encode(), {SIGNATURE: secret}
