"""The audit log and erasing a person, as staff see them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from demo.stack import Stack

from .pictures import picture
from .test_staff import app_path, ask_for_return, faults_of, frame_of, new_order, open_case


def test_what_staff_do_is_in_the_log_and_can_be_taken_out(page: Page, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    frame = open_case(page, stack, number)
    frame.get_by_role("button", name="Approve return").first.click()
    dialog = frame.get_by_role("dialog", name="Approve this return?")
    dialog.get_by_role("button", name="Approve return").click()
    expect(frame.get_by_role("link", name="Receive goods")).to_be_visible()
    page.goto(app_path(stack, "/settings/audit"))
    expect(frame.get_by_role("heading", name="Audit log")).to_be_visible()
    frame.get_by_label("Case number").fill(number)
    frame.get_by_role("button", name="Search").click()
    expect(frame.get_by_role("row", name=re.compile("Approve"))).to_be_visible()
    picture(page, "audit")
    assert faults_of(page) == []
    with page.expect_download() as waiting:
        frame.get_by_role("button", name="Download as CSV").click()
    assert waiting.value.suggested_filename == "audit-log.csv"
    said = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert said.startswith("number,at,who,person,action")
    assert "approve" in said


def test_who_still_has_something_open_is_named(page: Page, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    open_case(page, stack, number)
    page.goto(app_path(stack, "/settings/privacy"))
    frame = frame_of(page)
    frame.get_by_label("Mail address of a shopper").fill("rita@example.com")
    frame.get_by_role("button", name="See what is held").click()
    expect(frame.get_by_text(number)).to_be_visible()
    picture(page, "privacy")
    assert faults_of(page) == []
    page.set_viewport_size({"width": 430, "height": 900})
    page.locator("#theme").click()
    picture(page, "privacy-phone-dark")
    assert faults_of(page) == []
