"""Memory of the app's processes when nothing happens: one web process and the worker, installed in a shop and warmed up."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

from . import databases
from .app import App, family
from .figures import Figure
from .lifecycles import run_cases
from .shop import ShopProcess

_REST_SECONDS = 10.0
_never = threading.Event()


def measure() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-memory-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1, smtp_url=shop.smtp_url) as app,
    ):
        web, worker = app.start("web"), app.start("worker")
        installed = shop.install(f"{app.url}/api/manifest")
        run_cases(shop, app, installed, count=5, concurrency=1)  # what is loaded at the first use is part of it
        _never.wait(_REST_SECONDS)
        *_, serving = sorted(map(_resident, family(web)))
        yield Figure("memory.web", serving, "MB resident, the largest web process", "< 150")
        yield Figure("memory.web.all", _proportional(family(web)), "MB with its parent, shared pages counted once")
        yield Figure("memory.worker", max(map(_resident, family(worker))), "MB resident, the worker", "< 150")


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _proportional(processes: list[psutil.Process]) -> float:
    return sum(float(process.memory_full_info().pss) for process in processes) / 1e6
