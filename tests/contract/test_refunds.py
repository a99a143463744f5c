from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.orders import GrantStatus, Order
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.services.ports import GrantLine, GrantRequest

from .world import World, read


def grant(
    order: Order, amount: str = "1.99", *, units: int = 1, shipping: bool = False, note: str | None = None
) -> GrantRequest:
    lines = (GrantLine(order_line_id=order.lines[0].id, quantity=units, reason="Too small"),) if units else ()
    return GrantRequest(
        order_id=order.id,
        transaction_id=order.transactions[0].id,
        amount=Money(Decimal(amount), order.currency),
        lines=lines,
        include_shipping=shipping,
        reason=f"R-{order.number}/1",
        note=note,
    )


def paid(order: Order, grant_id: str) -> Money:
    found = order.grant(grant_id)
    assert found is not None
    return total((event.amount for event in found.events if event.type == "REFUND_SUCCESS"), order.currency)


def status(world: World, order: Order, grant_id: str) -> GrantStatus:
    found = read(world, order.id).grant(grant_id)
    assert found is not None
    return found.status


def once(world: World, order: Order, holds: Callable[[Order], bool]) -> Order:
    """The order once something holds of it: core asks the payment app after it has answered us."""
    until = time.monotonic() + 20
    while True:
        after = read(world, order.id)
        if holds(after):
            return after
        assert time.monotonic() < until, f"still {after.granted_refunds}"
        time.sleep(0.05)


def become(world: World, order: Order, grant_id: str, wanted: GrantStatus) -> Order:
    return once(world, order, lambda found: found.grant(grant_id).status is wanted)  # type: ignore[union-attr]


def test_grant_with_note_is_recognised_and_not_yet_paid(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order, note="R approved"))
    after = read(world, order.id)
    found = after.grant(grant_id)
    assert found is not None
    assert found.status is GrantStatus.NONE
    assert str(found.amount.amount) == "1.99"
    assert found.reason == f"R-{order.number}/1"
    assert found.transaction_id == order.transactions[0].id
    assert [(line.order_line_id, line.quantity) for line in found.lines] == [(order.lines[0].id, 1)]
    assert found.shipping_included is False
    assert found.events == ()
    assert after.transactions[0].charged == order.total_charged
    assert world.client.note_exists(world.shop, order.id, "R approved")


def test_requested_grant_is_paid_once_and_asking_again_is_no_error(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order))
    world.client.request_refund(world.shop, grant_id)
    world.client.request_refund(world.shop, grant_id)
    after = become(world, order, grant_id, GrantStatus.SUCCESS)
    assert str(paid(after, grant_id).amount) == "1.99"
    assert after.transactions[0].charged == order.total_charged - paid(after, grant_id)
    assert after.transactions[0].refunded == paid(after, grant_id)
    assert after.total_refunded == paid(after, grant_id)
    assert after.updated_at > order.updated_at


def test_everything_with_shipping_ends_at_nothing_charged(world: World) -> None:
    order = world.order()
    request = GrantRequest(
        order_id=order.id,
        transaction_id=order.transactions[0].id,
        amount=order.total_charged,
        lines=tuple(GrantLine(order_line_id=line.id, quantity=line.quantity, reason="") for line in order.lines),
        include_shipping=True,
        reason="R-all",
    )
    grant_id = world.client.grant_refund(world.shop, request)
    world.client.request_refund(world.shop, grant_id)
    after = become(world, order, grant_id, GrantStatus.SUCCESS)
    assert not after.total_charged
    assert after.total_refunded == order.total_charged
    found = after.grant(grant_id)
    assert found is not None
    assert found.shipping_included is True


def test_declined_refund_is_requested_again_on_the_same_grant(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order))
    world.set_mood("failure")
    world.client.request_refund(world.shop, grant_id)
    declined = become(world, order, grant_id, GrantStatus.FAILURE).grant(grant_id)
    assert declined is not None
    assert "Card account closed" in {event.message for event in declined.events}
    world.set_mood("success")
    world.client.request_refund(world.shop, grant_id)
    after = become(world, order, grant_id, GrantStatus.SUCCESS)
    assert str(paid(after, grant_id).amount) == "1.99"
    assert len(after.granted_refunds) == 1


def test_provider_that_pays_half_shows_success(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order, "10.00", units=0))
    world.set_mood("partial")
    world.client.request_refund(world.shop, grant_id)
    after = become(world, order, grant_id, GrantStatus.SUCCESS)
    assert str(paid(after, grant_id).amount) == "5.00"


