"""The Dashboard's host page in a real browser: what an app's frame is given, and what it may ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.serving import Running
from demo.shop import Shop
from demo.shop.installing import add_local_app
from demo.shop.keys import unverified
from demo.shop.model.apps import Extension
from demo.shop.model.orders import Order
from demo.shop.samples.making import make_order
from demo.shop.samples.people import CATALOGUE_ONLY, ORDERS_ONLY
from demo.shop.samples.recipes import RECIPES
from tests.browsing import PATIENCE

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
]

_ECHO = """<!doctype html><p id="seen">An app</p><script>
  const seen = []; window.seen = seen;
  addEventListener("message", (event) => seen.push({origin: event.origin, ...event.data}));
  window.send = (type, payload = {}) => parent.postMessage({type, payload: {actionId: "a-" + type, ...payload}}, "*");
</script>"""


@dataclass
class EchoApp:
    """An app whose every page shows what it was told, and sends what a test makes it send."""

    requests: list[tuple[str, str, list[tuple[str, str]], dict[str, str]]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].read().decode()))
        query = parse_qsl(environ["QUERY_STRING"])
        if environ["PATH_INFO"] != "/favicon.ico":
            self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], query, form))
        start("200 OK", [("Content-Type", "text/html")])
        return [_ECHO.encode()]


@pytest.fixture
def echo() -> Iterator[tuple[EchoApp, str]]:
    app = EchoApp()
    running = Running(app)
    yield app, f"http://127.0.0.1:{running.port}"
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def order(served: Shop, echo: tuple[EchoApp, str]) -> Order:
    """An order, in a shop where the echoing app is installed."""
    rights = frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"})
    app = add_local_app(served, name="Echo", permissions=rights)
    app.app_url = f"{echo[1]}/app/"
    orders, get = frozenset({"MANAGE_ORDERS"}), {"widgetTarget": {"method": "GET"}}
    app.extensions = [
        Extension("E1", "Pages", "/", "NAVIGATION_ORDERS", "APP_PAGE", orders, {}),
        Extension("E2", "Widget", f"{echo[1]}/widget", "ORDER_DETAILS_WIDGETS", "WIDGET", orders, dict(get)),
        Extension("E3", "Open", f"{echo[1]}/popup", "ORDER_DETAILS_MORE_ACTIONS", "POPUP", orders, {}, "open"),
    ]
    return make_order(served, RECIPES["plain"])


def frame_of(page: Page, path: str) -> Any:
    """The frame that shows this path, once its second request has loaded and it was greeted."""
    element = page.locator(f"iframe[src*='{path}'][src*='theme=']").element_handle()
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_url(lambda url: "theme=" in url)
    frame.wait_for_function("() => window.seen?.some((each) => each.type === 'redirect')")
    return frame


def seen(frame: Any, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.evaluate("(kind) => window.seen.filter((each) => each.type === kind)", kind)
    return found


def answered(frame: Any, kind: str) -> bool:
    """Sends an action and gives the `ok` of its response."""
    frame.wait_for_function("(id) => window.seen.some((each) => each.payload?.actionId === id)", arg=f"a-{kind}")
    response = next(each for each in seen(frame, "response") if each["payload"]["actionId"] == f"a-{kind}")
    ok: bool = response["payload"]["ok"]
    return ok


def test_a_widget_is_requested_twice_and_handed_a_token(
    served: Shop, echo: tuple[EchoApp, str], order: Order, page: Page
) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    frame = frame_of(page, "/widget")
    both = [query for _, path, query, _ in echo[0].requests if path == "/widget"]
    first, second = sorted(both, key=lambda query: "theme" in dict(query))
    assert [name for name, _ in second].count("saleorApiUrl") == 2
    assert ("theme", "light") in second
    assert "theme" not in dict(first)
    assert dict(second)["orderId"] == order.id
    assert "token" not in json.dumps(second).lower()
    handshake = seen(frame, "handshake")[0]
    claims = unverified(handshake["payload"]["token"])
    assert claims is not None
    assert (claims["type"], claims["iss"]) == ("thirdparty", served.api_url)
    assert handshake["origin"] == served.base_url
    assert seen(frame, "theme")[0]["payload"] == {"theme": "light"}
    assert seen(frame, "localeChanged")[0]["payload"] == {"locale": "en"}
    sandbox = page.locator("iframe").get_attribute("sandbox")
    assert sandbox == "allow-same-origin allow-forms allow-scripts allow-downloads allow-popups"


def test_a_widget_grows_notifies_and_refreshes_the_order(served: Shop, order: Order, page: Page) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    frame = frame_of(page, "/widget")
    assert page.locator("iframe").bounding_box()["height"] == 200  # type: ignore[index]
    frame.evaluate("send('widgetResize', {height: 431.2})")
    assert answered(frame, "widgetResize")
    assert page.locator("iframe").bounding_box()["height"] == 432  # type: ignore[index]
    frame.evaluate("send('notification', {status: 'success', title: 'Approved', text: 'R-1'})")
    expect(page.locator(".toast.success")).to_contain_text("Approved")
    served.note(order, "NOTE_ADDED", message="seen after a refresh")
    frame.evaluate("send('refreshEntity')")
    expect(page.locator(".events")).to_contain_text("seen after a refresh")


def test_theme_changes_and_new_tokens_reach_the_frame(served: Shop, order: Order, page: Page) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    frame = frame_of(page, "/widget")
    page.click("#theme")
    frame.wait_for_function("() => window.seen.some((each) => each.payload?.theme === 'dark')")
    page.evaluate("window.demoHost.refreshTokens()")
    frame.wait_for_function("() => window.seen.some((each) => each.type === 'tokenRefresh')")


def test_a_popup_opens_with_the_order_and_closes_itself(served: Shop, order: Order, page: Page) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    page.click("details.menu summary")
    page.click("text=Open")
    frame = frame_of(page, "/popup")
    assert f"orderId={order.id}".replace("=", "%3D").replace("orderId%3D", "orderId=") in frame.url
    frame.evaluate("send('popupClose')")
    expect(page.locator("#popup")).to_be_hidden()


def test_a_widget_opens_its_apps_popup_without_the_order(served: Shop, order: Order, page: Page) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    frame = frame_of(page, "/widget")
    frame.evaluate("send('openPopup', {extensionIdentifier: 'open', appParams: 'eyJhIjoxfQ'})")
    popup = frame_of(page, "/popup")
    assert "appParams=eyJhIjoxfQ" in popup.url
    assert "orderId" not in popup.url
    assert answered(frame, "openPopup")


def test_an_app_page_has_deep_links_and_may_send_people_elsewhere(
    served: Shop, echo: tuple[EchoApp, str], order: Order, page: Page
) -> None:
    app = next(iter(served.state.apps))
    page.goto(f"{served.base_url}/dashboard/extensions/app/{app.replace('=', '%3D')}/cases/7?tab=done")
    frame = frame_of(page, "/app/cases/7")
    assert dict(echo[0].requests[-1][2])["tab"] == "done"
    assert seen(frame, "redirect")[0]["payload"]["path"].endswith("/extensions/app/QXBwOjE%3D/cases/7")
    frame.evaluate("send('updateRouting', {newRoute: '/cases/8'})")
    page.wait_for_url("**/extensions/app/QXBwOjE%3D/cases/8")
    frame.evaluate(f"send('redirect', {{to: '/orders/{order.id}'}})")
    page.wait_for_url(f"**/dashboard/orders/{order.id}")


def test_tokens_follow_the_person(served: Shop, order: Order, page: Page) -> None:
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    page.select_option("#staff", ORDERS_ONLY)
    page.wait_for_load_state()
    claims = unverified(seen(frame_of(page, "/widget"), "handshake")[0]["payload"]["token"])
    assert claims is not None
    assert claims["permissions"] == ["MANAGE_ORDERS"]
    page.select_option("#staff", CATALOGUE_ONLY)
    expect(page.locator("h1")).to_have_text("You do not have permission to see this")
    page.goto(f"{served.base_url}/dashboard/extensions/installed")
    expect(page.locator("nav")).not_to_contain_text("Pages")


def test_a_post_widget_gets_form_fields_and_no_handshake(
    served: Shop, echo: tuple[EchoApp, str], order: Order, page: Page
) -> None:
    (app,) = served.state.apps.values()
    app.extensions[1].options = {"widgetTarget": {"method": "POST"}}
    page.goto(f"{served.base_url}/dashboard/orders/{order.id}")
    page.locator("iframe").wait_for()
    page.frame_locator("iframe").locator("#seen").wait_for(state="attached")
    ((_, _, query, form),) = [each for each in echo[0].requests if each[0] == "POST"]
    assert query == []
    assert set(form) == {"saleorApiUrl", "accessToken", "appId", "orderId"}
