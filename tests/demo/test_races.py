"""Nothing is locked between checking and acting, so parallel writers all pass: the harm that the app has to prevent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from demo.shop import Shop
from demo.shop.model.orders import Order
from tests.demo.conftest import Client
from tests.demo.operations import REQUEST, RETURN, codes, grant, granted

OrderOf = Callable[..., Order]


def at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch, count: int, ask: Callable[[], Any]) -> list[Any]:
    """Asks `count` times; all have checked before one acts."""
    barrier = threading.Barrier(count, timeout=10)
    monkeypatch.setattr(shop, "gap", barrier.wait)
    with ThreadPoolExecutor(count) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(count)]]
    assert shop.worker.settle()
    return answers


def test_six_requests_for_one_grant_pay_six_times(
    shop: Shop, client: Client, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of("plain")
    grant_id = granted(client, order, "10")
    answers = at_once(shop, monkeypatch, 6, lambda: client.data(REQUEST, grant=grant_id))
    assert [codes(answer) for answer in answers] == [[]] * 6
    assert len(shop.provider.ledger.calls) == 6
    assert shop.paid_out(order) == Decimal(60)


def test_six_grants_of_the_same_full_line_are_all_accepted(
    shop: Shop, client: Client, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of("plain")
    lines = [{"id": order.lines[0].id, "quantity": 3}]
    answers = at_once(shop, monkeypatch, 6, lambda: grant(client, order, lines=lines, amount="1"))
    assert [codes(answer) for answer in answers] == [[]] * 6
    assert len(order.granted_refunds) == 6


def test_five_returns_of_two_out_of_three_all_succeed(
    shop: Shop, client: Client, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of("plain")
    source = order.fulfillments[0].lines[0]
    asked = {"fulfillmentLines": [{"fulfillmentLineId": source.id, "quantity": 2}]}
    answers = at_once(shop, monkeypatch, 5, lambda: client.data(RETURN, order=order.id, input=asked))
    assert [codes(answer) for answer in answers] == [[]] * 5
    returned = [item for item in order.fulfillments if item.status == "RETURNED"]
    assert sum(line.quantity for item in returned for line in item.lines) == 10
    assert source.quantity == 1


def test_one_after_another_the_second_request_is_refused(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of("plain")
    shop.provider.set_mood("async")
    grant_id = granted(client, order, "10")
    assert codes(client.data(REQUEST, grant=grant_id)) == []
    assert codes(client.data(REQUEST, grant=grant_id)) == ["REFUND_IS_PENDING"]
