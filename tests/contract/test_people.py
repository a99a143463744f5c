from __future__ import annotations

from .test_orders import FOREIGN
from .world import World


def test_shopper_is_read_with_their_own_token(world: World) -> None:
    order = world.order()
    shopper = world.client.read_shopper(world.shop, world.shopper_token())
    assert shopper is not None
    assert (shopper.user_id, shopper.email) == (order.customer_id, order.email)


def test_staff_member_is_read_with_the_token_of_the_frame(world: World) -> None:
    staff = world.client.read_staff(world.shop, world.staff_token())
    assert staff is not None
    assert "@" in staff.email
    assert staff.channels is None


def test_token_that_is_refused_belongs_to_nobody(world: World) -> None:
    for token in (FOREIGN, "nonsense", world.shop.token):
        assert world.client.read_shopper(world.shop, token) is None
        assert world.client.read_staff(world.shop, token) is None


def test_shopper_is_no_staff(world: World) -> None:
    assert world.client.read_staff(world.shop, world.shopper_token()) is None
