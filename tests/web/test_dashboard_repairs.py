"""The repair on the staff's page: every step is a button, money is recorded with its proof, the pages speak of a repair."""

from __future__ import annotations

from flask import Flask

from saleor_returns_app.domain.repairs import RepairEvent
from saleor_returns_app.models.tenants import Tenant
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_repairs import agree, answer, begun, quote, repair

from .desk import Desk, seat, words


def page(desk: Desk, case_id: str) -> str:
    return words(desk.get(f"/dashboard/cases/{case_id}").text)


def test_a_repair_with_a_price_from_the_workshop_to_the_parcel(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    agree(shop, case_id)
    shop.receive(case_id)
    assert "Take the goods to the workshop" in page(desk, case_id)
    assert desk.act(case_id, "start-repair").status_code == 200
    assert "Find out what is broken" in page(desk, case_id)
    told = {"finding": "priced", "diagnosis": "The socket is burnt.", "amount": "12,50"}
    assert desk.act(case_id, "diagnose", **told).status_code == 200
    assert "The shopper decides about the price of the repair" in page(desk, case_id)
    answer(shop, case_id, RepairEvent.ACCEPT)
    assert "The app does not collect it" in page(desk, case_id)
    desk.act(case_id, "finish-repair", work="New socket.")
    said = page(desk, case_id)
    assert "Repaired: waiting for the shopper’s payment" in said
    assert "Send it back" not in said
    desk.act(case_id, "repair-payment", how="bank_transfer", reference="RF18 5390 0754")
    assert "Bank transfer · RF18 5390 0754" in page(desk, case_id)
    done = desk.act(case_id, "send-repair", tracking_number="1Z12345E0205271688", carrier="UPS")
    assert done.status_code == 200
    said = page(desk, case_id)
    assert "Everything is settled" in said
    assert "1Z12345E0205271688" in said
    assert "refund is being paid" not in said


def test_a_refused_diagnosis_keeps_what_was_typed(desk: Desk, shop: Shop) -> None:
    case_id = begun(shop)
    for amount, problem in (("", "Say what the repair costs"), ("12.345", "Write the amount with digits")):
        said = desk.act(case_id, "diagnose", finding="priced", diagnosis="The socket is burnt.", amount=amount)
        assert said.status_code == 400
        assert problem in words(said.text)
        assert "The socket is burnt." in said.text
    assert desk.act(case_id, "diagnose", finding="", diagnosis="x").status_code == 400
    assert desk.act(case_id, "diagnose", finding="free", diagnosis=" ").status_code == 400
    assert repair(shop, case_id).status == "received"


def test_who_may_not_handle_payments_records_none(shop: Shop, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    answer(shop, case_id, RepairEvent.ACCEPT)
    clerk = seat(web, saleor, tenant, email="olga@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
    assert "You need the permission Handle payments for this." in page(clerk, case_id)
    assert clerk.act(case_id, "repair-payment", how="cash", reference="till").status_code == 403
    assert repair(shop, case_id).payment == {}


def test_a_repair_is_called_one_in_lists(desk: Desk, shop: Shop) -> None:
    case_id = begun(shop)
    assert "Repairing" in words(desk.get("/dashboard/").text)
    assert "Repairing" in page(desk, case_id)


def test_what_cannot_be_repaired_becomes_another_offer(desk: Desk, shop: Shop) -> None:
    case_id = begun(shop)
    desk.act(case_id, "diagnose", finding="beyond_repair", diagnosis="The glass cannot be had any more.")
    assert "Not repaired: send it back, or offer something else" in page(desk, case_id)
    desk.act(case_id, "turn-repair")
    said = desk.get(f"/dashboard/cases/{case_id}").text
    assert "Make the shopper another offer" in words(said)
    assert 'name="composer" value="offer"' in said


def test_two_tabs_one_diagnosis(desk: Desk, shop: Shop) -> None:
    case_id = begun(shop)
    first = desk.seen(f"/dashboard/cases/{case_id}")
    told = {"finding": "free", "diagnosis": "The switch."}
    assert desk.post(f"/dashboard/cases/{case_id}/diagnose", **first, **told).status_code == 200
    again = desk.post(f"/dashboard/cases/{case_id}/diagnose", **first, **{**told, "diagnosis": "The lamp."})
    assert again.status_code == 409
    assert repair(shop, case_id).diagnosis == "The switch."
