"""The parsers read real answers of a Saleor 3.23."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from saleor_returns_app.adapters.saleor import answers
from saleor_returns_app.adapters.saleor.answers import Answer
from saleor_returns_app.adapters.saleor.order_answers import OrderAnswer
from saleor_returns_app.adapters.saleor.orders import to_order
from saleor_returns_app.adapters.saleor.transport import _result
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import FulfillmentStatus, GrantStatus, Order

#: What our document selects beyond the recorded ones.
ORDER_EXTRAS: dict[str, Any] = {
    "languageCodeEnum": "ZH_HANS",
    "user": None,
    "metadata": [],
    "shippingAddress": None,
    "billingAddress": None,
    "giftCards": [],
}
MODELS: dict[str, type[Answer]] = {
    "orderGrantRefundCreate": answers.GrantRefundAnswer,
    "transactionRequestRefundForGrantedRefund": answers.RequestRefundAnswer,
    "orderFulfillmentReturnProducts": answers.ReturnProductsAnswer,
    "orderNoteAdd": answers.AddOrderNoteAnswer,
    "updateMetadata": answers.UpdateOrderMetadataAnswer,
    "me": answers.ShopperAnswer,
    "app": answers.AppAnswer,
}


def read_order(response: dict[str, Any]) -> Order:
    """As the client does, from the text of the answer."""
    result = _result(200, json.dumps(response).encode())
    assert result.data is not None
    found = result.data["order"]
    for line in found["lines"]:
        line |= {"thumbnail": None, "isGift": False}
        if line["variant"]:
            product = line["variant"]["product"]
            line["variant"]["metadata"] = product["metadata"] = product["collections"] = []
            product["productType"]["slug"] = "goods"
            if product["category"]:
                product["category"] |= {"slug": "tops", "ancestors": {"edges": [{"node": {"slug": "clothing"}}]}}
    for fulfillment in found["fulfillments"]:
        fulfillment["metadata"] = []
    for grant in found["grantedRefunds"]:
        for number, event in enumerate(grant["transactionEvents"]):
            event.setdefault("id", f"event-{number}")
    cards = [{"last4CodeChars": "1234", "events": card.get("events", [])} for card in found.get("giftCards", [])]
    answer = OrderAnswer.model_validate({"order": {**ORDER_EXTRAS, **found, "giftCards": cards}})
    assert answer.order is not None
    return to_order(answer.order)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_every_recorded_order_is_read_and_its_parts_sum_to_its_total(recordings: dict[str, Any]) -> None:
    read = {
        name: read_order(item["response"])
        for name, item in recordings.items()
        if (item["response"].get("data") or {}).get("order", {}).get("grantedRefunds") is not None
    }
    assert len(read) >= 13
    for name, order in read.items():
        if name != "giftcard-01-order-paid-partly":
            assert order.worth == order.total_gross, name


def test_refunded_order(recording: Callable[[str], Any]) -> None:
    order = read_order(recording("order-03-refund-success")["response"])
    assert (order.number, order.charge_status, order.currency, order.language) == ("74", "FULL", "USD", "zh-hans")
    transaction = order.transactions[0]
    assert (transaction.charged, transaction.refunded) == (usd("130.17"), usd("1.99"))
    grant = order.granted_refunds[0]
    assert (grant.status, grant.amount, grant.reason) == (GrantStatus.SUCCESS, usd("1.99"), "R-2026-000001/1")
    assert grant.transaction_id == transaction.id
    assert [event.type for event in grant.events] == ["REFUND_SUCCESS", "REFUND_REQUEST"]
    assert grant.lines[0].order_line_id == order.lines[0].id


def test_variant_named_by_its_id_has_no_name(recording: Callable[[str], Any]) -> None:
    order = read_order(recording("order-01-fulfilled-paid")["response"])
    assert [line.variant_name for line in order.lines] == ["", "S"]


def test_partial_payment_shows_in_the_events(recording: Callable[[str], Any]) -> None:
    order = read_order(recording("partial-03-order")["response"])
    grant = order.granted_refunds[0]
    assert grant.status is GrantStatus.SUCCESS
    paid = [event.amount for event in grant.events if event.type == "REFUND_SUCCESS"]
    assert grant.amount == usd("10.00")
    assert paid == [usd("5.00")]


def test_returned_units_lie_in_a_new_fulfillment(recording: Callable[[str], Any]) -> None:
    order = read_order(recording("return-03-order")["response"])
    assert FulfillmentStatus.RETURNED in {item.status for item in order.fulfillments}


def test_split_tender_and_legacy_payment(recording: Callable[[str], Any]) -> None:
    split = read_order(recording("split-01-order-two-transactions")["response"])
    assert sorted(item.charged.amount for item in split.transactions) == [Decimal("44.07"), Decimal("66.10")]
    legacy = read_order(recording("legacy-01-order")["response"])
    assert not legacy.transactions
    assert legacy.payments[0].available_refund == usd("132.16")


def test_gift_card_is_worth_what_the_total_lacks(recording: Callable[[str], Any]) -> None:
    response = recording("giftcard-01-order-paid-partly")["response"]
    order_id = response["data"]["order"]["id"]
    balance = {
        "currentBalance": {"amount": 35.0, "currency": "USD"},
        "oldCurrentBalance": {"amount": 50.0, "currency": "USD"},
    }
    response["data"]["order"]["giftCards"][0]["events"] = [
        {"orderId": order_id, "balance": balance},
        {"orderId": "another order", "balance": balance},
    ]
    order = read_order(response)
    assert [use.amount for use in order.gift_cards] == [usd("15.00")]
    assert order.worth == order.total_gross + usd("15.00")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("grant-02-quantity-greater", {"INVALID", "QUANTITY_GREATER_THAN_AVAILABLE"}),
        ("grant-03-amount-greater", {"AMOUNT_GREATER_THAN_AVAILABLE"}),
        ("grant-05-shipping-again", {"SHIPPING_COSTS_ALREADY_GRANTED"}),
        ("request-02-already-processed", {"REFUND_ALREADY_PROCESSED"}),
        ("pending-04-request-again", {"REFUND_IS_PENDING"}),
        ("return-01-too-many", {"INVALID_QUANTITY"}),
    ],
)
def test_recorded_refusals_keep_their_codes(recording: Callable[[str], Any], name: str, codes: set[str]) -> None:
    data = recording(name)["response"]["data"]
    (field,) = data
    payload = getattr(MODELS[field].model_validate(data), next(iter(MODELS[field].model_fields)))
    found = {error.code for error in payload.errors}
    found |= {line.code for error in payload.errors for line in getattr(error, "lines", None) or ()}
    assert found == codes


def test_every_recorded_answer_of_an_operation_of_ours_is_read(recordings: dict[str, Any]) -> None:
    read = 0
    for name, item in recordings.items():
        result = _result(item["status"], json.dumps(item["response"]).encode())
        assert result.data is not None or result.errors, name
        for field, value in (result.data or {}).items():
            if field in MODELS:
                if field == "app" and value:
                    value.setdefault("identifier", None)  # not among what was recorded
                MODELS[field].model_validate({field: value})
                read += 1
    assert read >= 25


def test_amounts_are_decimals_and_never_floats(recordings: dict[str, Any]) -> None:
    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(item)

    for item in recordings.values():
        walk(_result(200, json.dumps(item["response"]).encode()).data)
