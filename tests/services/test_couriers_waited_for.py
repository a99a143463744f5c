"""Who waits for the shop's courier is not late."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.return_methods import Chosen
from tests.fakes import FakeClock, FakeSaleor, make_order

from .journeys import Shop
from .test_return_methods import HOME, PICKUP, approved, arrange, choose, mails


@pytest.fixture(autouse=True)
def _home(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(shipping_address=HOME)


def pass_days(shop: Shop, clock: FakeClock, days: int) -> None:
    for _ in range(days):
        clock.forward(days=1)
        act_on_due(shop.ctx)


def test_a_courier_that_nobody_booked_ends_no_return(shop: Shop, clock: FakeClock) -> None:
    case_id = approved(shop, "courier_pickup")
    choose(shop, case_id, PICKUP)
    pass_days(shop, clock, 10)
    case = shop.case(case_id)
    assert (case.status, case.attention, case.due_by) == (CaseStatus.APPROVED, "TO_ARRANGE", "staff")
    assert mails(shop, "reminder_goods") == mails(shop, "expired") == []


def test_a_label_that_nobody_got_ends_no_return(shop: Shop, clock: FakeClock) -> None:
    case_id = approved(shop, "drop_off")
    choose(shop, case_id, Chosen(method="drop_off"))
    pass_days(shop, clock, 10)
    assert shop.case(case_id).status == CaseStatus.APPROVED
    assert mails(shop, "reminder_goods") == []


def test_whether_a_booked_courier_came_is_for_staff_to_find_out(shop: Shop, clock: FakeClock) -> None:
    case_id = approved(shop, "courier_pickup")
    choose(shop, case_id, PICKUP)
    arrange(shop, case_id)
    pass_days(shop, clock, 10)
    case = shop.case(case_id)
    assert (case.status, case.attention) == (CaseStatus.APPROVED, "PARCEL_LATE")
    assert mails(shop, "reminder_goods") == []


@pytest.mark.parametrize("method", ["self_shipping", "in_store"])
def test_who_sends_nothing_themselves_is_reminded_and_late(shop: Shop, clock: FakeClock, method: str) -> None:
    case_id = approved(shop, "courier_pickup", "self_shipping", "in_store")
    choose(shop, case_id, Chosen(method=method, store="City store"))
    pass_days(shop, clock, 10)
    assert shop.case(case_id).status == CaseStatus.EXPIRED
    (mail,) = mails(shop, "reminder_goods")
    assert (mail.params["method"], mail.params["chooses"]) == (method, False)


def test_the_approval_says_that_there_is_a_choice(shop: Shop) -> None:
    approved(shop, "courier_pickup", "self_shipping")
    (mail,) = mails(shop, "approved")
    assert mail.params["chooses"] is True
