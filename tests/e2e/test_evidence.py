"""A shopper's photos from the phone to the staff's gallery, and files that do not get there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from demo.stack import Stack
from tests.adapters import hostile
from tests.browsing import PATIENCE

from .accessible import faults
from .test_shopper import new_order, portal_link
from .test_staff import open_case


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "mug.jpg").write_bytes(hostile.jpeg_with_location(6))
    (tmp_path / "IMG_0042.HEIC").write_bytes(hostile.heic())
    (tmp_path / "cute.jpg").write_bytes(hostile.SVG)
    (tmp_path / "clip.mp4").write_bytes(hostile.mp4())
    return tmp_path


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, bool]]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=request.param)
    opened.set_default_timeout(PATIENCE)
    yield opened.new_page(), request.param
    opened.close()


def test_photos_from_a_phone_reach_the_staff_and_a_hostile_file_does_not(
    phone: tuple[Page, bool], page: Page, stack: Stack, files: Path
) -> None:
    shopper, scripted = phone
    shopper.goto(portal_link(stack, new_order(stack)))
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label(re.compile("How many.*Mug")).select_option("1")
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label("Reason", exact=True).select_option("damaged")
    chosen = [files / name for name in ("mug.jpg", "IMG_0042.HEIC", "cute.jpg", "clip.mp4")]
    shopper.get_by_label(re.compile("^Photos or videos")).set_input_files(chosen)
    if not scripted:
        shopper.get_by_role("button", name="Add the files").click()
    expect(shopper.get_by_text("This is no photo or video that we can show").first).to_be_visible()
    expect(shopper.get_by_role("img", name=re.compile("^Photo: "))).to_have_count(2)
    expect(shopper.get_by_label("Reason", exact=True)).to_have_value("damaged")
    assert faults(shopper) == [] if scripted else True
    shopper.get_by_role("button", name="Remove IMG_0042.HEIC").click()
    expect(shopper.get_by_role("img", name=re.compile("^Photo: "))).to_have_count(1)
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_role("button", name="Send the request").click()
    number = shopper.get_by_role("heading", level=1).inner_text().removeprefix("Return ")
    frame = open_case(page, stack, number)
    first = frame.get_by_role("button", name=re.compile("^Photo 1 of 2, Enamel Mug"))
    first.click()
    viewer = frame.get_by_role("dialog", name=re.compile("^Photo 1 of 2"))
    shown = viewer.get_by_role("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.decode().then(() => [picture.naturalWidth, picture.naturalHeight])") == [
        480,
        640,
    ]
    page.keyboard.press("ArrowRight")
    expect(frame.get_by_text("2 / 2")).to_be_visible()
    expect(frame.get_by_text("This browser cannot play the video.")).to_be_visible()  # it has a frame and nothing in it
    page.keyboard.press("ArrowLeft")
    expect(frame.get_by_text("1 / 2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(first).to_be_focused()


def test_a_photo_chosen_before_the_page_is_ready_is_sent(browser: Browser, stack: Stack, files: Path) -> None:
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    shopper = opened.new_page()
    shopper.set_default_timeout(PATIENCE)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shopper.route("**/evidence*.js*", hold)
    shopper.goto(portal_link(stack, new_order(stack)))
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label(re.compile("How many.*Mug")).select_option("1")
    with shopper.expect_request("**/evidence*.js*"):
        shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label(re.compile("^Photos or videos")).set_input_files(files / "mug.jpg")
    for route in held:
        route.continue_()
    expect(shopper.get_by_role("img", name="Photo: mug.jpg")).to_be_visible()
    opened.close()


def test_the_shop_asks_and_the_shopper_shows(page: Page, browser: Browser, stack: Stack, files: Path) -> None:
    shopper = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    shopper.set_default_timeout(PATIENCE)
    order = new_order(stack)
    shopper.goto(portal_link(stack, order))
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label(re.compile("How many.*Mug")).select_option("1")
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_label("Reason", exact=True).select_option("late")
    shopper.get_by_role("button", name="Continue").click()
    shopper.get_by_role("button", name="Send the request").click()
    number = shopper.get_by_role("heading", level=1).inner_text().removeprefix("Return ")
    frame = open_case(page, stack, number)
    frame.get_by_role("button", name="Ask for evidence").click()
    frame.get_by_label("What should the shopper show?").fill("The label of the parcel, please.")
    frame.get_by_role("button", name="Ask the shopper").click()
    expect(frame.get_by_role("heading", name="Waiting for the shopper’s evidence")).to_be_visible()
    stack.mailbox.wait_for(to="rita@example.com", subject=f"Please show us more about your return {number}", timeout=30)
    shopper.goto(f"{stack.portal_url}/cases/{number}")
    expect(shopper.get_by_text("The label of the parcel, please.").first).to_be_visible()
    # The connection is lost once; the page tries again by itself.
    lost: list[str] = []

    def lose_once(route: object) -> None:
        lost.append("")
        route.abort() if len(lost) == 1 else route.continue_()  # type: ignore[attr-defined]

    shopper.route("**/files", lose_once)
    shopper.get_by_label(re.compile("^Photos or videos")).first.set_input_files(files / "mug.jpg")
    expect(shopper.get_by_role("img", name="Photo: mug.jpg")).to_be_visible()
    assert len(lost) == 2
    shopper.unroute("**/files")
    shopper.get_by_role("button", name="Send to the shop").click()
    expect(shopper.get_by_text("You sent photos or videos")).to_be_visible()
    expect(shopper.get_by_text("We look at your request by")).to_be_visible()
    shopper.context.close()
