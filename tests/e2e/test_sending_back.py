"""Sending back in a real browser on a phone without scripts: the slip, the code, several parcels."""

from __future__ import annotations

import re
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from demo.stack import Stack
from tests.browsing import PATIENCE

from .accessible import faults
from .pictures import picture
from .test_shopper import approve, new_order, portal_link


def ask(page: Page, stack: Stack) -> str:
    """An approved return of two mugs; gives the address of its page."""
    order = new_order(stack)
    page.goto(portal_link(stack, order))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(re.compile("How many.*Mug")).select_option("2")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Reason", exact=True).select_option("late")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", name="Your request is with the shop")).to_be_visible()
    approve(stack, order)
    return page.url.removesuffix("/done")


def tell(page: Page, number: str, carrier: str = "") -> None:
    page.get_by_role("textbox", name="Tracking number").fill(number)
    page.get_by_label(re.compile("^Carrier")).fill(carrier)
    page.get_by_role("button", name="Save").click()


def test_an_approved_return_is_printed_and_sent_in_two_parcels(phone: Page, stack: Stack, tmp_path: Path) -> None:
    address = ask(phone, stack)
    number = address.rsplit("/", 1)[1]
    phone.goto(address)
    picture(phone, "case-approved")
    phone.get_by_role("link", name="Print the slip").click()
    expect(phone.get_by_role("heading", name=number)).to_be_visible()
    picture(phone, "slip")
    phone.emulate_media(media="print")
    picture(phone, "slip-print")
    phone.emulate_media(media="screen")
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="PDF on A4").click()
    saved.value.save_as(tmp_path / "slip.pdf")
    assert saved.value.suggested_filename == f"{number}.pdf"
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF-")
    phone.goto(address)
    phone.get_by_role("link", name="No printer: show the code on your phone").click()
    phone.screenshot(path=tmp_path / "code.png")
    picture(phone, "code")
    read = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))
    assert [code.text for code in read] == [number], "a scanner reads it from the screen"
    phone.goto(address)
    tell(phone, "1Z999", "UPS")
    expect(phone.get_by_role("alert").get_by_text("UPS gives no such numbers")).to_be_visible()
    expect(phone.get_by_role("textbox", name="Tracking number")).to_have_value("1Z999")
    tell(phone, "1Z999AA10123456784", "UPS")
    expect(phone.get_by_text("Your parcel is on its way to us.")).to_be_visible()
    tell(phone, "RR123456785GB", "Royal Mail")
    expect(phone.get_by_role("link", name="Follow parcel 2")).to_have_attribute("href", re.compile("RR123456785GB"))
    expect(phone.get_by_role("heading", name="Your parcels")).to_be_visible()
    picture(phone, "case-parcels")


def test_nobody_stumbles_over_the_slip(browser: Browser, stack: Stack) -> None:
    opened = browser.new_context(viewport={"width": 320, "height": 640})
    opened.set_default_timeout(PATIENCE)
    page = opened.new_page()
    address = ask(page, stack)
    found = []
    for place in ("", "/slip", "/code"):
        page.goto(address + place)
        found += faults(page)
    opened.close()
    assert found == []
