"""What we send to EasyPost and what we read in its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.errors import CarrierUnreachable
from saleor_returns_app.services.carrier_ports import Pickup, Shipment, TrackingEvent, TrackingStatus

_GRAMS_PER_OUNCE = Decimal("28.349523125")
_STATUSES = {
    "pre_transit": TrackingStatus.ANNOUNCED,
    "in_transit": TrackingStatus.IN_TRANSIT,
    "out_for_delivery": TrackingStatus.IN_TRANSIT,
    "available_for_pickup": TrackingStatus.IN_TRANSIT,
    "delivered": TrackingStatus.DELIVERED,
    "return_to_sender": TrackingStatus.RETURNED,
    "failure": TrackingStatus.LOST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    id: str
    carrier: str
    service: str
    account: str
    cost: Money


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def parts(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def identifier(said: Mapping[str, Any], prefix: str) -> str:
    """The id of an object. It becomes part of a path, so one of another shape is no answer of EasyPost's."""
    found = text(said.get("id"))
    if not is_identifier(found, prefix):
        raise CarrierUnreachable
    return found


def is_identifier(value: str, prefix: str) -> bool:
    rest = value.removeprefix(prefix)
    return value.startswith(prefix) and rest.isascii() and rest.isalnum() and len(rest) <= 64


def ounces(grams: int) -> float:
    """Rounded up to a tenth: a parcel that is heavier than its label is charged again."""
    tenths = (Decimal(grams) * 10 / _GRAMS_PER_OUNCE).to_integral_value(ROUND_CEILING)
    return float(max(tenths, Decimal(1)) / 10)


def address_of(address: Address) -> dict[str, str]:
    said = {
        "name": address.name,
        "company": address.company,
        "street1": address.street_1,
        "street2": address.street_2,
        "city": address.city,
        "state": address.country_area,
        "zip": address.postal_code,
        "country": address.country,
        "phone": address.phone,
    }
    return {name: value for name, value in said.items() if value}


def shipment_of(shipment: Shipment, accounts: Sequence[str]) -> dict[str, Any]:
    # With `is_return` EasyPost exchanges the two addresses, as it expects those of the parcel that once went out.
    said: dict[str, Any] = {
        "reference": shipment.reference,
        "is_return": True,
        "to_address": address_of(shipment.sender),
        "from_address": address_of(shipment.recipient),
        "parcel": {"weight": ounces(shipment.weight_grams)},
        "options": {"label_format": "PDF"},
    }
    return said | ({"carrier_accounts": list(accounts)} if accounts else {})


def money(amount: object, currency: object) -> Money | None:
    try:
        found = Decimal(str(amount))
        return Money.rounded(found, text(currency)) if found.is_finite() and len(text(currency)) == 3 else None
    except InvalidOperation:
        return None


def rates(said: Mapping[str, Any], name: str = "rates") -> tuple[Rate, ...]:
    found = []
    for item in parts(said, name):
        cost = money(item.get("rate"), item.get("currency"))
        if cost is not None and text(item.get("id")):
            found.append(
                Rate(
                    id=text(item.get("id")),
                    carrier=text(item.get("carrier")),
                    service=text(item.get("service")),
                    account=text(item.get("carrier_account_id")),
                    cost=cost,
                )
            )
    return tuple(found)


def cheapest(found: Sequence[Rate]) -> Rate | None:
    """Of those in the currency that most are in: amounts of two currencies are not compared."""
    if not found:
        return None
    currency = Counter(rate.cost.currency for rate in found).most_common(1)[0][0]
    return min((rate for rate in found if rate.cost.currency == currency), key=lambda rate: rate.cost.amount)


def complaints(said: Mapping[str, Any]) -> str:
    """Why carriers gave no rate, in their own words."""
    told = (f"{text(item.get('carrier'))}: {text(item.get('message'))}" for item in parts(said, "messages"))
    return " ".join(dict.fromkeys(told))[:500]


def pickup(said: Mapping[str, Any], cost: Money | None) -> Pickup:
    return Pickup(id=identifier(said, "pickup_"), confirmation=text(said.get("confirmation")), cost=cost)


def moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def tracking_event(said: Mapping[str, Any]) -> TrackingEvent | None:
    tracker = part(said, "result")
    number, event_id = text(tracker.get("tracking_code")), text(said.get("id"))
    if not text(said.get("description")).startswith("tracker.") or not number or not event_id:
        return None
    details = parts(tracker, "tracking_details")
    last = max(details, key=lambda item: moment(item.get("datetime")) or datetime.min.replace(tzinfo=UTC), default={})
    return TrackingEvent(
        event_id=event_id,
        tracking_number=number,
        carrier=text(tracker.get("carrier")),
        status=_STATUSES.get(text(tracker.get("status")), TrackingStatus.UNKNOWN),
        at=moment(last.get("datetime")) or moment(tracker.get("updated_at")),
        detail=text(last.get("message"))[:500],
    )
