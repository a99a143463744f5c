"""The queue and its search with 1,000,000 cases, and how much slower they are than with 1,000: whole pages, over HTTP."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy import create_engine

from . import databases
from .app import App
from .figures import Figure, percentile
from .shop import ShopProcess

FEW, MANY = 1_000, 1_000_000
ROUNDS = 40
_FILL = (Path(__file__).parent / "fill_queue.sql").read_text()


def measure() -> Iterator[Figure]:
    few, many = _times(FEW), _times(MANY)
    for name, times in many.items():
        yield Figure(f"queue.{name}.p95", percentile(times, 0.95), f"ms with {MANY:,} cases", "< 100")
        yield Figure(f"queue.{name}.ratio", _middle(times) / _middle(few[name]), f"p50 to that of {FEW:,} cases", "< 2")
    everything = [time for times in many.values() for time in times]
    small = [time for times in few.values() for time in times]
    yield Figure("queue.p95", percentile(everything, 0.95), f"ms, all pages, {MANY:,} cases", "< 100")
    yield Figure("queue.ratio", percentile(everything, 0.95) / percentile(small, 0.95), "p95 to p95", "< 2")


def _middle(times: list[float]) -> float:
    return percentile(times, 0.5)


def _pages(cases: int) -> Mapping[str, dict[str, str]]:
    """What people open: each tab, a page far down, and each kind of search. Numbers as `fill_queue.sql` makes them."""
    middle = cases // 2
    return {
        "open": {},
        "open-channel": {"channel": "channel-3"},
        "all": {"view": "all"},
        "all-deep": {"view": "all", "after": f"01900000-0000-7000-8000-{middle:012x}"},
        "requested": {"view": "requested"},
        "resolved": {"view": "resolved"},
        "attention": {"view": "attention"},
        "overdue": {"view": "overdue"},
        "escalated": {"view": "escalated"},
        "due": {"due": "any"},
        "due-channel": {"due": "any", "channel": "channel-3"},
        "due-today": {"due": "today", "owner": "staff"},
        "due-requested": {"due": "week", "view": "requested"},
        "number": {"q": f"R-2026-{middle:07d}"},
        "order": {"q": f"{middle}"},
        "e-mail": {"q": f"shopper{middle % 300_000}@example.com"},
        "e-mail-prefix": {"q": f"shopper{middle % 300_000 // 10}"},
        "sku": {"q": f"SKU-{middle % 5000:04d}"},
        "nothing": {"q": "nobody@nowhere.example"},
    }


def _times(cases: int) -> dict[str, list[float]]:
    """Milliseconds of each page, `ROUNDS` of each, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-queue-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1) as app,
    ):
        app.start("web")
        installed = shop.install(f"{app.url}/api/manifest")
        fill(url, cases)
        headers = {"authorization-bearer": shop.staff_token(installed), "saleor-api-url": shop.api_url}
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=120)
        measured: dict[str, list[float]] = {page: [] for page in _pages(cases)}
        for round_ in range(ROUNDS + 3):
            for page, asked in _pages(cases).items():
                took = load(connection, f"/dashboard/?{urlencode(asked, quote_via=quote)}", headers)
                if round_ >= 3:
                    measured[page].append(took)
        return measured


def load(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], *, shows: str = "") -> float:
    """Milliseconds that a page takes. AssertionError where it is an error, or does not show what it should."""
    begun = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200 or shows.encode() not in body:
        raise AssertionError(f"{path}: {answer.status}")
    return took


def fill(url: str, cases: int) -> None:
    run_script(url, _FILL, cases=cases)


def run_script(url: str, script: str, **numbers: int) -> None:
    """Run a script's statements, each `:name` in them replaced by its number."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in script.split(";\n"):
            filled = statement.replace("%", "%%")
            for name, number in numbers.items():
                filled = filled.replace(f":{name}", str(number))
            if filled.strip():
                connection.exec_driver_sql(filled)
    engine.dispose()
