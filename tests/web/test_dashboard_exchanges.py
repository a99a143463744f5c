"""Offering goods instead of money on the staff's pages: what there is, what is refused, and what the case then says."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.offers import accept_offer, open_offer
from saleor_returns_app.web.offer_words import means
from tests.fake_replacements import make_variant
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_exchanges import agree, all_of, made_by_hand, not_made, ordered, receive, run_out, send

from .desk import Desk, seat, words


@pytest.fixture(autouse=True)
def dearer(saleor: FakeSaleor) -> None:
    """What is asked for costs 5.00 more than what was bought."""
    saleor.variants["variant-2"] = make_variant(price="25.00")


def page(desk: Desk, case_id: str, part: str = "") -> str:
    return words(desk.get(f"/dashboard/cases/{case_id}{part}").text)


def test_the_offer_says_what_there_is_at_which_difference(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.variants["variant-3"] = make_variant("variant-3", price="15.00", available=0)
    case_id = shop.request({"line-1": 2})
    said = page(desk, case_id, "/exchange")
    assert "$5.00 more" in said
    assert "5 left" in said
    assert "out of stock" in said
    assert "$20.00 paid for one" in said


def test_a_refused_offer_keeps_what_was_typed(desk: Desk, shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    address = f"/dashboard/cases/{case_id}/exchange"
    for typed, problem in (
        ({"units_line-1": "0"}, "Choose at least one item"),
        ({"units_line-1": "two"}, "Write how many, as a whole number"),
        ({"units_line-1": "1"}, "Choose what is sent for"),
        ({"units_line-1": "5", "variant_line-1": "variant-2"}, "Only 2 of"),
        ({"units_line-1": "1", "variant_line-1": "variant-9"}, "not sold any more"),
    ):
        answer = desk.post(address, **typed, note="Kindly, Ada")
        assert (answer.status_code, problem in words(answer.text)) == (400, True), problem
        assert "Kindly, Ada" in answer.text
    assert shop.case(case_id).status == "requested"


def test_from_the_offer_to_the_order(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = agree(shop)
    assert "You get instead" not in page(desk, case_id)
    receive(shop, case_id)
    assert "Send the replacement" in page(desk, case_id)
    quote = page(desk, case_id, "/quote")
    assert "The new items cost $5.00 more" in quote
    assert "Approve refund" not in quote
    send(shop, case_id)
    assert "The replacement is being ordered" in page(desk, case_id)
    shop.work()
    said = page(desk, case_id)
    assert "Waiting for the shopper to pay the difference" in said
    assert "The shopper pays $5.00" in said
    assert desk.act(case_id, "cancel-replacement").status_code == 200
    shop.work()
    assert ordered(saleor) == []


def test_what_ran_out_is_chosen_again_on_the_same_page(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    assert "out of stock: choose again" in page(desk, case_id)
    saleor.variants["variant-3"] = make_variant("variant-3", price="20.00")
    empty = desk.post(f"/dashboard/cases/{case_id}/exchange")
    assert (empty.status_code, "Choose at least one item" in words(empty.text)) == (400, True)
    picked = {"units_line-1": "1", "variant_line-1": "variant-3"}
    assert desk.post(f"/dashboard/cases/{case_id}/exchange", **picked).status_code == 200
    shop.work()
    assert ordered(saleor) == ["0.00 USD: 1 variant-3"]
    assert len(all_of(shop, case_id)) == 2


def test_what_ran_out_cannot_be_resolved_without_a_refund(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = run_out(shop, saleor)
    assert "Resolve without refund" not in page(desk, case_id)
    assert "Resolve without refund" not in page(desk, case_id, "/quote")
    desk.post(f"/dashboard/cases/{case_id}/conclude")
    assert shop.case(case_id).status == "inspected"


def test_what_could_not_be_ordered_can_be_given_up(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = not_made(shop, saleor)
    assert "Look in Saleor first" in page(desk, case_id)
    assert desk.act(case_id, "cancel-replacement").status_code == 200
    assert all_of(shop, case_id)[-1].state == "cancelled"
    assert "Send the replacement" in page(desk, case_id)


def test_what_was_ordered_by_hand_is_marked_as_sent(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = made_by_hand(shop, saleor)
    assert "Mark as sent" in page(desk, case_id)
    assert desk.act(case_id, "mark-sent", tracking="RR1").status_code == 200
    assert shop.case(case_id).status == "resolved"


def test_a_quote_that_changed_sends_nothing(desk: Desk, shop: Shop) -> None:
    case_id = agree(shop)
    receive(shop, case_id)
    answer = desk.act(case_id, "send-replacement", fingerprint="of-yesterday")
    assert answer.status_code == 409
    assert "changed since you saw it" in words(answer.text)
    assert list(all_of(shop, case_id)) == []


def test_whoever_sees_other_channels_only_sees_nothing(
    shop: Shop, web: Flask, saleor: FakeSaleor, tenant: Tenant
) -> None:
    case_id = agree(shop)
    clerk = seat(web, saleor, tenant, email="taro@shop.example", channels=frozenset({"channel-jpy"}))
    for answer in (
        clerk.get(f"/dashboard/cases/{case_id}/exchange"),
        clerk.get(f"/dashboard/cases/{case_id}/replacement"),
        clerk.post(f"/dashboard/cases/{case_id}/exchange", **{"units_line-1": "1"}),
        clerk.post(f"/dashboard/cases/{case_id}/send-replacement", fingerprint="x"),
    ):
        assert answer.status_code == 404


def test_a_part_is_repaired_and_the_rest_refunded(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 3})
    assert desk.post(f"/dashboard/cases/{case_id}/exchange", **{"repair_line-1": "1"}).status_code in (200, 303)
    assert "Repaired: 1 × Monospace Tee" in page(desk, case_id)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        made = open_offer(session, session.get_one(Case, case_id))
    assert made is not None
    assert means(made)[:2] == ["You send the items back.", "These are repaired and sent back to you: 1 × Monospace Tee"]
    accept_offer(shop.ctx, shop.tenant_id, made.id, actor=shop.shopper)
    shop.receive(case_id)
    quote = page(desk, case_id, "/quote")
    assert "1 × Monospace Tee repaired and sent back" in quote
    assert "With it the items to be repaired go to the workshop." in quote
    assert "Approve refund of $40.00" in quote
    shop.pay(case_id)
    shop.work()
    said = page(desk, case_id)
    assert "Find out what is broken" in said
    assert "Write the diagnosis" in said


def test_where_only_the_repair_is_left_its_button_says_so(desk: Desk, shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    desk.post(f"/dashboard/cases/{case_id}/exchange", **{"repair_line-1": "1"})
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        made = open_offer(session, session.get_one(Case, case_id))
    assert made is not None
    accept_offer(shop.ctx, shop.tenant_id, made.id, actor=shop.shopper)
    shop.receive(case_id, {"line-1": 1})
    said = page(desk, case_id)
    assert "Take the goods to the workshop" in said
    assert "Approve refund" not in page(desk, case_id, "/quote")
    assert desk.act(case_id, "start-repair").status_code == 200
    assert "Find out what is broken" in page(desk, case_id)
