"""The numbers on their page: drawn, compared, followed back to the cases, and only those of one's own channels."""

from __future__ import annotations

import re

import pytest

from saleor_returns_app.services.cases import close_case
from saleor_returns_app.services.rolling import keep_numbers
from tests.services.journeys import Shop
from tests.services.test_complaints import clock_of
from tests.services.test_signals import filled, first_request, look
from tests.services.test_surveys import answer

from .desk import Desk, words


def keep_days(shop: Shop) -> None:
    """Count and roll up the days; months are not due before the token of the desk is over."""
    for _ in range(2):
        while keep_numbers(shop.ctx):
            pass
        clock_of(shop).forward(seconds=31)


@pytest.fixture
def counted(shop: Shop) -> str:
    """One return that was paid, closed and praised, and the numbers of it."""
    case_id = shop.to_payment({"line-1": 1})
    shop.work(looks=3)
    close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    answer(shop, "4")
    keep_days(shop)
    return case_id


def test_without_anything_it_says_what_will_stand_here(desk: Desk) -> None:
    assert "Nothing to count yet" in words(desk.get("/dashboard/analytics").text)


def test_every_number_leads_to_the_cases_behind_it(counted: str, desk: Desk, shop: Shop) -> None:
    page = desk.get("/dashboard/analytics").text
    for said in ("Cases opened 1", "Units that came back 1", "Changed mind", "Back to the payment", "4 ★"):
        assert said in words(page)
    links = sorted(set(re.findall(r'href="(/dashboard/analytics/cases[^"]*)"', page)))
    assert len(links) >= 6
    for link in links:
        behind = desk.get(link.replace("&amp;", "&")).text
        assert f"/dashboard/cases/{counted}" in behind, link


def test_other_channels_and_shops_see_none_of_it(counted: str, yen_desk: Desk, foreign_desk: Desk) -> None:
    for stranger in (yen_desk, foreign_desk):
        page = stranger.get("/dashboard/analytics").text
        assert "Changed mind" not in page
        assert "Back to the payment" not in page
        address = "/dashboard/analytics/cases"
        assert counted not in stranger.get(address, measure="opened", by="all").text


def test_a_time_of_ones_own_and_one_channel(counted: str, desk: Desk, shop: Shop) -> None:
    day = shop.ctx.now().date()
    page = words(desk.get("/dashboard/analytics", since="2020-01-01", until="2020-12-31").text)
    assert "Cases opened 0" in page
    page = words(desk.get("/dashboard/analytics", since=f"{day.year - 1}-01-01", until=day.isoformat()).text)
    assert "Cases opened 1" in page
    assert "Cases opened 0" in words(desk.get("/dashboard/analytics", channel="another").text)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-03-31", "2026-03-01", "The last day is before the first."),
        ("yesterday", "2026-03-01", "Write both days like 2026-03-31."),
        ("", "9999-12-31", "Write both days like 2026-03-31."),
        ("1999-01-01", "2026-03-01", "Choose at most five years."),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_field(
    counted: str, desk: Desk, since: str, until: str, said: str
) -> None:
    answered = desk.get("/dashboard/analytics", since=since, until=until)
    assert answered.status_code == 400
    assert said in words(answered.text)
    if since:
        assert f'value="{since}"' in answered.text


@pytest.mark.parametrize(
    "asked",
    [
        {"measure": "sold", "by": "all"},
        {"measure": "paid", "by": "product", "key": "x"},
        {"measure": "deadline", "by": "name_number", "key": "review"},
        {"measure": "deadline", "by": "name_number", "key": "review|x"},
        {"measure": "nothing", "by": "all"},
        {"measure": "opened", "by": "nothing"},
        {},
    ],
)
def test_a_number_that_there_is_not_is_refused(counted: str, desk: Desk, asked: dict[str, str]) -> None:
    answered = desk.get("/dashboard/analytics/cases", **asked)
    assert answered.status_code == 400
    assert "There is no such number." in words(answered.text)


@pytest.mark.parametrize("by", ["product", "variant", "category", "channel", "country", "nothing"])
def test_rates_are_broken_down(counted: str, desk: Desk, by: str) -> None:
    page = words(desk.get("/dashboard/analytics", by=by).text)
    assert "fewer than 20 sold" in page


def test_the_table_is_what_the_page_shows(counted: str, desk: Desk) -> None:
    page = desk.get("/dashboard/analytics").text
    table = re.findall(r'<textarea id="numbers"[^>]*>(.*?)</textarea>', page, re.DOTALL)[0]
    lines = table.split("\r\n")
    assert lines[0] == "number,of,since,until,value,whole,currency"
    assert any(line.startswith("opened,,") and line.endswith(",1,,") for line in lines)


def test_everything_is_counted_anew_when_somebody_asks(counted: str, desk: Desk, shop: Shop) -> None:
    answered = desk.post("/dashboard/analytics")
    assert "Everything is being counted anew: 0 of 2." in words(answered.text)
    keep_days(shop)
    assert "being counted anew" not in words(desk.get("/dashboard/analytics").text)


def test_what_stands_out_is_said_and_settled(shop: Shop, request: pytest.FixtureRequest) -> None:
    first_request(shop)
    found = look(filled(shop), hours=0.01)
    desk: Desk = request.getfixturevalue("desk")
    page = desk.get("/dashboard/analytics").text
    for said in (
        "p1 comes back more often",
        "40 of 100 sold in the last 4 weeks (40%); in the 12 weeks before it was 10%.",
        "p2 runs small",
        "p3: more often “Damaged”",
    ):
        assert said in words(page)
    for link in re.findall(r'href="(/dashboard/analytics/cases[^"]*)"', page):
        assert desk.get(link.replace("&amp;", "&")).status_code == 200
    address = f"/dashboard/analytics/signals/{found['rate', 'p1'].id}"
    refused = desk.post(address, how=" ")
    assert refused.status_code == 400
    assert "Write what was done" in words(refused.text)
    assert "p1 comes back more often" not in words(desk.post(address, how="Sale stopped.").text)
    assert desk.post("/dashboard/analytics/signals/nothing", how="x").status_code == 404
