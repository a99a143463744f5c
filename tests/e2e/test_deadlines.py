"""Deadlines watched on both sides: the demo's clock is moved, and what is due happens by itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.shop.model.orders import Order
from demo.shop.samples.people import RITA
from demo.stack import DEMO_SETTINGS, Stack

from .accessible import faults
from .test_shopper import approve, new_order, portal_link
from .test_staff import ask_for_return, open_case, open_queue

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A demo of its own: its clock cannot be moved back for the others."""
    with Stack(tmp_path_factory.mktemp("later"), settings=DEMO_SETTINGS) as running:
        yield running


def forward(stack: Stack, by: str) -> None:
    command = [sys.executable, "-m", "demo", "forward", by, "--folder", str(stack.folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def look_at_portal(page: Page, stack: Stack, order: Order, number: str) -> None:
    """The shopper's page of the case, signed in anew: sessions end as time passes."""
    page.goto(portal_link(stack, order))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=f"Return {number}")).to_be_visible()


def as_asked(order: Order) -> dict[str, object]:
    """The order as the storefront's API names it."""
    return {"id": order.id, "lines": [{"id": line.id} for line in order.lines]}


def test_goods_that_are_never_sent_expire_the_return_after_a_reminder(page: Page, later: Stack) -> None:
    order = new_order(later)
    number = ask_for_return(later, as_asked(order))
    approve(later, order)
    look_at_portal(page, later, order, number)
    promise = page.get_by_text("Choose below how the items come back, and send them by").inner_text()

    page.goto(f"{later.shop.base_url}/")
    page.get_by_label("Let time pass").select_option("3d")
    page.get_by_role("button", name="Let it pass").click()
    expect(page.get_by_text("In the demo it is")).to_be_visible()
    forward(later, "3d")
    reminder = later.mailbox.wait_for(to=RITA, subject=f"Please send your return {number} soon", timeout=30)
    day = promise.partition(" by ")[2].removesuffix(".")
    assert day in reminder.text, "mail and page promise the same day"

    forward(later, "2d")
    ended = later.mailbox.wait_for(to=RITA, subject=f"Your return {number} has ended", timeout=30)
    assert f"not sent by {day}" in ended.text
    look_at_portal(page, later, order, number)
    expect(page.get_by_text("The time was over and the return ended")).to_be_visible()
    assert faults(page) == []

    frame = open_case(page, later, number)
    expect(frame.get_by_text("Expired", exact=True).first).to_be_visible()
    expect(frame.get_by_text(f"Goods to be sent · was due {day}")).to_be_visible()


def test_a_request_that_nobody_looks_at_is_escalated_and_the_shopper_is_told_so(page: Page, later: Stack) -> None:
    order = new_order(later)
    number = ask_for_return(later, as_asked(order))
    forward(later, "3d")
    frame = open_queue(page, later)
    for _ in range(20):
        if frame.get_by_role("link", name="Escalated").count():
            break
        page.wait_for_timeout(500)
        page.reload()
        expect(frame.get_by_role("heading", name="Returns", exact=True)).to_be_visible()
    frame.get_by_role("link", name="Escalated").click()
    frame.get_by_role("link", name=number).click()
    expect(frame.get_by_text("Escalated to admin")).to_be_visible()

    look_at_portal(page, later, order, number)
    expect(page.get_by_text("The shop should have looked at your request by")).to_be_visible()
