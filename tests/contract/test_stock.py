from __future__ import annotations

import uuid

import pytest

from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import StockLevel

from .world import World


def shelf(world: World) -> tuple[str, str]:
    """A variant and the warehouse that an order of it was sent from."""
    order = world.order()
    variant = next(line.variant_id for line in order.lines if line.variant_id)
    warehouse = next(item.warehouse_id for item in order.fulfillments if item.warehouse_id)
    return variant, warehouse


def mark() -> str:
    return f"returns.contract.{uuid.uuid4().hex[:12]}"


def level(world: World, variant: str, key: str) -> StockLevel:
    found = world.client.read_stock(world.shop, variant, mark=key)
    assert found is not None
    return found


def test_warehouses_have_names(world: World) -> None:
    _, warehouse = shelf(world)
    names = {item.id: item.name for item in world.client.list_warehouses(world.shop)}
    assert names[warehouse]


def test_a_quantity_is_set_and_marked_and_says_what_stood_there(world: World) -> None:
    variant, warehouse = shelf(world)
    key = mark()
    before = level(world, variant, key)
    assert before.mark == ""
    stood = before.quantities[warehouse]
    found = world.client.set_stock(world.shop, variant_id=variant, warehouse_id=warehouse, quantity=stood + 2, mark=key)
    after = level(world, variant, key)
    assert (found, after.quantities[warehouse], after.mark) == (stood, stood + 2, f"done:{stood + 2}")
    world.client.set_stock(world.shop, variant_id=variant, warehouse_id=warehouse, quantity=stood, mark=key)


def test_what_changed_since_the_read_is_told(world: World) -> None:
    variant, warehouse = shelf(world)
    key = mark()
    stood = level(world, variant, key).quantities[warehouse]
    world.client.set_stock(world.shop, variant_id=variant, warehouse_id=warehouse, quantity=stood + 5, mark=mark())
    found = world.client.set_stock(world.shop, variant_id=variant, warehouse_id=warehouse, quantity=stood, mark=key)
    assert found == stood + 5


def test_marks_can_be_taken_away(world: World) -> None:
    variant, warehouse = shelf(world)
    key = mark()
    stood = level(world, variant, key).quantities[warehouse]
    world.client.set_stock(world.shop, variant_id=variant, warehouse_id=warehouse, quantity=stood, mark=key)
    world.client.forget_marks(world.shop, variant, [key, mark()])
    assert level(world, variant, key).mark == ""


def test_a_warehouse_that_is_gone_is_refused_and_leaves_the_stock(world: World) -> None:
    variant, warehouse = shelf(world)
    key = mark()
    stood = level(world, variant, key).quantities[warehouse]
    gone = "V2FyZWhvdXNlOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA=="
    with pytest.raises(SaleorRefused):
        world.client.set_stock(world.shop, variant_id=variant, warehouse_id=gone, quantity=3, mark=key)
    assert level(world, variant, key).quantities[warehouse] == stood


def test_a_variant_that_is_gone_has_no_stock(world: World) -> None:
    assert world.client.read_stock(world.shop, "UHJvZHVjdFZhcmlhbnQ6OTk5OTk5OTk=", mark=mark()) is None


def test_without_the_permission_nothing_is_set(world: World) -> None:
    variant, warehouse = shelf(world)
    key = mark()
    stood = level(world, variant, key).quantities[warehouse]
    poor = world.app_with("MANAGE_ORDERS")
    with pytest.raises(SaleorDenied):
        world.client.set_stock(poor, variant_id=variant, warehouse_id=warehouse, quantity=stood + 1, mark=key)
    assert level(world, variant, key).quantities[warehouse] == stood
