"""Refused goods go back: every unit once, with its reason and a number to follow, and nobody forgets them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.inspection import Disposition, Found, Grade, counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import BadInput, Conflict, Forbidden
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.services.cases import cancel_case, conclude_case, reject_case
from saleor_returns_app.services.goods_owed import goods_owed
from saleor_returns_app.services.inspection import correct_line, receive_case
from saleor_returns_app.services.offers import decline_offer, make_offer
from saleor_returns_app.services.queue import Asked, View, count_cases, list_cases
from saleor_returns_app.services.repairs import turn_repair
from saleor_returns_app.services.sending_out import correct_parcel_out, send_goods_back
from tests.fakes import FakeSaleor

from .journeys import Shop
from .test_repairs import begun, mails, out

NUMBER = "1Z12345E0205271688"


def refused(shop: Shop, units: int = 3, accepted: int = 1) -> str:
    """A case of which some units were refused."""
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    shop.receive(case_id, {"line-1": accepted})
    return case_id


def owed(shop: Shop, case_id: str) -> list[int]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(goods_owed(session, shop.case(case_id)).values())


def send(shop: Shop, case_id: str, units: int, number: str = NUMBER, **more: Mapping[str, object]) -> None:
    line = shop.case(case_id).lines[0].id
    send_goods_back(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        units={line: units},
        carrier="UPS",
        tracking_number=number,
        **more,  # type: ignore[arg-type]
    )


def to_send(shop: Shop) -> list[str]:
    page = list_cases(shop.ctx, shop.tenant_id, actor=shop.staff, asked=Asked(view=View.TO_SEND))
    counts = count_cases(shop.ctx, shop.tenant_id, actor=shop.staff)
    assert counts.to_send == len(page.rows)
    return [row.case.id for row in page.rows]


def test_what_is_refused_is_owed_until_it_went_out(shop: Shop) -> None:
    case_id = refused(shop)
    assert owed(shop, case_id) == [2]
    assert to_send(shop) == [case_id]
    send(shop, case_id, 1)
    assert owed(shop, case_id) == [1]
    assert to_send(shop) == [case_id]
    send(shop, case_id, 1, "1Z12345E0305271640")
    assert owed(shop, case_id) == []
    assert to_send(shop) == []
    assert [row.number for row in out(shop, case_id)] == [1, 2]


def test_nothing_goes_back_twice(shop: Shop) -> None:
    case_id = refused(shop)
    with pytest.raises(BadInput, match="At most 2"):
        send(shop, case_id, 3)
    send(shop, case_id, 2)
    with pytest.raises(Conflict, match="Nothing has to go back"):
        send(shop, case_id, 1, "1Z12345E0305271640")
    assert len(out(shop, case_id)) == 1


def test_the_same_number_is_one_parcel(shop: Shop) -> None:
    case_id = refused(shop)
    send(shop, case_id, 1)
    with pytest.raises(BadInput, match="has this number already"):
        send(shop, case_id, 1, "1z 12345e 0205271688")


def test_two_tabs_send_once(shop: Shop) -> None:
    case_id = refused(shop)
    version = shop.case(case_id).version
    send(shop, case_id, 1, version=version)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="Someone else"):
        send(shop, case_id, 1, "1Z12345E0305271640", version=version)  # type: ignore[arg-type]


def test_the_shopper_reads_why_and_where(shop: Shop) -> None:
    case_id = refused(shop)
    send(shop, case_id, 2)
    told = mails(shop, "goods_sent_back")[0].params["parcel"]
    assert (told["tracking_number"], told["units"]) == (
        NUMBER,
        [{"item": shop.case(case_id).lines[0].product_name, "quantity": 2, "refusal": "Worn."}],
    )
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        entry = session.scalars(select(CaseEntry).where(CaseEntry.event == "send_goods_back")).one()
        assert entry.public
        assert entry.detail["units"][0]["refusal"] == "Worn."


def test_an_empty_parcel_is_none(shop: Shop) -> None:
    case_id = refused(shop)
    with pytest.raises(BadInput, match="which items"):
        send(shop, case_id, 0)
    with pytest.raises(BadInput):
        send_goods_back(
            shop.ctx, shop.tenant_id, case_id, actor=shop.staff, units={"x": 1}, carrier="", tracking_number=NUMBER
        )


def test_goods_in_quarantine_wait_for_a_decision(shop: Shop) -> None:
    case_id = shop.request({"line-1": 1})
    shop.approve(case_id)
    kept = Found(
        quantity=1, grade=Grade.WRONG_ITEM, accepted=False, disposition=Disposition.QUARANTINE, reason="Not ours."
    )
    line = shop.case(case_id).lines[0].id
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found={line: [kept]})
    assert owed(shop, case_id) == []


def test_the_duty_outlives_the_refund(shop: Shop) -> None:
    case_id = refused(shop)
    shop.pay(case_id)
    shop.work(looks=3)
    assert shop.case(case_id).status == "resolved"
    assert to_send(shop) == [case_id]
    send(shop, case_id, 2)
    assert to_send(shop) == []


def test_the_duty_outlives_a_case_without_refund(shop: Shop) -> None:
    case_id = refused(shop, 2, 0)
    conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert owed(shop, case_id) == [2]


def test_what_went_back_stays_refused(shop: Shop) -> None:
    case_id = refused(shop, 2, 1)
    send(shop, case_id, 1)
    line = shop.case(case_id).lines[0].id
    with pytest.raises(BadInput, match="were sent back"):
        correct_line(
            shop.ctx,
            shop.tenant_id,
            case_id,
            line,
            actor=shop.staff,
            found=counted(received=2, accepted=2),
            why="Looked again.",
        )


def test_a_correction_takes_the_duty_away(shop: Shop) -> None:
    case_id = refused(shop, 2, 1)
    line = shop.case(case_id).lines[0].id
    correct_line(
        shop.ctx,
        shop.tenant_id,
        case_id,
        line,
        actor=shop.staff,
        found=counted(received=2, accepted=2),
        why="Looked again.",
    )
    assert to_send(shop) == []


def test_a_wrong_number_is_put_right_and_both_are_kept(shop: Shop) -> None:
    case_id = refused(shop)
    send(shop, case_id, 2)
    correct_parcel_out(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        parcel=1,
        carrier="UPS",
        tracking_number="1Z12345E0305271640",
    )
    assert [row.tracking_number for row in out(shop, case_id)] == ["1Z12345E0305271640"]
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        entry = session.scalars(select(CaseEntry).where(CaseEntry.event == "correct_parcel")).one()
        assert entry.detail["before"] == f"UPS {NUMBER}"


def test_shoppers_send_nothing_to_themselves(shop: Shop) -> None:
    case_id = refused(shop)
    line = shop.case(case_id).lines[0].id
    with pytest.raises(Forbidden):
        send_goods_back(
            shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, units={line: 1}, carrier="", tracking_number=NUMBER
        )


def test_goods_of_a_case_that_ends_for_nothing_go_back(shop: Shop) -> None:
    case_id = begun(shop, units=2)
    turn_repair(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    offer = make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND))
    decline_offer(shop.ctx, shop.tenant_id, offer, actor=shop.shopper)
    cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="As you wish.")
    assert owed(shop, case_id) == [2]
    send(shop, case_id, 2)
    assert to_send(shop) == []


def turned_down(shop: Shop, units: int = 2) -> str:
    """Its goods were accepted and put on the shelf; then nothing was agreed on."""
    case_id = refused(shop, units=units, accepted=units)
    shop.work(looks=2)
    offer = make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND))
    decline_offer(shop.ctx, shop.tenant_id, offer, actor=shop.shopper)
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Not from us.")
    return case_id


def test_accepted_goods_that_go_back_after_all_come_off_the_shelf(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.stock["variant-1", "warehouse-1"] = 5
    case_id = turned_down(shop)
    assert saleor.stock["variant-1", "warehouse-1"] == 7
    send(shop, case_id, 1)
    shop.work(looks=2)
    assert (saleor.stock["variant-1", "warehouse-1"], owed(shop, case_id)) == (6, [1])
    send(shop, case_id, 1, number="RR123456785DE")
    shop.work(looks=2)
    assert (saleor.stock["variant-1", "warehouse-1"], owed(shop, case_id)) == (5, [])
    assert shop.case(case_id).lines[0].accepted == 0
