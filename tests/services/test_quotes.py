"""Quotes with what the database knows: earlier refunds, refunds under way, money that moved outside."""

from __future__ import annotations

from dataclasses import replace

from saleor_returns_app.services.refunds import current_quote
from tests.fakes import FakeSaleor, usd

from .journeys import Shop


def inspected(shop: Shop, units: int) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    shop.receive(case_id)
    shop.work()
    return case_id


def test_the_quote_shown_is_the_quote_paid(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = inspected(shop, 3)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.pay(case_id)
    shop.work()
    assert saleor.paid == [("grant-1", quote.total)]


def test_a_refund_under_way_lowers_what_is_left(shop: Shop, saleor: FakeSaleor) -> None:
    order = saleor.orders["order-1"]
    saleor.change("order-1", transactions=(replace(order.transactions[0], charged=usd("30.00")),))
    shop.to_payment({"line-1": 1})  # 20.00, not carried out yet
    case_id = shop.request({"line-1": 1})
    shop.approve(case_id)
    shop.receive(case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert [(tender.way, str(tender.amount)) for tender in quote.tenders] == [
        ("transaction", "10.00 USD"),
        ("person", "10.00 USD"),
    ]
    assert "NOT_COVERED" in [note.code for note in quote.notes]


def test_money_that_moved_outside_is_said(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.change("order-1", total_refunded=usd("5.00"))
    quote = current_quote(shop.ctx, shop.tenant_id, inspected(shop, 1), actor=shop.staff)
    assert ("EXTERNAL_REFUND", {"amount": "5.00 USD"}) in [(note.code, note.params) for note in quote.notes]


def test_our_own_refunds_are_not_taken_for_external_ones(shop: Shop) -> None:
    shop.to_payment({"line-1": 1})
    shop.work()
    quote = current_quote(shop.ctx, shop.tenant_id, inspected(shop, 1), actor=shop.staff)
    assert "EXTERNAL_REFUND" not in [note.code for note in quote.notes]
