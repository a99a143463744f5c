from __future__ import annotations

import secrets

import pytest

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import VoucherRequest

from .world import World

CHANNEL = "default-channel"


def wanted() -> VoucherRequest:
    return VoucherRequest(code=f"THANKS-{secrets.token_hex(8).upper()}", name="R-1")


def test_a_voucher_is_made_listed_and_found_again_by_its_code(world: World) -> None:
    request = wanted()
    assert world.client.find_voucher(world.shop, code=request.code, channel=CHANNEL) is None
    made = world.client.create_voucher(world.shop, request)
    found = world.client.find_voucher(world.shop, code=request.code, channel=CHANNEL)
    assert found is not None
    assert (found.id, found.is_listed) == (made, False)
    for _ in range(2):  # listing it again changes nothing
        world.client.list_voucher(world.shop, made, channel=CHANNEL, amount=Money.from_minor(1234, "USD"))
    found = world.client.find_voucher(world.shop, code=request.code, channel=CHANNEL)
    assert found is not None
    assert (found.id, found.is_listed) == (made, True)


def test_a_part_of_a_code_finds_nothing(world: World) -> None:
    request = wanted()
    world.client.create_voucher(world.shop, request)
    assert world.client.find_voucher(world.shop, code=request.code[:-1], channel=CHANNEL) is None


def test_the_same_code_is_taken_once(world: World) -> None:
    request = wanted()
    world.client.create_voucher(world.shop, request)
    with pytest.raises(SaleorRefused) as refusal:
        world.client.create_voucher(world.shop, request)
    assert "ALREADY_EXISTS" in refusal.value.codes


def test_a_voucher_is_worth_money_of_its_channel(world: World) -> None:
    made = world.client.create_voucher(world.shop, wanted())
    with pytest.raises(SaleorRefused) as refusal:
        world.client.list_voucher(world.shop, made, channel=CHANNEL, amount=Money.from_minor(1234, "JPY"))
    assert "OTHER_CURRENCY" in refusal.value.codes
    with pytest.raises(SaleorRefused) as refusal:
        world.client.list_voucher(world.shop, made, channel="nowhere", amount=Money.from_minor(1234, "USD"))
    assert "CHANNEL_GONE" in refusal.value.codes


def test_without_the_permission_no_voucher_is_made(world: World) -> None:
    request = wanted()
    with pytest.raises(SaleorDenied):
        world.client.create_voucher(world.app_with("MANAGE_ORDERS"), request)
    assert world.client.find_voucher(world.shop, code=request.code, channel=CHANNEL) is None
