"""A policy from draft to what shoppers read: rules put in order, tried on the shop's orders, published."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from demo.shop.samples.people import ADMIN
from demo.stack import Stack

from .accessible import faults
from .test_staff import app_path, ask_for_return, faults_of, frame_of, new_order


def open_policy(page: Page, stack: Stack) -> FrameLocator:
    page.goto(stack.dashboard_url)
    with page.expect_navigation():  # choosing who one is loads the page anew
        page.select_option("#staff", ADMIN)
    page.goto(app_path(stack))
    frame = frame_of(page)
    frame.get_by_role("link", name="Policy").click()
    expect(frame.get_by_role("heading", name="Returns policy")).to_be_visible()
    return frame


def fresh_draft(page: Page, stack: Stack) -> FrameLocator:
    """A draft of the standard policy, whatever was there before."""
    frame = open_policy(page, stack)
    expect(frame.get_by_role("link", name="Import and export")).to_be_visible()
    if frame.get_by_role("button", name="Discard").count():
        frame.get_by_role("button", name="Discard").click()
        frame.get_by_role("dialog").get_by_role("button", name="Discard draft").click()
        expect(frame.get_by_role("heading", name="Change the policy")).to_be_visible()
    frame.get_by_role("button", name="Use the preset Standard").click()
    frame.get_by_role("dialog").get_by_role("button", name="Begin with it").click()
    expect(frame.get_by_role("heading", name="Time to return")).to_be_visible()
    return frame


def names_in(frame: FrameLocator, group: str) -> list[str]:
    return frame.get_by_role("region", name=group).locator("li.rule h3").all_inner_texts()


def add_rule(frame: FrameLocator, name: str, days: str) -> None:
    frame.get_by_role("link", name="Add a rule: Time to return").click()
    frame.get_by_label("Name").fill(name)
    frame.get_by_label("Add a condition").select_option("country")
    frame.get_by_label("Countries").fill("US")
    frame.get_by_label("Days", exact=True).fill(days)
    frame.get_by_role("button", name="Save the rule").click()
    expect(frame.get_by_role("link", name=name).first).to_be_visible()


def test_from_a_draft_to_what_shoppers_read(page: Page, stack: Stack) -> None:
    ask_for_return(stack, new_order(stack))
    frame = fresh_draft(page, stack)
    add_rule(frame, "Longer for the US", "45")
    assert names_in(frame, "Time to return")[0] == "Longer for the US"
    # By keyboard: down and up again; the focus stays on the button, and what happened is said.
    frame.get_by_role("button", name="Move down: Longer for the US").press("Enter")
    said = frame.get_by_text("“Longer for the US” is now 2 of 3 in Time to return.")
    expect(said).to_be_attached()
    expect(frame.get_by_role("button", name="Move down: Longer for the US")).to_be_focused()
    frame.get_by_role("button", name="Move up: Longer for the US").press("Enter")
    expect(frame.get_by_text("is now 1 of 3 in Time to return.")).to_be_attached()
    # On top, up is impossible: the other button takes the focus.
    expect(frame.get_by_role("button", name="Move down: Longer for the US")).to_be_focused()
    frame.get_by_role("link", name="Simulate").first.click()
    frame.get_by_role("button", name="Simulate").click()
    expect(frame.get_by_role("heading", name="Items of orders, if asked for today")).to_be_visible()
    frame.get_by_role("link", name="Draft", exact=True).click()
    frame.get_by_role("link", name="Publish …").click()
    frame.get_by_label("What changed, and why").fill("Forty-five days for the US")
    frame.get_by_role("button", name="Publish").click()
    expect(frame.get_by_text("Forty-five days for the US")).to_be_visible()
    shopper = page.context.new_page()
    shopper.goto(f"{stack.portal_url}/policy")
    expect(
        shopper.get_by_text(re.compile("sent to the United States.*within 45 days|within 45 days")).first
    ).to_be_visible()
    expect(shopper.get_by_text(re.compile("Version .*in force since"))).to_be_visible()
    shopper.goto(f"{stack.portal_url}/policy?lang=zh")
    expect(shopper.get_by_role("heading", name="退货政策")).to_be_visible()
    assert faults(shopper) == []


def test_a_rule_is_dragged_to_its_place(page: Page, stack: Stack) -> None:
    frame = fresh_draft(page, stack)
    add_rule(frame, "Dragged", "20")
    before = names_in(frame, "Time to return")
    rows = frame.get_by_role("region", name="Time to return").locator("li.rule")
    handle, last = rows.nth(0).locator("[data-handle]"), rows.nth(len(before) - 1)
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), last.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, start["y"] + 40, steps=4)
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 4, steps=8)
    page.mouse.up()
    expect(frame.get_by_text(f"“Dragged” is now {len(before)} of {len(before)} in Time to return.")).to_be_attached()
    assert names_in(frame, "Time to return") == [*before[1:], "Dragged"]


def test_what_is_wrong_in_an_import_is_said_and_the_text_stays(page: Page, stack: Stack) -> None:
    frame = fresh_draft(page, stack)
    frame.get_by_role("link", name="Import and export").click()
    with page.expect_download() as saved:
        frame.get_by_role("button", name="Download", exact=True).click()
    text = saved.value.path().read_text()
    assert text.startswith("name: standard")
    field = frame.get_by_label("The policy as text").last
    field.fill(text.replace("days: ", "days: many", 1))
    frame.get_by_role("button", name="Check it").click()
    expect(frame.get_by_text("A whole number is expected.")).to_be_visible()
    expect(field).to_have_value(re.compile("days: many"))
    assert faults_of(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 640], ids=["wide", "narrow"])
def test_the_policy_s_pages_can_be_read_and_operated_by_everyone(
    page: Page, stack: Stack, width: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    frame = fresh_draft(page, stack)
    if theme == "dark":
        page.locator("#theme").click()
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    found = faults_of(page)
    for tab, heading in (("In force", "Time to return"), ("Versions", "Returns policy"), ("Import and export", "Out")):
        frame.get_by_role("link", name=tab, exact=True).click()
        expect(frame.get_by_role("heading", name=heading).first).to_be_visible()
        found += faults_of(page)
    page.goto(app_path(stack, "/policy/rule?rule_id=faults"))
    expect(frame_of(page).get_by_role("heading", name="Change a rule")).to_be_visible()
    found += faults_of(page)
    assert found == []
