"""Asking for a return, and everything that can be typed wrongly on the way."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.policy import actions
from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.fakes import FakeClock, FakeSaleor, make_fulfillment, make_line
from tests.services.journeys import Shop
from tests.services.test_deciding import publish

from .walking import cases, fill_in, hidden, log_in, post, refused, send


def test_a_guest_comes_from_the_order_number_to_the_case(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    order = visitor.get("/r/shop/order")
    assert "Monospace Tee" in order.text
    summary = fill_in(visitor)
    assert "$40.00" in summary.text
    answer = send(visitor, summary)
    assert answer.headers["Location"] == "/r/shop/cases/R-2026-000001/done"
    page = visitor.get(answer.headers["Location"])
    assert "R-2026-000001" in page.text
    assert cases(ctx, tenant)[0].lines[0].quantity == 2


def test_nothing_of_order_or_mailbox_is_in_an_address(visitor: FlaskClient) -> None:
    pages = [visitor.get("/r/shop/order"), fill_in(visitor)]
    links = re.findall(r'(?:href|action)="([^"]+)"', "".join(page.text for page in pages))
    assert not [link for link in links if "order-1" in link or "rita" in link]


@pytest.mark.parametrize("quantity", ["-1", "4", "1.5", "one", "1" * 40, "٣", "<b>"])
def test_impossible_quantities_are_refused_with_what_is_possible(visitor: FlaskClient, quantity: str) -> None:
    page = refused(visitor, post(visitor, "order", **{"quantity-line-1": quantity}))
    assert "from 0 to 3" in page.text


def test_a_count_that_was_refused_is_there_to_be_corrected(
    client: FlaskClient, ctx: Context, tenant: Tenant, saleor: FakeSaleor
) -> None:
    lines = (make_line(quantity=30),)
    saleor.change("order-1", lines=lines, fulfillments=(make_fulfillment(lines),))
    log_in(client, ctx, tenant)
    page = refused(client, post(client, "order", **{"quantity-line-1": "31"}))
    assert re.search(r'name="quantity-line-1"[^>]* value="31"', page.text)


@pytest.mark.parametrize("fields", [{"quantity-line-1": "0"}, {}, {"quantity-line-9": "1"}])
def test_nothing_chosen_is_said(visitor: FlaskClient, fields: dict[str, str]) -> None:
    page = refused(visitor, post(visitor, "order", **fields))
    assert "at least one item" in page.text


def test_what_is_wrong_leads_to_its_field(visitor: FlaskClient) -> None:
    post(visitor, "order", **{"quantity-line-1": "1"})
    page = refused(visitor, post(visitor, "reasons", **{"reason-line-1": "other", "description-line-1": ""})).text
    assert '<a href="#d1">' in page
    assert re.search(r'<textarea id="d1"[^>]*aria-describedby="d1-hint d1-problem" aria-invalid="true"', page)
    assert 'id="d1-problem"' in page


def test_a_description_that_is_too_long_comes_back_to_be_shortened(visitor: FlaskClient) -> None:
    post(visitor, "order", **{"quantity-line-1": "1"})
    said = "My story. " * 500
    page = refused(visitor, post(visitor, "reasons", **{"reason-line-1": "late", "description-line-1": said}))
    assert "at most 4000 characters" in page.text
    assert said in page.text


def test_what_there_is_no_choice_of_is_said_in_a_sentence(visitor: FlaskClient, shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.Resolutions(allowed=(Resolution.REFUND,)))
    post(visitor, "order", **{"quantity-line-1": "2"})
    page = visitor.get("/r/shop/reasons").text
    assert "You get a refund, the way you paid." in page
    assert 'type="radio"' not in page
    assert '<input type="hidden" name="resolution-line-1" value="refund">' in page


def test_a_count_stands_before_its_item_with_no_stray_dot(visitor: FlaskClient) -> None:
    post(visitor, "order", **{"quantity-line-1": "2"})
    page = visitor.get("/r/shop/reasons").text
    assert "<h2>2 × Monospace Tee</h2>" in page
    assert "· ×" not in page


def test_a_resolution_that_is_not_offered_is_refused(visitor: FlaskClient, shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.Resolutions(allowed=(Resolution.REFUND, Resolution.EXCHANGE)))
    post(visitor, "order", **{"quantity-line-1": "1"})
    page = refused(visitor, post(visitor, "reasons", **{"reason-line-1": "late", "resolution-line-1": "store_credit"}))
    assert "This is not offered for this item." in page.text


def test_what_was_filled_in_is_there_again_after_signing_in_anew(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, clock: FakeClock
) -> None:
    fill_in(visitor, quantity="1", description="The seam is open.")
    clock.forward(hours=3)
    assert visitor.get("/r/shop/summary").status_code == 401
    log_in(visitor, ctx, tenant)
    assert "The seam is open." in visitor.get("/r/shop/summary").text


@pytest.mark.parametrize(("reason", "description"), [("", ""), ("greed", ""), ("other", "  "), ("late", "x" * 4001)])
def test_a_reason_that_cannot_be_used_keeps_the_form(visitor: FlaskClient, reason: str, description: str) -> None:
    post(visitor, "order", **{"quantity-line-1": "1"})
    page = refused(visitor, post(visitor, "reasons", **{"reason-line-1": reason, "description-line-1": description}))
    assert "Please check this" in page.text
    assert f">{description}</textarea>" in page.text
    assert post(visitor, "reasons", **{"reason-line-1": "late", "description-line-1": "x"}).status_code == 303
    assert "Please check this" not in visitor.get("/r/shop/reasons?check=1").text, "Back shows what is right now"


def test_text_of_any_kind_is_shown_as_text(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    said = '<script>alert("x")</script> 🙃 שלום {{7*7}} %(x)s'
    number = send(visitor, fill_in(visitor, description=said)).headers["Location"].split("/")[4]
    page = visitor.get(f"/r/shop/cases/{number}")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "שלום {{7*7}} %(x)s" in page.text


def test_a_second_click_leads_to_the_case_of_the_first(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    summary = fill_in(visitor, quantity="1")
    first, second = send(visitor, summary), send(visitor, summary)
    assert second.headers["Location"] == first.headers["Location"]
    assert len(cases(ctx, tenant)) == 1


def test_two_clicks_at_once_open_one_case(visitor: FlaskClient, app: Flask, ctx: Context, tenant: Tenant) -> None:
    summary = fill_in(visitor, quantity="1")
    cookie = visitor.get_cookie("returns_session", path="/r/shop")
    assert cookie is not None

    def click(_: int) -> str:
        browser = app.test_client()
        browser.set_cookie("returns_session", cookie.value, path="/r/shop")
        return send(browser, summary).headers.get("Location", "")

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {"/r/shop/cases/R-2026-000001/done"}
    assert len(cases(ctx, tenant)) == 1


def test_a_summary_from_before_shows_what_is_filled_in_now(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    old = fill_in(visitor, quantity="1")
    send(visitor, old)
    new = fill_in(visitor, quantity="2")
    fields = {"csrf": hidden(new, "csrf"), "ticket": "forged", "seen": hidden(new, "seen")}
    assert visitor.post("/r/shop/summary", data=fields).headers["Location"] == "/r/shop/summary"
    assert len(cases(ctx, tenant)) == 1


def test_another_amount_than_was_seen_is_shown_again_first(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    seen = fill_in(visitor, quantity="1")
    fill_in(visitor, quantity="3")  # in another tab
    page = refused(visitor, send(visitor, seen))
    assert cases(ctx, tenant) == []
    assert "has changed in the meantime" in page.text
    assert "$70.00" in page.text
    assert send(visitor, page).status_code == 303


def test_what_became_impossible_meanwhile_is_said_and_nothing_is_lost(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, saleor: FakeSaleor, clock: FakeClock
) -> None:
    summary = fill_in(visitor)
    clock.forward(minutes=2)  # the mirror is too old to rely on
    saleor.trouble["read_order"] = [SaleorUnavailable(), SaleorUnavailable()]
    page = refused(visitor, send(visitor, summary))
    assert "does not answer" in page.text
    assert send(visitor, page).status_code == 303, "the page offers to send it again"
    assert len(cases(ctx, tenant)) == 1


def test_an_order_out_of_its_window_says_until_when_and_lets_faults_be_claimed(
    ctx: Context, tenant: Tenant, client: FlaskClient, clock: FakeClock
) -> None:
    clock.forward(days=30)
    log_in(client, ctx, tenant)
    post(client, "order", **{"quantity-line-1": "1"})
    late = refused(client, post(client, "reasons", **{"reason-line-1": "changed_mind"}))
    assert "are over" in late.text
    assert post(client, "reasons", **{"reason-line-1": "late"}).status_code == 303


def test_a_gift_card_out_of_its_window_is_no_claim(
    ctx: Context, tenant: Tenant, client: FlaskClient, clock: FakeClock, saleor: FakeSaleor
) -> None:
    clock.forward(days=30)
    saleor.change("order-1", lines=(make_line(is_gift_card=True),))
    log_in(client, ctx, tenant)
    page = client.get("/r/shop/order").text
    assert "Gift cards cannot be returned." in page
    assert "quantity-line-1" not in page


def test_the_order_page_works_while_the_shop_is_down(
    visitor: FlaskClient, saleor: FakeSaleor, clock: FakeClock
) -> None:
    clock.forward(minutes=2)
    saleor.trouble["read_order"] = [SaleorUnavailable()]
    assert "Monospace Tee" in visitor.get("/r/shop/order").text


def test_a_fee_is_named_in_words_without_a_count(visitor: FlaskClient, shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.RestockingFee(percent=Decimal(10)))
    page = fill_in(visitor).text
    assert "Restocking fee of 10 % on “Monospace Tee”" in page
    assert "0 ×" not in page


@pytest.mark.parametrize("demanded", [0, 1])
def test_photos_that_are_demanded_are_not_called_optional(
    visitor: FlaskClient, shop: Shop, staff: Actor, demanded: int
) -> None:
    publish(shop, staff, actions.Evidence(photos=demanded))
    post(visitor, "order", **{"quantity-line-1": "1"})
    label = re.search(r'<label for="e1">(.*?)</label>', visitor.get("/r/shop/reasons").text)
    assert label
    assert ("(optional)" in label[1]) == (not demanded)
