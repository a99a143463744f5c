"""Refunds of the stand-in: what the real Saleor lets through, and what it says when money moved or did not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from demo.shop import Shop
from demo.shop.model.orders import Order
from tests.demo.conftest import Client
from tests.demo.operations import REQUEST, codes, grant, granted

OrderOf = Callable[..., Order]


def test_the_automatic_amount_is_unit_price_times_quantity(client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    lines = [{"id": line.id, "quantity": line.quantity} for line in order.lines]
    made = grant(client, order, lines=lines, grantRefundForShipping=True)
    assert made["grantedRefund"]["amount"]["amount"] == 149.82
    assert order.total.gross.amount == Decimal("149.84")


def test_the_automatic_amount_is_cut_to_what_is_charged(client: Client, order_of: OrderOf) -> None:
    order = order_of("manual-discount")
    lines = [{"id": line.id, "quantity": line.quantity} for line in order.lines]
    made = grant(client, order, lines=lines, grantRefundForShipping=True)
    assert made["grantedRefund"]["amount"]["amount"] == 196.83


def test_a_failed_grant_keeps_its_lines_taken(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    shop.provider.set_mood("failure")
    lamp = [{"id": order.lines[1].id, "quantity": 1}]
    first = grant(client, order, lines=lamp, amount="29.77")["grantedRefund"]["id"]
    client.data(REQUEST, grant=first)
    assert shop.worker.settle()
    assert shop.state.granted_refunds[first].status == "FAILURE"
    assert codes(grant(client, order, lines=lamp, amount="29.77")) == ["INVALID"]


def test_a_grant_of_nothing_refunds_everything(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    client.data(REQUEST, grant=granted(client, order, "0"))
    assert shop.worker.settle()
    assert shop.paid_out(order) == Decimal("149.84")


def test_a_negative_grant_passes(client: Client, order_of: OrderOf) -> None:
    assert codes(grant(client, order_of("plain"), amount="-1")) == []


def test_a_grant_is_pending_until_the_provider_answers(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    shop.provider.set_mood("async")
    grant_id = granted(client, order, "10")
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    assert shop.state.granted_refunds[grant_id].status == "PENDING"
    assert order.total_refund_pending.amount == 10
    assert shop.paid_out(order) == 0


def test_a_slow_provider_pays_and_the_grant_fails(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    shop.provider.set_mood("slow")
    grant_id = granted(client, order, "10")
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    assert shop.state.granted_refunds[grant_id].status == "PENDING"
    shop.worker.hurry()
    assert shop.worker.settle()
    made = shop.state.granted_refunds[grant_id]
    assert (made.status, made.transaction_events[0].message) == ("FAILURE", "Failed to delivery request.")
    assert shop.paid_out(order) == 10
    assert order.total_refunded.amount == 0


def test_an_answer_without_reference_is_a_failure_that_paid(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    shop.provider.set_mood("noref")
    grant_id = granted(client, order, "10")
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    made = shop.state.granted_refunds[grant_id]
    assert made.status == "FAILURE"
    assert made.transaction_events[0].message.startswith("Missing value for field: pspReference.")
    assert shop.paid_out(order) == 10


def test_a_provider_that_falls_over_is_asked_again_with_an_empty_body(
    shop: Shop, client: Client, order_of: OrderOf
) -> None:
    order = order_of("plain")
    shop.provider.set_mood("http500")
    grant_id = granted(client, order, "10")
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    for _ in range(5):
        assert shop.state.granted_refunds[grant_id].status == "PENDING"
        assert shop.worker.hurry() == 1
        assert shop.worker.settle()
    assert shop.state.granted_refunds[grant_id].status == "FAILURE"
    assert [call.ask is None for call in shop.provider.ledger.calls] == [False, True, True, True, True, True]
    assert shop.paid_out(order) == 0


def test_a_payment_app_that_cannot_refund(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("no-refund-webhook")
    grant_id = granted(client, order, "10")
    assert codes(client.data(REQUEST, grant=grant_id)) == ["MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"]
    assert shop.state.granted_refunds[grant_id].status == "FAILURE"
    assert shop.provider.ledger.calls == []


def test_moods_by_script_are_used_up_one_a_call(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order, other = order_of("plain"), order_of("plain")
    shop.provider.set_script(["failure", "partial"], order_number=order.number)
    outcomes = []
    for each in (order, other, order, order):
        grant_id = granted(client, each, "10")
        client.data(REQUEST, grant=grant_id)
        assert shop.worker.settle()
        outcomes.append((shop.state.granted_refunds[grant_id].status, shop.provider.ledger.calls[-1].paid))
    assert outcomes == [("FAILURE", None), ("SUCCESS", 10), ("SUCCESS", 5), ("SUCCESS", 10)]


def test_overcharged_until_the_grant_is_paid(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    assert order.charge_status == "FULL"
    grant_id = granted(client, order, "10")
    assert order.charge_status == "OVERCHARGED"
    client.data(REQUEST, grant=grant_id)
    assert shop.worker.settle()
    assert order.charge_status == "FULL"
