"""A day at the desk: a case opened by phone, given to somebody, and several cases decided at once."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from demo.shop.samples.people import ADMIN
from demo.smoke import Staff, approve_refund, receive
from demo.stack import Stack

from .accessible import faults
from .test_staff import app_path, ask_for_return, frame_of, new_order, open_queue, work_as


def test_several_returns_are_approved_at_once_and_one_that_moved_is_left_alone(page: Page, stack: Stack) -> None:
    numbers = [ask_for_return(stack, new_order(stack), count=1) for _ in range(3)]
    frame = open_queue(page, stack)
    for number in numbers:
        frame.get_by_role("checkbox", name=f"Choose {number}").check()
    frame.get_by_label("What to do with them").select_option("approve")
    frame.get_by_role("button", name="Go on").click()
    expect(frame.get_by_role("heading", name="3 returns", exact=True)).to_be_visible()
    moved = frame.get_by_role("link", name=numbers[0]).get_attribute("href")
    assert moved is not None
    found = re.search(r"cases/[0-9a-f-]{36}", moved)
    assert found
    Staff(stack).act(f"{found[0]}/reject", {"reason": "It was found in the shop."})  # by a colleague, meanwhile
    frame.get_by_role("button", name=re.compile("^Approve")).click()
    expect(frame.get_by_text("2 done, 1 left alone, 0 to go.")).to_be_visible()
    expect(frame.get_by_role("row", name=numbers[0])).to_contain_text("Rejected")
    for number in numbers[1:]:
        row = frame.get_by_role("row", name=number)
        expect(row).to_contain_text("Approved")
        expect(row).to_contain_text("done")


def test_a_case_opened_by_phone_is_taken_watched_and_tagged(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    work_as(page, stack, ADMIN)
    page.goto(app_path(stack, f"/open-case/{order['id'].replace('=', '%3D')}"))
    frame = frame_of(page)
    frame.get_by_label("Quantity").first.fill("1")
    frame.get_by_label("Reason").first.select_option("changed_mind")
    frame.get_by_label("How the shopper reached you").select_option("phone")
    frame.get_by_role("button", name="Open the return").click()
    opened = frame.get_by_role("heading", name=re.compile(r"R-\d+-\d+ is open"))
    expect(opened).to_be_visible()
    number = opened.inner_text().removesuffix(" is open")
    frame.get_by_role("link", name="Go to the case").click()
    expect(frame.get_by_role("heading", name=number)).to_be_visible()
    frame.get_by_role("button", name="Take it").click()
    expect(frame.get_by_role("button", name="Take it")).to_be_hidden()
    expect(frame.get_by_role("region", name="Who looks after it").get_by_role("paragraph").first).to_have_text(ADMIN)
    frame.get_by_role("button", name="Follow", exact=True).click()
    expect(frame.get_by_role("button", name="Following")).to_be_visible()
    frame.get_by_label("New tag").fill("size runs small")
    frame.get_by_role("button", name="Add", exact=True).click()
    frame.get_by_role("link", name="size runs small").click()
    expect(frame.get_by_text("Cases with the tag “size runs small”.")).to_be_visible()
    expect(frame.get_by_role("row", name=number)).to_be_visible()
    page.goto(app_path(stack, "/?tab=mine"))
    expect(frame.get_by_role("link", name=number)).to_be_visible()


def inspected(stack: Stack) -> str:
    """A case whose goods were counted; gives its number."""
    order = new_order(stack)
    number = ask_for_return(stack, order, count=1)
    receive(Staff(stack), order["id"])
    return number


def test_refunds_are_approved_at_once_and_paid_but_for_one_that_was_approved_meanwhile(
    page: Page, stack: Stack
) -> None:
    numbers = [inspected(stack) for _ in range(3)]
    announced = ask_for_return(stack, new_order(stack), count=1)
    frame = open_queue(page, stack)
    for number in (*numbers, announced):
        frame.get_by_role("checkbox", name=f"Choose {number}").check()
    frame.get_by_label("What to do with them").select_option("approve_refund")
    frame.get_by_role("button", name="Go on").click()
    expect(frame.get_by_role("heading", name="3 refunds", exact=True)).to_be_visible()
    expect(frame.get_by_role("heading", name="1 is left alone", exact=True)).to_be_visible()
    expect(frame.get_by_text("The goods were not inspected yet.")).to_be_visible()
    expect(frame.get_by_text("$53.55")).to_be_visible()  # three times the first of three mugs that cost 53.57 together
    address = frame.get_by_role("link", name=numbers[0]).get_attribute("href")
    assert address is not None
    found = re.search(r"cases/[0-9a-f-]{36}", address)
    assert found
    approve_refund(Staff(stack), found[0])  # by a colleague, meanwhile
    frame.get_by_role("button", name="Approve 3 refunds").click()
    expect(frame.get_by_text("2 done, 1 left alone, 0 to go.")).to_be_visible()
    expect(frame.get_by_text("2 of 2 are paid.")).to_be_visible()
    expect(frame.get_by_role("row", name=numbers[0])).to_contain_text("Its refund was decided already")
    for number in numbers[1:]:
        expect(frame.get_by_role("row", name=number)).to_contain_text("$17.85 approved")
        expect(frame.get_by_role("row", name=number)).to_contain_text("Resolved")
    assert faults(page.main_frame.child_frames[0]) == []
