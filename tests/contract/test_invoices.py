from __future__ import annotations

import uuid

import pytest

from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import ReplacementLine, ReplacementRequest

from .world import World

GONE = "T3JkZXI6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
URL = "https://returns.example.com/d/credit-note"


def number() -> str:
    return f"CN-{uuid.uuid4().hex[:8]}"


def test_a_document_is_put_on_an_order_and_found_by_its_number(world: World) -> None:
    order, name = world.order(), number()
    assert world.client.list_invoices(world.shop, order.id) == frozenset()
    world.client.create_invoice(world.shop, order.id, number=name, url=URL)
    assert world.client.list_invoices(world.shop, order.id) == {name}


def test_a_document_without_a_number_is_refused(world: World) -> None:
    order = world.order()
    with pytest.raises(SaleorRefused) as refused:
        world.client.create_invoice(world.shop, order.id, number="", url=URL)
    assert refused.value.codes == ("REQUIRED",)


def test_a_draft_can_have_no_document(world: World) -> None:
    order = world.order()
    variant = next(line.variant_id for line in order.lines if line.variant_id)
    line = ReplacementLine(variant_id=variant, quantity=1)
    wanted = ReplacementRequest(order_id=order.id, lines=(line,), mark=f"contract/{uuid.uuid4()}")
    draft = world.client.create_replacement(world.shop, wanted)
    with pytest.raises(SaleorRefused) as refused:
        world.client.create_invoice(world.shop, draft.order_id, number=number(), url=URL)
    assert refused.value.codes == ("INVALID_STATUS",)


def test_an_order_that_is_gone_has_none_and_gets_none(world: World) -> None:
    assert world.client.list_invoices(world.shop, GONE) == frozenset()
    with pytest.raises(SaleorRefused) as refused:
        world.client.create_invoice(world.shop, GONE, number=number(), url=URL)
    assert refused.value.codes == ("NOT_FOUND",)


def test_without_the_permission_no_document_is_made(world: World) -> None:
    order = world.order()
    with pytest.raises(SaleorDenied):
        world.client.create_invoice(world.app_with("MANAGE_PRODUCTS"), order.id, number=number(), url=URL)
    assert world.client.list_invoices(world.shop, order.id) == frozenset()
