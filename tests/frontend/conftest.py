"""A page on the stage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from demo.serving import Running
from tests.browsing import PATIENCE

from .stage import Answer, StaffApp, Stage, host_page


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
