"""Refused goods on the staff's pages: seen in the queue and on the case, sent with a number, put right."""

from __future__ import annotations

from tests.services.journeys import Shop
from tests.services.test_repairs import out
from tests.services.test_sending_out import NUMBER, refused

from .desk import Desk, words


def test_refused_goods_are_shown_until_they_are_sent(desk: Desk, shop: Shop) -> None:
    case_id = refused(shop)
    assert "To send back" in words(desk.get("/dashboard/?view=to_send").text)
    assert "Has to go back to the shopper: 2 ×" in words(desk.get(f"/dashboard/cases/{case_id}").text)
    line = shop.case(case_id).lines[0].id
    typed = {f"units.{line}": "2", "tracking_number": NUMBER, "carrier": "UPS"}
    assert desk.act(case_id, "send-goods-back", **typed).status_code == 200
    page = words(desk.get(f"/dashboard/cases/{case_id}").text)
    assert "Has to go back" not in page
    assert NUMBER in page
    assert "Nothing has to go back to a shopper." in words(desk.get("/dashboard/?view=to_send").text)


def test_a_refused_form_keeps_what_was_typed(desk: Desk, shop: Shop) -> None:
    case_id = refused(shop)
    line = shop.case(case_id).lines[0].id
    for units, number in (("3", NUMBER), ("x", NUMBER), ("0", NUMBER), ("1", "12"), ("1", "1Z12345E")):
        typed = {f"units.{line}": units, "tracking_number": number, "carrier": "UPS"}
        said = desk.act(case_id, "send-goods-back", **typed)
        assert said.status_code == 400
        assert f'value="{number}"' in said.text
    assert out(shop, case_id) == []


def test_a_wrong_number_is_put_right(desk: Desk, shop: Shop) -> None:
    case_id = refused(shop)
    line = shop.case(case_id).lines[0].id
    desk.act(case_id, "send-goods-back", **{f"units.{line}": "2", "tracking_number": NUMBER, "carrier": "UPS"})
    said = desk.act(case_id, "correct-parcel-out", parcel="1", tracking_number="1Z12345E0305271640", carrier="UPS")
    assert said.status_code == 200
    assert [row.tracking_number for row in out(shop, case_id)] == ["1Z12345E0305271640"]
    assert desk.act(case_id, "correct-parcel-out", parcel="7", tracking_number=NUMBER).status_code == 404
