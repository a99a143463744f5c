"""The queue page: tabs, search, filters, paging; all of its state is in its address."""

from __future__ import annotations

import re
from html import unescape

import pytest

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import queue
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order
from tests.services.journeys import Shop

from .desk import Desk, words


def tabs(page: str) -> dict[str, str]:
    """The tabs of a page and their counts."""
    row = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    found = re.findall(r"<a [^>]*>([^<]*?)\s*(?:<span class=\"count\">([^<]*)</span>)?</a>", row)
    return {name.strip(): count for name, count in found}


def link(page: str, text: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*>\s*{re.escape(text)}', page)
    assert found, f"no link {text}"
    return unescape(found[1])


def test_a_row_tells_number_customer_order_items_amount_state_and_whose_turn_it_is(desk: Desk, shop: Shop) -> None:
    shop.request({"line-1": 2})
    said = words(desk.get("/dashboard/").text)
    for part in ("R-2026-000001", "Rita Returner", "rita@example.com", "#74", "Monospace Tee", "2 units"):
        assert part in said
    assert "$40.00 expected" in said
    assert "Requested" in said
    assert "Your turn due in 2 days" in said


def test_an_overdue_case_says_how_late_it_is(desk: Desk, shop: Shop, clock: FakeClock, web: object) -> None:
    shop.request()
    case = shop.case(shop.request())
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case.id).due_at = clock.now()
    assert "late" in words(desk.get("/dashboard/?view=overdue").text)


def test_tabs_count_each_state(desk: Desk, shop: Shop) -> None:
    shop.request()
    shop.approve(shop.request())
    page = desk.get("/dashboard/").text
    counted = tabs(page)
    assert counted["Open"] == "2"
    assert (counted["Requested"], counted["Approved"], counted["Inspected"]) == ("1", "1", "0")
    assert "Rejected" not in counted  # a state that nothing is in has no tab of its own
    assert link(page, "Approved") == "/dashboard/?view=approved"


def test_a_bounded_count_says_that_there_are_more(desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 1)
    monkeypatch.setattr("saleor_returns_app.web.dashboard.queue.MOST_COUNTED", 1)
    shop.request()
    shop.request()
    assert tabs(desk.get("/dashboard/").text)["Requested"] == "1+"


def test_a_tab_shows_its_state_only(desk: Desk, shop: Shop) -> None:
    shop.request()
    shop.approve(shop.request())
    said = words(desk.get("/dashboard/?view=approved").text)
    assert "R-2026-000002" in said
    assert "R-2026-000001" not in said


def test_an_unknown_view_of_an_old_link_shows_what_is_open(desk: Desk, shop: Shop) -> None:
    shop.request()
    assert "R-2026-000001" in desk.get("/dashboard/?view=frobnicated").text


@pytest.mark.parametrize("said", ["R-2026-000001", "74", "rita@example.com", "328223580", "3282"])
def test_a_search_finds_a_case_in_any_state(desk: Desk, shop: Shop, said: str) -> None:
    case_id = shop.request()
    assert desk.act(case_id, "reject", reason="No.").status_code == 200
    assert "R-2026-000001" not in desk.get("/dashboard/").text
    page = desk.get("/dashboard/", q=said)
    assert "R-2026-000001" in page.text
    assert "Rejected" in page.text


def test_a_search_without_a_match_says_what_can_be_looked_for(desk: Desk, shop: Shop) -> None:
    shop.request()
    said = words(desk.get("/dashboard/", q="nobody@example.com").text)
    assert "Nothing found" in said
    assert "an order number" in said


@pytest.mark.parametrize(
    "said", ['"><script>alert(1)</script>', "' or 1=1 --", "\u202eevil", "💥" * 300, "%s%n", "\x00"]
)
def test_whatever_is_searched_for_is_shown_as_text(desk: Desk, shop: Shop, said: str) -> None:
    shop.request()
    answer = desk.get("/dashboard/", q=said)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_pages_lead_on_and_back(desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    shop.request()
    shop.request()
    first = desk.get("/dashboard/?view=requested").text
    assert "R-2026-000002" in first
    second = desk.get(link(first, "Next")).text
    assert "view=requested" in link(first, "Next")
    assert "R-2026-000001" in second
    assert "R-2026-000002" in desk.get(link(second, "Previous")).text


def test_channels_can_be_filtered_where_there_are_several(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    shop.request()
    assert '<select id="channel"' not in desk.get("/dashboard/").text
    saleor.orders["order-2"] = make_order("order-2", channel_slug="channel-eur", number="75")
    shop.request(order_id="order-2")
    page = desk.get("/dashboard/", channel="channel-eur")
    assert '<option value="channel-eur" selected>' in page.text
    assert "R-2026-000002" in page.text
    assert "R-2026-000001" not in page.text
    assert tabs(page.text)["Requested"] == "1"


class TestEmpty:
    def test_a_new_shop_is_told_where_returns_come_from(self, desk: Desk) -> None:
        page = desk.get("/dashboard/").text
        assert "No returns yet" in page
        assert "http://returns.test/r/shop" in page

    @pytest.mark.parametrize(
        ("view", "said"),
        [("attention", "Nothing needs a person"), ("overdue", "Nothing is late"), ("approved", "No return is in this")],
    )
    def test_an_empty_tab_says_so(self, desk: Desk, shop: Shop, view: str, said: str) -> None:
        shop.request()
        assert said in desk.get("/dashboard/", view=view).text


def test_an_attention_case_stands_out(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    shop.to_payment({"line-1": 1})
    shop.work()
    page = desk.get("/dashboard/", view="attention").text
    assert "Needs attention" in words(page)
    assert "Your turn" in words(page)
    assert tabs(page)["Attention"] == "1"


def test_each_shop_sees_its_own(ctx: Context, desk: Desk, foreign_desk: Desk, shop: Shop, tenant: Tenant) -> None:
    shop.request()
    other = Shop(ctx, next_tenant(ctx, tenant), shop.staff, shop.shopper)
    other.request()
    other.request()
    assert "R-2026-000002" not in desk.get("/dashboard/?view=all").text
    assert tabs(desk.get("/dashboard/").text)["Requested"] == "1"
    assert tabs(foreign_desk.get("/dashboard/").text)["Requested"] == "2"


def next_tenant(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.everyone() as session:
        return next(row.id for row in session.query(Tenant) if row.id != tenant.id)


def test_the_words_are_in_the_dashboard_s_language_where_they_are_known(desk: Desk, shop: Shop) -> None:
    shop.request()
    headers = {**desk.headers, "accept-language": "tlh"}
    assert desk.client.get("/dashboard/", headers=headers).status_code == 200


def test_a_second_shop_with_the_same_address_is_another(ctx: Context, desk: Desk) -> None:
    add_tenant(ctx.db, "third")
    assert desk.get("/dashboard/").status_code == 200
