"""Ways to be paid twice, or not at all, that once worked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saleor_returns_app.domain.orders import GrantedRefund, GrantedRefundLine, GrantStatus
from saleor_returns_app.errors import Conflict, SaleorUnclear
from saleor_returns_app.services import notes, recorded_returns, refunds
from saleor_returns_app.services.advancing import advance_order
from tests.fakes import START, FakeClock, FakeSaleor, make_order, make_payment, usd

from .journeys import Shop


def paid(saleor: FakeSaleor) -> list[str]:
    return [str(amount) for _, amount in saleor.paid]


def test_a_cancelled_refund_that_is_paid_late_is_not_paid_again(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work()
    refunds.cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    clock.forward(minutes=2)
    saleor.pay("grant-1", usd("20.00"))
    with pytest.raises(Conflict, match="nothing to refund"):
        shop.pay(case_id)
    shop.work(looks=3)
    assert paid(saleor) == ["20.00 USD"]


def external_grant(saleor: FakeSaleor, units: int) -> None:
    """Staff grant and pay in the Dashboard."""
    order = saleor.orders["order-1"]
    grant = GrantedRefund(
        id="theirs",
        status=GrantStatus.SUCCESS,
        amount=usd("20.00"),
        reason="by hand",
        shipping_included=False,
        created_at=START,
        transaction_id="transaction-1",
        lines=(GrantedRefundLine(order_line_id="line-1", quantity=units),),
    )
    left = replace(order.transactions[0], charged=usd("50.00"), refunded=usd("20.00"))
    saleor.change("order-1", granted_refunds=(grant,), transactions=(left,), total_refunded=usd("20.00"))


def test_units_refunded_outside_before_the_grant_are_not_paid_again(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    external_grant(saleor, 3)
    shop.work(looks=2)
    assert paid(saleor) == []
    assert shop.case(case_id).attention == "NOT_LEFT"


def test_units_refunded_outside_after_the_quote_was_read_change_it(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    quote = refunds.current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    external_grant(saleor, 3)
    with pytest.raises(Conflict):
        refunds.approve_refund(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, fingerprint=quote.fingerprint)


def test_one_legacy_refund_at_a_time_so_that_none_takes_the_others_payment_for_its_own(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    saleor.orders["order-1"] = make_order(transactions=(), payments=(make_payment(),))
    first, second = shop.to_payment({"line-1": 1}), shop.to_payment({"line-1": 1})
    saleor.trouble["refund_legacy_order"] = [SaleorUnclear()]  # the first one never arrives
    shop.work(looks=6)
    assert paid(saleor) == ["20.00 USD", "20.00 USD"]
    assert [shop.case(case_id).status for case_id in (first, second)] == ["resolved", "resolved"]


def test_a_rest_that_the_provider_paid_late_is_not_paid_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["part"]
    case_id = shop.to_payment()
    shop.work()
    saleor.pay("grant-1", usd("10.00"))
    rest = shop.refunds(case_id)[1]
    refunds.approve_rest(shop.ctx, shop.tenant_id, rest.id, actor=shop.staff)
    shop.work(looks=2)
    assert paid(saleor) == ["10.00 USD", "10.00 USD"]
    assert "in the meantime" in shop.refunds(case_id)[1].message
    refunds.cancel_refund(shop.ctx, shop.tenant_id, rest.id, actor=shop.staff)
    assert shop.case(case_id).status == "resolved"
    assert sum(refund.paid_minor for refund in shop.refunds(case_id)) == 2000


def test_a_worker_that_wakes_up_long_after_planning_a_return_does_not_call(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    real = notes.take_notes

    def sleep_and_let_another_work(lane: object, session: object) -> str | None:
        clock.forward(minutes=5)
        return real(lane, session)  # type: ignore[arg-type]

    monkeypatch.setattr(recorded_returns, "take_notes", sleep_and_let_another_work)
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="sleeper")
    assert saleor.calls["return_products"] == 0
    monkeypatch.setattr(recorded_returns, "take_notes", real)
    shop.work(looks=3)
    assert saleor.calls["return_products"] == 1
