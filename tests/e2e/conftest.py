"""The whole demo in one browser: shop, Dashboard, provider, mailbox, and the app with its worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from demo.stack import DEMO_SETTINGS, Stack
from tests.browsing import PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            # One stack for all of them: they share a worker of the test run.
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("demo"), settings=replace(DEMO_SETTINGS, provider_timeout=1.0)) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small screen, and no scripts."""
    opened = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    opened.set_default_timeout(PATIENCE)
    yield opened.new_page()
    opened.close()
