"""The script of the staff pages in a real browser, inside a frame as the Dashboard makes it."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from .stage import SHOP, WEB, Answer, Request, Stage, dropped, jwt

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not (WEB / "static/dist/dashboard.js").exists(), reason="the scripts are not built: make assets"
    ),
    pytest.mark.xdist_group("browser"),
]

FORM = '<form hx-post="/dashboard/save"><textarea name="reason"></textarea><button class="button">Save</button></form>'


def test_nothing_is_asked_before_the_dashboard_said_who_is_there(stage: Stage) -> None:
    frame = stage.open(token="none")
    stage.hears("notifyReady")
    assert stage.app.requests == []
    token = jwt()
    stage.post("handshake", token=token)
    expect(frame.get_by_role("heading", name="Queue")).to_be_visible()
    assert [(each.address, each.token, each.shop) for each in stage.app.requests] == [("/dashboard/", token, SHOP)]


def test_the_dashboards_parameters_stay_out_of_the_apps_addresses(stage: Stage) -> None:
    stage.app.answers["GET /dashboard/widgets/order"] = Answer('<a href="/dashboard/">All</a>')
    frame = stage.open("/dashboard/widgets/order?orderId=T3JkZXI%3D", **{"featureFlags[new][enabled]": "false"})
    frame.wait_for_selector("text=All")
    assert stage.app.asked() == ["/dashboard/widgets/order?orderId=T3JkZXI%3D"]
    assert frame.evaluate("location.search") == "?orderId=T3JkZXI%3D"


def test_the_theme_is_worn_at_once_and_changed_on_the_fly(stage: Stage) -> None:
    frame = stage.open(theme="dark")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    stage.post("theme", theme="light")
    expect(frame.locator("html")).to_have_attribute("data-theme", "light")


def test_another_language_shows_the_page_again(stage: Stage) -> None:
    frame = stage.open()
    expect(frame.get_by_role("heading", name="Queue")).to_be_visible()
    stage.app.answers["GET /dashboard/"] = lambda asked: Answer(f"<h1>{asked.language}</h1>")
    stage.post("localeChanged", locale="zh-Hans")
    expect(frame.get_by_role("heading", name="zh-Hans")).to_be_visible()


def test_an_expired_reading_is_repeated_with_the_next_token(stage: Stage) -> None:
    old, new = jwt("old"), jwt("new")
    stage.app.answers["GET /dashboard/"] = lambda asked: (
        Answer("<h1>Queue</h1>") if asked.token == new else Answer("<p>expired</p>", 401)
    )
    frame = stage.open(token=old)
    stage.page.wait_for_function("() => window.said.filter((each) => each.type === 'notifyReady').length === 2")
    assert len(stage.app.requests) == 1, "the token that was refused is not tried again"
    stage.post("tokenRefresh", token=new)
    expect(frame.get_by_role("heading", name="Queue")).to_be_visible()
    assert [each.token for each in stage.app.requests] == [old, new]


def test_a_second_refusal_is_shown_in_its_own_words(stage: Stage) -> None:
    stage.app.answers["GET /dashboard/"] = Answer("<p>Only staff of the shop can use this page.</p>", 401)
    frame = stage.open(token=jwt("old"))
    stage.page.wait_for_function("() => window.said.filter((each) => each.type === 'notifyReady').length === 2")
    stage.post("tokenRefresh", token=jwt("new"))
    expect(frame.locator("#main")).to_contain_text("Only staff of the shop")


def test_an_expired_writing_is_not_sent_again_by_itself(stage: Stage) -> None:
    stage.app.answers |= {"GET /dashboard/": Answer(FORM), "POST /dashboard/save": Answer("<p>expired</p>", 401)}
    frame = stage.open()
    frame.fill("textarea", "Too late")
    frame.click("text=Save")
    expect(frame.locator("#trouble")).to_contain_text("Your sign-in ran out before this was sent")
    stage.post("tokenRefresh", token=jwt("new"))
    expect(frame.locator("textarea")).to_have_value("Too late")
    assert len(stage.app.asked("POST")) == 1
    stage.app.answers["POST /dashboard/save"] = Answer("Saved")
    frame.click("text=Save")
    expect(frame.locator("form")).to_have_text("Saved")
    expect(frame.locator("#trouble")).to_be_hidden()


def test_a_token_about_to_end_is_renewed_before_a_writing_goes_out(stage: Stage) -> None:
    stage.app.answers |= {"GET /dashboard/": Answer(FORM), "POST /dashboard/save": Answer("Saved")}
    frame = stage.open()
    frame.wait_for_selector("textarea")
    ending, fresh = jwt("ending", seconds=2), jwt("fresh")
    stage.page.evaluate("(token) => { window.token = token }", ending)
    stage.post("tokenRefresh", token=ending)
    frame.click("text=Save")
    stage.page.wait_for_function("() => window.said.filter((each) => each.type === 'notifyReady').length === 2")
    assert stage.app.asked("POST") == []
    stage.post("tokenRefresh", token=fresh)
    expect(frame.locator("form")).to_have_text("Saved")
    assert [each.token for each in stage.app.requests if each.method == "POST"] == [fresh]


def test_a_double_click_sends_once(stage: Stage) -> None:
    stage.app.answers |= {"GET /dashboard/": Answer(FORM), "POST /dashboard/save": Answer(FORM)}
    frame = stage.open()
    frame.wait_for_selector("textarea")
    frame.evaluate("() => { for (const _ of [1, 2, 3]) document.querySelector('button').click() }")
    frame.wait_for_function("() => !document.querySelector('[aria-busy]')")
    frame.fill("textarea", "again")
    frame.click("text=Save")
    frame.wait_for_function("() => document.querySelector('textarea').value === ''")
    assert [each.body for each in stage.app.requests if each.method == "POST"] == ["reason=", "reason=again"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (dropped, "The app did not answer."),
        (Answer("<html><body>502 Bad Gateway</body></html>", 502), "The app did not answer."),
        (Answer("<!doctype html><title>Proxy</title>"), "The app did not answer."),
        (Answer("<h2>Busy</h2><p>Saleor does not answer.</p>", 503), "Saleor does not answer."),
        (Answer('{"title": "Too large."}', 413, kind="application/problem+json"), "Too large."),
    ],
)
def test_what_cannot_be_shown_is_said_and_keeps_what_was_typed(stage: Stage, answer: Answer, said: str) -> None:
    stage.app.answers |= {"GET /dashboard/": Answer(FORM), "POST /dashboard/save": answer}
    frame = stage.open()
    frame.fill("textarea", "Long story")
    frame.click("text=Save")
    expect(frame.locator("#trouble")).to_contain_text(said)
    expect(frame.locator("textarea")).to_have_value("Long story")


def test_a_refusal_takes_the_place_of_the_form_it_answers(stage: Stage) -> None:
    refusal = Answer('<textarea name="reason" aria-invalid="true" data-focus>x</textarea>', 422)
    stage.app.answers |= {"GET /dashboard/": Answer(FORM), "POST /dashboard/save": refusal}
    frame = stage.open()
    frame.click("text=Save")
    expect(frame.locator("textarea[aria-invalid]")).to_be_focused()


def test_links_load_in_place_and_the_dashboard_keeps_the_address(stage: Stage) -> None:
    stage.app.answers |= {
        "GET /dashboard/": Answer('<h1>Queue</h1><a href="/dashboard/cases/7?view=all">Case</a>'),
        "GET /dashboard/cases/7": Answer('<div data-title="R-7"><h1>Case seven</h1></div>'),
    }
    frame = stage.open()
    frame.click("text=Case")
    expect(frame.get_by_role("heading", name="Case seven")).to_be_visible()
    assert stage.hears("updateRouting") == {"newRoute": "/cases/7?view=all"}
    frame.wait_for_function("() => document.title === 'R-7'")
    frame.evaluate("history.back()")
    expect(frame.get_by_role("heading", name="Queue")).to_be_visible()
    assert stage.app.asked() == ["/dashboard/", "/dashboard/cases/7?view=all", "/dashboard/"]
    assert len(stage.said("updateRouting")) == 1


def test_of_two_moves_the_later_one_counts(stage: Stage) -> None:
    waiting = threading.Event()

    def late(_asked: Request) -> Answer:
        waiting.wait(10)
        return Answer("<h1>Late</h1>")

    stage.app.answers["GET /dashboard/"] = Answer(
        '<a href="/dashboard/slow">Slow</a> <a href="/dashboard/quick">Quick</a>'
    )
    stage.app.answers["GET /dashboard/slow"] = late
    stage.app.answers["GET /dashboard/quick"] = Answer("<h1>Quick</h1>")
    frame = stage.open()
    frame.get_by_role("link", name="Slow").click()
    with stage.page.expect_event("requestfailed", lambda request: request.url.endswith("/slow")):
        frame.get_by_role("link", name="Quick").click()
    waiting.set()
    expect(frame.get_by_role("heading", name="Quick")).to_be_visible()
    assert stage.hears("updateRouting")["newRoute"] == "/quick"


@pytest.mark.parametrize("kind", ["data-widget", "data-popup"])
def test_a_widget_or_popup_leaves_the_dashboards_address_alone(stage: Stage, kind: str) -> None:
    stage.app.body = kind
    stage.app.answers |= {
        "GET /dashboard/": Answer('<a href="/dashboard/next">On</a>'),
        "GET /dashboard/next": Answer("<h1>Next</h1>"),
    }
    frame = stage.open()
    frame.click("text=On")
    expect(frame.get_by_role("heading", name="Next")).to_be_visible()
    assert stage.said("updateRouting") == []


def test_the_server_speaks_to_the_dashboard_through_a_header(stage: Stage) -> None:
    wishes = (
        '{"saleor:notify": {"title": "R\\u00e9turn approved"}, "saleor:refresh": true, '
        '"saleor:redirect": {"to": "/orders/1"}, "saleor:close-popup": true}'
    )
    stage.app.answers |= {
        "GET /dashboard/": Answer(FORM),
        "POST /dashboard/save": Answer("", headers={"HX-Trigger": wishes}),
    }
    frame = stage.open()
    frame.click("text=Save")
    assert stage.hears("notification") == {"status": "success", "title": "Réturn approved", "text": ""}
    assert stage.hears("redirect") == {"to": "/orders/1", "newContext": False}
    assert stage.hears("refreshEntity") == stage.hears("popupClose") == {}


def test_a_link_into_the_dashboard_is_the_dashboards_to_follow(stage: Stage) -> None:
    stage.app.answers["GET /dashboard/"] = Answer('<a href="/dashboard/x" data-dashboard-path="/orders/9">Order</a>')
    stage.open().click("text=Order")
    assert stage.hears("redirect") == {"to": "/orders/9", "newContext": False}
    assert stage.app.asked() == ["/dashboard/"]


def test_dialogs_open_close_and_come_back_with_a_problem(stage: Stage) -> None:
    buttons = '<button>Send</button><button type="button" data-closes>Back</button>'
    inside = f'<form hx-post="/dashboard/save" hx-target="#main">{buttons}</form>'
    stage.app.answers |= {
        "GET /dashboard/": Answer(f'<button data-opens="ask">Reject</button><dialog id="ask">{inside}</dialog>'),
        "POST /dashboard/save": Answer('<dialog id="ask" data-shown><p>Say why.</p></dialog>', 422),
    }
    frame = stage.open()
    frame.click("text=Reject")
    frame.click("text=Back")
    expect(frame.locator("dialog")).to_be_hidden()
    frame.click("text=Reject")
    frame.click("text=Send")
    expect(frame.get_by_text("Say why.")).to_be_visible()
    assert frame.evaluate("document.querySelector('dialog').matches(':modal')")


def test_a_widget_tells_how_high_it_is(stage: Stage) -> None:
    stage.app.body = "data-widget"
    stage.app.answers["GET /dashboard/"] = Answer('<svg width="10" height="333" style="display: block"></svg>')
    stage.open().wait_for_selector("svg")
    stage.page.wait_for_function(
        "() => window.said.findLast((each) => each.type === 'widgetResize')?.payload.height >= 333"
    )
    assert stage.said("widgetResize")[-1]["height"] < 380


def test_a_page_outside_the_dashboard_says_where_it_belongs(stage: Stage) -> None:
    stage.page.goto(f"{stage.app_url}/dashboard/")
    expect(stage.page.locator("#trouble")).to_contain_text("Open this page from the Saleor Dashboard")
    expect(stage.page.locator(".skeleton")).to_have_count(0)


def test_a_page_that_refreshes_itself_is_no_work_of_the_readers(stage: Stage) -> None:
    def poll(asked: Request) -> Answer:
        return Answer(str(len(stage.app.asked())))

    stage.app.answers |= {
        "GET /dashboard/": Answer('<p hx-get="/dashboard/poll" hx-trigger="every 50ms"></p>'),
        "GET /dashboard/poll": poll,
    }
    frame = stage.open()
    frame.wait_for_function("() => Number(document.querySelector('p')?.textContent) > 3")
    assert frame.evaluate("document.documentElement.classList.contains('busy')") is False


def test_the_script_needs_no_more_than_the_content_policy_of_the_pages(stage: Stage) -> None:
    found: list[str] = []
    stage.page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    stage.page.on("pageerror", lambda error: found.append(str(error)))
    expect(stage.open().get_by_role("heading", name="Queue")).to_be_visible()
    assert found == []


def test_a_colour_is_the_same_in_its_text_and_its_picker(stage: Stage) -> None:
    stage.app.answers["GET /dashboard/"] = Answer(
        '<input id="colour" value="#14323a"><input type="color" value="#14323a" data-picks="colour">'
    )
    frame = stage.open()
    text, picker = frame.locator("#colour"), frame.locator("[data-picks]")
    picker.fill("#ffee00")
    expect(text).to_have_value("#ffee00")
    text.fill("#1A73E8")
    expect(picker).to_have_value("#1a73e8")
    text.fill("red")
    expect(picker).to_have_value("#1a73e8")
