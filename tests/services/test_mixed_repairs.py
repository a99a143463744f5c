"""A case that is repaired in part: the other units are refunded or exchanged, each goes one way, and the case ends with all of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.offers import OfferKind, Proposal, flaws
from saleor_returns_app.domain.policy import Condition
from saleor_returns_app.domain.repairs import Finding
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.inspection import Finding as FindingRow
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.refunds import RecordedReturn
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.services import offers, repairs
from saleor_returns_app.services.cases import conclude_case
from saleor_returns_app.services.choosing import Pick, choose_again, read_pieces
from saleor_returns_app.services.exchanges import send_replacement
from saleor_returns_app.services.inspection import correct_line
from saleor_returns_app.services.judging import judge_order
from saleor_returns_app.services.refunds import cancel_refund, current_quote
from saleor_returns_app.services.standing_repairs import live_repair, repair_of
from saleor_returns_app.web.picking import kind_of
from tests.fake_replacements import make_variant
from tests.fakes import FakeSaleor, make_line, make_order, make_transaction, usd

from .journeys import Shop
from .test_found_by_attack import external_grant

EXCHANGE, REPAIR, REFUND = Resolution.EXCHANGE, Resolution.REPAIR, Resolution.REFUND


@pytest.fixture(autouse=True)
def shelves(saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00", available=5)
    saleor.stock["variant-1", "warehouse-1"] = 10


def pick(resolution: Resolution, quantity: int = 1, line: str = "line-1") -> Pick:
    variant = "variant-2" if resolution is EXCHANGE else ""
    return Pick(order_line_id=line, quantity=quantity, resolution=resolution, variant_id=variant)


def offer(shop: Shop, case_id: str, *picks: Pick, **more: Any) -> None:
    pieces = read_pieces(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, picks=picks)
    proposal = Proposal(kind=kind_of(picks), pieces=pieces, **more)
    made = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, made, actor=shop.shopper)


def agree(shop: Shop, *picks: Pick, units: int = 3) -> str:
    """A case of tees that cost 20.00 each, whose two sides agreed on what becomes of some; the others are refunded."""
    case_id = shop.request({"line-1": units})
    offer(shop, case_id, *picks)
    return case_id


def step(shop: Shop, verb: Any, case_id: str, **more: Any) -> None:
    verb(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, **more)


def mend(shop: Shop, case_id: str) -> None:
    step(shop, repairs.diagnose_repair, case_id, finding=Finding.FREE, diagnosis="A seam.")
    step(shop, repairs.begin_repair, case_id)
    step(shop, repairs.finish_repair, case_id, work="Sewn.")
    step(shop, repairs.send_repair, case_id, carrier="Bike", tracking_number="BIKE000001")


def repair(shop: Shop, case_id: str) -> Repair | None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return repair_of(session, case_id)


def rows(shop: Shop, what: Any, case_id: str) -> list[Any]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(what).where(what.case_id == case_id).order_by(what.id)))


def waits(shop: Shop, case_id: str) -> set[str]:
    return {row.waits_for for row in rows(shop, DeadlineRow, case_id) if row.ended_at is None}


def paid(saleor: FakeSaleor) -> list[str]:
    return [str(amount.amount) for _, amount in saleor.paid]


def test_one_unit_is_repaired_and_the_others_are_refunded(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id)
    piles = {(row.disposition, row.quantity) for row in rows(shop, FindingRow, case_id)}
    assert piles == {("refurbish", 1), ("restock", 2)}
    shop.pay(case_id)
    found = repair(shop, case_id)
    assert found is not None
    assert found.status == "received"
    assert waits(shop, case_id) == {"refund", "repair"}
    shop.work()
    assert paid(saleor) == ["40.00"]
    assert rows(shop, RecordedReturn, case_id)[0].units == {"line-1": 2}
    assert saleor.stock["variant-1", "warehouse-1"] == 12
    # The money is told at once; the case goes on until the repaired unit went back.
    assert (shop.case(case_id).status, waits(shop, case_id)) == ("resolving", {"repair"})
    assert len([row for row in rows(shop, Notification, case_id) if row.kind == "refunded"]) == 1
    mend(shop, case_id)
    assert shop.case(case_id).status == "resolved"
    assert len([row for row in rows(shop, Notification, case_id) if row.kind == "refunded"]) == 1
    assert [row.event for row in rows(shop, CaseEntry, case_id)].count("settle") == 1
    assert paid(saleor) == ["40.00"]


def test_the_case_waits_for_the_money_where_the_repair_is_done_first(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id)
    shop.pay(case_id)
    mend(shop, case_id)
    assert (shop.case(case_id).status, waits(shop, case_id)) == ("resolving", {"refund"})
    shop.work()
    assert shop.case(case_id).status == "resolved"


def test_each_unit_of_a_line_goes_its_own_way(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(EXCHANGE), pick(REPAIR))
    shop.receive(case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert (quote.total, [(item.piece.resolution, item.units) for item in quote.in_goods]) == (
        usd("20.00"),
        [(EXCHANGE, 1), (REPAIR, 1)],
    )
    with pytest.raises(Conflict, match="More was agreed"):
        step(shop, repairs.start_repair, case_id)
    step(shop, send_replacement, case_id, fingerprint=quote.fingerprint)
    shop.work()
    shop.pay(case_id)
    shop.work()
    mend(shop, case_id)
    assert shop.case(case_id).status == "resolving"
    saleor.ship_replacement(next(iter(saleor.replacements)))
    shop.work(looks=300)
    assert (shop.case(case_id).status, paid(saleor)) == ("resolved", ["20.00"])


def test_without_money_the_repair_begins_with_the_replacement(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(EXCHANGE), pick(REPAIR), units=2)
    shop.receive(case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    step(shop, send_replacement, case_id, fingerprint=quote.fingerprint)
    assert repair(shop, case_id) is None
    shop.work()
    assert (shop.case(case_id).status, waits(shop, case_id)) == ("resolving", {"repair", "replacement"})
    mend(shop, case_id)
    assert shop.case(case_id).status == "resolving"


def test_where_only_the_repair_is_left_it_is_begun_by_itself(shop: Shop) -> None:
    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id, {"line-1": 1})
    step(shop, repairs.start_repair, case_id)
    mend(shop, case_id)
    assert shop.case(case_id).status == "resolved"
    assert rows(shop, RecordedReturn, case_id) == []


def test_what_was_wished_for_each_item_is_what_the_policy_grants(shop: Shop, saleor: FakeSaleor) -> None:
    five = usd("5.00")
    pins = make_line("line-2", product_name="Pin", quantity=1, unit_gross=five, total_gross=five, total_net=usd("4.00"))
    card = make_transaction(charged=usd("75.00"))
    saleor.orders["order-1"] = make_order(
        lines=(make_line(), pins), transactions=(card,), total_gross=card.charged, total_charged=card.charged
    )
    case_id = shop.request({"line-1": 2, "line-2": 1}, wishes={"line-1": REPAIR}, condition=Condition.OPENED)
    shop.approve(case_id)
    shop.receive(case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert (quote.total, [(item.piece.name, item.units) for item in quote.in_goods]) == (
        usd("5.00"),
        [("Monospace Tee", 2)],
    )


def test_a_repaired_unit_can_be_returned_again_once_it_went_back(shop: Shop, saleor: FakeSaleor) -> None:
    def returnable() -> int:
        order = saleor.orders["order-1"]
        return judge_order(shop.ctx, shop.tenant_id, order)[0].returnable

    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id)
    shop.pay(case_id)
    shop.work()
    before = returnable()
    mend(shop, case_id)
    assert returnable() == before + 1


def test_in_place_of_the_repair_something_else_is_agreed_and_nothing_is_paid_twice(
    shop: Shop, saleor: FakeSaleor
) -> None:
    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id)
    shop.pay(case_id)
    with pytest.raises(Conflict, match="under way"):
        step(shop, repairs.turn_repair, case_id)
    shop.work(looks=2)
    step(shop, repairs.turn_repair, case_id)
    assert shop.case(case_id).status == "inspected"
    made = offers.make_offer(
        shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND)
    )
    offers.accept_offer(shop.ctx, shop.tenant_id, made, actor=shop.shopper)
    assert shop.case(case_id).status == "inspected"
    shop.work(looks=2)
    shop.pay(case_id)
    shop.work()
    assert shop.case(case_id).status == "resolved"
    # All three units, and with the last one the shipping.
    assert paid(saleor) == ["40.00", "30.00"]
    assert [row.units for row in rows(shop, RecordedReturn, case_id)] == [{"line-1": 2}, {"line-1": 1}]
    assert len([row for row in rows(shop, Notification, case_id) if row.kind == "refunded"]) == 2


def test_a_refund_that_was_given_up_is_decided_again_while_the_repair_goes_on(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(REPAIR))
    shop.receive(case_id)
    saleor.moods = ["decline"]
    shop.pay(case_id)
    shop.work()
    cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
    assert shop.case(case_id).status == "inspected"
    mend(shop, case_id)
    assert shop.case(case_id).status == "inspected"
    with pytest.raises(Conflict, match="went back already"):
        offer(shop, case_id, pick(REPAIR))
    shop.pay(case_id)
    assert len(rows(shop, Repair, case_id)) == 1
    shop.work()
    assert (shop.case(case_id).status, paid(saleor)) == ("resolved", ["40.00"])


def test_the_count_holds_while_units_are_in_the_workshop(shop: Shop) -> None:
    case_id = agree(shop, pick(REPAIR), units=1)
    shop.receive(case_id)
    step(shop, repairs.start_repair, case_id)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert live_repair(session, shop.case(case_id)) is not None
    with pytest.raises(Conflict):
        step(shop, correct_line, case_id, line_id=shop.case(case_id).lines[0].id, found=(), why="Looked again.")


def test_another_choice_leaves_the_repair_agreed(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(EXCHANGE), pick(REPAIR), units=2)
    shop.receive(case_id)
    saleor.variants["variant-2"] = make_variant(price="20.00", available=0)
    saleor.variants["variant-4"] = make_variant("variant-4", price="20.00", available=5)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    step(shop, send_replacement, case_id, fingerprint=quote.fingerprint)
    shop.work()
    other = Pick(order_line_id="line-1", quantity=1, resolution=EXCHANGE, variant_id="variant-4")
    with pytest.raises(BadInput, match="Only 2"):
        step(
            shop,
            choose_again,
            case_id,
            picks=[Pick(order_line_id="line-1", quantity=2, resolution=EXCHANGE, variant_id="variant-4")],
        )
    step(shop, choose_again, case_id, picks=[other])
    shop.work()
    assert waits(shop, case_id) == {"repair", "replacement"}


def test_what_is_repaired_has_to_come_in(shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    with pytest.raises(BadInput) as refused:
        offer(shop, case_id, pick(EXCHANGE), pick(REPAIR), keeps_item=True)
    assert refused.value.code == "MUST_COME_IN"


def test_a_shopper_asks_for_no_repair_that_the_policy_does_not_offer(shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    pieces = read_pieces(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=[pick(EXCHANGE), pick(REPAIR)])
    proposal = Proposal(kind=OfferKind.EXCHANGE, pieces=pieces)
    terms = CaseTerms(allowed=(REFUND, EXCHANGE))
    found = flaws(proposal, paid=usd("60.00"), terms=terms, by=Who.SHOPPER)
    assert [flaw.because.code for flaw in found] == ["NOT_ALLOWED"]


@pytest.mark.parametrize("begun", [False, True])
def test_a_case_does_not_end_for_nothing_while_goods_of_it_are_to_be_repaired(
    shop: Shop, saleor: FakeSaleor, begun: bool
) -> None:
    saleor.moods = ["decline"]
    case_id = agree(shop, pick(REPAIR), units=2)
    shop.receive(case_id, {"line-1": 2 if begun else 1})
    if begun:
        shop.pay(case_id)
        shop.work(looks=2)
        cancel_refund(shop.ctx, shop.tenant_id, shop.refunds(case_id)[0].id, actor=shop.staff)
        external_grant(saleor, 3)
        assert current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff).total == usd("0")
    assert shop.case(case_id).status == "inspected"
    with pytest.raises(Conflict, match="A repair was agreed"):
        step(shop, conclude_case, case_id)
