"""Ways to be paid twice, or not at all, that once worked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.orders import GrantedRefund, GrantedRefundLine, GrantStatus
from saleor_returns_app.errors import Conflict, SaleorRefused, SaleorUnclear
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services import notes, offers, recorded_returns, refunds
from saleor_returns_app.services.advancing import advance_order
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.lanes import claim_lane
from saleor_returns_app.services.paying import Paying
from saleor_returns_app.services.paying_legacy import advance_legacy
from tests.fakes import START, FakeClock, FakeSaleor, LostAnswer, make_line, make_order, make_payment, usd

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


@pytest.mark.parametrize("kind", [OfferKind.STORE_CREDIT, OfferKind.VOUCHER])
def test_units_refunded_outside_get_no_store_credit_besides(shop: Shop, saleor: FakeSaleor, kind: OfferKind) -> None:
    case_id = shop.request({"line-1": 1})
    offer_id = offers.make_offer(
        shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=kind, amount=usd("20.00"))
    )
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    shop.receive(case_id)
    external_grant(saleor, 3)
    with pytest.raises(Conflict, match="refunded or exchanged meanwhile"):
        issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    external_grant(saleor, 2)  # of the three that were bought
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


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


def granted_without_an_answer(shop: Shop, saleor: FakeSaleor) -> str:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    shop.work()
    saleor.trouble["grant_refund"] = [LostAnswer()]
    shop.pay(case_id)
    shop.work()
    assert shop.refunds(case_id)[0].status == "approved"
    return case_id


def test_a_grant_that_the_dashboard_had_requested_is_not_requested_again(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = granted_without_an_answer(shop, saleor)
    saleor.moods = ["timeout"]  # the provider pays, and Saleor does not hear of it
    saleor.request_refund(shop.ctx.shop(shop.tenant_id), "grant-1")
    shop.work(looks=3)
    assert paid(saleor) == ["20.00 USD"]
    refund = shop.refunds(case_id)[0]
    assert (refund.status, refund.concern) == ("unclear", "UNDELIVERED")
    refunds.vouch_unsent(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    shop.work()
    assert shop.refunds(case_id)[0].status == "succeeded"  # a person vouched that the first one was not paid


def legacy(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(transactions=(), payments=(make_payment(),))


@pytest.mark.parametrize("vouched", [False, True])
def test_a_legacy_refund_called_unsent_is_not_paid_when_money_moved_after_all(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, vouched: bool
) -> None:
    legacy(saleor)
    saleor.trouble["refund_legacy_order"] = [SaleorUnclear()]
    case_id = shop.to_payment()
    shop.work()
    if vouched:
        clock.forward(minutes=5)
        refunds.vouch_unsent(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    else:
        before = saleor.orders["order-1"]
        clock.forward(minutes=5)
        paying = Paying(
            claim_lane(shop.ctx, shop.tenant_id, "order-1", holder="test"),
            shop.ctx.shop(shop.tenant_id),
            before,
            shop.ctx.now(),
        )
        advance_legacy(paying, shop.refunds(case_id)[0].id)
    assert shop.refunds(case_id)[0].status == "approved"
    saleor.change("order-1", total_refunded=usd("20.00"))  # it had been sent
    shop.work(looks=2)
    assert paid(saleor) == []
    refund = shop.refunds(case_id)[0]
    assert (refund.status, refund.concern) == ("unclear", "LEGACY_UNCLEAR")
    refunds.vouch_unsent(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)  # told of it, a person may vouch
    shop.work()
    assert paid(saleor) == ["20.00 USD"]


def test_what_was_read_before_a_legacy_call_ended_proves_nothing(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    legacy(saleor)
    saleor.trouble["refund_legacy_order"] = [SaleorUnclear()]
    case_id = shop.to_payment()
    shop.work()
    read_at, order = shop.ctx.now(), saleor.orders["order-1"]
    clock.forward(minutes=5)  # other refunds of the order took that long
    lane = claim_lane(shop.ctx, shop.tenant_id, "order-1", holder="test")
    advance_legacy(Paying(lane, shop.ctx.shop(shop.tenant_id), order, read_at), shop.refunds(case_id)[0].id)
    assert shop.refunds(case_id)[0].status == "unclear"


def test_units_of_a_declined_refund_can_be_paid_by_another(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment({"line-1": 3})
    shop.work()
    refunds.cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    shop.pay(case_id)
    shop.work()
    assert paid(saleor) == ["70.00 USD"]
    assert saleor.orders["order-1"].granted_refunds[1].lines == ()
    assert shop.case(case_id).status == "resolved"


def test_a_grant_that_was_changed_outside_stays_with_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = granted_without_an_answer(shop, saleor)
    grant = saleor.orders["order-1"].granted_refunds[0]
    saleor.change("order-1", granted_refunds=(replace(grant, amount=usd("15.00")),))
    shop.work(looks=4)
    refund = shop.refunds(case_id)[0]
    assert (refund.status, refund.concern) == ("unclear", "GRANT_CHANGED")
    refunds.record_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, proof="by bank")
    assert shop.case(case_id).status == "resolved"


def two_payments(saleor: FakeSaleor) -> None:
    first = saleor.orders["order-1"].transactions[0]
    saleor.change(
        "order-1",
        transactions=(replace(first, charged=usd("25.00")), replace(first, id="second", charged=usd("45.00"))),
    )


def test_one_part_of_a_refund_cannot_be_given_up_while_another_is_paid(shop: Shop, saleor: FakeSaleor) -> None:
    two_payments(saleor)
    saleor.moods = ["success", "decline"]
    case_id = shop.to_payment({"line-1": 3})
    shop.work(looks=2)
    done, declined = shop.refunds(case_id)
    assert (done.status, declined.status) == ("succeeded", "failed")
    with pytest.raises(Conflict, match="Another part"):
        refunds.cancel_refund(shop.ctx, shop.tenant_id, declined.id, actor=shop.staff)


def test_giving_up_one_part_gives_up_all(shop: Shop, saleor: FakeSaleor) -> None:
    two_payments(saleor)
    saleor.moods = ["decline", "decline"]
    case_id = shop.to_payment({"line-1": 3})
    shop.work(looks=2)
    refunds.cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    assert {refund.status for refund in shop.refunds(case_id)} == {"cancelled"}
    shop.pay(case_id)
    shop.work(looks=2)
    assert sorted(paid(saleor)) == ["25.00 USD", "45.00 USD"]


def test_money_that_moves_after_a_refund_was_recorded_is_told_once(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    saleor.moods = ["timeout"]
    case_id = shop.to_payment()
    shop.work(looks=2)
    refund = shop.refunds(case_id)[0]
    refunds.record_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, proof="by bank")
    clock.forward(minutes=1)
    saleor.add_event("grant-1", "REFUND_SUCCESS", usd("20.00"))
    for _ in range(2):
        advance_order(shop.ctx, shop.tenant_id, "order-1", holder="hook")
        assert shop.case(case_id).attention == "PAID_AFTER_ALL"
    refunds.acknowledge_concern(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="hook")
    assert shop.case(case_id).attention == ""
    with pytest.raises(Conflict, match="nothing to take care of"):
        refunds.acknowledge_concern(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)


def test_an_answer_that_never_comes_goes_to_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["wait"]
    case_id = shop.to_payment()
    shop.work(looks=3)
    assert shop.refunds(case_id)[0].status == "pending"
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Refund, shop.refunds(case_id)[0].id).checks = 1000
    shop.work(looks=3)
    refund = shop.refunds(case_id)[0]
    assert (refund.status, refund.concern) == ("unclear", "WAITS_TOO_LONG")
    saleor.pay("grant-1", usd("20.00"))  # looked at all the same
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="hook")
    assert (shop.case(case_id).status, shop.case(case_id).attention) == ("resolved", "")


def test_an_order_that_cannot_be_read_is_told_until_it_can(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    saleor.trouble["read_order"] = [SaleorRefused("three digits of a cent", codes=["UNREADABLE_AMOUNT"])]
    with pytest.raises(SaleorRefused):
        shop.work()
    assert shop.case(case_id).attention == "ORDER_UNREADABLE"
    shop.work(looks=2)
    assert (shop.case(case_id).status, shop.case(case_id).attention) == ("resolved", "")
    assert paid(saleor) == ["20.00 USD"]


def test_parts_around_a_refund_that_was_given_up_end_at_what_the_line_cost(shop: Shop, saleor: FakeSaleor) -> None:
    line = make_line(quantity=3, total_gross=usd("10.00"), total_net=usd("10.00"))
    saleor.orders["order-1"] = make_order(lines=(line,))
    saleor.moods = ["decline"]
    first = shop.to_payment()
    shop.work()
    for _ in range(2):
        shop.to_payment()
        shop.work()
    refunds.cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(first)[0].id, actor=shop.staff)
    shop.pay(first)
    shop.work(looks=2)
    goods = [amount.amount for _, amount in saleor.paid]
    shipping = saleor.orders["order-1"].shipping_gross.amount
    assert sum(goods) == Decimal("10.00") + shipping
