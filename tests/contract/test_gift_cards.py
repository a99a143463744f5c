from __future__ import annotations

import uuid

import pytest

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import GiftCardRequest

from .world import World


def wanted(amount: int = 1234) -> GiftCardRequest:
    return GiftCardRequest(amount=Money.from_minor(amount, "USD"), mark=f"contract/{uuid.uuid4()}", note="R-1: credit")


def test_a_card_is_made_and_found_again_with_its_code(world: World) -> None:
    request = wanted()
    assert world.client.find_gift_card(world.shop, mark=request.mark) is None
    made = world.client.create_gift_card(world.shop, request)
    assert len(made.code) >= 8
    assert world.client.find_gift_card(world.shop, mark=request.mark) == made


def test_two_cards_of_one_mark_are_refused(world: World) -> None:
    request = wanted()
    for _ in range(2):
        world.client.create_gift_card(world.shop, request)
    with pytest.raises(SaleorRefused):
        world.client.find_gift_card(world.shop, mark=request.mark)


def test_a_card_of_nothing_is_never_asked_for(world: World) -> None:
    with pytest.raises(SaleorRefused):
        world.client.create_gift_card(world.shop, wanted(0))


def test_without_the_permission_no_card_is_made(world: World) -> None:
    request = wanted()
    with pytest.raises(SaleorDenied):
        world.client.create_gift_card(world.app_with("MANAGE_ORDERS"), request)
    assert world.client.find_gift_card(world.shop, mark=request.mark) is None
