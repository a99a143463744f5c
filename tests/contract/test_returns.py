from __future__ import annotations

import pytest

from saleor_returns_app.domain.orders import RETURNED, WITH_SHOPPER, FulfillmentStatus, Order
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import ReturnUnits

from .world import World, read


def first_line(order: Order) -> tuple[str, str]:
    """(fulfillment line, order line) that lie with the shopper."""
    line = next(line for item in order.fulfillments if item.status in WITH_SHOPPER for line in item.lines)
    return line.id, line.order_line_id


def test_returned_units_move_to_a_new_fulfillment(world: World) -> None:
    order = world.order()
    line_id, order_line_id = first_line(order)
    recorded = world.client.return_products(
        world.shop,
        order_id=order.id,
        units=[ReturnUnits(fulfillment_line_id=line_id, quantity=2)],
        reason="R-1",
        note="R-1 received",
    )
    after = read(world, order.id)
    assert recorded.order_status == after.status == "PARTIALLY_RETURNED"
    made = next(item for item in after.fulfillments if item.id == recorded.fulfillment_id)
    assert made.status is FulfillmentStatus.RETURNED
    assert [(line.order_line_id, line.quantity) for line in made.lines] == [(order_line_id, 2)]
    assert after.quantities(RETURNED) == {order_line_id: 2}
    assert after.quantities(WITH_SHOPPER)[order_line_id] == 1
    assert after.total_charged == order.total_charged  # goods and money are apart
    assert world.client.note_exists(world.shop, order.id, "R-1 received")


def test_returning_the_rest_renames_lines_and_ends_returned(world: World) -> None:
    order = world.order()
    while any(item.status in WITH_SHOPPER and item.lines for item in order.fulfillments):
        line = next(line for item in order.fulfillments if item.status in WITH_SHOPPER for line in item.lines)
        units = [ReturnUnits(fulfillment_line_id=line.id, quantity=line.quantity)]
        world.client.return_products(world.shop, order_id=order.id, units=units, reason="", note=None)
        after = read(world, order.id)
        assert line.id not in {found.id for item in after.fulfillments for found in item.lines}
        order = after
    assert order.status == "RETURNED"
    assert order.quantities(RETURNED) == {line.id: line.quantity for line in order.lines}


def test_more_than_is_there_is_refused(world: World) -> None:
    order = world.order()
    units = [ReturnUnits(fulfillment_line_id=first_line(order)[0], quantity=9)]
    with pytest.raises(SaleorRefused) as caught:
        world.client.return_products(world.shop, order_id=order.id, units=units, reason="", note=None)
    assert caught.value.codes == ("INVALID_QUANTITY",)
    assert not read(world, order.id).quantities(RETURNED)


def test_line_that_moved_away_is_refused(world: World) -> None:
    order = world.order()
    line_id, order_line_id = first_line(order)
    units = [ReturnUnits(fulfillment_line_id=line_id, quantity=3)]
    world.client.return_products(world.shop, order_id=order.id, units=units, reason="", note=None)
    with pytest.raises(SaleorRefused):
        world.client.return_products(world.shop, order_id=order.id, units=units, reason="", note=None)
    assert read(world, order.id).quantities(RETURNED) == {order_line_id: 3}


def test_app_without_the_permission_is_denied(world: World) -> None:
    order = world.order()
    units = [ReturnUnits(fulfillment_line_id=first_line(order)[0], quantity=1)]
    with pytest.raises(SaleorDenied):
        world.client.return_products(
            world.app_with("HANDLE_PAYMENTS"), order_id=order.id, units=units, reason="", note=None
        )
    assert not read(world, order.id).quantities(RETURNED)
