from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

import pytest

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import Replacement, ReplacementLine, ReplacementRequest, Variant

from .world import World

GONE_VARIANT = "UHJvZHVjdFZhcmlhbnQ6OTk5OTk5OTk="
GONE_ORDER = "T3JkZXI6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
AT_ONCE = 50
REASON = "Exchange R-2026-000001"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def variants_of(world: World, order: Order) -> list[Variant]:
    """What the order's lines are of, as it is sold now."""
    ids = [line.variant_id for line in order.lines if line.variant_id]
    return list(world.client.read_variants(world.shop, channel=order.channel_slug, country="US", variant_ids=ids))


def counted_variant(world: World) -> Variant:
    """One whose stock is counted; the one of which there is least, for Saleor shows no more than it sells at once."""
    found = world.client.list_variants(world.shop, channel="default-channel", country="US", most=100)
    for variant in sorted(found, key=lambda item: item.available):
        level = world.client.read_stock(world.shop, variant.id, mark="returns.contract")
        if level is not None and level.tracked and variant.available >= 5:
            return variant
    raise AssertionError("the shop counts no stock")


def draft(
    world: World, *quantities: int, mark: str = "", note: str = "", variants: Sequence[Variant] = ()
) -> Replacement:
    """A draft of the variants of a fresh order, with its shipping."""
    order = world.order()
    lines = [
        ReplacementLine(variant_id=variant.id, quantity=quantity)
        for variant, quantity in zip(variants or variants_of(world, order), quantities, strict=False)
    ]
    wanted = ReplacementRequest(
        order_id=order.id,
        lines=tuple(lines),
        mark=mark or f"contract/{uuid.uuid4()}",
        note=note,
        metadata={"returns.case": "R-2026-000001"},
    )
    made = world.client.create_replacement(world.shop, wanted)
    world.client.choose_shipping(world.shop, made.order_id)
    return again(world, made)


def again(world: World, made: Replacement) -> Replacement:
    found = world.client.read_replacement(world.shop, made.order_id)
    assert found is not None
    return found


def priced(world: World, made: Replacement, total: str) -> Replacement:
    world.client.discount_replacement(world.shop, made.order_id, amount=made.total - usd(total), reason=REASON)
    return again(world, made)


def completed(world: World, made: Replacement) -> Replacement:
    world.client.complete_replacement(world.shop, made.order_id)
    return again(world, made)


def test_variants_of_a_product_are_those_the_channel_sells(world: World) -> None:
    line = next(line for line in world.order().lines if line.product_id)
    assert line.product_id is not None
    found = world.client.list_variants(
        world.shop, channel="default-channel", country="US", product_id=line.product_id, most=100
    )
    variant = next(item for item in found if item.id == line.variant_id)
    assert {item.product_id for item in found} == {line.product_id}
    assert (variant.product_name, variant.price.currency) == (line.product_name, "USD")
    assert variant.price.amount > 0
    assert variant.available > 0
    assert variant.image_url
    assert variant.name != variant.id


def test_variants_are_found_by_the_name_of_their_product(world: World) -> None:
    line = world.order().lines[0]
    search = line.product_name.upper()
    found = world.client.list_variants(world.shop, channel="default-channel", country="US", search=search)
    assert line.variant_id in {item.id for item in found}
    assert all(line.product_name.lower() in item.product_name.lower() for item in found)
    nothing = world.client.list_variants(world.shop, channel="default-channel", country="US", search="no such article")
    assert nothing == ()


def test_variants_are_read_in_the_order_asked_for_and_those_that_are_gone_left_out(world: World) -> None:
    first, second = variants_of(world, world.order())
    ids = [second.id, GONE_VARIANT, first.id]
    found = world.client.read_variants(world.shop, channel="default-channel", country="US", variant_ids=ids)
    assert [item.id for item in found] == [second.id, first.id]


def test_another_channel_has_prices_of_its_own(world: World) -> None:
    ids = [item.id for item in variants_of(world, world.order())]
    found = world.client.read_variants(world.shop, channel="channel-pln", country="PL", variant_ids=ids)
    assert {item.price.currency for item in found} <= {"PLN"}


def test_what_is_no_product_has_no_variants(world: World) -> None:
    for product in ("nonsense", "UHJvZHVjdDo5OTk5OTk5OQ=="):
        assert world.client.list_variants(world.shop, channel="default-channel", country="US", product_id=product) == ()


