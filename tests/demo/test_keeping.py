"""What a stopped demo takes up again."""

from __future__ import annotations

import socket
from pathlib import Path

from demo.mailbox import Mailbox
from demo.serving import free_port, is_free
from demo.shop import Shop
from demo.shop.model.orders import Order
from demo.shop.refunds import resume
from demo.shop.samples.making import make_order
from demo.shop.samples.recipes import RECIPES
from demo.shop.shop import load_state
from tests.demo.conftest import Client
from tests.demo.operations import REQUEST, granted


def kept(shop: Shop, path: Path) -> Shop:
    """The shop as the next start finds it."""
    shop.save(path)
    settings, state = load_state(path)
    return Shop(settings, state=state)


def order_in(shop: Shop) -> Order:
    return make_order(shop, RECIPES["plain"])


def test_orders_tokens_and_books_are_kept(shop: Shop, client: Client, tmp_path: Path) -> None:
    order = order_in(shop)
    client.data(REQUEST, grant=granted(client, order, "10"))
    assert shop.worker.settle()
    again = kept(shop, tmp_path / "shop.pickle")
    found = again.state.by_number[order.number]
    assert found.total_refunded.amount == again.paid_out(found) == 10
    assert Client(again, client.token).data("{ app { name } }") == {"name": "both"}
    assert again.keys.jwks() == shop.keys.jwks()
    assert order_in(again).number == str(int(order.number) + 1)
    again.close()


def test_a_refund_that_was_on_its_way_ends_as_a_failure(shop: Shop, client: Client, tmp_path: Path) -> None:
    order = order_in(shop)
    shop.provider.set_mood("slow")
    grant = granted(client, order, "10")
    client.data(REQUEST, grant=grant)
    assert shop.worker.settle()
    again = kept(shop, tmp_path / "shop.pickle")
    resume(again)
    assert again.state.granted_refunds[grant].status == "PENDING"
    assert again.worker.hurry() == 1
    assert again.worker.settle()
    assert again.state.granted_refunds[grant].status == "FAILURE"
    again.close()


def test_mails_go_on_with_new_numbers() -> None:
    before, after = Mailbox(), Mailbox()
    first = before.add(b"Subject: One\r\n\r\nBody", ("a@b",))
    after.restore(before.messages())
    assert after.add(b"Subject: Two\r\n\r\nBody", ("a@b",)).id == first.id + 1
    assert [mail.subject for mail in after.messages()] == ["Two", "One"]


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) != port
    assert free_port(port) == port
