"""Staff at work in the Dashboard: a real browser, a real app and worker, the stand-in shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, expect

from demo.shop.samples.people import ADMIN, ORDERS_ONLY, RITA, SHOPPER_PASSWORD
from demo.stack import Stack

from .accessible import faults

LOGIN = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { token } }"


@pytest.fixture(autouse=True)
def _calm_provider(stack: Stack) -> Iterator[None]:
    stack.shop.provider.set_mood("success")
    yield
    stack.shop.provider.set_mood("success")


def new_order(stack: Stack) -> dict[str, Any]:
    made = requests.post(f"{stack.shop.base_url}/demo/orders", json={"sample": "plain"}, timeout=10)
    order: dict[str, Any] = made.json()[0]
    return order


def ask_for_return(stack: Stack, order: dict[str, Any], count: int = 2) -> str:
    """A shopper asks through the storefront; gives the case's number."""
    variables = {"e": RITA, "p": SHOPPER_PASSWORD}
    login = requests.post(stack.shop.api_url, json={"query": LOGIN, "variables": variables}, timeout=10)
    api = f"{stack.app_url}/api/storefront/v1/shops/{stack.portal_url.rpartition('/')[2]}"
    lines = [{"order_line_id": order["lines"][0]["id"], "quantity": count, "reason": "late"}]
    answer = requests.post(
        f"{api}/cases",
        json={"order_id": order["id"], "lines": lines},
        headers={"Authorization": f"Bearer {login.json()['data']['tokenCreate']['token']}"},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def work_as(page: Page, stack: Stack, email: str) -> None:
    page.goto(stack.dashboard_url)
    page.select_option("#staff", email)
    page.wait_for_load_state("networkidle")


def app_path(stack: Stack, route: str = "/") -> str:
    return f"{stack.dashboard_url}extensions/app/{stack.app.id.replace('=', '%3D')}{route}"


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe").first


def open_queue(page: Page, stack: Stack) -> FrameLocator:
    work_as(page, stack, ADMIN)
    page.goto(app_path(stack))
    frame = frame_of(page)
    expect(frame.get_by_role("heading", name="Returns", exact=True)).to_be_visible()
    return frame


def open_case(page: Page, stack: Stack, number: str) -> FrameLocator:
    frame = open_queue(page, stack)
    frame.get_by_role("searchbox").fill(number)
    frame.get_by_role("searchbox").press("Enter")
    frame.get_by_role("link", name=number).click()
    expect(frame.get_by_role("heading", name=number)).to_be_visible()
    return frame


def to_refund(frame: FrameLocator) -> None:
    """From a request to the quote that waits for approval."""
    frame.get_by_role("button", name="Approve return").first.click()
    dialog = frame.get_by_role("dialog", name="Approve this return?")
    dialog.get_by_role("button", name="Approve return").click()
    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_role("button", name="Book the goods in").click()
    expect(frame.get_by_role("button", name=re.compile("Approve refund of"))).to_be_visible()


def test_from_the_request_to_the_money(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, order)
    frame = open_case(page, stack, number)
    expect(frame.get_by_text("Late").first).to_be_visible()
    to_refund(frame)
    expect(page.get_by_text("Goods received", exact=True)).to_be_visible()  # the Dashboard's own toast
    frame.get_by_role("button", name=re.compile("Approve refund of")).click()
    # Nobody presses anything any more: the panel watches the payment and then shows the case's new state.
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    paid = stack.shop.paid_out(stack.shop.state.by_number[order["number"]])
    assert str(paid) == "35.71"
    assert (
        len(
            [call for call in stack.shop.provider.ledger.calls if call.ask and call.ask.order_number == order["number"]]
        )
        == 1
    )
    stack.mailbox.wait_for(to=RITA, subject="refund", timeout=30)
    frame.get_by_role("button", name="Close case").click()
    frame.get_by_role("dialog").get_by_role("button", name="Close case").click()
    expect(frame.get_by_role("heading", name="This case is closed")).to_be_visible()


def test_the_address_of_a_case_survives_a_reload_and_the_way_back(page: Page, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    frame = open_case(page, stack, number)
    expect(page).to_have_url(re.compile(r"/extensions/app/[^/]+/cases/[0-9a-f-]+$"))
    page.reload()
    expect(frame_of(page).get_by_role("heading", name=number)).to_be_visible()
    frame = frame_of(page)
    frame.get_by_role("link", name="All returns").click()
    expect(frame.get_by_role("heading", name="Returns", exact=True)).to_be_visible()


def test_rejecting_asks_for_a_reason_where_it_is_missing(page: Page, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    frame = open_case(page, stack, number)
    frame.get_by_role("button", name="Reject", exact=True).click()
    dialog = frame.get_by_role("dialog", name="Reject this return?")
    dialog.get_by_role("button", name="Reject return").click()
    expect(dialog.get_by_text("Write the reason: the shopper reads it.")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_label("Reason").fill("The seal is broken.")
    dialog.get_by_role("button", name="Reject return").click()
    expect(frame.get_by_role("heading", name="This return was rejected")).to_be_visible()
    mail = stack.mailbox.wait_for(to=RITA, subject=number, timeout=30)
    assert mail is not None


def test_a_declined_refund_is_retried(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, order)
    frame = open_case(page, stack, number)
    to_refund(frame)
    stack.shop.provider.set_mood("failure")
    frame.get_by_role("button", name=re.compile("Approve refund of")).click()
    expect(frame.get_by_role("heading", name="Needs attention")).to_be_visible()
    stack.shop.provider.set_mood("success")
    frame.get_by_role("button", name="Retry").click()
    frame.get_by_role("dialog", name="Try this refund again?").get_by_role("button", name="Try again").click()
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    assert str(stack.shop.paid_out(stack.shop.state.by_number[order["number"]])) == "35.71"


def test_two_people_at_one_case(page: Page, browser: Browser, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    frame = open_case(page, stack, number)
    second = browser.new_context().new_page()
    other = open_case(second, stack, number)
    other.get_by_role("button", name="Approve return").first.click()
    other.get_by_role("dialog").get_by_role("button", name="Approve return").click()
    expect(other.get_by_role("heading", name="Waiting for the goods")).to_be_visible()
    frame.get_by_role("button", name="Reject", exact=True).click()
    frame.get_by_role("dialog").get_by_label("Reason").fill("I would have said no.")
    frame.get_by_role("dialog").get_by_role("button", name="Reject return").click()
    expect(frame.get_by_text("Someone else changed this case")).to_be_visible()
    expect(frame.get_by_text("I would have said no.")).to_be_visible()
    expect(frame.get_by_role("heading", name="Waiting for the goods")).to_be_visible()
    second.context.close()


def test_who_may_not_handle_payments_sees_why(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, order)
    to_refund(open_case(page, stack, number))
    address = page.url
    work_as(page, stack, ORDERS_ONLY)
    page.goto(address)
    frame = frame_of(page)
    expect(frame.get_by_text("You need the permission Handle payments for this.")).to_be_visible()
    expect(frame.get_by_role("button", name=re.compile("Approve refund of"))).to_have_attribute("aria-disabled", "true")


def test_from_the_order_s_page_a_case_is_opened_and_shown_beside_it(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    work_as(page, stack, ADMIN)
    page.goto(f"{stack.dashboard_url}orders/{order['id'].replace('=', '%3D')}")
    widget = frame_of(page)
    expect(widget.get_by_text("No returns")).to_be_visible()
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Open a return").click()
    popup = page.frame_locator("dialog iframe")
    popup.get_by_label("Quantity").first.fill("1")
    popup.get_by_label("Reason").first.select_option("damaged")
    expect(popup.get_by_text("Total")).to_be_visible()  # the refund is worked out while the form is filled in
    popup.get_by_label("How the shopper reached you").select_option("email")
    popup.get_by_role("button", name="Open the return").click()
    expect(popup.get_by_role("heading", name=re.compile(r"R-\d+-\d+ is open"))).to_be_visible()
    page.reload()
    link = frame_of(page).get_by_role("link", name=re.compile(r"R-\d+-\d+"))
    number = link.inner_text()
    link.click()
    expect(frame_of(page).get_by_role("heading", name=number)).to_be_visible()


def test_a_widget_is_as_high_as_what_it_shows(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    ask_for_return(stack, order)
    work_as(page, stack, ADMIN)
    page.goto(f"{stack.dashboard_url}orders/{order['id'].replace('=', '%3D')}")
    expect(frame_of(page).get_by_role("link", name=re.compile(r"R-\d+-\d+"))).to_be_visible()
    frame = page.locator("iframe").first
    body = frame_of(page).locator("body")
    wanted = body.evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
    page.wait_for_function(
        "([frame, wanted]) => Math.abs(frame.getBoundingClientRect().height - wanted) <= 2",
        arg=[frame.element_handle(), wanted],
    )


def test_the_theme_follows_the_dashboard(page: Page, stack: Stack) -> None:
    frame = open_queue(page, stack)
    before = frame.locator("html").get_attribute("data-theme")
    page.locator("#theme").click()
    expect(frame.locator("html")).not_to_have_attribute("data-theme", before or "")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 640], ids=["wide", "narrow"])
def test_pages_can_be_read_and_operated_by_everyone(page: Page, stack: Stack, width: int, theme: str) -> None:
    number = ask_for_return(stack, new_order(stack))
    page.set_viewport_size({"width": width, "height": 1000})
    frame = open_queue(page, stack)
    if theme == "dark":
        page.locator("#theme").click()
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    found = faults_of(page)
    frame.get_by_role("link", name=number).click()
    expect(frame.get_by_role("heading", name=number)).to_be_visible()
    expect(frame.get_by_text("Goes back to")).to_be_visible()
    found += faults_of(page)
    frame.get_by_role("link", name="All returns").click()
    frame.get_by_role("link", name="Settings").click()
    expect(frame.get_by_label("Return address")).to_be_visible()
    found += faults_of(page)
    assert found == []


def faults_of(page: Page) -> list[str]:
    return faults(next(frame for frame in page.frames if frame is not page.main_frame))
