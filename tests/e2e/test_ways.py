"""Ways back in a real browser: a courier on a phone without scripts, arranged in the Dashboard, its postage in the quote."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from demo.shop.samples.people import RITA
from demo.stack import Stack

from .accessible import faults
from .pictures import picture
from .test_shopper import new_order, portal_link
from .test_staff import app_path, frame_of, open_case, open_queue


def test_a_courier_is_chosen_arranged_and_paid_for(page: Page, phone: Page, stack: Stack) -> None:
    order = new_order(stack)
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label(re.compile("How many.*Mug")).select_option("2")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Reason", exact=True).select_option("changed_mind")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("$6.90 a parcel is taken off your refund.")).to_be_visible()
    picture(phone, "summary-ways")
    assert faults(phone) == []
    phone.get_by_role("button", name="Send the request").click()
    expect(phone.get_by_role("heading", name="Your request is with the shop")).to_be_visible()
    address = phone.url.removesuffix("/done")

    number = address.rsplit("/", 1)[1]
    frame = open_case(page, stack, number)
    frame.get_by_role("button", name="Approve return").first.click()
    picture(page, "staff-approve-place")
    frame.get_by_role("dialog").get_by_role("button", name="Approve return").click()
    expect(frame.get_by_text("Return approved").first).to_be_visible()

    phone.goto(address)
    expect(phone.get_by_role("heading", name="How do you want to send it?")).to_be_visible()
    phone.get_by_label(re.compile("Courier pick-up")).check()
    assert faults(phone) == []
    picture(phone, "ways")
    phone.get_by_label("The courier comes to").fill("")
    phone.get_by_role("button", name="Send it this way").click()
    expect(phone.get_by_text("Write where the courier comes to.").first).to_be_visible()
    picture(phone, "ways-refused")
    phone.get_by_label("The courier comes to").fill("Rita Returner\n5 Elm St\nSpringfield")
    phone.get_by_role("button", name="Send it this way").click()
    expect(phone.get_by_text("The shop arranges it and writes to you.")).to_be_visible()
    picture(phone, "ways-chosen")
    assert faults(phone) == []

    frame = open_case(page, stack, number)
    expect(frame.get_by_text(re.compile("The shopper chose courier pick-up"))).to_be_visible()
    picture(page, "staff-to-arrange")
    frame.get_by_role("button", name="It is arranged").first.click()
    dialog = frame.get_by_role("dialog", name="Is it arranged with the carrier?")
    dialog.get_by_label(re.compile("^Carrier")).fill("DHL")
    dialog.get_by_label(re.compile("^Tracking number")).fill("JD014600003828392837")
    picture(page, "staff-arrange")
    dialog.get_by_role("button", name="Tell the shopper").click()
    expect(frame.get_by_text(re.compile("The shopper chose courier pick-up"))).to_be_hidden()
    assert "Rita Returner" in stack.mailbox.wait_for(to=RITA, subject="comes back to us", timeout=30).text

    frame.get_by_role("link", name="Receive goods").click()
    frame.get_by_role("button", name="Book the goods in").click()
    expect(frame.get_by_text("Return postage, paid by the shopper")).to_be_visible()
    picture(page, "staff-quote-postage")


def test_a_place_is_added_in_the_settings(page: Page, stack: Stack) -> None:
    open_queue(page, stack)
    page.goto(app_path(stack, "/settings/sending-back"))
    frame = frame_of(page)
    expect(frame.get_by_role("heading", name="Places")).to_be_visible()
    picture(page, "settings-returning")
    frame.get_by_role("link", name="New place").click()
    frame.get_by_label("Name", exact=True).fill("Depot")
    frame.get_by_label("Street").fill("1 Quay")
    frame.get_by_label("City").fill("Boston")
    frame.get_by_label("Country", exact=True).fill("X")
    frame.get_by_role("button", name="Save").first.click()
    expect(frame.get_by_text("Write the two letters of the country, like DE.")).to_be_visible()
    picture(page, "settings-place-refused")
    frame.get_by_label("Country", exact=True).fill("us")
    frame.get_by_role("button", name="Save").first.click()
    expect(frame.get_by_role("heading", name="Depot")).to_be_visible()
