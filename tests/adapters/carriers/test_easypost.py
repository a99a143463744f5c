"""EasyPost's answers, in the shapes that its documentation gives."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from saleor_returns_app.adapters.carriers.easypost import EasyPost
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.errors import CarrierRefused, CarrierUnreachable
from saleor_returns_app.services.carrier_ports import CarrierAccount, Carriers, PickupWindow, Shipment
from tests.adapters.saleor.script import Behaviour, Script, drip, drop, raw

RECORDED = Path(__file__).parent / "recorded"
SHIPMENT = "shp_0a1b2c3d4e5f60718293a4b5c6d7e8f9"
PICKUP = "pickup_0123456789abcdef0123456789abcdef"
ACCOUNT = CarrierAccount(api_key="EZTK123", webhook_secret="secret")
SHOPPER = Address(name="Mara Lind", street_1="12 Elm St", city="Portland", postal_code="97201", country="US")
SHOP = Address(company="Monospace", street_1="90 Dock Rd", city="Reno", postal_code="89501", country="US")
WINDOW = PickupWindow(opens=datetime(2025, 5, 12, 14, tzinfo=UTC), closes=datetime(2025, 5, 12, 18, tzinfo=UTC))
PDF = b"%PDF-1.4 label"
PNG = b"\x89PNG\r\n\x1a\n code"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def says(answer: Any, *, status: int = 200) -> Behaviour:
    return raw(status, json.dumps(answer).encode())


def refuses(name: str, *, status: int = 422) -> Behaviour:
    return says(recorded("errors")[name], status=status)


def here(server: Script, answer: Any) -> Any:
    """The answer with its files on the scripted server."""
    text = json.dumps(answer).replace(
        "https://easypost-files.s3.us-west-2.amazonaws.com", f"http://127.0.0.1:{server.server_port}"
    )
    return json.loads(text)


def bought(server: Script, name: str = "shipment_bought") -> Behaviour:
    return says(here(server, recorded(name)))


def parcel(*carriers: str, grams: int = 500) -> Shipment:
    return Shipment(reference="R-1001", sender=SHOPPER, recipient=SHOP, weight_grams=grams, carriers=carriers)


def paths(server: Script) -> list[str]:
    return [seen.path.removeprefix("/v2/") for seen in server.seen]


CREATED = says(recorded("shipment_created"))


def test_easypost_is_a_carriers_port(easypost: EasyPost) -> None:
    port: Carriers = easypost
    assert port is easypost


def test_secrets_are_not_shown() -> None:
    assert "EZTK123" not in repr(ACCOUNT)
    assert "secret" not in repr(ACCOUNT).replace("webhook_secret", "")


def test_shipment_is_a_return_whose_addresses_easypost_exchanges(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED)
    assert easypost.create_shipment(ACCOUNT, parcel()) == SHIPMENT
    sent = server.seen[0].json()["shipment"]
    assert sent["is_return"] is True
    assert (sent["to_address"]["street1"], sent["from_address"]["street1"]) == ("12 Elm St", "90 Dock Rd")
    assert sent["options"] == {"label_format": "PDF"}
    assert "carrier_accounts" not in sent
    assert server.seen[0].headers["Authorization"] == "Basic " + b64encode(b"EZTK123:").decode()


@pytest.mark.parametrize(("grams", "ounces"), [(500, 17.7), (454, 16.1), (1, 0.1), (0, 0.1)])
def test_weight_is_rounded_up_to_tenths_of_ounces(
    easypost: EasyPost, server: Script, grams: int, ounces: float
) -> None:
    server.play(CREATED)
    easypost.create_shipment(ACCOUNT, parcel(grams=grams))
    assert server.seen[0].json()["shipment"]["parcel"] == {"weight": ounces}


def test_accounts_are_asked_for_at_once(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED)
    easypost.create_shipment(ACCOUNT, parcel("ca_usps"))
    assert [seen.json()["shipment"]["carrier_accounts"] for seen in server.seen] == [["ca_usps"]]


def test_names_are_turned_into_accounts(easypost: EasyPost, server: Script) -> None:
    only_ups = recorded("shipment_created") | {"id": "shp_2"}
    server.play(CREATED, says(only_ups))
    assert easypost.create_shipment(ACCOUNT, parcel("ups")) == "shp_2"
    assert server.seen[1].json()["shipment"]["carrier_accounts"] == ["ca_ups"]


def test_names_of_all_carriers_need_no_second_shipment(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED)
    assert easypost.create_shipment(ACCOUNT, parcel("UPS", "USPS")) == SHIPMENT
    assert len(server.seen) == 1


def test_no_rates(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("shipment_created") | {"rates": []}))
    with pytest.raises(CarrierRefused, match=r"DhlEcs: to_address\.country: not served") as refused:
        easypost.create_shipment(ACCOUNT, parcel())
    assert refused.value.code == "CARRIER_NO_RATES"


def test_no_rates_of_the_allowed_carriers(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED)
    with pytest.raises(CarrierRefused) as refused:
        easypost.create_shipment(ACCOUNT, parcel("FedEx"))
    assert refused.value.code == "CARRIER_NO_RATES"


def test_no_rates_left_when_buying(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("shipment_created") | {"rates": []}))
    with pytest.raises(CarrierRefused):
        easypost.buy_label(ACCOUNT, SHIPMENT)
    assert len(server.seen) == 1


def test_refusal_says_what_is_wrong_with_which_field(easypost: EasyPost, server: Script) -> None:
    server.play(refuses("invalid"), refuses("bad_address"))
    with pytest.raises(CarrierRefused, match="to_address: Invalid format") as refused:
        easypost.create_shipment(ACCOUNT, parcel())
    assert refused.value.codes == ("SHIPMENT.INVALID_PARAMS",)
    with pytest.raises(CarrierRefused, match="zip: Not known"):
        easypost.create_shipment(ACCOUNT, parcel())


def test_cheapest_label_is_bought(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED, bought(server), raw(200, PDF), refuses("not_found", status=404))
    label = easypost.buy_label(ACCOUNT, SHIPMENT)
    assert server.seen[1].json() == {"rate": {"id": "rate_3"}}
    assert (label.tracking_number, label.carrier, label.service) == (
        "9400100105442285876350",
        "USPS",
        "GroundAdvantage",
    )
    assert label.cost == Money(Decimal("6.95"), "USD")
    assert (label.content, label.media_type, label.code) == (PDF, "application/pdf", b"")


def test_code_to_show_comes_with_the_label(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED, bought(server), raw(200, PDF), bought(server, "shipment_with_code"), raw(200, PNG))
    assert easypost.buy_label(ACCOUNT, SHIPMENT).code == PNG
    assert server.seen[3].json() == {"form": {"type": "label_qr_code"}}


def test_lost_answer_of_the_code_leaves_the_label(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED, bought(server), raw(200, PDF), drop)
    assert easypost.buy_label(ACCOUNT, SHIPMENT).content == PDF


def test_bought_already_is_not_bought_again(easypost: EasyPost, server: Script) -> None:
    server.play(bought(server, "shipment_with_code"), raw(200, PDF), raw(200, PNG))
    label = easypost.buy_label(ACCOUNT, SHIPMENT)
    assert (label.content, label.code) == (PDF, PNG)
    assert not any("buy" in path for path in paths(server))


def test_bought_by_someone_else_meanwhile(easypost: EasyPost, server: Script) -> None:
    server.play(
        CREATED,
        refuses("postage_exists"),
        bought(server, "shipment_with_code"),
        raw(200, PDF),
        raw(200, PNG),
    )
    assert easypost.buy_label(ACCOUNT, SHIPMENT).tracking_number == "9400100105442285876350"
    assert sum("buy" in path for path in paths(server)) == 1


@pytest.mark.parametrize(
    "end",
    [
        drop,
        drip,
        raw(200, b"<html>"),
        raw(200, b"[]"),
        raw(502, b""),
        raw(302, b""),
        CREATED,
        refuses("timed_out"),
        refuses("in_progress"),
        refuses("bad_address", status=500),
        refuses("bad_address", status=429),
    ],
)
def test_lost_answer_of_buying_is_found_afterwards(easypost: EasyPost, server: Script, end: Behaviour) -> None:
    server.play(CREATED, end, bought(server), raw(200, PDF))
    with pytest.raises(CarrierUnreachable):
        easypost.buy_label(ACCOUNT, SHIPMENT)
    assert sum("buy" in path for path in paths(server)) == 1
    found = easypost.find_label(ACCOUNT, SHIPMENT)
    assert found is not None
    assert found.content == PDF


def test_slow(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED, server.hang)
    with pytest.raises(CarrierUnreachable):
        easypost.buy_label(ACCOUNT, SHIPMENT)
    assert len(server.seen) == 2


def test_not_bought_is_no_label(easypost: EasyPost, server: Script) -> None:
    server.play(CREATED)
    assert easypost.find_label(ACCOUNT, SHIPMENT) is None


def test_answer_about_another_shipment_is_not_believed(easypost: EasyPost, server: Script) -> None:
    server.play(bought(server))
    with pytest.raises(CarrierUnreachable):
        easypost.find_label(ACCOUNT, "shp_other")


@pytest.mark.parametrize("shipment_id", ["", "shp_../../users", "shp_1/refund", "shp_1?x", "pickup_1"])
def test_id_that_leads_elsewhere_is_not_asked_for(easypost: EasyPost, server: Script, shipment_id: str) -> None:
    server.play(CREATED)
    for call in (easypost.find_label, easypost.buy_label, easypost.void_label):
        with pytest.raises(CarrierRefused):
            call(ACCOUNT, shipment_id)
    assert not server.seen


@pytest.mark.parametrize("status", [401, 403])
def test_bad_key(easypost: EasyPost, server: Script, status: int) -> None:
    server.play(refuses("bad_key", status=status))
    with pytest.raises(CarrierRefused, match="no longer active") as refused:
        easypost.check(ACCOUNT)
    assert refused.value.code == "CARRIER_KEY_REFUSED"


@pytest.mark.parametrize("key", ["", "ключ", "a:b", "a\nb"])
def test_key_that_cannot_be_one_is_not_sent(easypost: EasyPost, server: Script, key: str) -> None:
    server.play(CREATED)
    with pytest.raises(CarrierRefused) as refused:
        easypost.check(CarrierAccount(api_key=key))
    assert refused.value.code == "CARRIER_KEY_REFUSED"
    assert not server.seen


def test_good_key(easypost: EasyPost, server: Script) -> None:
    server.play(says({"shipments": [], "has_more": False}))
    easypost.check(ACCOUNT)
    assert paths(server) == ["shipments?page_size=1"]


@pytest.mark.parametrize(
    "label",
    [raw(404, PDF), raw(200, b"<html>"), raw(200, PDF + b"x" * 5_000_000), raw(302, b""), drop, drip],
)
def test_label_that_cannot_be_fetched_now(easypost: EasyPost, server: Script, label: Behaviour) -> None:
    server.play(bought(server), label)
    with pytest.raises(CarrierUnreachable):
        easypost.find_label(ACCOUNT, SHIPMENT)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_label_on_a_private_host_is_not_fetched(server: Script, scheme: str) -> None:
    answer = here(server, recorded("shipment_bought"))
    answer["postage_label"]["label_url"] = f"{scheme}://127.0.0.1:{server.server_port}/label.pdf"
    server.play(says(answer), raw(200, PDF))
    here_only = AddressRules(allow_private_hosts=True)
    easypost = EasyPost(url=f"http://127.0.0.1:{server.server_port}/v2", rules=here_only, read_seconds=0.3)
    with pytest.raises(CarrierUnreachable):
        easypost.find_label(ACCOUNT, SHIPMENT)
    easypost.close()
    assert server.connections == 1


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "ftp://files.example/a", "http://u:p@127.0.0.1/a", "http://[::1"]
)
def test_label_at_no_address_of_a_file(easypost: EasyPost, server: Script, url: str) -> None:
    answer = recorded("shipment_bought")
    answer["postage_label"]["label_url"] = url
    server.play(says(answer), raw(200, PDF))
    with pytest.raises(CarrierUnreachable):
        easypost.find_label(ACCOUNT, SHIPMENT)
    assert len(server.seen) == 1


def test_pickup_is_booked(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("pickup_offered")), says(recorded("pickup_booked")))
    booked = easypost.book_pickup(ACCOUNT, SHIPMENT, address=SHOPPER, window=WINDOW, reference="R-1001-1")
    assert (booked.id, booked.confirmation, booked.cost) == (PICKUP, "WTC58291042", Money.zero("USD"))
    assert server.seen[0].json()["pickup"]["min_datetime"] == "2025-05-12T14:00:00Z"
    assert server.seen[1].path == f"/v2/pickups/{PICKUP}/buy"
    assert server.seen[1].json() == {"carrier": "USPS", "service": "NextDay"}


def test_pickup_that_nobody_offers(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("pickup_without_rates")))
    with pytest.raises(CarrierRefused, match="USPS: The day you asked for is past"):
        easypost.book_pickup(ACCOUNT, SHIPMENT, address=SHOPPER, window=WINDOW, reference="R-1001-1")
    assert len(server.seen) == 1


def test_lost_answer_of_a_pickup_is_found_by_its_reference(easypost: EasyPost, server: Script) -> None:
    draft = recorded("pickup_offered") | {"id": "pickup_draft"}
    first = {"pickups": [draft], "has_more": True}
    second = {"pickups": [recorded("pickup_booked")], "has_more": False}
    server.play(says(recorded("pickup_offered")), drop, says(first), says(second))
    with pytest.raises(CarrierUnreachable):
        easypost.book_pickup(ACCOUNT, SHIPMENT, address=SHOPPER, window=WINDOW, reference="R-1001-1")
    found = easypost.find_pickup(ACCOUNT, "R-1001-1")
    assert found is not None
    assert found.confirmation == "WTC58291042"
    assert server.seen[3].path == "/v2/pickups?page_size=100&before_id=pickup_draft"


def test_pickup_is_found_by_id_unless_it_is_called_off(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("pickup_booked")), says(recorded("pickup_booked") | {"status": "canceled"}))
    assert easypost.find_pickup(ACCOUNT, PICKUP) is not None
    assert easypost.find_pickup(ACCOUNT, PICKUP) is None


def test_pickup_of_another_reference_is_not_found(easypost: EasyPost, server: Script) -> None:
    server.play(says({"pickups": [recorded("pickup_booked")], "has_more": False}))
    assert easypost.find_pickup(ACCOUNT, "R-1001") is None


def test_label_is_voided(easypost: EasyPost, server: Script) -> None:
    server.play(says(recorded("shipment_refunded")))
    assert easypost.void_label(ACCOUNT, SHIPMENT)


@pytest.mark.parametrize(
    "answer",
    [refuses("refund_unavailable"), says(recorded("shipment_refunded") | {"refund_status": "not_applicable"})],
)
def test_label_that_is_not_refunded(easypost: EasyPost, server: Script, answer: Behaviour) -> None:
    server.play(answer)
    assert not easypost.void_label(ACCOUNT, SHIPMENT)


def test_unknown_shipment_is_not_voided_silently(easypost: EasyPost, server: Script) -> None:
    server.play(refuses("not_found", status=404))
    with pytest.raises(CarrierRefused):
        easypost.void_label(ACCOUNT, SHIPMENT)
