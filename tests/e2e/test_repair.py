"""Goods that go back to the shopper, on both sides: repaired at a price, and refused and disputed."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

from demo.shop.model.orders import Order
from demo.shop.samples.people import RITA
from demo.stack import Stack

from .accessible import faults
from .pictures import picture
from .test_shopper import new_order, portal_link
from .test_staff import ask_for_return, open_case

NUMBER = "1Z12345E0205271688"


def look(phone: Page, stack: Stack, order: Order, number: str) -> None:
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.goto(f"{stack.portal_url}/cases/{number}")


def do(frame: FrameLocator, button: str, title: str, confirm: str = "", **fields: str) -> None:
    """Open an action's form, fill it in, send it."""
    frame.get_by_role("button", name=button, exact=True).click()
    dialog = frame.get_by_role("dialog", name=title)
    for label, text in fields.items():
        dialog.get_by_label(re.compile(f"^{label.replace('_', ' ')}")).first.fill(text)
    dialog.get_by_role("button", name=confirm or button, exact=True).click()


def test_a_repair_at_a_price_from_the_offer_to_the_parcel(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]}, count=1)
    frame = open_case(page, stack, number)
    frame.get_by_text("Offer", exact=True).first.click()
    box = frame.locator(".write-offer")
    box.get_by_label("What", exact=True).select_option("repair")
    box.get_by_role("button", name="Make this offer").click()
    expect(frame.get_by_role("heading", name="Waiting for the shopper’s answer to your offer")).to_be_visible()
    look(phone, stack, order, number)
    phone.get_by_text("Accept", exact=True).click()
    phone.get_by_role("button", name="Yes, I agree").click()

    frame = open_case(page, stack, number)
    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_role("button", name="Book the goods in").click()
    do(frame, "Take it to the workshop", "Begin the repair?")
    expect(frame.get_by_role("heading", name="Find out what is broken")).to_be_visible()
    frame.get_by_role("button", name="Write the diagnosis").click()
    dialog = frame.get_by_role("dialog", name="What is broken?")
    dialog.get_by_label("What is broken").fill("The socket is burnt. A new one fits.")
    dialog.get_by_label("At a price: the shopper is asked first").check()
    picture(page, "staff-diagnosis")
    dialog.get_by_role("button", name="Save diagnosis").click()
    expect(frame.get_by_text(re.compile("^Say what the repair costs"))).to_be_visible()
    frame.get_by_label("Price in USD").fill("12.50")
    frame.get_by_role("button", name="Save diagnosis").click()
    expect(frame.get_by_role("heading", name="The shopper decides about the price of the repair")).to_be_visible()
    picture(page, "staff-quoted")
    stack.mailbox.wait_for(to=RITA, subject="What the repair costs", timeout=30)

    phone.reload()
    assert faults(phone) == []
    picture(phone, "phone-quoted")
    phone.get_by_role("button", name="Repair it for $12.50").click()
    expect(phone.get_by_text("You agreed to the price of the repair")).to_be_visible()

    frame = open_case(page, stack, number)
    do(frame, "It is repaired", "Is it repaired?", What_was_done="New socket, tested for an hour.")
    expect(frame.get_by_role("heading", name="Repaired: waiting for the shopper’s payment")).to_be_visible()
    picture(page, "staff-to-pay")
    do(frame, "Record the payment", "Record the payment", Reference="RF18 5390 0754")
    do(frame, "Send it back", "Send the goods back?", "It is on its way", Tracking_number=NUMBER, Carrier="UPS")
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    picture(page, "staff-repair-sent")
    stack.mailbox.wait_for(to=RITA, subject="the goods are on their way to you", timeout=30)
    phone.reload()
    expect(phone.get_by_text(NUMBER)).to_be_visible()
    assert faults(phone) == []
    picture(phone, "phone-repair-sent")


