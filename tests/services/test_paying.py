"""Paying refunds: once, exactly, and whatever is unclear goes to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saleor_returns_app.domain.orders import GrantStatus
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, MoveRefused, SaleorRefused, SaleorUnavailable
from saleor_returns_app.services import refunds
from saleor_returns_app.services.advancing import advance_order
from tests.fakes import (
    FakeClock,
    FakeSaleor,
    LostAnswer,
    make_fulfillment,
    make_line,
    make_order,
    make_payment,
    make_transaction,
    usd,
)

from .journeys import Shop


def paid(saleor: FakeSaleor) -> list[str]:
    return [str(amount) for _, amount in saleor.paid]


def test_a_refund_is_paid_once_and_resolves_the_case(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    shop.work()
    assert paid(saleor) == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"
    assert shop.refunds(case_id)[0].status == "succeeded"


def test_a_whole_case_takes_at_most_eight_calls_to_saleor_and_three_for_the_stock(
    shop: Shop, saleor: FakeSaleor
) -> None:
    shop.to_payment()
    shop.work(looks=3)
    stock = [saleor.calls[name] for name in ("read_stock", "set_stock", "forget_marks")]
    assert stock == [1, 1, 1]
    assert sum(saleor.calls.values()) <= 8 + 3, saleor.calls


def test_the_grant_has_an_explicit_amount_the_lines_and_the_marker(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment({"line-1": 3})
    shop.work()
    grant = saleor.orders["order-1"].granted_refunds[0]
    assert (str(grant.amount), grant.shipping_included) == ("70.00 USD", True)
    assert [(line.order_line_id, line.quantity) for line in grant.lines] == [("line-1", 3)]
    assert grant.reason == f"{shop.case(case_id).number}/1"


def test_running_the_lane_again_pays_nothing_more(shop: Shop, saleor: FakeSaleor) -> None:
    shop.to_payment()
    shop.work()
    for _ in range(3):
        advance_order(shop.ctx, shop.tenant_id, "order-1", holder="again")
    assert paid(saleor) == ["20.00 USD"]


def test_a_second_approval_of_the_same_quote_is_refused(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    with pytest.raises((MoveRefused, Conflict)):
        shop.pay(case_id)
    shop.work(looks=2)
    assert paid(saleor) == ["20.00 USD"]


def test_a_quote_that_changed_since_it_was_read_is_refused(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    with pytest.raises(Conflict, match=r"20\.00"):
        refunds.approve_refund(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, fingerprint="another")
    assert shop.case(case_id).status == "inspected"


def test_no_refund_is_approved_before_the_goods_are_counted(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 2})
    shop.approve(case_id)
    with pytest.raises(Conflict) as refused:
        shop.pay(case_id)
    assert refused.value.code == "NOT_INSPECTED"
    shop.work()
    assert saleor.paid == []
    assert shop.case(case_id).status == "approved"


def test_staff_without_handle_payments_cannot_approve(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    actor = replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"}))
    with pytest.raises(Forbidden, match="Handle payments"):
        refunds.approve_refund(shop.ctx, shop.tenant_id, case_id, actor=actor, fingerprint="x")


def test_a_lost_answer_to_the_grant_is_recognised_by_the_marker(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["grant_refund"] = [LostAnswer()]
    shop.to_payment()
    shop.work(looks=3)
    assert len(saleor.orders["order-1"].granted_refunds) == 1
    assert paid(saleor) == ["20.00 USD"]


def test_a_lost_answer_to_the_request_never_requests_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["lost"]
    case_id = shop.to_payment()
    shop.work(looks=3)
    assert saleor.calls["request_refund"] == 1
    assert paid(saleor) == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_a_request_that_never_arrived_is_made_again_only_when_it_cannot_be_running(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    saleor.moods = ["gone"]
    case_id = shop.to_payment()
    shop.work()
    assert shop.refunds(case_id)[0].status == "unclear"
    clock.forward(seconds=20)
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="early")
    assert saleor.calls["request_refund"] == 1, "it may still be running"
    shop.work(looks=4)
    assert saleor.calls["request_refund"] == 2
    assert paid(saleor) == ["20.00 USD"]


def test_a_shop_that_is_down_is_tried_again_later(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["unsent", "unsent"]
    shop.to_payment()
    shop.work(looks=5)
    assert saleor.calls["request_refund"] == 3
    assert paid(saleor) == ["20.00 USD"]


def test_an_undelivered_request_is_unclear_and_asks_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["timeout"]
    case_id = shop.to_payment()
    shop.work(looks=5)
    assert saleor.calls["request_refund"] == 1, "it was paid although Saleor says FAILURE"
    assert shop.refunds(case_id)[0].status == "unclear"
    assert shop.case(case_id).attention == "UNDELIVERED"
    assert "may have paid 20.00 USD" in saleor.problems[shop.case(case_id).number]


def test_a_person_records_what_an_unclear_refund_had_paid(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["timeout"]
    case_id = shop.to_payment()
    shop.work(looks=2)
    refund = shop.refunds(case_id)[0]
    refunds.record_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, proof="psp-77")
    assert shop.case(case_id).status == "resolved"
    assert shop.case(case_id).attention == ""
    assert paid(saleor) == ["20.00 USD"]


def test_an_undelivered_request_reported_late_settles_by_itself(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["timeout"]
    case_id = shop.to_payment()
    shop.work()
    saleor.add_event("grant-1", "REFUND_SUCCESS", usd("20.00"))
    shop.work(looks=3)
    assert shop.case(case_id).status == "resolved"


def test_a_declined_refund_fails_and_is_retried_on_the_same_grant(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work()
    refund = shop.refunds(case_id)[0]
    assert (refund.status, refund.message) == ("failed", "Card account closed")
    assert shop.case(case_id).attention == "DECLINED"
    shop.work(looks=4)
    assert saleor.calls["request_refund"] == 1, "nobody allowed another try"
    refunds.retry_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    shop.work()
    assert paid(saleor) == ["20.00 USD"]
    assert len(saleor.orders["order-1"].granted_refunds) == 1
    assert shop.case(case_id).status == "resolved"


def test_a_retry_of_a_refund_that_may_be_running_is_refused(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["gone"]
    case_id = shop.to_payment()
    shop.work()
    refund = shop.refunds(case_id)[0]
    with pytest.raises(BadInput, match="confirm that no money moved"):
        refunds.retry_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    with pytest.raises(Conflict, match="running"):
        refunds.vouch_unsent(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)


def test_a_provider_that_pays_half_leaves_the_rest_for_approval(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["part"]
    case_id = shop.to_payment()
    shop.work()
    first, rest = shop.refunds(case_id)
    assert (first.status, str(first.paid), rest.status, str(rest.amount)) == (
        "succeeded",
        "10.00 USD",
        "proposed",
        "10.00 USD",
    )
    assert shop.case(case_id).status == "resolving"
    assert shop.case(case_id).attention == "PAID_IN_PART"
    refunds.approve_rest(shop.ctx, shop.tenant_id, rest.id, actor=shop.staff)
    shop.work()
    assert paid(saleor) == ["10.00 USD", "10.00 USD"]
    assert shop.case(case_id).status == "resolved"
    assert shop.case(case_id).attention == ""


def test_a_pending_refund_settles_when_the_provider_reports(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["wait"]
    case_id = shop.to_payment()
    shop.work()
    assert shop.refunds(case_id)[0].status == "pending"
    saleor.pay("grant-1", usd("20.00"))
    shop.work(looks=2)
    assert shop.case(case_id).status == "resolved"
    assert saleor.calls["request_refund"] == 1


def test_a_payment_app_without_refunds_goes_to_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["no_webhook"]
    case_id = shop.to_payment()
    shop.work()
    assert shop.case(case_id).attention == "NO_REFUND_WEBHOOK"
    assert shop.refunds(case_id)[0].status == "failed"


def test_money_that_left_meanwhile_is_not_asked_for(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment({"line-1": 3})
    order = saleor.orders["order-1"]
    saleor.change("order-1", transactions=(replace(order.transactions[0], charged=usd("30.00")),))
    shop.work()
    assert saleor.calls["grant_refund"] == 0
    assert shop.case(case_id).attention == "NOT_LEFT"
    refunds.cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    assert shop.case(case_id).status == "inspected", "the quote can be read again"


def test_a_grant_that_saleor_refuses_fails_with_its_words(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["grant_refund"] = [SaleorRefused("Not today.", codes=["INVALID"])]
    case_id = shop.to_payment()
    shop.work()
    assert "Not today." in shop.refunds(case_id)[0].message
    assert shop.case(case_id).attention == "GRANT_REFUSED"


def test_our_grant_requested_in_the_dashboard_is_not_requested_twice(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    shop.work()
    shop.pay(case_id)
    saleor.trouble["grant_refund"] = [LostAnswer()]
    shop.work()
    saleor.pay(saleor.orders["order-1"].granted_refunds[0].id, usd("20.00"))
    shop.work(looks=3)
    assert saleor.calls["request_refund"] == 0
    assert paid(saleor) == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_split_tender_pays_each_transaction_its_part(shop: Shop, saleor: FakeSaleor) -> None:
    first = make_transaction("t-1", charged=usd("30.00"))
    second = make_transaction("t-2", charged=usd("40.00"))
    saleor.change("order-1", transactions=(first, second))
    case_id = shop.to_payment({"line-1": 3})
    shop.work(looks=2)
    grants = saleor.orders["order-1"].granted_refunds
    assert [(grant.transaction_id, str(grant.amount), len(grant.lines)) for grant in grants] == [
        ("t-1", "30.00 USD", 1),
        ("t-2", "40.00 USD", 0),
    ]
    assert shop.case(case_id).status == "resolved"


def legacy(saleor: FakeSaleor) -> None:
    lines = (make_line(),)
    saleor.orders["order-1"] = make_order(
        lines=lines, fulfillments=(make_fulfillment(lines),), transactions=(), payments=(make_payment(),)
    )


def test_a_legacy_payment_is_refunded_and_read_back(shop: Shop, saleor: FakeSaleor) -> None:
    legacy(saleor)
    case_id = shop.to_payment()
    shop.work(looks=2)
    assert paid(saleor) == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_a_lost_answer_on_a_legacy_payment_is_recognised_by_the_refunded_total(shop: Shop, saleor: FakeSaleor) -> None:
    legacy(saleor)
    saleor.trouble["refund_legacy_order"] = [LostAnswer()]
    case_id = shop.to_payment()
    shop.work(looks=3)
    assert saleor.calls["refund_legacy_order"] == 1
    assert shop.case(case_id).status == "resolved"


def test_a_legacy_refund_that_never_left_is_made_again(shop: Shop, saleor: FakeSaleor) -> None:
    legacy(saleor)
    saleor.trouble["refund_legacy_order"] = [SaleorUnavailable()]
    shop.to_payment()
    shop.work(looks=3)
    assert paid(saleor) == ["20.00 USD"]


def test_two_partial_returns_end_at_the_order_total(shop: Shop, saleor: FakeSaleor) -> None:
    line = make_line(quantity=3, total_gross=usd("53.57"), total_net=usd("53.57"), unit_gross=usd("17.86"))
    saleor.orders["order-1"] = make_order(lines=(line,), total_gross=usd("63.57"))
    for units in (1, 2):
        shop.to_payment({"line-1": units})
        shop.work(looks=2)
        shop.ctx.clock.forward(hours=1)  # type: ignore[attr-defined]
    assert sum(amount.amount for _, amount in saleor.paid) == usd("63.57").amount
    assert saleor.orders["order-1"].granted_refunds[-1].status is GrantStatus.SUCCESS


def test_a_declined_refund_requested_again_in_the_dashboard_settles(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work()
    saleor.clock.forward(minutes=2)  # type: ignore[union-attr]
    saleor.pay("grant-1", usd("20.00"))
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="webhook")
    assert shop.case(case_id).status == "resolved"
