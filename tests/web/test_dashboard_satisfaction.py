"""How content shoppers were: on a page of its own, on the page of the case, and followed up."""

from __future__ import annotations

from tests.services.journeys import Shop
from tests.services.test_surveys import answer, closed

from .desk import Desk, words


def test_answers_are_drawn_and_lead_to_their_cases(desk: Desk, shop: Shop) -> None:
    assert "Nobody was asked yet" in words(desk.get("/dashboard/satisfaction").text)
    case_id = closed(shop)
    assert "1 shopper was asked; nobody has answered yet." in words(desk.get("/dashboard/satisfaction").text)
    answer(shop, "2", "Too <slow>.")
    page = desk.get("/dashboard/satisfaction", days="30").text
    for said in ("2 of 5 stars on average, from 1 of 1 who were asked", "Too <slow>.", "To follow up"):
        assert said in words(page)
    assert "1 with fewer than 5 answers is left out" in words(page)
    assert "<slow>" not in page
    assert f"/dashboard/cases/{case_id}" in page


def test_who_is_unhappy_is_followed_up_on_the_page_of_the_case(desk: Desk, shop: Shop) -> None:
    case_id = closed(shop)
    answer(shop, "1", "Nobody answered.")
    assert "Unhappy 1" in words(desk.get("/dashboard/").text)
    assert "Nobody answered." in words(desk.get(f"/dashboard/cases/{case_id}").text)
    refused = desk.post(f"/dashboard/cases/{case_id}/survey/follow-up", done=" ")
    assert refused.status_code == 400
    assert "Write what was done" in words(refused.text)
    done = desk.post(f"/dashboard/cases/{case_id}/survey/follow-up", done="Called, said sorry.")
    assert done.status_code == 200
    assert "Followed up by sam@shop.example" in words(done.text)
    assert "Unhappy" not in words(desk.get("/dashboard/").text)


def test_other_channels_see_nothing_of_it(yen_desk: Desk, foreign_desk: Desk, shop: Shop) -> None:
    case_id = closed(shop)
    answer(shop, "1", "Nobody answered.")
    for stranger in (yen_desk, foreign_desk):
        assert "Nobody answered." not in stranger.get("/dashboard/satisfaction").text
        assert stranger.post(f"/dashboard/cases/{case_id}/survey/follow-up", done="x").status_code == 404


def test_a_period_that_nobody_offers_is_the_usual_one(desk: Desk, shop: Shop) -> None:
    closed(shop)
    assert 'aria-current="page"' in desk.get("/dashboard/satisfaction", days="100000").text
