from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from saleor_returns_app.adapters.carriers.easypost import EasyPost
from saleor_returns_app.errors import BadInput, Forbidden
from saleor_returns_app.services.carrier_ports import CarrierAccount, TrackingStatus

from .test_easypost import recorded

ACCOUNT = CarrierAccount(api_key="EZTK123", webhook_secret="sécret")


def signed(body: bytes, secret: str = "se\u0301cret", name: str = "X-Hmac-Signature") -> dict[str, str]:
    return {name: "hmac-sha256-hex=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def event(**changes: Any) -> bytes:
    said = recorded("tracker_updated")
    return json.dumps(said | {"result": said["result"] | changes}).encode()


@pytest.mark.parametrize("name", ["X-Hmac-Signature", "x-hmac-signature"])
def test_event_tells_the_latest_of_a_parcel(easypost: EasyPost, name: str) -> None:
    found = easypost.read_event(ACCOUNT, event(), signed(event(), name=name))
    assert found is not None
    assert (found.event_id, found.tracking_number, found.carrier) == (
        "evt_5b1f7d3c2a",
        "9400100105442285876350",
        "USPS",
    )
    assert (found.status, found.detail) == (TrackingStatus.IN_TRANSIT, "Arrived at facility")
    assert found.at == datetime(2025, 5, 12, 20, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("pre_transit", TrackingStatus.ANNOUNCED),
        ("out_for_delivery", TrackingStatus.IN_TRANSIT),
        ("delivered", TrackingStatus.DELIVERED),
        ("return_to_sender", TrackingStatus.RETURNED),
        ("failure", TrackingStatus.LOST),
        ("error", TrackingStatus.UNKNOWN),
        ("teleported", TrackingStatus.UNKNOWN),
        (None, TrackingStatus.UNKNOWN),
    ],
)
def test_status(easypost: EasyPost, said: str | None, status: TrackingStatus) -> None:
    body = event(status=said)
    found = easypost.read_event(ACCOUNT, body, signed(body))
    assert found is not None
    assert found.status is status


@pytest.mark.parametrize("details", [[], None, "x", [{"datetime": "yesterday"}], [None]])
def test_event_without_a_time_of_its_own(easypost: EasyPost, details: Any) -> None:
    body = event(tracking_details=details)
    found = easypost.read_event(ACCOUNT, body, signed(body))
    assert found is not None
    assert found.at == datetime(2025, 5, 12, 21, 10, 1, tzinfo=UTC)
    body = event(tracking_details=details, updated_at=None)
    found = easypost.read_event(ACCOUNT, body, signed(body))
    assert found is not None
    assert found.at is None


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Hmac-Signature": ""}, {"X-Hmac-Signature": "ungültig"}, signed(event(), "other"), signed(event() + b" ")],
)
def test_signature_that_does_not_fit(easypost: EasyPost, headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden) as refused:
        easypost.read_event(ACCOUNT, event(), headers)
    assert refused.value.code == "CARRIER_SIGNATURE"


def test_nobody_signs_with_an_empty_secret(easypost: EasyPost) -> None:
    with pytest.raises(Forbidden):
        easypost.read_event(CarrierAccount(api_key="EZTK123"), event(), signed(event(), ""))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": "evt_1", "description": "batch.created", "result": {}}'])
def test_event_about_something_else(easypost: EasyPost, body: bytes) -> None:
    assert easypost.read_event(ACCOUNT, body, signed(body)) is None


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000])
def test_event_that_is_nonsense(easypost: EasyPost, body: bytes) -> None:
    with pytest.raises(BadInput):
        easypost.read_event(ACCOUNT, body, signed(body))
