"""Exchanges and reships: agreed by both sides, ordered once at exactly the difference, followed until sent; money only for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import BadInput, Conflict, SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import choosing, exchanges, offers
from saleor_returns_app.services.cases import cancel_case, conclude_case, fulfil_case, reject_case
from saleor_returns_app.services.choosing import Pick, choose_again, read_pieces, try_again
from saleor_returns_app.services.exchanges import send_replacement
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.refunds import approve_refund, current_quote
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from saleor_returns_app.web.picking import kind_of
from tests.fake_replacements import make_variant
from tests.fakes import FakeSaleor, LostAnswer, usd

from .journeys import Shop

EXCHANGE, RESHIP = Resolution.EXCHANGE, Resolution.RESHIP


@pytest.fixture(autouse=True)
def dearer(saleor: FakeSaleor) -> None:
    """What is asked for costs 5.00 more than what was bought."""
    saleor.variants["variant-2"] = make_variant(price="25.00")


def pick(variant: str = "variant-2", *, quantity: int = 1, line: str = "line-1") -> Pick:
    return Pick(order_line_id=line, quantity=quantity, resolution=EXCHANGE, variant_id=variant)


def agree(shop: Shop, *picks: Pick, units: int = 1, keeps: bool = False) -> str:
    """A case whose two sides agreed on what is sent. A unit of line-1 cost 20.00."""
    case_id = shop.request({"line-1": units})
    chosen = picks or (pick(),)
    pieces = read_pieces(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=chosen)
    proposal = Proposal(kind=kind_of(chosen), pieces=pieces, keeps_item=keeps)
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.staff)
    return case_id


def receive(shop: Shop, case_id: str, *, accepted: int | None = None) -> None:
    line = shop.case(case_id).lines[0]
    taken = line.quantity if accepted is None else accepted
    found = {line.id: counted(received=line.quantity, accepted=taken, refusal="Worn.")}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)


def send(shop: Shop, case_id: str, **changes: Any) -> None:
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    actor = replace(shop.staff, **changes)
    send_replacement(shop.ctx, shop.tenant_id, case_id, actor=actor, fingerprint=quote.fingerprint)


def all_of(shop: Shop, case_id: str) -> Sequence[Exchange]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        mine = select(Exchange).where(Exchange.case_id == case_id).order_by(Exchange.number)
        return session.scalars(mine).all()


def state(shop: Shop, case_id: str) -> str:
    return all_of(shop, case_id)[-1].state


def ordered(saleor: FakeSaleor) -> list[str]:
    """What the orders in the shop cost, and what is sent with them."""
    return [
        f"{order.total}: "
        + ", ".join(f"{line.quantity} {line.variant_id}" for line in saleor.replacement_requests[key].lines)
        for key, order in saleor.replacements.items()
        if not order.is_draft and not order.is_cancelled
    ]


def ship(shop: Shop, saleor: FakeSaleor, **changes: Any) -> None:
    """The shop sends what was ordered, and tells of it."""
    for key, order in saleor.replacements.items():
        saleor.replacements[key] = replace(order, **{"is_shipped": True, "tracking": "RR1", **changes})
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            exchanges.wake_exchanges(shop.ctx, session, shop.tenant_id, [key])
    shop.work()


def mails(shop: Shop) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [row.kind for row in session.scalars(select(Notification).order_by(Notification.id))]


def test_an_even_exchange_is_ordered_for_nothing_and_settles_when_it_is_sent(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    assert ordered(saleor) == ["0.00 USD: 1 variant-2"]
    assert (shop.case(case_id).status, state(shop, case_id)) == ("resolving", "ordered")
    ship(shop, saleor)
    assert (shop.case(case_id).status, state(shop, case_id)) == ("resolved", "shipped")
    assert saleor.paid == []
    assert mails(shop)[-2:] == ["replacement_ordered", "replacement_sent"]


def test_what_costs_more_is_paid_by_the_shopper_before_it_is_sent(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]
    assert (shop.case(case_id).status, state(shop, case_id)) == ("resolving", "unpaid")
    assert shop.case(case_id).due_by == "shopper"
    key, order = next(iter(saleor.replacements.items()))
    saleor.replacements[key] = replace(order, due=usd("0"))
    ship(shop, saleor, is_shipped=False)
    assert state(shop, case_id) == "ordered"
    ship(shop, saleor)
    assert shop.case(case_id).status == "resolved"
    assert saleor.paid == []
    assert mails(shop)[-3:] == ["replacement_unpaid", "replacement_ordered", "replacement_sent"]


def test_what_costs_less_gives_the_rest_back_once_it_is_ordered(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="16.50")
    case_id = agree(shop)
    receive(shop, case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert str(quote.total) == "3.50 USD"
    with pytest.raises(Conflict, match="Send the replacement first"):
        approve_refund(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, fingerprint=quote.fingerprint)
    send(shop, case_id)
    shop.work()
    assert (shop.case(case_id).status, state(shop, case_id)) == ("inspected", "ordered")
    shop.pay(case_id)
    shop.work(looks=3)
    assert [str(amount) for _, amount in saleor.paid] == ["3.50 USD"]
    assert shop.case(case_id).status == "resolving"
    ship(shop, saleor)
    assert shop.case(case_id).status == "resolved"
    assert ordered(saleor) == ["0.00 USD: 1 variant-2"]


def test_one_line_may_end_in_both(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop, pick(quantity=1), units=3)
    receive(shop, case_id)
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert (str(quote.total), quote.units()) == ("40.00 USD", {"line-1": 2})
    send(shop, case_id)
    shop.work()
    shop.pay(case_id)
    shop.work(looks=3)
    ship(shop, saleor)
    assert shop.case(case_id).status == "resolved"
    assert [str(amount) for _, amount in saleor.paid] == ["40.00 USD"]


def test_only_what_is_accepted_is_replaced_goods_first(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, pick(quantity=2), units=3)
    receive(shop, case_id, accepted=1)
    assert not current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff).total
    send(shop, case_id)
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]


def test_missing_goods_are_sent_again_for_nothing(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop, Pick(order_line_id="line-1", quantity=2, resolution=RESHIP), units=2, keeps=True)
    assert shop.case(case_id).status == "approved"
    send(shop, case_id)
    shop.work()
    assert ordered(saleor) == ["0.00 USD: 2 variant-1"]
    ship(shop, saleor)
    assert shop.case(case_id).status == "resolved"


@pytest.mark.parametrize(
    "method", ["create_replacement", "choose_shipping", "discount_replacement", "complete_replacement"]
)
@pytest.mark.parametrize("trouble", [LostAnswer(), SaleorUnavailable()])
def test_a_call_without_an_answer_orders_nothing_twice(
    shop: Shop, saleor: FakeSaleor, method: str, trouble: Exception
) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    saleor.trouble[method] = [trouble]
    shop.work(looks=5)
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]
    assert len(saleor.replacements) == 1
    assert state(shop, case_id) == "unpaid"


def test_a_second_click_orders_nothing_more(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    with pytest.raises(Conflict, match="already"):
        send(shop, case_id)
    shop.work()
    assert len(saleor.replacements) == 1


def test_nothing_is_sent_before_the_goods_are_back_unless_the_shop_says_so(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop)
    with pytest.raises(Conflict, match="not counted yet"):
        send(shop, case_id)
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "sends_replacements_first": True}
    send(shop, case_id)
    shop.work()
    ship(shop, saleor)
    assert (shop.case(case_id).status, state(shop, case_id)) == ("approved", "shipped")
    with pytest.raises(Conflict, match="in advance"):
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    receive(shop, case_id)
    assert shop.case(case_id).status == "resolved"


def test_less_than_was_sent_for_in_advance_is_looked_at_by_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "sends_replacements_first": True}
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop, pick(quantity=2), units=2)
    send(shop, case_id)
    shop.work()
    receive(shop, case_id, accepted=1)
    assert shop.case(case_id).status == "inspected"
    conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).status == "resolved"


def run_out(shop: Shop, saleor: FakeSaleor) -> str:
    """A case whose replacement was sold to somebody else in between."""
    case_id = agree(shop)
    receive(shop, case_id)
    saleor.variants["variant-2"] = make_variant(available=0)
    send(shop, case_id)
    shop.work()
    assert (shop.case(case_id).status, state(shop, case_id)) == ("inspected", "out_of_stock")
    assert mails(shop)[-1] == "replacement_missing"
    assert not shop.case(case_id).attention
    return case_id


@pytest.mark.parametrize("fate", ["planned", "out_of_stock", "unpaid"])
def test_a_case_does_not_end_for_nothing_while_its_replacement_may_never_be_sent(
    shop: Shop, saleor: FakeSaleor, fate: str
) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "sends_replacements_first": True}
    case_id = agree(shop, pick(quantity=2), units=2)
    send(shop, case_id)
    if fate == "out_of_stock":
        saleor.variants["variant-2"] = make_variant(price="25.00", available=0)
    if fate != "planned":
        shop.work()
    receive(shop, case_id, accepted=1)
    assert state(shop, case_id) == fate
    with pytest.raises(Conflict, match="A replacement was agreed"):
        conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).status == "inspected"


def test_what_ran_out_can_be_chosen_again_by_the_shopper(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    saleor.variants["variant-3"] = make_variant("variant-3", price="23.00")
    choose_again(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=[pick("variant-3")])
    shop.work()
    assert ordered(saleor) == ["3.00 USD: 1 variant-3"]
    assert [item.state for item in all_of(shop, case_id)] == ["cancelled", "unpaid"]


def test_or_the_money_is_given_back(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    choose_again(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    shop.pay(case_id)
    shop.work(looks=3)
    assert [str(amount) for _, amount in saleor.paid] == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"
    assert ordered(saleor) == []


def test_or_it_is_ordered_once_it_is_there_again(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    saleor.variants["variant-2"] = make_variant(price="25.00")
    try_again(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]


def test_the_last_one_may_go_between_the_draft_and_its_completion(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    saleor.trouble["complete_replacement"] = [SaleorRefused("Insufficient stock", codes=["INSUFFICIENT_STOCK"])]
    shop.work()
    assert state(shop, case_id) == "out_of_stock"
    assert saleor.replacements == {}  # no draft is left behind


def test_a_return_that_was_rejected_after_all_sends_nothing(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND))
    for _ in range(2):  # while it is negotiated, and afterwards
        with pytest.raises(Conflict, match="Nothing is sent"):
            send(shop, case_id)
        if shop.case(case_id).status == "negotiating":
            reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Worn.")
    shop.work(looks=2)
    assert (ordered(saleor), shop.case(case_id).status) == ([], "rejected")


def not_made(shop: Shop, saleor: FakeSaleor) -> str:
    """A case whose replacement Saleor refused to make."""
    saleor.trouble["create_replacement"] = [SaleorRefused("no address", codes=["INVALID"])]
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    assert (state(shop, case_id), shop.case(case_id).attention) == ("planned", "REPLACEMENT_NOT_MADE")
    return case_id


def made_by_hand(shop: Shop, saleor: FakeSaleor) -> str:
    case_id = not_made(shop, saleor)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        step = session.scalars(select(Effect.id).where(Effect.kind == "replacement")).one()
    vouch_effect(shop.ctx, shop.tenant_id, step, actor=shop.staff)
    assert state(shop, case_id) == "unpaid"
    return case_id


@pytest.mark.parametrize("began", [not_made, made_by_hand])
def test_what_the_app_did_not_order_can_be_given_up_for_something_else(
    shop: Shop, saleor: FakeSaleor, began: Callable[[Shop, FakeSaleor], str]
) -> None:
    case_id = began(shop, saleor)
    choosing.cancel_replacement(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work(looks=3)
    assert (shop.case(case_id).status, state(shop, case_id)) == ("inspected", "cancelled")
    assert not shop.case(case_id).attention
    offer_id = offers.make_offer(
        shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND)
    )
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    shop.pay(case_id)
    shop.work(looks=3)
    assert (len(saleor.paid), ordered(saleor)) == (1, [])


def test_an_order_made_by_hand_whose_difference_was_owed_is_marked_as_sent(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = made_by_hand(shop, saleor)
    choosing.mark_sent(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, tracking="RR1")
    assert (shop.case(case_id).status, state(shop, case_id)) == ("resolved", "shipped")


def test_a_draft_that_a_person_deleted_is_made_anew_from_the_beginning(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["complete_replacement"] = [SaleorRefused("no", codes=["INVALID"])]
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    assert shop.case(case_id).attention == "REPLACEMENT_NOT_MADE"
    saleor.replacements.clear()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        step = session.scalars(select(Effect.id).where(Effect.kind == "replacement")).one()
    retry_effect(shop.ctx, shop.tenant_id, step, actor=shop.staff)
    shop.work(looks=2)
    assert (state(shop, case_id), ordered(saleor)) == ("unpaid", ["5.00 USD: 1 variant-2"])


def test_what_is_being_ordered_cannot_be_given_up(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    with pytest.raises(Conflict, match="waits for the difference"):
        choosing.cancel_replacement(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]


def test_an_unpaid_replacement_can_be_cancelled(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    choosing.cancel_replacement(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work()
    assert (shop.case(case_id).status, state(shop, case_id)) == ("inspected", "cancelled")
    assert ordered(saleor) == []
    assert shop.case(case_id).attention == "REPLACEMENT_GONE"
    send(shop, case_id)
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]
    assert not shop.case(case_id).attention


def test_one_that_was_paid_meanwhile_stays(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    key, order = next(iter(saleor.replacements.items()))
    saleor.replacements[key] = replace(order, due=usd("0"))
    choosing.cancel_replacement(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work()
    assert state(shop, case_id) == "ordered"
    assert not saleor.replacements[key].is_cancelled


def test_one_cancelled_in_saleor_is_told_to_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    ship(shop, saleor, is_shipped=False, is_cancelled=True)
    assert (shop.case(case_id).status, shop.case(case_id).attention) == ("inspected", "REPLACEMENT_GONE")


@pytest.mark.parametrize("told", ["both", "the end"])
def test_a_difference_that_was_paid_for_a_cancelled_replacement_is_told_to_a_person(
    shop: Shop, saleor: FakeSaleor, told: str
) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    if told == "both":
        ship(shop, saleor, is_shipped=False, due=usd("0"))
        assert state(shop, case_id) == "ordered"
    ship(shop, saleor, is_shipped=False, due=usd("0"), is_cancelled=True)
    case = shop.case(case_id)
    assert (state(shop, case_id), case.attention) == ("cancelled", "REPLACEMENT_PAID_FOR")
    assert case.attention_detail["amount"] == "5.00 USD"


def test_a_difference_that_is_paid_while_its_replacement_is_being_cancelled_is_told_to_a_person(
    shop: Shop, saleor: FakeSaleor
) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    choosing.cancel_replacement(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    key, order = next(iter(saleor.replacements.items()))
    saleor.replacements[key] = replace(order, due=usd("0"), is_cancelled=True)
    shop.work()
    case = shop.case(case_id)
    assert (case.attention, case.attention_detail["amount"]) == ("REPLACEMENT_PAID_FOR", "5.00 USD")


def test_what_saleor_refuses_is_left_to_a_person_who_may_have_done_it(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    saleor.trouble["create_replacement"] = [SaleorRefused("no address", codes=["REQUIRED"])]
    shop.work()
    assert shop.case(case_id).attention == "REPLACEMENT_NOT_MADE"
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        effect_id = session.scalars(select(Effect.id).where(Effect.kind == "replacement")).one()
    vouch_effect(shop.ctx, shop.tenant_id, effect_id, actor=shop.staff)
    assert state(shop, case_id) == "ordered"
    choosing.mark_sent(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, tracking="RR2")
    assert shop.case(case_id).status == "resolved"


def test_units_that_were_exchanged_cannot_be_refunded_in_another_case(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(price="20.00")
    case_id = agree(shop, pick(quantity=3), units=3)
    receive(shop, case_id)
    send(shop, case_id)
    shop.work()
    with pytest.raises(Conflict, match="At most 0"):
        shop.request({"line-1": 1})


def test_neither_marking_nor_concluding_gets_around_what_was_agreed(shop: Shop) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    for verb in (fulfil_case, conclude_case):
        with pytest.raises(Conflict, match="replacement was agreed"):
            verb(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def test_above_the_limit_two_people_approve_what_is_given(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        case.terms = {**case.terms, "second_approval_above": {"minor": 1000, "currency": "USD"}}
    send(shop, case_id)
    assert all_of(shop, case_id) == []
    with pytest.raises(Conflict, match="second person"):
        send(shop, case_id)
    send(shop, case_id, id="other", name="Olga")
    shop.work()
    assert ordered(saleor) == ["5.00 USD: 1 variant-2"]


@pytest.mark.parametrize(
    ("picks", "said"),
    [
        ([pick("variant-9")], "not sold any more"),
        ([pick("")], "Choose what is sent"),
        ([pick(quantity=4)], "Only 1 of"),
        ([pick(quantity=1), pick(quantity=1)], "Only 1 of"),
        ([pick(line="line-9")], "not part of the return"),
    ],
)
def test_what_cannot_be_sent_is_said_with_its_field(shop: Shop, picks: list[Pick], said: str) -> None:
    case_id = shop.request({"line-1": 1})
    with pytest.raises(BadInput) as refused:
        read_pieces(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=picks)
    assert said in refused.value.message()
    assert refused.value.field


def test_what_is_out_of_stock_cannot_be_offered(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-2"] = make_variant(available=0)
    case_id = shop.request({"line-1": 1})
    with pytest.raises(BadInput, match="out of stock"):
        read_pieces(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=[pick()])


def test_nothing_else_is_agreed_while_a_replacement_is_on_its_way(shop: Shop) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    send(shop, case_id)
    with pytest.raises(Conflict, match="on its way"):
        offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND))


def test_the_money_is_only_asked_for_where_the_policy_gives_it(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        case.terms = {**case.terms, "allowed": ["exchange"]}
    with pytest.raises(Conflict, match="does not offer a refund"):
        choose_again(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    choose_again(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).terms["resolution"] == "refund"


def test_choosing_again_does_not_get_around_the_second_person(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        case.terms = {**case.terms, "second_approval_above": {"minor": 1000, "currency": "USD"}}
    saleor.variants["variant-3"] = make_variant("variant-3", price="23.00")
    choose_again(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, picks=[pick("variant-3")])
    shop.work()
    assert ordered(saleor) == []
    send(shop, case_id)
    send(shop, case_id, id="other", name="Olga")
    shop.work()
    assert ordered(saleor) == ["3.00 USD: 1 variant-3"]