def test_a_draft_is_made_at_the_prices_of_the_catalogue_and_found_again(world: World) -> None:
    mark = f"contract/{uuid.uuid4()}"
    assert world.client.find_replacement(world.shop, mark=mark) is None
    made = draft(world, 1, 2, mark=mark, note="R-2026-000001: exchange")
    order = world.client.read_order(world.shop, made.order_id)
    assert order is not None
    first, second = (line.total_gross for line in order.lines)
    assert made.total == first + second + order.shipping_gross == made.undiscounted == made.due
    assert (made.is_draft, made.discounted, made.has_shipping, made.is_shipped) == (True, None, True, False)
    assert order.metadata["returns.case"] == "R-2026-000001"
    assert world.client.find_replacement(world.shop, mark=mark) == made
    assert world.client.note_exists(world.shop, made.order_id, "R-2026-000001: exchange")


def test_the_draft_is_for_the_same_person_and_address(world: World) -> None:
    original = world.order()
    (variant, *_) = variants_of(world, original)
    wanted = ReplacementRequest(
        order_id=original.id,
        lines=(ReplacementLine(variant_id=variant.id, quantity=1),),
        mark=f"contract/{uuid.uuid4()}",
    )
    made = world.client.create_replacement(world.shop, wanted)
    order = world.client.read_order(world.shop, made.order_id)
    assert order is not None
    assert (order.email, order.customer_id) == (original.email, original.customer_id)
    assert (order.language, order.channel_slug) == (original.language, original.channel_slug)
    assert order.shipping_address == original.shipping_address
    assert order.billing_address == original.billing_address
    assert not made.has_shipping


def test_two_orders_of_one_mark_are_refused(world: World) -> None:
    mark = f"contract/{uuid.uuid4()}"
    draft(world, 1, mark=mark)
    draft(world, 1, mark=mark)
    with pytest.raises(SaleorRefused) as refused:
        world.client.find_replacement(world.shop, mark=mark)
    assert refused.value.codes == ("SEVERAL",)


@pytest.mark.parametrize(("order", "variant"), [(GONE_ORDER, ""), ("", GONE_VARIANT)])
def test_what_is_gone_makes_no_draft(world: World, order: str, variant: str) -> None:
    original = world.order()
    mark = f"contract/{uuid.uuid4()}"
    (sold, *_) = variants_of(world, original)
    wanted = ReplacementRequest(
        order_id=order or original.id,
        lines=(ReplacementLine(variant_id=variant or sold.id, quantity=1),),
        mark=mark,
    )
    with pytest.raises(SaleorRefused) as refused:
        world.client.create_replacement(world.shop, wanted)
    assert refused.value.codes == ("NOT_FOUND",)
    assert world.client.find_replacement(world.shop, mark=mark) is None


@pytest.mark.parametrize("total", ["0", "0.01", "5.55", "12.34"])
def test_a_discount_brings_the_total_to_what_is_owed(world: World, total: str) -> None:
    made = draft(world, 3, 1)
    found = priced(world, made, total)
    assert (found.total, found.due) == (usd(total), usd(total))
    assert found.discounted == made.total - usd(total)
    assert found.undiscounted == made.total


def test_a_discount_replaces_the_one_before(world: World) -> None:
    made = draft(world, 2)
    for total in ("0", "3.00", "0"):
        assert priced(world, made, total).total == usd(total)
    world.client.discount_replacement(world.shop, made.order_id, amount=usd("0"), reason=REASON)
    assert again(world, made) == made


def test_a_discount_of_more_than_the_total_is_refused(world: World) -> None:
    made = draft(world, 1)
    with pytest.raises(SaleorRefused) as refused:
        world.client.discount_replacement(world.shop, made.order_id, amount=made.total + usd("0.01"), reason=REASON)
    assert refused.value.codes == ("AMOUNT_TOO_HIGH",)
    assert again(world, made) == made


def test_an_even_exchange_is_paid_and_can_be_sent(world: World) -> None:
    ready = completed(world, priced(world, draft(world, 1, 1), "0"))
    assert (ready.is_draft, ready.total, ready.due, ready.is_shipped) == (False, usd("0"), usd("0"), False)
    world.ship(ready.order_id)
    sent = again(world, ready)
    assert sent.is_shipped
    assert sent.tracking


def test_a_difference_is_due_until_it_is_paid(world: World) -> None:
    ready = completed(world, priced(world, draft(world, 1, 1), "7.77"))
    assert ready.due == usd("7.77")
    with pytest.raises(AssertionError, match="CANNOT_FULFILL_UNPAID_ORDER"):
        world.ship(ready.order_id)
    world.pay(ready.order_id, ready.due)
    assert again(world, ready).due == usd("0")
    world.ship(ready.order_id)
    assert again(world, ready).is_shipped


def test_an_order_is_found_by_its_mark_as_its_draft_was(world: World) -> None:
    mark = f"contract/{uuid.uuid4()}"
    ready = completed(world, draft(world, 1, mark=mark))
    assert world.client.find_replacement(world.shop, mark=mark) == ready


