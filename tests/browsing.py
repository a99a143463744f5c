"""One Chromium for all browser tests of a test process: two of Playwright's loops cannot live in one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

#: One process for all sites: with several, the driver loses a frame that is sent to two addresses within moments, as the
#: Dashboard does. What one site may know of another is the same either way.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
]
PATIENCE = 20_000  # milliseconds; a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Launched, until the block ends. Skips the test on a machine without Chromium."""
    path = shutil.which("chromium")
    if not path:
        pytest.skip("no chromium here: make browser")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()
