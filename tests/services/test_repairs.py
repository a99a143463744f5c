"""Repairs: diagnosed, at a price only where the shopper agrees, paid before they go back, sent once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.domain.repairs import Finding, PaidHow, RepairEvent
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, MoveRefused, NotFound
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import RecordedReturn
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.services import offers, repairs
from saleor_returns_app.services.cases import approve_case, conclude_case, fulfil_case
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.logistics import parcels_of
from saleor_returns_app.services.refunds import current_quote
from saleor_returns_app.services.standing_repairs import repair_of
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, usd

from .journeys import Shop


def agree(shop: Shop, case_id: str, kind: OfferKind = OfferKind.REPAIR, **more: Any) -> None:
    proposal = Proposal(kind=kind, **more)
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)


def begun(shop: Shop, units: int = 1, accepted: int | None = None) -> str:
    case_id = shop.request({"line-1": units})
    agree(shop, case_id)
    shop.receive(case_id, {"line-1": units if accepted is None else accepted})
    do(shop, repairs.start_repair, case_id)
    return case_id


def do(shop: Shop, verb: Any, case_id: str, *, rights: Any = None, **more: Any) -> None:
    actor = shop.staff if rights is None else replace(shop.staff, permissions=frozenset(rights))
    verb(shop.ctx, shop.tenant_id, case_id, actor=actor, **more)


def quote(shop: Shop, case_id: str, price: str = "12.00") -> None:
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.PRICED, diagnosis="The pump leaks.", price=usd(price))


def answer(shop: Shop, case_id: str, event: RepairEvent, seen: int | None = None) -> None:
    version = repair(shop, case_id).version if seen is None else seen
    repairs.answer_repair_quote(
        shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, event=event, seen=version, reason="Too dear."
    )


def send(shop: Shop, case_id: str, number: str = "1Z12345E0205271688", carrier: str = "UPS") -> None:
    do(shop, repairs.send_repair, case_id, carrier=carrier, tracking_number=number)


def repair(shop: Shop, case_id: str) -> Repair:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = repair_of(session, case_id)
    assert found is not None
    return found


def out(shop: Shop, case_id: str) -> list[Parcel]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(parcels_of(session, case_id, Direction.OUT))


def mails(shop: Shop, kind: str) -> list[Notification]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Notification).where(Notification.kind == kind)))


def waits(shop: Shop, case_id: str) -> list[tuple[str, str]]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        rows = session.scalars(
            select(DeadlineRow).where(DeadlineRow.case_id == case_id, DeadlineRow.ended_at.is_(None))
        )
        return [(row.waits_for, row.owner) for row in rows]


def test_a_free_repair_ends_with_the_goods_sent_back(shop: Shop) -> None:
    case_id = begun(shop, units=2)
    assert (shop.case(case_id).status, repair(shop, case_id).status) == ("resolving", "received")
    assert waits(shop, case_id) == [("repair", "staff")]
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.FREE, diagnosis="The switch is broken.")
    do(shop, repairs.begin_repair, case_id)
    do(shop, repairs.finish_repair, case_id, work="New switch.")
    send(shop, case_id)
    case = shop.case(case_id)
    assert (case.status, repair(shop, case_id).status) == ("resolved", "sent_back")
    assert [(row.tracking_number, row.units) for row in out(shop, case_id)] == [
        ("1Z12345E0205271688", {case.lines[0].id: 2})
    ]
    told = mails(shop, "repair_sent")[0].params
    assert (told["parcel"]["tracking_number"], told["repaired"]) == ("1Z12345E0205271688", True)


def test_a_price_waits_for_the_shopper_and_is_paid_before_the_goods_go(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    assert waits(shop, case_id) == [("repair_quote", "shopper")]
    assert mails(shop, "repair_quoted")[0].params["price_minor"] == 1200
    answer(shop, case_id, RepairEvent.ACCEPT)
    assert waits(shop, case_id) == [("repair", "staff")]
    do(shop, repairs.finish_repair, case_id, work="New pump.")
    assert mails(shop, "repair_to_pay")[0].params["price_minor"] == 1200
    with pytest.raises(Conflict, match="not paid"):
        send(shop, case_id)
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.BANK_TRANSFER, reference="RF18 5390")
    send(shop, case_id)
    assert repair(shop, case_id).payment["reference"] == "RF18 5390"
    assert shop.case(case_id).status == "resolved"


def test_what_a_shopper_paid_outside_is_recorded_by_who_may_handle_payments(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    answer(shop, case_id, RepairEvent.ACCEPT)
    with pytest.raises(Forbidden):
        do(
            shop,
            repairs.record_repair_payment,
            case_id,
            rights={"MANAGE_ORDERS"},
            how=PaidHow.CASH,
            reference="till 4",
        )
    with pytest.raises(Forbidden):
        repairs.record_repair_payment(
            shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, how=PaidHow.CASH, reference="I paid, really"
        )
    with pytest.raises(BadInput, match="how it can be found"):
        do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CASH, reference=" ")
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CASH, reference="till 4")
    with pytest.raises(Conflict, match="Nothing has to be paid"):
        do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CASH, reference="till 4")


def test_goods_go_back_unrepaired_where_the_price_is_declined(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    answer(shop, case_id, RepairEvent.DECLINE)
    assert shop.case(case_id).unread
    send(shop, case_id)
    assert (shop.case(case_id).status, repair(shop, case_id).status) == ("resolved", "returned")
    assert mails(shop, "repair_sent")[0].params["repaired"] is False


def test_silence_is_no_consent(shop: Shop, clock: FakeClock) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    clock.forward(days=6)
    act_on_due(shop.ctx)
    assert len(mails(shop, "reminder_repair")) == 1
    clock.forward(days=3)
    act_on_due(shop.ctx)
    assert repair(shop, case_id).status == "unrepaired"
    assert waits(shop, case_id) == [("repair", "staff")]
    assert len(mails(shop, "repair_quote_ended")) == 1
    with pytest.raises(MoveRefused):
        answer(shop, case_id, RepairEvent.ACCEPT)


def test_a_second_click_accepts_once_and_a_changed_price_is_read_again(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    seen = repair(shop, case_id).version
    do(shop, repairs.withdraw_repair_quote, case_id)
    quote(shop, case_id, "20.00")
    with pytest.raises(Conflict, match="changed the price"):
        answer(shop, case_id, RepairEvent.ACCEPT, seen=seen)
    answer(shop, case_id, RepairEvent.ACCEPT)
    with pytest.raises(MoveRefused):
        answer(shop, case_id, RepairEvent.ACCEPT)


def test_staff_never_accept_a_price_for_the_shopper(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    with pytest.raises(MoveRefused):
        do(shop, repairs.answer_repair_quote, case_id, event=RepairEvent.ACCEPT, seen=repair(shop, case_id).version)


def test_money_for_nothing_is_given_back_first(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    answer(shop, case_id, RepairEvent.ACCEPT)
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CARD, reference="T-1")
    do(shop, repairs.give_up_repair, case_id, why="The board is burnt.")
    assert mails(shop, "repair_given_up")[0].params["owed_back_minor"] == 1200
    for verb in (send, lambda shop, case_id: do(shop, repairs.turn_repair, case_id), quote):
        with pytest.raises(Conflict, match="Give the money back"):
            verb(shop, case_id)
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CARD, reference="T-2")
    send(shop, case_id)
    assert repair(shop, case_id).repayment["reference"] == "T-2"


def test_another_try_asks_for_its_price_anew(shop: Shop) -> None:
    case_id = begun(shop)
    quote(shop, case_id)
    answer(shop, case_id, RepairEvent.ACCEPT)
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CARD, reference="T-1")
    do(shop, repairs.give_up_repair, case_id, why="The board is burnt.")
    do(shop, repairs.record_repair_payment, case_id, how=PaidHow.CARD, reference="T-2")
    quote(shop, case_id, "30.00")
    answer(shop, case_id, RepairEvent.ACCEPT)
    do(shop, repairs.finish_repair, case_id, work="New board.")
    with pytest.raises(Conflict, match="not paid"):
        send(shop, case_id)


def test_goods_to_be_repaired_stay_the_shoppers(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = begun(shop)
    shop.work()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(RecordedReturn)).all() == []
        assert session.scalars(select(Effect)).all() == []
    assert saleor.paid == []
    assert shop.case(case_id).status == "resolving"


def test_a_repair_is_not_marked_as_done_or_concluded_by_hand(shop: Shop) -> None:
    case_id = shop.request()
    agree(shop, case_id)
    shop.receive(case_id)
    for verb in (fulfil_case, conclude_case):
        with pytest.raises(Conflict):
            do(shop, verb, case_id)


def test_what_cannot_be_repaired_is_refunded_on_another_offer(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = begun(shop, units=2)
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.BEYOND_REPAIR, diagnosis="Burnt.")
    do(shop, repairs.turn_repair, case_id)
    assert shop.case(case_id).status == "inspected"
    agree(shop, case_id, OfferKind.REFUND)
    assert shop.case(case_id).status == "inspected"
    assert mails(shop, "agreed")[-1].params["goods_here"] is True
    quoted = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.pay(case_id)
    shop.work(looks=3)
    assert shop.case(case_id).status == "resolved"
    assert sum(refund.paid_minor for refund in shop.refunds(case_id)) == quoted.total.minor > 0
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert [row.units for row in session.scalars(select(RecordedReturn))] == [{"line-1": 2}]


def test_an_offer_that_comes_to_nothing_leads_back_to_the_goods(shop: Shop) -> None:
    case_id = begun(shop)
    do(shop, repairs.turn_repair, case_id)
    offer_id = offers.make_offer(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        proposal=Proposal(kind=OfferKind.REFUND, amount=usd("5.00")),
    )
    offers.decline_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    assert shop.case(case_id).status == "requested"
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).status == "inspected"
    do(shop, repairs.start_repair, case_id)
    assert repair(shop, case_id).number == 2


def test_goods_that_are_here_cannot_be_kept_by_the_shopper(shop: Shop) -> None:
    case_id = begun(shop)
    do(shop, repairs.turn_repair, case_id)
    with pytest.raises(BadInput, match="items are here"):
        agree(shop, case_id, OfferKind.COMPENSATION, amount=usd("5.00"))


def test_two_tabs_move_a_repair_once(shop: Shop) -> None:
    case_id = begun(shop)
    version = shop.case(case_id).version
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.FREE, diagnosis="Switch.", version=version)
    with pytest.raises(Conflict, match="Someone else"):
        do(shop, repairs.diagnose_repair, case_id, finding=Finding.FREE, diagnosis="Switch.", version=version)


def test_a_number_that_the_carrier_cannot_have_given_is_refused_and_nothing_is_sent(shop: Shop) -> None:
    case_id = begun(shop)
    do(shop, repairs.diagnose_repair, case_id, finding=Finding.BEYOND_REPAIR, diagnosis="Burnt.")
    with pytest.raises(BadInput):
        send(shop, case_id, number="12")
    with pytest.raises(BadInput):
        send(shop, case_id, number="1Z12345E0205", carrier="UPS")
    assert out(shop, case_id) == []


def test_another_shop_finds_no_repair(shop: Shop) -> None:
    case_id = begun(shop)
    other = add_tenant(shop.ctx.db, "other")
    with shop.ctx.db.tenant(other.id) as session:
        assert repair_of(session, case_id) is None
    with pytest.raises(NotFound):
        repairs.turn_repair(shop.ctx, other.id, case_id, actor=shop.staff)


def test_goods_that_were_put_on_stock_come_off_it_for_a_repair(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 2})
    shop.approve(case_id)
    shop.receive(case_id)
    shop.work()
    assert saleor.stock["variant-1", "warehouse-1"] == 7
    agree(shop, case_id)
    do(shop, repairs.start_repair, case_id)
    shop.work()
    assert saleor.stock["variant-1", "warehouse-1"] == 5