def test_provider_that_answers_later(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order))
    world.set_mood("async")
    world.client.request_refund(world.shop, grant_id)
    # Pending is said at once, the pending amount only when the payment app has answered.
    become(world, order, grant_id, GrantStatus.PENDING)
    once(world, order, lambda found: str(found.transactions[0].refund_pending.amount) == "1.99")
    world.client.request_refund(world.shop, grant_id)  # is pending: what was wanted is under way
    world.report()
    after = become(world, order, grant_id, GrantStatus.SUCCESS)
    assert str(paid(after, grant_id).amount) == "1.99"


def refused(world: World, request: GrantRequest) -> set[str]:
    before = len(read(world, request.order_id).granted_refunds)
    with pytest.raises(SaleorRefused) as caught:
        world.client.grant_refund(world.shop, request)
    assert len(read(world, request.order_id).granted_refunds) == before
    return set(caught.value.codes)


def test_grants_that_are_refused(world: World) -> None:
    order = world.order()
    too_much = str((order.total_charged + Money(Decimal("0.01"), "USD")).amount)
    assert "AMOUNT_GREATER_THAN_AVAILABLE" in refused(world, grant(order, too_much, units=0))
    assert "QUANTITY_GREATER_THAN_AVAILABLE" in refused(world, grant(order, units=9))
    world.client.grant_refund(world.shop, grant(order, "1.00", units=0, shipping=True))
    assert "SHIPPING_COSTS_ALREADY_GRANTED" in refused(world, grant(order, "1.00", units=0, shipping=True))


def test_lines_of_a_failed_grant_stay_taken(world: World) -> None:
    order = world.order()
    grant_id = world.client.grant_refund(world.shop, grant(order, units=3))
    world.set_mood("failure")
    world.client.request_refund(world.shop, grant_id)
    become(world, order, grant_id, GrantStatus.FAILURE)
    assert "QUANTITY_GREATER_THAN_AVAILABLE" in refused(world, grant(order, units=1))


def test_grant_and_request_for_what_is_not_there(world: World) -> None:
    order = world.order()
    unknown = "T3JkZXI6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"
    request = GrantRequest(
        order_id=unknown,
        transaction_id=order.transactions[0].id,
        amount=Money(Decimal(1), "USD"),
        lines=(),
        include_shipping=False,
        reason="R",
    )
    with pytest.raises(SaleorRefused) as caught:
        world.client.grant_refund(world.shop, request)
    assert caught.value.codes == ("NOT_FOUND",)
    with pytest.raises(SaleorRefused) as caught:
        world.client.request_refund(world.shop, "T3JkZXJHcmFudGVkUmVmdW5kOjk5OTk5OTk=")
    assert caught.value.codes == ("NOT_FOUND",)


def test_grant_on_the_transaction_of_another_order_is_refused(world: World) -> None:
    order, other = world.order(), world.order()
    request = GrantRequest(
        order_id=order.id,
        transaction_id=other.transactions[0].id,
        amount=Money(Decimal(1), "USD"),
        lines=(),
        include_shipping=False,
        reason="R",
    )
    assert refused(world, request) == {"NOT_FOUND"}


def test_payment_app_that_cannot_refund(world: World) -> None:
    order = world.order("no-webhook")
    grant_id = world.client.grant_refund(world.shop, grant(order))
    with pytest.raises(SaleorRefused) as caught:
        world.client.request_refund(world.shop, grant_id)
    assert caught.value.codes == ("MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK",)
    assert status(world, order, grant_id) is GrantStatus.FAILURE  # although nothing was sent anywhere


def test_app_without_the_permission_is_denied(world: World) -> None:
    order = world.order()
    with pytest.raises(SaleorDenied):
        world.client.grant_refund(world.app_with("HANDLE_PAYMENTS"), grant(order))
    grant_id = world.client.grant_refund(world.shop, grant(order))
    with pytest.raises(SaleorDenied):
        world.client.request_refund(world.app_with("MANAGE_ORDERS"), grant_id)
    assert status(world, order, grant_id) is GrantStatus.NONE


def test_legacy_order_is_refunded_by_its_payment(world: World) -> None:
    order = world.order("legacy")
    world.client.refund_legacy_order(world.shop, order.id, Money(Decimal("1.99"), "USD"))
    after = read(world, order.id)
    (payment,) = [item for item in after.payments if item.is_active]
    assert str((order.total_gross - payment.captured).amount) == "1.99"
    with pytest.raises(SaleorRefused):
        world.client.refund_legacy_order(world.shop, order.id, order.total_gross)


def test_transaction_order_refuses_the_legacy_way(world: World) -> None:
    order = world.order()
    with pytest.raises(SaleorRefused) as caught:
        world.client.refund_legacy_order(world.shop, order.id, Money(Decimal("1.99"), "USD"))
    assert set(caught.value.codes) & {"CANNOT_REFUND", "PAYMENT_MISSING"}
