"""A worker process whose lane work writes down when it begins and ends, and can be held up from outside.

`python -m tests.jobs.marked_work <folder> <grace seconds>`, configured by the environment as the real one. The folder has
`log`, a line per beginning and end, and holds an order's work for as long as `hold-<order>` lies in it.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

from saleor_returns_app.app import build_context
from saleor_returns_app.config import load_settings
from saleor_returns_app.errors import AppError
from saleor_returns_app.jobs import engine, worker
from saleor_returns_app.logs import set_up_logs
from saleor_returns_app.web.mail import renderer

_never = threading.Event()


def write(folder: Path, *words: object) -> None:
    """One line, at once and whole, whoever else writes."""
    line = " ".join(str(word) for word in words) + "\n"
    handle = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)


def main(folder: Path, grace: float) -> int:
    def work(_context: Any, _tenant_id: str, order_id: str, *, holder: str) -> None:
        write(folder, "begin", order_id, holder, os.getpid())
        while (folder / f"hold-{order_id}").exists():
            _never.wait(0.02)
        write(folder, "end", order_id, holder, os.getpid())

    settings = load_settings()
    set_up_logs(settings)
    with patch.object(engine, "advance_order", work), patch.object(worker, "FAREWELL", grace):
        try:
            return 0 if worker.run_worker(build_context(settings), renderer(settings.base_url)) else 1
        except AppError as error:
            print(error.message(), file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
