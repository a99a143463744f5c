"""Receiving: what was counted, what is accepted, and Saleor's record of it."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.orders import FulfillmentLine, FulfillmentStatus
from saleor_returns_app.errors import BadInput, Conflict, SaleorRefused, SaleorUnavailable
from saleor_returns_app.services.cases import conclude_case
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.recorded_returns import confirm_return
from saleor_returns_app.services.refunds import current_quote
from tests.fakes import FakeSaleor, LostAnswer, make_fulfillment, make_line, make_order

from .journeys import Shop


def approved(shop: Shop, units: int = 2) -> str:
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    return case_id


def count(shop: Shop, case_id: str, received: int, accepted: int, refusal: str = "") -> None:
    line = shop.case(case_id).lines[0]
    found = {line.id: counted(received=received, accepted=accepted, refusal=refusal)}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)


def returned_units(saleor: FakeSaleor) -> int:
    order = saleor.orders["order-1"]
    return sum(order.quantities(frozenset({FulfillmentStatus.RETURNED})).values())


@pytest.mark.parametrize(
    ("received", "accepted", "reception", "acceptance"),
    [
        (2, 2, "received", "accepted"),
        (1, 1, "short", "accepted"),
        (0, 0, "lost", "refused"),
        (2, 0, "received", "refused"),
    ],
)
def test_reception_and_acceptance_are_two_facts(
    shop: Shop, received: int, accepted: int, reception: str, acceptance: str
) -> None:
    case_id = approved(shop)
    count(shop, case_id, received, accepted, "Worn." if accepted < received else "")
    line = shop.case(case_id).lines[0]
    assert (line.reception, line.acceptance) == (reception, acceptance)


@pytest.mark.parametrize(
    ("received", "accepted", "refusal", "code"),
    [
        (3, 3, "", "RECEIVED"),
        (-1, 0, "", "RECEIVED"),
        (1, 2, "", "RECEIVED"),
        (2, -1, "x", "RECEIVED"),
        (2, 1, " ", "REFUSAL"),
    ],
)
def test_impossible_counts_are_refused_and_change_nothing(
    shop: Shop, received: int, accepted: int, refusal: str, code: str
) -> None:
    case_id = approved(shop)
    with pytest.raises(BadInput) as refused:
        count(shop, case_id, received, accepted, refusal)
    assert refused.value.code == code
    assert shop.case(case_id).status == "approved"


def test_every_line_has_to_be_counted(shop: Shop) -> None:
    case_id = approved(shop)
    with pytest.raises(BadInput, match="Count every item"):
        receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found={})


def test_only_what_was_accepted_is_quoted(shop: Shop) -> None:
    case_id = approved(shop, 3)
    count(shop, case_id, 3, 1, "Two were worn.")
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert str(quote.total) == "20.00 USD"


def test_only_what_was_accepted_is_recorded_in_saleor(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = approved(shop)
    count(shop, case_id, 2, 1, "One was worn.")
    shop.work()
    assert returned_units(saleor) == 1
    assert shop.case(case_id).return_recorded


def test_a_lost_answer_is_recognised_and_nothing_is_returned_twice(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["return_products"] = [LostAnswer()]
    case_id = approved(shop)
    count(shop, case_id, 2, 2)
    shop.work(looks=4)
    assert saleor.calls["return_products"] == 1
    assert returned_units(saleor) == 2
    assert shop.case(case_id).return_recorded


def test_a_shop_that_is_down_is_told_later(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["return_products"] = [SaleorUnavailable()]
    case_id = approved(shop)
    count(shop, case_id, 2, 2)
    shop.work(looks=3)
    assert returned_units(saleor) == 2
    assert shop.case(case_id).return_recorded


def test_goods_returned_in_the_dashboard_before_ask_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = approved(shop)
    order = saleor.orders["order-1"]
    saleor.change("order-1", fulfillments=(make_fulfillment(order.lines, status=FulfillmentStatus.RETURNED),))
    count(shop, case_id, 2, 2)
    shop.work()
    assert shop.case(case_id).attention == "RETURN_NOT_RECORDED"
    confirm_return(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).attention == ""


def test_a_refusal_of_saleor_asks_a_person_and_does_not_hold_up_the_money(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["return_products"] = [SaleorRefused("No.", codes=["INVALID"])]
    case_id = shop.to_payment()
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["20.00 USD"]
    assert shop.case(case_id).status == "resolved"
    assert shop.case(case_id).attention == "RETURN_NOT_RECORDED"


def test_units_are_located_over_several_fulfillments(shop: Shop, saleor: FakeSaleor) -> None:
    line = make_line()
    one = make_fulfillment((make_line(quantity=1),), id="f-1")
    second = FulfillmentLine(id="fl-second", order_line_id="line-1", quantity=2)
    two = make_fulfillment((line,), id="f-2", lines=(second,))
    saleor.orders["order-1"] = make_order(lines=(line,), fulfillments=(one, two))
    case_id = approved(shop, 3)
    count(shop, case_id, 3, 3)
    shop.work()
    assert returned_units(saleor) == 3


def test_nothing_accepted_is_resolved_without_money(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = approved(shop)
    count(shop, case_id, 2, 0, "Empty box.")
    conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work(looks=2)
    assert shop.case(case_id).status == "resolved"
    assert saleor.paid == []


def test_accepted_goods_cannot_be_concluded_without_money(shop: Shop) -> None:
    case_id = approved(shop)
    count(shop, case_id, 2, 1, "One was worn.")
    with pytest.raises(Conflict):
        conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
