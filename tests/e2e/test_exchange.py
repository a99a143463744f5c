"""Exchanges on both sides: dearer goods are paid for before they are sent, cheaper ones give the rest back."""

from __future__ import annotations

import re

import requests
from playwright.sync_api import FrameLocator, Page, expect

from demo.shop.model.orders import Order
from demo.shop.samples.people import RITA, SHOPPER_PASSWORD
from demo.stack import Stack

from .accessible import faults
from .pictures import picture
from .test_shopper import new_order, portal_link
from .test_staff import ask_for_return, open_case


def ask_for_exchange(phone: Page, stack: Stack, order: Order, number: str, *, search: str, choose: str) -> None:
    """The shopper looks for another item and proposes it for one unit."""
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.goto(f"{stack.portal_url}/cases/{number}")
    phone.get_by_role("link", name="Exchange for another size or item").click()
    phone.get_by_role("button", name="Ask for this exchange").click()
    expect(phone.get_by_text(re.compile("Choose what is sent for")).first).to_be_visible()
    phone.get_by_label("Look for another item").fill(search)
    phone.get_by_role("button", name="Search").click()
    phone.get_by_label("How many of them?").select_option("1")
    phone.get_by_label(re.compile(choose)).check()
    assert faults(phone) == []
    picture(phone, "phone-picking")
    phone.get_by_role("button", name="Ask for this exchange").click()
    expect(phone.get_by_role("heading", name="Your offer to the shop")).to_be_visible()


def agree_and_receive(page: Page, stack: Stack, number: str) -> FrameLocator:
    frame = open_case(page, stack, number)
    picture(page, "staff-exchange-offer")
    frame.get_by_role("button", name="Accept").click()
    frame.get_by_role("dialog", name="Agree to this offer?").get_by_role("button", name="Accept").click()
    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_role("button", name="Book the goods in").click()
    expect(frame.get_by_role("heading", name="Send the replacement", exact=True)).to_be_visible()
    return frame


def replacement_of(stack: Stack) -> Order:
    return list(stack.shop.state.by_number.values())[-1]


def deal(stack: Stack, order: Order, action: str) -> None:
    """What the shopper (pay) or the shop's staff (fulfill) do with an order outside of the app."""
    answer = requests.post(f"{stack.shop.base_url}/demo/orders/{order.number}/{action}", json={}, timeout=10)
    assert answer.ok, answer.text


def test_what_costs_more_is_paid_before_it_is_sent(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]}, count=1)
    ask_for_exchange(phone, stack, order, number, search="lamp", choose="Brass")
    frame = agree_and_receive(page, stack, number)
    expect(frame.get_by_text(re.compile("The new items cost .* more"))).to_be_visible()
    picture(page, "staff-exchange-quote")
    frame.get_by_role("button", name="Send the replacement").click()
    expect(frame.get_by_role("heading", name="Waiting for the shopper to pay the difference")).to_be_visible()
    made = replacement_of(stack)
    assert (made.status, str(made.total.gross.amount)) == ("UNFULFILLED", "15.48")
    picture(page, "staff-exchange-unpaid")
    stack.mailbox.wait_for(to=RITA, subject=f"Please pay the difference for return {number}", timeout=30)

    phone.goto(f"{stack.portal_url}/cases/{number}")
    assert faults(phone) == []
    picture(phone, "phone-exchange-unpaid")
    phone.get_by_role("link", name=re.compile("^Pay ")).click()
    phone.get_by_label("Password").fill(SHOPPER_PASSWORD)
    phone.get_by_role("button", name="Log in").click()
    phone.get_by_role("button", name=re.compile("^Pay")).click()
    stack.mailbox.wait_for(to=RITA, subject=f"Your new items are ordered, return {number}", timeout=30)
    deal(stack, made, "fulfill")
    stack.mailbox.wait_for(to=RITA, subject=f"Your new items are on their way, return {number}", timeout=30)
    frame = open_case(page, stack, number)
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    picture(page, "staff-exchange-done")
    assert stack.shop.paid_out(order) == 0


def test_what_costs_less_gives_the_rest_back(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    number = ask_for_return(stack, {"id": order.id, "lines": [{"id": order.lines[0].id}]}, count=1)
    ask_for_exchange(phone, stack, order, number, search="sticker", choose="Round")
    frame = agree_and_receive(page, stack, number)
    frame.get_by_role("button", name="Send the replacement").click()
    approve = frame.get_by_role("button", name=re.compile("Approve refund of"))
    expect(approve).to_be_visible()
    picture(page, "staff-exchange-rest")
    approve.click()
    expect(frame.get_by_role("heading", name="Send the replacement order")).to_be_visible()
    deal(stack, replacement_of(stack), "fulfill")
    stack.mailbox.wait_for(to=RITA, subject=f"Your new items are on their way, return {number}", timeout=30)
    frame = open_case(page, stack, number)
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    assert str(stack.shop.paid_out(order)) == "17.80"
