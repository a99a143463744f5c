"""Withdrawing from the contract: two steps without account or scripts, a receipt, and a case that the law has approved."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from demo.shop.samples.people import ADMIN, HANNA
from demo.stack import Stack

from .accessible import faults
from .test_shopper import new_order
from .test_staff import app_path, frame_of, open_case, work_as


def declare(phone: Page, stack: Stack, *, number: str, email: str) -> None:
    phone.goto(f"{stack.portal_url}/withdraw")
    phone.get_by_label("Your name").fill("Hanna Vogel")
    phone.get_by_label("Order number").fill(number)
    phone.get_by_label("E-mail address for the receipt").fill(email)
    phone.get_by_role("button", name="Continue").click()


def test_a_declaration_becomes_an_approved_case_and_a_receipt(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack, "germany")
    phone.goto(f"{stack.portal_url}/withdraw")
    phone.get_by_role("button", name="Continue").click()  # nothing typed: it says what is missing and sends nothing
    expect(phone.get_by_role("heading", name="Withdraw from the contract")).to_be_visible()
    expect(phone.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    declare(phone, stack, number=str(order.number), email=HANNA)
    expect(phone.get_by_text(f"I withdraw from the contract for order {order.number}.")).to_be_visible()
    stack.mailbox.clear()
    phone.get_by_role("button", name="Change it").click()
    expect(phone.get_by_label("Your name")).to_have_value("Hanna Vogel")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Confirm withdrawal").click()
    expect(phone.get_by_role("heading", name="Your withdrawal is with the shop")).to_be_visible()
    receipt = stack.mailbox.wait_for(to=HANNA, subject="withdrawal", timeout=30)
    assert f"I withdraw from the contract for order {order.number}." in receipt.text
    approved = stack.mailbox.wait_for(to=HANNA, subject="approved", timeout=30)
    found = re.search(r"R-\d+-\d+", approved.subject + approved.text)
    assert found
    frame = open_case(page, stack, found[0])
    expect(frame.get_by_text("Approved", exact=True).first).to_be_visible()
    expect(frame.get_by_text(re.compile("withdrawal|withdrew|withdraw")).first).to_be_visible()


def test_one_from_another_mailbox_waits_for_a_person_who_deals_with_it(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack, "germany")
    declare(phone, stack, number=str(order.number), email="stranger@example.net")
    phone.get_by_role("button", name="Confirm withdrawal").click()
    expect(phone.get_by_role("heading", name="Your withdrawal is with the shop")).to_be_visible()
    stack.mailbox.wait_for(to="stranger@example.net", subject="withdrawal", timeout=30)
    work_as(page, stack, ADMIN)
    page.goto(app_path(stack, "/withdrawals"))
    frame = frame_of(page)
    card = frame.get_by_role("region", name=re.compile(f"Order {order.number}"))
    for _ in range(20):
        if card.count():
            break
        page.reload()
        expect(frame.get_by_role("heading", name="Withdrawals to look at")).to_be_visible()
    card.get_by_role("button", name="Dealt with").click()
    expect(card.get_by_label("What did you do about it?")).to_have_attribute("aria-invalid", "true")
    card.get_by_label("What did you do about it?").fill("Called Hanna: it was her sister's address.")
    card.get_by_role("button", name="Dealt with").click()
    expect(card).to_have_count(0)


def test_its_pages_can_be_read_by_everyone(page: Page, stack: Stack) -> None:
    order = new_order(stack, "germany")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{stack.portal_url}/withdraw")
    assert faults(page) == []
    declare(page, stack, number=str(order.number), email=HANNA)
    assert faults(page) == []
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.get_by_role("heading", name="Your withdrawal is with the shop")).to_be_visible()
    assert faults(page) == []
