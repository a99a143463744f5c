"""Stock follows the goods: raised once, recognised after a crash, right after a sale in between, else left to a person."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_returns_app.domain.inspection import Disposition, Found, Grade, counted
from saleor_returns_app.errors import Conflict, SaleorUnavailable
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.effects import effects_of
from saleor_returns_app.services.inspection import correct_line, receive_case
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from tests.fakes import FakeSaleor, HalfWay, LostAnswer, make_fulfillment, make_line, make_order

from .journeys import Shop

SHELF = ("variant-1", "warehouse-1")


def received(shop: Shop, *found: Found, units: int = 2) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    line = shop.case(case_id).lines[0]
    receive_case(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        found={line.id: found or counted(received=units, accepted=units)},
    )
    return case_id


def effects(shop: Shop, case_id: str) -> list[Effect]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(effects_of(session, case_id))


def set_settings(shop: Shop, **values: Any) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, **values}


def correct(shop: Shop, case_id: str, *found: Found) -> None:
    line = shop.case(case_id).lines[0]
    correct_line(shop.ctx, shop.tenant_id, case_id, line.id, actor=shop.staff, found=found, why="Counted again.")


def test_accepted_goods_go_back_on_the_shelf_they_came_from(shop: Shop, saleor: FakeSaleor) -> None:
    received(shop)
    shop.work()
    assert saleor.stock[SHELF] == 7
    assert saleor.marks == {}


@pytest.mark.parametrize("disposition", [item for item in Disposition if item is not Disposition.RESTOCK])
def test_goods_that_go_elsewhere_leave_the_stock_alone(
    shop: Shop, saleor: FakeSaleor, disposition: Disposition
) -> None:
    accepted = disposition is not Disposition.SEND_BACK
    received(shop, Found(quantity=2, grade=Grade.USED, accepted=accepted, disposition=disposition, reason="Worn."))
    shop.work(looks=2)
    assert saleor.stock[SHELF] == 5
    assert saleor.calls["set_stock"] == 0


def test_only_the_units_that_are_restocked_count(shop: Shop, saleor: FakeSaleor) -> None:
    received(
        shop,
        Found(quantity=1),
        Found(quantity=1, grade=Grade.DAMAGED, disposition=Disposition.SCRAP),
        Found(quantity=1, grade=Grade.USED, accepted=False, disposition=Disposition.SEND_BACK, reason="Worn."),
        units=3,
    )
    shop.work()
    assert saleor.stock[SHELF] == 6


def test_a_lost_answer_is_recognised_by_the_mark(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [LostAnswer()]
    case_id = received(shop)
    shop.work(looks=3)
    assert (saleor.stock[SHELF], saleor.calls["set_stock"]) == (7, 1)
    assert [effect.state for effect in effects(shop, case_id)] == ["done"]


def test_a_lost_answer_is_recognised_though_some_were_sold_since(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [LostAnswer()]
    received(shop)
    shop.work()
    saleor.stock[SHELF] -= 3
    shop.work(looks=3)
    assert (saleor.stock[SHELF], saleor.calls["set_stock"]) == (4, 1)


def test_a_write_that_died_half_way_asks_a_person_who_retries(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [HalfWay()]
    case_id = received(shop)
    shop.work(looks=3)
    assert (saleor.stock[SHELF], saleor.calls["set_stock"]) == (5, 1)
    assert shop.case(case_id).attention == "STOCK_NOT_RAISED"
    retry_effect(shop.ctx, shop.tenant_id, effects(shop, case_id)[0].id, actor=shop.staff)
    shop.work()
    assert saleor.stock[SHELF] == 7
    assert shop.case(case_id).attention == ""
    assert saleor.marks == {}


def test_what_a_person_did_by_hand_is_not_done_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [HalfWay()]
    case_id = received(shop)
    shop.work(looks=3)
    vouch_effect(shop.ctx, shop.tenant_id, effects(shop, case_id)[0].id, actor=shop.staff)
    shop.work(looks=3)
    assert saleor.calls["set_stock"] == 1
    assert shop.case(case_id).attention == ""
    with pytest.raises(Conflict):
        vouch_effect(shop.ctx, shop.tenant_id, effects(shop, case_id)[0].id, actor=shop.staff)


def test_a_sale_between_read_and_write_is_put_right(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.sales = [(SHELF, 3)]
    received(shop)
    shop.work()
    assert saleor.stock[SHELF] == 5 - 3 + 2


def test_a_sale_while_it_is_put_right_is_put_right_as_well(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.sales = [(SHELF, 3), (SHELF, 1)]
    received(shop)
    shop.work()
    assert saleor.stock[SHELF] == 5 - 3 - 1 + 2


def test_a_shop_that_is_down_is_tried_again(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["set_stock"] = [SaleorUnavailable()]
    saleor.trouble["read_stock"] = [SaleorUnavailable()]
    received(shop)
    shop.work(looks=4)
    assert saleor.stock[SHELF] == 7


def test_two_cases_of_one_variant_add_up(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75")
    received(shop)
    case_id = shop.request({"line-1": 1}, order_id="order-2")
    shop.approve(case_id)
    shop.receive(case_id)
    shop.work()
    assert saleor.stock[SHELF] == 8


def test_stock_that_nobody_counts_is_left_alone(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.untracked.add("variant-1")
    case_id = received(shop)
    shop.work()
    assert saleor.calls["set_stock"] == 0
    assert [effect.state for effect in effects(shop, case_id)] == ["done"]


def test_a_variant_that_is_gone_asks_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.gone_variants.add("variant-1")
    case_id = received(shop)
    shop.work()
    assert shop.case(case_id).attention == "STOCK_NOT_RAISED"


def test_an_order_line_without_a_variant_asks_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    lines = (make_line(variant_id=None),)
    saleor.orders["order-1"] = make_order(lines=lines, fulfillments=(make_fulfillment(lines),))
    case_id = received(shop)
    assert shop.case(case_id).attention == "STOCK_NOT_RAISED"


def test_a_shop_with_a_stock_system_of_its_own_gets_a_list(shop: Shop, saleor: FakeSaleor) -> None:
    set_settings(shop, restocks=False)
    case_id = received(shop)
    shop.work(looks=2)
    assert saleor.calls["set_stock"] == 0
    (listed,) = effects(shop, case_id)
    assert (listed.state, listed.what["quantity"]) == ("listed", 2)
    vouch_effect(shop.ctx, shop.tenant_id, listed.id, actor=shop.staff)
    assert effects(shop, case_id)[0].state == "done"


def test_the_chosen_warehouse_gets_them(shop: Shop, saleor: FakeSaleor) -> None:
    set_settings(shop, restock_warehouse="warehouse-2")
    received(shop)
    shop.work()
    assert (saleor.stock[SHELF], saleor.stock["variant-1", "warehouse-2"]) == (5, 2)


def test_a_correction_moves_the_stock_by_the_difference(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = received(shop)
    shop.work()
    correct(shop, case_id, Found(quantity=1), Found(quantity=1, grade=Grade.DAMAGED, disposition=Disposition.SCRAP))
    shop.work()
    assert saleor.stock[SHELF] == 6


def test_a_correction_before_the_write_ends_in_the_same_stock(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = received(shop)
    correct(shop, case_id, Found(quantity=1), Found(quantity=1, grade=Grade.DAMAGED, disposition=Disposition.SCRAP))
    shop.work()
    assert saleor.stock[SHELF] == 6


def test_what_is_not_there_cannot_be_taken_off(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = received(shop)
    shop.work()
    saleor.stock[SHELF] = 1
    correct(shop, case_id, Found(quantity=2, grade=Grade.DAMAGED, disposition=Disposition.SCRAP))
    shop.work()
    assert saleor.stock[SHELF] == 1
    assert shop.case(case_id).attention == "STOCK_NOT_RAISED"
