"""The page that finds and erases what is held of a person."""

from __future__ import annotations

from tests.services.journeys import Shop

from .desk import Desk, words

PAGE = "/dashboard/settings/privacy"


def test_what_is_open_is_named_and_cannot_be_erased(desk: Desk, orders_desk: Desk, shop: Shop) -> None:
    shop.request()
    page = words(desk.post(f"{PAGE}/person", who="rita@example.com").text)
    assert "Close these first: R-2026-000001" in page
    assert "Erase this person" not in page
    assert desk.post(f"{PAGE}/erase", who="rita@example.com", typed="rita@example.com").status_code == 409
    assert orders_desk.get(PAGE).status_code == 403


def test_a_wrong_confirmation_keeps_what_was_typed(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    desk.act(case_id, "reject", reason="No.")
    assert "Erase this person" in words(desk.post(f"{PAGE}/person", who="rita@example.com").text)
    wrong = desk.post(f"{PAGE}/erase", who="rita@example.com", typed="rita")
    assert (wrong.status_code, 'value="rita"' in wrong.text) == (400, True)
    assert desk.post(f"{PAGE}/erase", who="rita@example.com", typed="rita@example.com").status_code == 200
    assert "Under way" in words(desk.get(PAGE).text)


def test_somebody_unknown_is_said_to_be(desk: Desk) -> None:
    assert "Nothing is held of this person" in words(desk.post(f"{PAGE}/person", who="nobody@example.com").text)
    assert "Write a mail address" in words(desk.post(f"{PAGE}/person", who="").text)
