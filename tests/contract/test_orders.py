from __future__ import annotations

import base64
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from saleor_returns_app.domain.orders import WITH_SHOPPER, FulfillmentStatus
from saleor_returns_app.errors import SaleorDenied, TokenDead
from saleor_returns_app.services.backfilling import MOST

from .world import World, read

#: A JWT of an issuer that nobody knows.
FOREIGN = (
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlL2dyYXBocWwvIiwiZXhwIjo5OTk5OTk5"
    "OTk5LCJvd25lciI6InNhbGVvciIsInR5cGUiOiJhY2Nlc3MifQ.c2lnbmF0dXJl"
)


def test_version_and_name(world: World) -> None:
    version, name = world.client.read_version(world.shop)
    assert version.count(".") >= 2
    assert name


def test_own_app_is_known(world: World) -> None:
    assert world.client.read_app_id(world.shop)


@pytest.mark.parametrize("token", ["no-such-token", FOREIGN], ids=["unknown", "foreign JWT"])
def test_dead_token_is_recognised_by_each_call(world: World, token: str) -> None:
    order = world.order()
    shop = replace(world.shop, token=token)
    with pytest.raises(TokenDead):
        world.client.read_app_id(shop)
    with pytest.raises(TokenDead):
        world.client.read_version(shop)
    with pytest.raises(TokenDead):
        world.client.read_order(shop, order.id)
    with pytest.raises(TokenDead):
        world.client.find_order(shop, order.number)
    with pytest.raises(TokenDead):
        world.client.add_note(shop, order.id, "hello")


def test_missing_permission_is_no_dead_token(world: World) -> None:
    order = world.order()
    shop = world.app_with("HANDLE_PAYMENTS")
    with pytest.raises(SaleorDenied):
        world.client.read_order(shop, order.id)
    with pytest.raises(SaleorDenied):
        world.client.add_note(shop, order.id, "hello")


def test_what_a_policy_asks_of_products_and_places(world: World) -> None:
    order = world.order()
    assert all(line.product_type_slug and line.category_slugs for line in order.lines)
    assert not any(line.is_gift for line in order.lines)
    assert order.shipping_address is not None
    assert len(order.shipping_address.country) == 2


def test_paid_and_sent_order(world: World) -> None:
    order = world.order()
    assert [line.quantity for line in order.lines] == [3, 3]
    assert order.worth == order.total_gross == order.total_charged
    assert order.shipping_gross.amount > 0
    assert not order.total_refunded
    (transaction,) = order.transactions
    assert transaction.charged == order.total_gross
    assert "CHARGE_SUCCESS" in {event.type for event in transaction.events}
    assert (order.payments, order.granted_refunds, order.gift_cards) == ((), (), ())
    assert (order.status, order.charge_status) == ("FULFILLED", "FULL")
    sent = order.quantities(WITH_SHOPPER)
    assert {line.id: line.quantity for line in order.lines} == sent
    assert {item.status for item in order.fulfillments} == {FulfillmentStatus.FULFILLED}
    assert order.email
    assert order.customer_id
    assert order.shipping_address is not None
    assert order.shipping_address.country == "US"
    assert order.language == "en"
    for line in order.lines:
        assert line.product_name
        assert line.variant_id
        assert line.product_id
        assert line.product_type_id
        assert not line.is_gift_card
        assert not line.variant_name.startswith("UHJvZHVjdFZhcmlhbnQ6")


def test_order_is_found_by_its_number(world: World) -> None:
    order = world.order()
    found = world.client.find_order(world.shop, order.number)
    assert found == order
    assert world.client.find_order(world.shop, "99999999") is None
    assert world.client.find_order(world.shop, "") is None
    for nonsense in ("x", f"{order.number} OR 1=1", f" {order.number}", "-1", "1.5", "9" * 40, "٣", "💥"):
        assert world.client.find_order(world.shop, nonsense) is None


@pytest.mark.parametrize(
    "order_id",
    [
        "T3JkZXI6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw",
        "UHJvZHVjdDox",
        "nonsense",
        "",
        "T3JkZXI6bm90LWEtdXVpZA==",
        "💥",
    ],
    ids=["unknown", "of a product", "nonsense", "empty", "no uuid", "emoji"],
)
def test_order_that_is_none(world: World, order_id: str) -> None:
    assert world.client.read_order(world.shop, order_id) is None


def test_gift_card_spent_at_checkout(world: World) -> None:
    order = world.order("gift-card")
    (use,) = order.gift_cards
    assert str(use.amount.amount) == "15.00"
    assert use.last_code_chars
    assert order.worth == order.total_gross + use.amount
    assert order.total_charged == order.total_gross


def test_legacy_order_has_a_payment_and_no_transaction(world: World) -> None:
    order = world.order("legacy")
    assert order.transactions == ()
    (payment,) = [item for item in order.payments if item.is_active]
    assert payment.gateway == "mirumee.payments.dummy"
    assert payment.available_refund == payment.captured == order.total_gross


def test_notes_and_metadata(world: World) -> None:
    order = world.order()
    text = f"R-{order.number}: “approved” 💸 <b>&"
    assert world.client.note_exists(world.shop, order.id, text) is False
    world.client.add_note(world.shop, order.id, text)
    assert world.client.note_exists(world.shop, order.id, text) is True
    assert world.client.note_exists(world.shop, order.id, text[:-1]) is False
    world.client.write_metadata(world.shop, order.id, {"returns": '[{"number": "R-1"}]', "other": "x"})
    world.client.write_metadata(world.shop, order.id, {"other": "y"})
    assert read(world, order.id).metadata == {"returns": '[{"number": "R-1"}]', "other": "y"}


def test_problem_shown_to_the_merchant_and_dismissed(world: World) -> None:
    world.client.report_problem(world.shop, key="contract-1", message="Pay 5.00 USD by hand.")
    world.client.report_problem(world.shop, key="contract-1", message="Pay 5.00 USD by hand.")
    assert world.problems() == ["Pay 5.00 USD by hand."]
    world.client.dismiss_problem(world.shop, key="contract-1")
    assert world.problems() == []
    world.client.dismiss_problem(world.shop, key="contract-1")  # already gone


def test_refund_reason_rule_can_be_asked(world: World) -> None:
    rule = world.client.read_refund_reason_rule(world.shop)
    assert rule.reason_type_id is None or rule.reason_type_id


def test_orders_by_their_ids(world: World) -> None:
    first, second = world.order(), world.order("gift-card")
    unknown = base64.b64encode(f"Order:{uuid.uuid4()}".encode()).decode()
    found = world.client.read_orders(world.shop, [first.id, second.id, unknown])
    assert {order.id for order in found} == {first.id, second.id}
    assert read(world, first.id) in found


def test_orders_since_a_day_newest_first_page_by_page(world: World) -> None:
    older, newer = world.order(), world.order()
    today = newer.created.date()
    first = world.client.list_orders(world.shop, since=today, cursor="", most=1)
    assert [order.id for order in first.orders] == [newer.id]
    assert first.total is not None
    assert first.total >= 2
    second = world.client.list_orders(world.shop, since=today, cursor=first.cursor, most=1)
    assert ([order.id for order in second.orders], second.total) == ([older.id], None)
    none = world.client.list_orders(world.shop, since=today + timedelta(days=2), cursor="", most=20)
    assert (none.orders, none.cursor, none.total) == ((), "", 0)


def test_a_page_as_large_as_the_app_asks_for_is_answered(world: World) -> None:
    world.order()
    assert world.client.list_orders(world.shop, since=date(2020, 1, 1), cursor="", most=MOST).orders
