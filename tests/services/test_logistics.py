"""Parcels of a case: one for each number, followed until they come or are lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.parcels import MOST_PARCELS
from saleor_returns_app.errors import BadInput, Conflict, MoveRefused, NotFound
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.services.logistics import add_tracking, lose_parcel, read_parcels
from saleor_returns_app.services.receipts import find_scanned

from .journeys import Shop


def approved(shop: Shop, units: dict[str, int] | None = None) -> str:
    case_id = shop.request(units)
    shop.approve(case_id)
    return case_id


def tell(shop: Shop, case_id: str, number: str, carrier: str = "", corrects: int | None = None) -> None:
    add_tracking(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.shopper,
        tracking_number=number,
        carrier=carrier,
        corrects=corrects,
    )


def told(shop: Shop, case_id: str) -> list[tuple[int, str, str, str]]:
    rows: list[Parcel] = list(read_parcels(shop.ctx, shop.tenant_id, case_id))
    return [(row.number, row.tracking_number, row.carrier, row.status) for row in rows]


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(CaseEntry.event).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)))


def test_the_first_parcel_moves_the_case_and_each_number_is_another_one(shop: Shop) -> None:
    case_id = approved(shop)
    for number in ("RR123456785DE", "TRACK-2"):
        tell(shop, case_id, number)
    assert shop.case(case_id).status == "in_transit"
    assert told(shop, case_id) == [(1, "RR123456785DE", "", "in_transit"), (2, "TRACK-2", "", "in_transit")]


def test_the_same_number_however_it_is_spaced_is_no_second_parcel(shop: Shop) -> None:
    case_id = approved(shop)
    for number in ("RR 12345678 5 DE", "RR 12345678 5 DE", "rr123456785de"):
        tell(shop, case_id, number)
    assert [row[1] for row in told(shop, case_id)] == ["rr123456785de"]
    assert events(shop, case_id).count("ship") == 1


def test_a_number_is_corrected_where_that_is_said(shop: Shop) -> None:
    case_id = approved(shop)
    tell(shop, case_id, "TRACK-1")
    tell(shop, case_id, "TRACK-2")
    tell(shop, case_id, "TRACK-9", corrects=1)
    assert [row[1] for row in told(shop, case_id)] == ["TRACK-9", "TRACK-2"]
    assert events(shop, case_id)[-1] == "correct_parcel"


def test_a_correction_to_the_number_of_another_parcel_is_refused(shop: Shop) -> None:
    case_id = approved(shop)
    tell(shop, case_id, "TRACK-1")
    tell(shop, case_id, "TRACK-2")
    with pytest.raises(BadInput, match="already"):
        tell(shop, case_id, "track 2", corrects=1)
    with pytest.raises(NotFound):
        tell(shop, case_id, "TRACK-3", corrects=7)


def test_a_known_carrier_s_numbers_have_its_form(shop: Shop) -> None:
    case_id = approved(shop)
    with pytest.raises(BadInput, match="UPS gives no such numbers") as refusal:
        tell(shop, case_id, "1Z999", "ups")
    assert refusal.value.field == "tracking_number"
    assert shop.case(case_id).status == "approved"
    tell(shop, case_id, "1Z999", "Hermes of Olympus")
    assert told(shop, case_id) == [(1, "1Z999", "Hermes of Olympus", "in_transit")]


def test_a_case_has_only_so_many_parcels(shop: Shop) -> None:
    case_id = approved(shop)
    for number in range(MOST_PARCELS):
        tell(shop, case_id, f"TRACK-{number}")
    with pytest.raises(BadInput, match="at most"):
        tell(shop, case_id, "TRACK-MORE")
    assert len(told(shop, case_id)) == MOST_PARCELS


def test_a_lost_parcel_is_a_person_s_until_the_case_goes_on(shop: Shop) -> None:
    case_id = approved(shop)
    tell(shop, case_id, "TRACK-1")
    tell(shop, case_id, "TRACK-2")
    lose_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
    case = shop.case(case_id)
    assert (case.attention, case.attention_detail["tracking_number"]) == ("PARCEL_LOST", "TRACK-1")
    shop.receive(case_id)
    assert shop.case(case_id).attention == ""
    assert [row[3] for row in told(shop, case_id)] == ["lost", "delivered"]


def test_a_parcel_is_lost_once(shop: Shop) -> None:
    case_id = approved(shop)
    tell(shop, case_id, "TRACK-1")
    lose_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
    with pytest.raises(MoveRefused):
        lose_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
    with pytest.raises(Conflict):
        tell(shop, case_id, "TRACK-9", corrects=1)


def test_a_scanned_tracking_number_finds_its_case(shop: Shop) -> None:
    case_id = approved(shop)
    tell(shop, case_id, "RR 12345678 5 DE")
    for code in ("RR123456785DE", "rr 12345678 5 de"):
        assert [case.id for case in find_scanned(shop.ctx, shop.tenant_id, actor=shop.staff, code=code)] == [case_id]
