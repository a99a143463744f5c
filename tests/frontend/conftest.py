"""A browser with the stage, one for each module: two of Playwright's loops cannot live at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from demo.serving import Running

from .stage import Answer, StaffApp, Stage, host_page

PATIENCE = 15_000  # milliseconds; a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    app = StaffApp({"GET /dashboard/": Answer("<h1>Queue</h1>")})
    serving, hosting = Running(app), Running(host_page)
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    yield Stage(app, f"http://127.0.0.1:{serving.port}", f"http://127.0.0.1:{hosting.port}", page)
    page.close()
    serving.stop()
    hosting.stop()
