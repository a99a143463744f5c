"""What a gift card paid comes back as a gift card by itself: once, its code for the shopper, recognised after a crash."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.orders import GiftCardUse
from saleor_returns_app.domain.tenders import SplitRule
from saleor_returns_app.errors import SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.issued_codes import issued_codes
from saleor_returns_app.services.refunds import current_quote
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from tests.fakes import FakeSaleor, LostAnswer, make_transaction, usd

from .journeys import Shop


def paid_by_card_too(shop: Shop, saleor: FakeSaleor, units: int = 1) -> str:
    """A refund of 20.00, of which 12.00 were paid by gift card."""
    saleor.change(
        "order-1",
        transactions=(make_transaction(charged=usd("8.00")),),
        gift_cards=(GiftCardUse(last_code_chars="1234", amount=usd("62.00")),),
    )
    return shop.to_payment({"line-1": units})


def made(saleor: FakeSaleor) -> list[str]:
    return [str(wanted.amount) for _, wanted in saleor.gift_cards]


def step_of(shop: Shop, case_id: str) -> Effect:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalars(select(Effect).where(Effect.case_id == case_id, Effect.kind == "gift_card")).one()


def test_the_share_comes_back_as_a_new_card_and_the_rest_to_the_payment(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = paid_by_card_too(shop, saleor)
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["8.00 USD"]
    assert made(saleor) == ["12.00 USD"]
    assert [(refund.way, refund.status, str(refund.paid)) for refund in shop.refunds(case_id)] == [
        ("transaction", "succeeded", "8.00 USD"),
        ("gift_card", "succeeded", "12.00 USD"),
    ]
    assert shop.case(case_id).status == "resolved"
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        (item,) = issued_codes(shop.ctx, session, case_id)
    assert (item.worth, item.code) == (usd("12.00"), saleor.gift_cards[0][0].code)


@pytest.mark.parametrize("trouble", [LostAnswer(), SaleorUnavailable()])
def test_a_lost_answer_makes_no_second_card(shop: Shop, saleor: FakeSaleor, trouble: Exception) -> None:
    saleor.trouble["create_gift_card"] = [trouble]
    case_id = paid_by_card_too(shop, saleor)
    shop.work(looks=4)
    assert made(saleor) == ["12.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_two_returns_of_an_order_each_get_their_share(shop: Shop, saleor: FakeSaleor) -> None:
    first = paid_by_card_too(shop, saleor)
    shop.work(looks=2)
    second = shop.to_payment({"line-1": 1})
    shop.work(looks=2)
    assert made(saleor) == ["12.00 USD", "20.00 USD"]
    assert {shop.case(case_id).status for case_id in (first, second)} == {"resolved"}
    third = shop.request({"line-1": 1})
    quote = current_quote(shop.ctx, shop.tenant_id, third, actor=shop.staff)
    assert "EXTERNAL_REFUND" not in {note.code for note in quote.notes}


def test_a_refusal_asks_a_person_who_tries_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = paid_by_card_too(shop, saleor)
    shop.work(looks=2)
    assert shop.case(case_id).attention == "CREDIT_NOT_MADE"
    assert shop.case(case_id).status == "resolving"
    retry_effect(shop.ctx, shop.tenant_id, step_of(shop, case_id).id, actor=shop.staff)
    shop.work()
    assert made(saleor) == ["12.00 USD"]
    assert shop.case(case_id).status == "resolved"


def test_a_card_made_by_hand_settles_its_refund(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["create_gift_card"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = paid_by_card_too(shop, saleor)
    shop.work(looks=2)
    vouch_effect(shop.ctx, shop.tenant_id, step_of(shop, case_id).id, actor=shop.staff)
    assert shop.case(case_id).status == "resolved"
    shop.work(looks=2)
    assert made(saleor) == []


def test_the_shop_chooses_to_split_in_proportion(shop: Shop, saleor: FakeSaleor) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "split_rule": SplitRule.IN_PROPORTION.value}
    case_id = paid_by_card_too(shop, saleor)
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["2.29 USD"]
    assert made(saleor) == ["17.71 USD"]
    assert shop.case(case_id).status == "resolved"
