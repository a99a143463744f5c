"""The app as the demo runs it: itself, with the demo's clock. `python -m demo.app web` or `worker`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from demo.clock import DemoClock
from saleor_returns_app.app import build_context, create_app
from saleor_returns_app.config import load_settings
from saleor_returns_app.jobs.worker import run_worker
from saleor_returns_app.logs import set_up_logs
from saleor_returns_app.web.mail import renderer
from saleor_returns_app.web.serving import serve

#: Names the clock's file.
CLOCK = "DEMO_CLOCK"


def main(command: str) -> int:
    settings = load_settings()
    set_up_logs(settings)
    clock = DemoClock(Path(os.environ[CLOCK]))
    if command == "web":
        serve(lambda: create_app(context=build_context(settings, clock=clock)), settings)
        return 0
    return 0 if run_worker(build_context(settings, clock=clock), renderer(settings.base_url)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