def test_one_of_two_is_repaired_and_the_other_refunded(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]}, count=2)
    frame = open_case(page, stack, number)
    frame.get_by_text("Offer", exact=True).first.click()
    frame.get_by_role("link", name=re.compile("choose the items$")).click()
    frame.get_by_label(re.compile("^How many of .* are repaired$")).fill("1")
    picture(page, "staff-picking-repair")
    frame.get_by_role("button", name="Make this offer").click()
    expect(frame.get_by_text(re.compile("^Repaired: 1 × "))).to_be_visible()
    look(phone, stack, order, number)
    expect(phone.get_by_text(re.compile("^These are repaired and sent back to you: 1 × "))).to_be_visible()
    picture(phone, "phone-offer-repair")
    phone.get_by_text("Accept", exact=True).click()
    phone.get_by_role("button", name="Yes, I agree").click()

    frame = open_case(page, stack, number)
    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_role("button", name="Book the goods in").click()
    expect(frame.get_by_text("repaired and sent back")).to_be_visible()
    picture(page, "staff-mixed-quote")
    frame.get_by_role("button", name=re.compile("^Approve refund of ")).click()
    expect(frame.get_by_role("heading", name="Find out what is broken")).to_be_visible(timeout=30_000)
    stack.mailbox.wait_for(to=RITA, subject="refund", timeout=30)
    frame = open_case(page, stack, number)
    picture(page, "staff-mixed-repair")
    page.locator("#theme").click()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    picture(page, "staff-mixed-repair-dark")
    phone.reload()
    assert faults(phone) == []
    expect(phone.get_by_text(re.compile("^Your repair is under way"))).to_be_visible()
    picture(phone, "phone-mixed-repair")
    frame.get_by_role("button", name="Write the diagnosis").click()
    dialog = frame.get_by_role("dialog", name="What is broken?")
    dialog.get_by_label("What is broken").fill("A new socket fits.")
    dialog.get_by_label("Free of charge (in warranty)").check()
    dialog.get_by_role("button", name="Save diagnosis").click()
    do(frame, "Repair free of charge", "Repair it free of charge?")
    do(frame, "It is repaired", "Is it repaired?", What_was_done="New socket.")
    do(frame, "Send it back", "Send the goods back?", "It is on its way", Tracking_number=NUMBER, Carrier="UPS")
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()


def test_refused_goods_go_back_and_the_decision_is_disputed(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]}, count=1)
    frame = open_case(page, stack, number)
    do(frame, "Approve return", "Approve this return?")
    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_label("What becomes of it").first.select_option("send_back")
    frame.get_by_label(re.compile("Why it is refused")).first.fill("The lamp was used: the bulb is burnt.")
    frame.get_by_role("button", name="Book the goods in").click()
    expect(frame.get_by_text(re.compile("Has to go back to the shopper:"))).to_be_visible()
    picture(page, "staff-refused")
    do(
        frame,
        "Send items back",
        "Send items back to the shopper?",
        "It is on its way",
        Tracking_number=NUMBER,
        Carrier="UPS",
    )
    expect(frame.get_by_text(re.compile("Has to go back to the shopper:"))).to_have_count(0)
    do(frame, "Resolve without refund", "Resolve without a refund?")
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    stack.mailbox.wait_for(to=RITA, subject="goods are on their way back to you", timeout=30)

    look(phone, stack, order, number)
    expect(phone.get_by_text("The lamp was used: the bulb is burnt.").first).to_be_visible()
    phone.get_by_text("I do not agree with this decision").click()
    phone.get_by_label("What do you disagree with?").fill("The bulb was burnt when it came.")
    assert faults(phone) == []
    picture(phone, "phone-dispute")
    phone.get_by_role("button", name="Send the objection").click()
    expect(phone.get_by_text("You disputed the decision")).to_be_visible()

    frame = open_case(page, stack, number)
    expect(frame.get_by_text("The bulb was burnt when it came.").first).to_be_visible()
    picture(page, "staff-disputed")
    do(frame, "Take it up again", "Is the shopper right?")
    expect(frame.get_by_role("heading", name="Approve or reject this request")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("The shop agreed with you and takes the return up again")).to_be_visible()
    picture(phone, "phone-overturned")
