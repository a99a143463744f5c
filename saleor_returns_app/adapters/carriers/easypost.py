"""EasyPost: one account, many carriers (port Carriers)."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.errors import BadInput, CarrierRefused, CarrierUnreachable, Forbidden
from saleor_returns_app.services.carrier_ports import (
    CarrierAccount,
    Label,
    Pickup,
    PickupWindow,
    Shipment,
    TrackingEvent,
)

from . import easypost_answers as answers
from .calling import API_URL, READ_SECONDS, Caller
from .fetching import Fetcher

_SIGNATURE = "x-hmac-signature"
_NO_RATES = "No carrier takes this parcel from there. They say: %(reason)s"
_PAGES = 5  # of 100 pickups each


class EasyPost:
    """Safe to share between threads; keeps nothing of an account. `file_rules` are for labels, which lie elsewhere."""

    def __init__(
        self,
        *,
        url: str = API_URL,
        rules: AddressRules | None = None,
        file_rules: AddressRules | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._api = Caller(url=url, rules=rules or AddressRules(), seconds=read_seconds)
        self._files = Fetcher(rules=file_rules or AddressRules(), seconds=read_seconds)

    def close(self) -> None:
        self._api.close()
        self._files.close()

    def check(self, account: CarrierAccount) -> None:
        self._api.get(account.api_key, "shipments", {"page_size": "1"})

    def create_shipment(self, account: CarrierAccount, shipment: Shipment) -> str:
        ids = [name for name in shipment.carriers if name.startswith("ca_")]
        only_ids = len(ids) == len(shipment.carriers)
        said = self._create(account, shipment, ids if only_ids else [])
        rates = answers.rates(said)
        if not only_ids:
            # Names are not understood by EasyPost. It is asked again for the accounts that have them, so that it keeps the
            # choice itself and whoever buys later can take any rate it lists.
            allowed = {name.casefold() for name in shipment.carriers}
            wanted = {rate.account for rate in rates if {rate.account.casefold(), rate.carrier.casefold()} & allowed}
            if not wanted - {""}:
                raise _no_rates(said)
            if wanted != {rate.account for rate in rates}:
                said = self._create(account, shipment, sorted(wanted - {""}))
                rates = answers.rates(said)
        if not rates:
            raise _no_rates(said)
        return answers.identifier(said, "shp_")

    def find_label(self, account: CarrierAccount, shipment_id: str) -> Label | None:
        said = self._shipment(account, shipment_id)
        return self._label(said) if _is_bought(said) else None

    def buy_label(self, account: CarrierAccount, shipment_id: str) -> Label:
        said = self._shipment(account, shipment_id)
        if not _is_bought(said):
            rate = answers.cheapest(answers.rates(said))
            if rate is None:
                raise _no_rates(said)
            said = self._buy(account, shipment_id, rate.id)
        return self._with_code(account, self._label(said))

    def book_pickup(
        self, account: CarrierAccount, shipment_id: str, *, address: Address, window: PickupWindow, reference: str
    ) -> Pickup:
        wanted = {
            "reference": reference,
            "shipment": {"id": _known(shipment_id)},
            "address": answers.address_of(address),
            "is_account_address": False,
            "min_datetime": window.opens.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "max_datetime": window.closes.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "instructions": reference,
        }
        offered = self._api.post(account.api_key, "pickups", {"pickup": wanted})
        rate = answers.cheapest(answers.rates(offered, "pickup_rates"))
        if rate is None:
            raise _no_rates(offered)
        path = f"pickups/{answers.identifier(offered, 'pickup_')}/buy"
        booked = self._api.post(account.api_key, path, {"carrier": rate.carrier, "service": rate.service})
        return answers.pickup(booked, rate.cost)

    def find_pickup(self, account: CarrierAccount, reference: str) -> Pickup | None:
        """Looks through the newest 500: no address of EasyPost's is promised to find a pickup by its reference."""
        if answers.is_identifier(reference, "pickup_"):
            return _scheduled(self._api.get(account.api_key, f"pickups/{reference}"))
        params = {"page_size": "100"}
        for _ in range(_PAGES):
            said = self._api.get(account.api_key, "pickups", params)
            listed = answers.parts(said, "pickups")
            for item in listed:
                if reference in (item.get("reference"), item.get("instructions")) and (found := _scheduled(item)):
                    return found
            if not said.get("has_more") or not listed:
                break
            params["before_id"] = answers.identifier(listed[-1], "pickup_")
        return None

    def void_label(self, account: CarrierAccount, shipment_id: str) -> bool:
        try:
            said = self._api.post(account.api_key, f"shipments/{_known(shipment_id)}/refund", {})
        except CarrierRefused as error:
            if any(code.startswith("SHIPMENT.REFUND.") for code in error.codes):
                return False
            raise
        return said.get("refund_status") in ("submitted", "refunded")

    def read_event(self, account: CarrierAccount, body: bytes, headers: Mapping[str, str]) -> TrackingEvent | None:
        given = next((value for name, value in headers.items() if name.lower() == _SIGNATURE), "")
        secret = unicodedata.normalize("NFKD", account.webhook_secret).encode()
        expected = "hmac-sha256-hex=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        # Anyone can sign with an empty secret.
        if not secret or not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
            raise Forbidden(code="CARRIER_SIGNATURE")
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise BadInput from None
        return answers.tracking_event(said) if isinstance(said, dict) else None

    def _create(self, account: CarrierAccount, shipment: Shipment, accounts: list[str]) -> Mapping[str, Any]:
        return self._api.post(account.api_key, "shipments", {"shipment": answers.shipment_of(shipment, accounts)})

    def _shipment(self, account: CarrierAccount, shipment_id: str) -> Mapping[str, Any]:
        said = self._api.get(account.api_key, f"shipments/{_known(shipment_id)}")
        if answers.identifier(said, "shp_") != shipment_id:
            raise CarrierUnreachable
        return said

    def _buy(self, account: CarrierAccount, shipment_id: str, rate_id: str) -> Mapping[str, Any]:
        try:
            said = self._api.post(account.api_key, f"shipments/{shipment_id}/buy", {"rate": {"id": rate_id}})
        except CarrierRefused as error:
            if "SHIPMENT.POSTAGE.EXISTS" not in error.codes:
                raise
            said = self._shipment(account, shipment_id)
        if not _is_bought(said):
            raise CarrierUnreachable
        return said

    def _label(self, said: Mapping[str, Any]) -> Label:
        postage, rate = answers.part(said, "postage_label"), answers.part(said, "selected_rate")
        url = answers.text(postage.get("label_pdf_url")) or answers.text(postage.get("label_url"))
        content, media_type = self._files.fetch(url)
        tracker = answers.part(said, "tracker")
        return Label(
            shipment_id=answers.identifier(said, "shp_"),
            tracking_number=answers.text(said.get("tracking_code")) or answers.text(tracker.get("tracking_code")),
            carrier=answers.text(rate.get("carrier")),
            service=answers.text(rate.get("service")),
            cost=answers.money(rate.get("rate"), rate.get("currency")),
            content=content,
            media_type=media_type,
            code=self._code(said),
        )

    def _with_code(self, account: CarrierAccount, label: Label) -> Label:
        """The label with a code to show instead, for which USPS alone is asked. Going without is no failure: it is paid for."""
        if label.code or label.carrier != "USPS":
            return label
        try:
            form = {"form": {"type": "label_qr_code"}}
            said = self._api.post(account.api_key, f"shipments/{label.shipment_id}/forms", form)
        except (CarrierRefused, CarrierUnreachable):
            return label
        return replace(label, code=self._code(said))

    def _code(self, said: Mapping[str, Any]) -> bytes:
        for form in answers.parts(said, "forms"):
            if form.get("form_type") == "label_qr_code":
                try:
                    content, media_type = self._files.fetch(answers.text(form.get("form_url")))
                except CarrierUnreachable:
                    return b""
                return content if media_type == "image/png" else b""
        return b""


def _is_bought(said: Mapping[str, Any]) -> bool:
    return bool(answers.part(said, "postage_label"))


def _scheduled(said: Mapping[str, Any]) -> Pickup | None:
    if said.get("status") != "scheduled":
        return None
    chosen = answers.rates(said, "pickup_rates")
    return answers.pickup(said, chosen[0].cost if len(chosen) == 1 else None)


def _no_rates(said: Mapping[str, Any]) -> CarrierRefused:
    return CarrierRefused(answers.complaints(said) or "–", text=_NO_RATES, code="CARRIER_NO_RATES")


def _known(shipment_id: str) -> str:
    """The id, unless it would lead to another path."""
    if not answers.is_identifier(shipment_id, "shp_"):
        raise CarrierRefused(shipment_id[:80], codes=("NOT_FOUND",))
    return shipment_id
