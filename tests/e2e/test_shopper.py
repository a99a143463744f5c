"""A shopper in a real browser: with scripts and without, on a phone, by keyboard, in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.shop.model.orders import Order
from demo.shop.samples.making import announce, make_order
from demo.shop.samples.people import GUEST, RITA, SHOPPER_PASSWORD
from demo.shop.samples.recipes import RECIPES
from demo.smoke import Shopper, Staff
from demo.stack import Stack
from tests.browsing import PATIENCE

from .accessible import faults


def new_order(stack: Stack, sample: str = "plain") -> Order:
    order = make_order(stack.shop, RECIPES[sample])
    announce(stack.shop, order)
    return order


def code_of(stack: Stack, mailbox: str, *, after: int) -> str:
    """The code in the first mail to a mailbox that is newer than `after`."""
    mail = stack.mailbox.wait_for(to=mailbox, subject="code", timeout=30)
    assert mail.id > after, "the mail of this sign-in has not come yet"
    found = re.search(r"\b(\d{6})\b", mail.text)
    assert found, mail.text
    return found[1]


def portal_link(stack: Stack, order: Order) -> str:
    return str(Shopper(stack).post("portal-links", order_id=order.id)["url"])


def approve(stack: Stack, order: Order) -> None:
    staff = Staff(stack)
    found = re.search(r"/cases/([0-9a-f-]{36})", staff.page("widgets/order", orderId=order.id))
    assert found
    staff.act(f"cases/{found[1]}/approve", {})


def test_a_guest_without_scripts_comes_from_the_order_number_to_the_case(phone: Page, stack: Stack) -> None:
    order = new_order(stack, "guest")
    phone.goto(stack.portal_url)
    phone.get_by_label("Order number").fill(order.number)
    phone.get_by_label("E-mail address").fill(GUEST)
    before = max((mail.id for mail in stack.mailbox.messages()), default=0)
    phone.get_by_role("button", name="Send me a code").click()
    stack.mailbox.wait_for(to=GUEST, subject="code", timeout=30)
    phone.get_by_label("Code").fill(code_of(stack, GUEST, after=before))
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label(re.compile("How many.*Notebook")).select_option("3")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_role("alert").get_by_role("link", name=re.compile("Choose a reason"))).to_be_visible()
    phone.get_by_label("Reason", exact=True).select_option("changed_mind")
    phone.get_by_label(re.compile("What should we know")).fill("It is lovely, but I have one. 🙂")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_role("row", name="Total $29.97")).to_be_visible()
    phone.get_by_role("button", name="Send the request").click()
    expect(phone.get_by_role("heading", name="Your request is with the shop")).to_be_visible()
    expect(phone.get_by_text("It is lovely, but I have one. 🙂")).to_be_visible()
    mail = stack.mailbox.wait_for(to=GUEST, subject="received your return request", timeout=30)
    number = phone.get_by_role("heading", level=1).inner_text().removeprefix("Return ")
    assert number in mail.subject
    approve(stack, order)
    phone.get_by_role("link", name="Back to the order").click()
    phone.get_by_role("link", name=re.compile(number)).click()
    phone.get_by_role("textbox", name="Tracking number").fill("RR123456785DE")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Your parcel is on its way to us.")).to_be_visible()
    phone.get_by_role("button", name="Sign out").click()
    phone.goto(f"{stack.portal_url}/order")
    expect(phone.get_by_label("Order number")).to_be_visible()


def sign_in_at_the_shop(page: Page, stack: Stack, order: Order) -> str:
    url = f"{stack.shop.base_url}/shop/orders/{order.number}"
    page.goto(url)
    page.locator("input[name=email]").fill(RITA)
    page.locator("input[name=password]").fill(SHOPPER_PASSWORD)
    page.locator("input[name=password]").press("Enter")
    return url


def test_a_signed_in_shopper_goes_from_the_order_page_and_back_without_a_code(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    url = sign_in_at_the_shop(page, stack, order)
    page.get_by_role("button", name="Return items").click()
    page.get_by_label(re.compile("How many.*Desk Lamp")).select_option("1")
    assert page.url == f"{stack.portal_url}/order", "nothing of the order or the token is in the address"
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Reason", exact=True).select_option("late")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send the request").dblclick()
    expect(page.get_by_role("heading", name="Your request is with the shop")).to_be_visible()
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Return ")
    page.goto(url)
    expect(page.locator("saleor-returns").get_by_text(number)).to_be_visible()
    expect(page.locator("saleor-returns li")).to_have_count(1)
    page.get_by_role("button", name="Follow your return").click()
    expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()


def test_a_page_that_forbids_forms_to_other_sites_still_leads_there(page: Page, stack: Stack) -> None:
    order = new_order(stack)
    sign_in_at_the_shop(page, stack, order)
    page.evaluate(
        """() => document.head.insertAdjacentHTML("beforeend",
            `<meta http-equiv="Content-Security-Policy" content="form-action 'self'">`)"""
    )
    page.get_by_role("button", name="Return items").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=f"Order {order.number}")).to_be_visible()


def test_the_order_page_speaks_chinese_and_so_does_the_portal(page: Page, stack: Stack) -> None:
    order = new_order(stack, "chinese")
    sign_in_at_the_shop(page, stack, order)
    page.get_by_role("button", name="申请退货").click()
    page.get_by_label(re.compile("数量.*Scarf")).select_option("1")
    page.get_by_role("button", name="继续").click()
    page.get_by_label("原因", exact=True).select_option("size_or_fit")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="预计退款")).to_be_visible()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交给商店")).to_be_visible()
    stack.mailbox.wait_for(to=RITA, subject="已收到您的退货申请", timeout=30)


def test_the_keyboard_is_enough(page: Page, stack: Stack) -> None:
    page.goto(portal_link(stack, new_order(stack)))
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Order"))).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#main")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="returns policy").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label(re.compile("How many.*Mug"))).to_be_focused()
    page.keyboard.press("2")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason", exact=True)).to_be_visible()
    page.get_by_label("Reason", exact=True).focus()
    page.keyboard.type("It came too late")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    tab_to(page, "Send the request")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your request is with the shop")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus; no more often than a page has stops."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.textContent.trim()") == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


@pytest.fixture(params=["light", "dark"])
def narrow(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """As wide as WCAG asks for reflow."""
    opened = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=request.param)
    opened.set_default_timeout(PATIENCE)
    yield opened.new_page()
    opened.close()


def test_nobody_stumbles_over_a_page(narrow: Page, stack: Stack) -> None:
    order = new_order(stack)
    found: list[str] = []

    def look(address: str = "") -> None:
        if address:
            narrow.goto(address)
        found.extend(faults(narrow))

    def press(button: str) -> None:
        with narrow.expect_navigation():
            narrow.get_by_role("button", name=button).click()
        look()

    look(stack.portal_url)
    press("Send me a code")
    look(f"{stack.portal_url}/code")
    press("Continue")
    look(portal_link(stack, order))
    press("Continue")
    press("Continue")
    narrow.get_by_label(re.compile("How many.*Mug")).select_option("2")
    press("Continue")
    press("Continue")
    narrow.get_by_label("Reason", exact=True).select_option("late")
    press("Continue")
    press("Send the request")
    approve(stack, order)
    look(narrow.url.removesuffix("/done"))
    press("Save")
    look(f"{stack.portal_url}/order")
    look(f"{stack.portal_url}/nowhere")
    assert found == []


def test_back_after_a_corrected_form_shows_the_form_again(phone: Page, stack: Stack) -> None:
    phone.goto(stack.portal_url)
    phone.get_by_role("button", name="Send me a code").click()
    phone.get_by_label("Order number").fill("no such order")
    phone.get_by_label("E-mail address").fill("nobody@example.com")
    phone.get_by_role("button", name="Send me a code").click()
    expect(phone.get_by_role("heading", name="Enter the code")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("E-mail address")).to_have_value("nobody@example.com")
    phone.goto(portal_link(stack, new_order(stack)))
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label(re.compile("How many.*Mug")).select_option("1")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_role("heading", name="Please check this")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name="Please check this")).to_be_visible()
    phone.get_by_label("Reason", exact=True).select_option("late")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_role("heading", name="Is this right?")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("Reason", exact=True)).to_have_value("late")
    expect(phone.get_by_role("heading", name="Please check this")).to_be_hidden()


#: Words of the page that stand on more than one line, and the height of the header.
_BROKEN = """() => {
  const broken = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    if (node.parentElement.closest(".sr, .skip, option")) continue;
    for (const found of node.data.matchAll(/[A-Za-z]{2,9}/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (range.getClientRects().length > 1) broken.push(found[0]);
    }
  }
  return {broken, header: document.querySelector(".top").offsetHeight, wide: document.documentElement.scrollWidth > innerWidth};
}"""


def test_words_stay_whole_on_a_phone_at_twice_its_size(browser: Browser, stack: Stack) -> None:
    opened = browser.new_context(viewport={"width": 195, "height": 422}, java_script_enabled=False)
    opened.set_default_timeout(PATIENCE)
    page = opened.new_page()
    page.goto(portal_link(stack, new_order(stack)))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(re.compile("How many.*Mug")).select_option("2")
    for button in ("Continue", "Continue", "Send the request", ""):
        seen = page.evaluate(_BROKEN)
        assert (seen["broken"], seen["wide"]) == ([], False), page.title()
        assert seen["header"] < 110, page.title()
        if button:
            if page.get_by_label("Reason", exact=True).count():
                page.get_by_label("Reason", exact=True).select_option("late")
            with page.expect_navigation():
                page.get_by_role("button", name=button).click()
    opened.close()


def test_the_mailbox_shows_a_mail_to_its_end(page: Page, stack: Stack) -> None:
    stack.mailbox.add(
        b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Long\r\nContent-Type: text/html\r\n\r\n"
        b"<div style='height:1500px'></div><p>The end</p>",
        ("c@d.example",),
    )
    mail = stack.mailbox.wait_for(to="c@d.example", timeout=5)
    page.goto(f"{stack.shop.base_url}/mailbox/{mail.id}")
    end = page.frame_locator("iframe").get_by_text("The end")
    expect(end).to_be_visible()
    frame, seen = page.locator("iframe").bounding_box(), end.bounding_box()
    assert frame
    assert seen
    assert seen["y"] + seen["height"] <= frame["y"] + frame["height"]


def test_the_element_asks_for_a_new_token_and_says_when_there_is_none(context: BrowserContext, stack: Stack) -> None:
    order = new_order(stack)
    page = context.new_page()
    sign_in_at_the_shop(page, stack, order)
    expect(page.get_by_role("button", name="Return items")).to_be_visible()
    page.evaluate("""() => { document.querySelector("saleor-returns").getToken = async () => "expired"; }""")
    expect(page.locator("saleor-returns").get_by_role("alert")).to_contain_text("sign in")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_script_of_the_element_is_served_to_other_sites(stack: Stack) -> None:
    answer = requests.get(f"{stack.app_url}/storefront/saleor-returns.js", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