def test_more_than_there_is_cannot_be_completed(world: World) -> None:
    made = draft(world, 100_000, variants=[counted_variant(world)])
    with pytest.raises(SaleorRefused) as refused:
        world.client.complete_replacement(world.shop, made.order_id)
    assert set(refused.value.codes) == {"INSUFFICIENT_STOCK"}
    assert again(world, made).is_draft


def test_an_order_holds_its_units_until_it_is_cancelled(world: World) -> None:
    variant = counted_variant(world)
    before = world.client.read_stock(world.shop, variant.id, mark="returns.contract")
    assert before is not None
    shown = variant.available if variant.available < AT_ONCE else sum(before.quantities.values())
    rest = shown - 3

    def free() -> bool:
        made = draft(world, 4, variants=[variant])
        try:
            world.client.complete_replacement(world.shop, made.order_id)
        except SaleorRefused:
            return False
        finally:
            world.client.cancel_replacement(world.shop, made.order_id)
        return True

    assert free()
    ready = completed(world, draft(world, rest, variants=[variant]))
    assert not free()
    assert world.client.read_stock(world.shop, variant.id, mark="returns.contract") == before
    world.client.cancel_replacement(world.shop, ready.order_id)
    assert free()


def test_without_shipping_nothing_that_must_be_sent_is_completed(world: World) -> None:
    order = world.order()
    (variant, *_) = variants_of(world, order)
    line = ReplacementLine(variant_id=variant.id, quantity=1)
    wanted = ReplacementRequest(order_id=order.id, lines=(line,), mark=f"contract/{uuid.uuid4()}")
    made = world.client.create_replacement(world.shop, wanted)
    with pytest.raises(SaleorRefused) as refused:
        world.client.complete_replacement(world.shop, made.order_id)
    assert refused.value.codes == ("SHIPPING_METHOD_REQUIRED",)


def test_what_needs_no_shipping_is_completed_without(world: World) -> None:
    order = world.order()
    line = ReplacementLine(variant_id=world.digital_variant(), quantity=1)
    wanted = ReplacementRequest(order_id=order.id, lines=(line,), mark=f"contract/{uuid.uuid4()}")
    made = world.client.create_replacement(world.shop, wanted)
    assert made.has_shipping
    world.client.choose_shipping(world.shop, made.order_id)
    assert completed(world, priced(world, made, "0")).due == usd("0")


def test_a_draft_that_is_cancelled_is_gone(world: World) -> None:
    made = draft(world, 1)
    world.client.cancel_replacement(world.shop, made.order_id)
    assert world.client.read_replacement(world.shop, made.order_id) is None
    world.client.cancel_replacement(world.shop, made.order_id)


def test_an_unpaid_order_is_cancelled_once(world: World) -> None:
    ready = completed(world, draft(world, 1))
    world.client.cancel_replacement(world.shop, ready.order_id)
    assert again(world, ready).is_cancelled
    world.client.cancel_replacement(world.shop, ready.order_id)


def test_what_was_paid_or_sent_is_not_cancelled(world: World) -> None:
    paid = completed(world, priced(world, draft(world, 2), "3.00"))
    world.pay(paid.order_id, paid.due)
    sent = completed(world, priced(world, draft(world, 1), "0"))
    world.ship(sent.order_id)
    for order in (paid, sent):
        with pytest.raises(SaleorRefused) as refused:
            world.client.cancel_replacement(world.shop, order.order_id)
        assert refused.value.codes == ("CANNOT_CANCEL_ORDER",)
        assert not again(world, order).is_cancelled


def test_an_order_is_no_draft_any_more(world: World) -> None:
    ready = completed(world, draft(world, 1))
    with pytest.raises(SaleorRefused) as refused:
        world.client.discount_replacement(world.shop, ready.order_id, amount=usd("1.00"), reason=REASON)
    assert refused.value.codes == ("NOT_DRAFT",)
    with pytest.raises(SaleorRefused) as refused:
        world.client.complete_replacement(world.shop, ready.order_id)
    assert refused.value.codes == ("INVALID",)


def test_an_order_that_never_was_is_not_found(world: World) -> None:
    for order_id in ("nonsense", GONE_ORDER):
        assert world.client.read_replacement(world.shop, order_id) is None


def test_without_the_permission_no_draft_is_made(world: World) -> None:
    order = world.order()
    (variant, *_) = variants_of(world, order)
    mark = f"contract/{uuid.uuid4()}"
    line = ReplacementLine(variant_id=variant.id, quantity=1)
    with pytest.raises(SaleorDenied):
        world.client.create_replacement(
            world.app_with("MANAGE_PRODUCTS"), ReplacementRequest(order_id=order.id, lines=(line,), mark=mark)
        )
    assert world.client.find_replacement(world.shop, mark=mark) is None
