"""The warehouse's bench in a real browser: a parcel in two conditions, undo, and booking without a connection."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from demo.shop.samples.people import ADMIN
from demo.stack import Stack

from .accessible import faults
from .test_staff import app_path, ask_for_return, frame_of, new_order, open_case, work_as


def scan(page: Page, stack: Stack, number: str) -> FrameLocator:
    work_as(page, stack, ADMIN)
    page.goto(app_path(stack, "/receiving"))
    frame = frame_of(page)
    frame.get_by_label("Scan or type the number on the slip").fill(number)
    frame.get_by_label("Scan or type the number on the slip").press("Enter")
    expect(frame.get_by_role("button", name="Book in")).to_be_visible()
    return frame


def approved(page: Page, stack: Stack, count: int = 2) -> str:
    number = ask_for_return(stack, new_order(stack), count=count)
    frame = open_case(page, stack, number)
    frame.get_by_role("button", name="Approve return").first.click()
    dialog = frame.get_by_role("dialog", name="Approve this return?")
    dialog.get_by_role("button", name="Approve return").click()
    expect(frame.get_by_role("link", name="Receive goods")).to_be_visible()
    return number


def shelves(stack: Stack) -> int:
    """All units of everything that the shop has on stock."""
    return sum(stack.shop.state.stocks.values())


def test_a_parcel_in_two_conditions_is_booked_and_its_good_half_goes_back_on_the_shelf(
    page: Page, stack: Stack
) -> None:
    number = approved(page, stack)
    before = shelves(stack)
    frame = scan(page, stack, number)
    assert faults(page.frames[1]) == []
    frame.get_by_role("button", name="Some are in another condition").click()
    expect(frame.get_by_label("Arrived").first).to_have_value("1")
    frame.get_by_label("Condition").nth(1).select_option("used")
    expect(frame.get_by_label("What becomes of it").nth(1)).to_have_value("refurbish")
    frame.get_by_label("What becomes of it").nth(1).select_option("send_back")
    frame.get_by_role("button", name="Book in").click()
    expect(frame.get_by_text("Say why not everything is accepted")).to_be_visible()
    frame.get_by_label("Why it is refused").nth(1).fill("Worn for long")
    frame.get_by_role("button", name="Book in").click()
    expect(frame.get_by_role("button", name="Undo")).to_be_visible()
    expect(frame.get_by_text("Booked", exact=True)).to_be_visible()
    frame = open_case(page, stack, number)
    expect(frame.get_by_text("1 × As new, back on the shelf")).to_be_visible()
    expect(frame.get_by_text("1 × Used, refused, goes back to the shopper")).to_be_visible()
    frame.get_by_role("button", name=re.compile("Approve refund of")).click()
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    assert shelves(stack) == before + 1


def test_what_is_undone_is_on_the_bench_again(page: Page, stack: Stack) -> None:
    number = approved(page, stack)
    frame = scan(page, stack, number)
    frame.get_by_role("button", name="Book in").click()
    frame.get_by_role("button", name="Undo").click()
    expect(frame.get_by_text("Undone", exact=True).first).to_be_visible()
    frame = open_case(page, stack, number)
    expect(frame.get_by_role("link", name="Receive goods")).to_be_visible()


def test_a_booking_without_a_connection_is_kept_and_sent_later(
    page: Page, context: BrowserContext, stack: Stack
) -> None:
    number = approved(page, stack)
    frame = scan(page, stack, number)
    context.set_offline(True)
    frame.get_by_role("button", name="Book in").click()
    expect(frame.get_by_text("Kept on this device.")).to_be_visible()
    expect(frame.get_by_text(number)).to_be_visible()
    context.set_offline(False)
    expect(frame.get_by_text("Kept on this device.")).to_be_hidden()
    expect(frame.get_by_role("link", name=number)).to_be_visible()
    expect(frame.get_by_text("Booked", exact=True)).to_be_visible()
