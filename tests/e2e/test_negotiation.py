"""Shopper and shop agree on something: both sides of a negotiation, each in their own browser."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

from demo.shop.samples.people import RITA
from demo.stack import Stack

from .accessible import faults
from .pictures import picture
from .test_shopper import new_order, portal_link
from .test_staff import ask_for_return, open_case


def make_offer(frame: FrameLocator, amount: str) -> None:
    frame.get_by_text("Offer", exact=True).first.click()
    box = frame.locator(".write-offer")
    box.get_by_label("What", exact=True).select_option("compensation")
    box.get_by_label(re.compile("Amount in USD")).fill(amount)
    box.get_by_label(re.compile("Words to the shopper")).fill("For the trouble: you keep the lamps.")
    box.get_by_role("button", name="Make this offer").click()


def test_shopper_and_shop_negotiate_until_the_money_is_paid(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]})
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.goto(f"{stack.portal_url}/cases/{number}")
    phone.get_by_label("Write to the shop").fill("Both arrived with a scratch. I would keep them for a fair part.")
    phone.get_by_role("button", name="Send message").click()

    frame = open_case(page, stack, number)
    expect(frame.get_by_text("Both arrived with a scratch.")).to_be_visible()
    make_offer(frame, "4000")
    expect(frame.get_by_text(re.compile("^At most .* was not given back yet"))).to_be_visible()
    make_offer(frame, "9.50")
    expect(frame.get_by_role("heading", name="Waiting for the shopper’s answer to your offer")).to_be_visible()
    picture(page, "staff-offer")
    stack.mailbox.wait_for(to=RITA, subject="An offer for your return", timeout=30)

    phone.reload()
    expect(phone.get_by_text("You keep the items and get $9.50.").first).to_be_visible()
    assert faults(phone) == []
    picture(phone, "phone-offer")
    phone.get_by_text("Propose something else", exact=True).click()
    phone.get_by_label(re.compile("Amount in USD")).fill("15")
    picture(phone, "phone-counter")
    phone.get_by_role("button", name="Send this offer").click()
    expect(phone.get_by_role("heading", name="Your offer to the shop")).to_be_visible()

    frame = open_case(page, stack, number)
    expect(frame.get_by_role("heading", name="Answer the shopper’s offer")).to_be_visible()
    picture(page, "staff-answer")
    frame.get_by_role("button", name="Accept").click()
    frame.get_by_role("dialog", name="Agree to this offer?").get_by_role("button", name="Accept").click()
    expect(frame.get_by_role("heading", name="The items are kept: approve the refund")).to_be_visible()
    picture(page, "staff-agreed")
    frame.get_by_role("button", name=re.compile(r"Approve refund of \$15\.00")).click()
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    assert str(stack.shop.paid_out(stack.shop.state.by_number[order.number])) == "15.00"
    stack.mailbox.wait_for(to=RITA, subject=f"Agreed: your return {number}", timeout=30)
    phone.reload()
    expect(phone.get_by_text("You and the shop agreed on a solution")).to_be_visible()
    picture(phone, "phone-settled")


def test_an_offer_that_is_taken_back_while_it_is_read_cannot_be_accepted(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]})
    frame = open_case(page, stack, number)
    make_offer(frame, "5")
    expect(frame.get_by_role("heading", name="Waiting for the shopper’s answer to your offer")).to_be_visible()
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.goto(f"{stack.portal_url}/cases/{number}")
    frame.get_by_role("button", name="Take back").click()
    frame.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(frame.get_by_role("heading", name="Approve or reject this request")).to_be_visible()
    phone.get_by_text("Accept", exact=True).click()
    phone.get_by_role("button", name="Yes, I agree").click()
    expect(phone.get_by_role("alert").get_by_text("This offer was withdrawn in the meantime.")).to_be_visible()
