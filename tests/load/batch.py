"""A thousand refunds approved as one batch in the queue: looked at, planned, approved, paid by the stand-in's provider.

One web process, one worker, PostgreSQL. The cases before it are made as a shopper and staff make them, over HTTP; their goods are
on record in Saleor before the clock starts.
"""

from __future__ import annotations

import http.client
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import make_url

from . import databases
from .app import App
from .figures import Figure
from .lifecycles import Person
from .shop import ShopProcess

REFUNDS, AIM = 1_000, 300
_MAKERS, _BY_ONE = 6, 25
_PATIENCE = 900.0
_NOT_RECORDED = "select count(*) from recorded_returns where state <> 'done'"
_WAITING_STEPS = "select count(*) from effects where state in ('planned', 'calling')"
_DECIDED = "select count(*) from bulk_items where state <> ''"
_REFUSED = "select code, count(*) from bulk_items where state = 'refused' group by code"
_PAID = "select count(*) from cases where status = 'resolved'"
_REQUESTS = "select count(*), count(distinct refund_id) from refund_attempts where step = 'request'"
_never = threading.Event()


def measure() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-batch-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1, smtp_url=shop.smtp_url) as app,
    ):
        app.start("web")
        app.start("worker")
        installed = shop.install(f"{app.url}/api/manifest")
        database = psycopg.connect(_plain(url), autocommit=True)
        cases = _make_cases(shop, app, installed)
        _wait(database, _NOT_RECORDED, 0)
        _wait(database, _WAITING_STEPS, 0)
        headers = {"authorization-bearer": shop.staff_token(installed), "saleor-api-url": shop.api_url}
        took, page = _send(app.port, headers, "/dashboard/bulk", action="approve_refund", case=cases)
        quotes = re.findall(r'name="quote" value="([^"]+)"', page)
        assert len(quotes) == REFUNDS, f"{len(quotes)} of {REFUNDS} fit: {page[:600]}"
        yield Figure("batch.preview", took, f"s to read and quote {REFUNDS:,} orders and show them")
        begun = time.perf_counter()
        took, _ = _send(app.port, headers, "/dashboard/bulk/runs", action="approve_refund", case=cases, quote=quotes)
        yield Figure("batch.plan", took, "s to plan them")
        _wait(database, _DECIDED, REFUNDS)
        refused = database.execute(_REFUSED).fetchall()
        assert not refused, refused
        yield Figure("batch.approved", time.perf_counter() - begun, "s until all were approved")
        _wait(database, _PAID, REFUNDS)
        yield Figure("batch.settled", time.perf_counter() - begun, f"s until all {REFUNDS:,} were paid", f"< {AIM}")
        requests, refunds = database.execute(_REQUESTS).fetchone() or (0, 0)
        assert requests == refunds == REFUNDS, f"{requests} requests for {refunds} refunds"
        database.close()


def _make_cases(shop: ShopProcess, app: App, installed: str) -> list[str]:
    """Ids of cases whose goods were counted."""
    orders = shop.new_orders(REFUNDS)

    def bring_back(mine: list[dict[str, Any]]) -> list[str]:
        # Few enough for one token of the staff, which ends after five minutes.
        person = Person(app, shop.shopper_token(), shop.staff_token(installed), shop.api_url)
        return [person.bring_back(order)[1].rpartition("/")[2] for order in mine]

    with ThreadPoolExecutor(_MAKERS) as pool:
        parts = pool.map(bring_back, [orders[start : start + _BY_ONE] for start in range(0, REFUNDS, _BY_ONE)])
        return [case for part in parts for case in part]


def _wait(database: psycopg.Connection[Any], query: Any, wanted: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while (found := (database.execute(query).fetchone() or (-1,))[0]) != wanted:
        assert time.monotonic() < deadline, f"{found} instead of {wanted}: {query}"
        _never.wait(0.2)


def _send(port: int, headers: dict[str, str], path: str, **typed: Any) -> tuple[float, str]:
    """Seconds and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    form = {**headers, "content-type": "application/x-www-form-urlencoded"}
    begun = time.perf_counter()
    connection.request("POST", path, urlencode(typed, doseq=True), form)
    answer = connection.getresponse()
    page = answer.read().decode()
    took = time.perf_counter() - begun
    connection.close()
    assert answer.status == 200, f"{path}: {answer.status} {page[:400]}"
    return took, page


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
