"""A complaint from the wish to the compensation: a shopper on the phone, staff in the Dashboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, expect

from demo.shop.samples.people import RITA
from demo.stack import Stack
from tests.adapters.hostile import jpeg

from .accessible import faults
from .pictures import picture
from .test_negotiation import make_offer
from .test_shopper import new_order, portal_link
from .test_staff import faults_of, frame_of, open_queue


def confirm(frame: FrameLocator, button: str, dialog: str, label: str = "") -> None:
    frame.get_by_role("button", name=button, exact=True).click()
    frame.get_by_role("dialog", name=dialog).get_by_role("button", name=label or button, exact=True).click()


def test_a_complaint_goes_from_the_wish_to_the_compensation(
    page: Page, phone: Page, stack: Stack, tmp_path: Path
) -> None:
    order = new_order(stack)
    phone.goto(portal_link(stack, order))
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("link", name="Something else went wrong? Complain here").click()
    phone.get_by_role("button", name="Send the complaint").click()
    expect(phone.get_by_role("alert").get_by_text("Choose what it is about.")).to_be_visible()
    picture(phone, "phone-complain-refused")
    phone.get_by_label("The delivery").check()
    phone.get_by_label("What happened?").fill("It came ten days late, and the parcel was soaked.")
    phone.get_by_label(re.compile("What would make it good?")).fill("Some of the shipping back.")
    photo = tmp_path / "box.jpg"
    photo.write_bytes(jpeg())
    phone.get_by_label("Photos or videos (optional)").set_input_files(photo)
    picture(phone, "phone-complain")
    assert faults(phone) == []
    phone.get_by_role("button", name="Send the complaint").click()
    expect(phone.get_by_role("heading", name="Your complaint is with the shop")).to_be_visible()
    number = phone.get_by_role("heading", level=1).inner_text().removeprefix("Complaint ")
    assert faults(phone) == []
    picture(phone, "phone-complaint")
    stack.mailbox.wait_for(to=RITA, subject=f"Your complaint {number}", timeout=30)

    frame = open_queue(page, stack)
    frame.get_by_role("link", name=re.compile("^Complaints")).click()
    expect(frame.get_by_role("link", name=number)).to_be_visible()
    picture(page, "staff-complaints")
    frame.get_by_role("link", name=number).click()
    expect(frame.get_by_role("heading", name="Read this complaint and tell the shopper that you did")).to_be_visible()
    confirm(frame, "Acknowledge", "Tell the shopper that you read it?")
    expect(frame.get_by_role("heading", name="Begin to look into it")).to_be_visible()
    confirm(frame, "Begin the investigation", "Look into it?")
    expect(frame.get_by_role("heading", name="Find out what happened, then decide")).to_be_visible()
    picture(page, "staff-complaint")
    page.locator("#theme").click()
    picture(page, "staff-complaint-dark")
    page.locator("#theme").click()
    assert faults_of(page) == []

    frame.get_by_role("link", name="Open a return for it").click()
    frame.get_by_label("Quantity").first.fill("1")
    frame.get_by_label("Reason", exact=True).first.select_option("late")
    frame.get_by_role("button", name="Open the return").click()
    frame.get_by_role("link", name="Go to the case").click()
    remedy = frame.get_by_role("heading", level=1).inner_text()
    make_offer(frame, "5")
    expect(frame.get_by_role("heading", name="Waiting for the shopper’s answer to your offer")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("The shop makes it good in the return below.")).to_be_visible()
    phone.get_by_role("link", name=f"Return {remedy}").click()
    phone.get_by_text("Accept", exact=True).click()
    phone.get_by_role("button", name="Yes, I agree").click()
    page.reload()
    frame = frame_of(page)
    frame.get_by_role("button", name=re.compile(r"Approve refund of \$5\.00")).click()
    expect(frame.get_by_role("heading", name="Everything is settled")).to_be_visible()
    assert str(stack.shop.paid_out(stack.shop.state.by_number[order.number])) == "5.00"

    frame.get_by_role("link", name=number).click()
    frame.get_by_role("button", name="Decide", exact=True).click()
    dialog = frame.get_by_role("dialog", name="How is it decided?")
    dialog.get_by_label("Decision").select_option("upheld")
    dialog.get_by_label("Why it happened").select_option("carrier")
    dialog.get_by_label("Reasons").fill("The carrier lost it for a week. We gave $5.00 back for it.")
    picture(page, "staff-deciding")
    dialog.get_by_role("button", name="Decide", exact=True).click()
    expect(frame.get_by_role("heading", name="It is decided; the shopper may object")).to_be_visible()
    picture(page, "staff-decided")
    stack.mailbox.wait_for(to=RITA, subject=f"How your complaint {number} was decided", timeout=30)

    phone.goto(f"{stack.portal_url}/cases/{number}")
    expect(phone.get_by_text("The shop agrees with you", exact=True)).to_be_visible()
    assert faults(phone) == []
    picture(phone, "phone-decided")
    phone.get_by_role("button", name="I am content with it").click()
    expect(phone.get_by_text("This complaint is closed.")).to_be_visible()

    asked = stack.mailbox.wait_for(to=RITA, subject=f"How did it go? {number}", timeout=30)
    link = re.search(r"https?://\S+/opinion/\S+", asked.text)
    assert link
    phone.context.clear_cookies()
    phone.goto(link[0])
    assert faults(phone) == []
    picture(phone, "phone-survey")
    phone.get_by_label(re.compile("^★★ Not good")).check()
    phone.get_by_label(re.compile("What should we know?")).fill("It took two weeks.")
    phone.get_by_role("button", name="Send the answer").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    picture(phone, "phone-survey-answered")

    frame = open_queue(page, stack)
    frame.get_by_role("link", name=re.compile("^Unhappy")).click()
    frame.get_by_role("link", name=number).click()
    frame.get_by_label("What you did about it").fill("Called her: she gets a word from the carrier.")
    picture(page, "staff-unhappy")
    frame.get_by_role("button", name="Followed up").click()
    expect(frame.get_by_text("Followed up by")).to_be_visible()
    frame.get_by_role("link", name="All complaints").click()
    frame.get_by_role("link", name="Numbers").click()
    frame.get_by_role("link", name="Satisfaction").click()
    expect(frame.get_by_role("heading", name="Satisfaction", exact=True)).to_be_visible()
    assert faults_of(page) == []
    picture(page, "staff-satisfaction")
