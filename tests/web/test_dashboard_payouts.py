"""A bank transfer on both sides: staff propose, the shopper agrees, one person pays, another one confirms."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Flask

from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.fakes import FakeSaleor, make_transaction, usd
from tests.services.journeys import Shop

from .desk import Desk, seat, words
from .portal.walking import log_in, post, refused

IBAN = "DE89370400440532013000"


def left_over(shop: Shop, saleor: FakeSaleor) -> tuple[str, Refund]:
    saleor.change("order-1", transactions=(make_transaction(charged=usd("5.00")),))
    case_id = shop.to_payment()
    shop.work()
    return case_id, next(refund for refund in shop.refunds(case_id) if refund.way == "person")


def act(desk: Desk, case_id: str, refund: Refund, name: str, **typed: Any) -> Any:
    seen = desk.seen(f"/dashboard/cases/{case_id}")
    return desk.post(f"/dashboard/cases/{case_id}/refunds/{refund.id}/{name}", **{**seen, **typed})


def test_a_transfer_from_the_question_to_the_second_person(
    desk: Desk,
    shop: Shop,
    web: Flask,
    saleor: FakeSaleor,
    tenant: Tenant,
    ctx: Context,
) -> None:
    case_id, refund = left_over(shop, saleor)
    page = f"/dashboard/cases/{case_id}"
    assert "Paid at the provider" not in desk.get(page).text
    assert act(desk, case_id, refund, "propose-payout", means="pigeon").status_code == 400
    assert act(desk, case_id, refund, "propose-payout", means="bank_transfer").status_code == 200
    assert "The shopper was asked" in desk.get(page).text

    shopper = web.test_client()
    log_in(shopper, ctx, tenant)
    number = shop.case(case_id).number
    asked = shopper.get(f"/r/shop/cases/{number}").text
    assert "May the shop pay it to you by bank transfer?" in asked
    answer_to = asked.split('/agree"')[0].rsplit("/r/shop/", 1)[1] + "/agree"
    wrong = post(shopper, answer_to, holder="Ada Lovelace", iban=IBAN[:-1] + "1")
    again = refused(shopper, wrong).text
    assert "not a valid IBAN" in again
    assert IBAN[:-1] + "1" in again
    assert "Ada Lovelace" in again
    assert post(shopper, answer_to, holder="Ada Lovelace", iban=IBAN).status_code == 303
    assert "account ending in 3000" in words(shopper.get(f"/r/shop/cases/{number}").text)

    assert IBAN in desk.get(page).text
    clerk = seat(web, saleor, tenant, email="olga@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
    assert IBAN not in clerk.get(page).text
    assert "3000" in clerk.get(page).text

    today = ctx.now().date().isoformat()
    lacking = act(desk, case_id, refund, "record-payout", paid_on=today, reference="TX-77")
    assert lacking.status_code == 400
    assert "TX-77" in lacking.text
    proof = (BytesIO(b"photo of the transfer"), "transfer.jpg")
    done = act(desk, case_id, refund, "record-payout", paid_on=today, reference="TX-77", files=proof)
    assert done.status_code == 200
    assert "You recorded this payment yourself" in words(desk.get(page).text)
    assert act(desk, case_id, refund, "confirm-payout").status_code == 409
    assert shop.case(case_id).status == "resolving"
    money = frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"})
    boss = seat(web, saleor, tenant, email="boss@shop.example", permissions=money)
    assert act(boss, case_id, refund, "confirm-payout").status_code == 200
    assert shop.case(case_id).status == "resolved"


def test_consent_on_the_phone_is_noted(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id, refund = left_over(shop, saleor)
    act(desk, case_id, refund, "propose-payout", means="bank_transfer")
    lacking = act(desk, case_id, refund, "note-consent", how="By phone, 3 March", holder="Ada", iban="DE00")
    assert lacking.status_code == 400
    assert "By phone, 3 March" in lacking.text
    typed = {"how": "By phone, 3 March", "holder": "Ada", "iban": IBAN}
    assert act(desk, case_id, refund, "note-consent", **typed).status_code == 200
    said = words(desk.get(f"/dashboard/cases/{case_id}").text)
    assert "By phone, 3 March" in said


def test_a_stranger_answers_nothing(web: Flask, shop: Shop, desk: Desk, saleor: FakeSaleor) -> None:
    case_id, refund = left_over(shop, saleor)
    act(desk, case_id, refund, "propose-payout", means="cash")
    number = shop.case(case_id).number
    answer = web.test_client().post(f"/r/shop/cases/{number}/payout/some/agree")
    assert answer.status_code in (400, 401, 403)
