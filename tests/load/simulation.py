"""A draft tried on 10,000 orders, by an ordinary worker on PostgreSQL, as a person waits for it; and its pages meanwhile."""

from __future__ import annotations

import http.client
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import create_engine, insert, select

from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.orders import pack_order
from tests.fakes import make_fulfillment, make_line, make_order

from . import databases
from .app import App
from .figures import Figure, percentile
from .shop import ShopProcess

ORDERS, ROUNDS = 10_000, 5
#: How often a page asks how far it is, in seconds.
_ASKED_EVERY = 0.1
_PATIENCE = 120.0
_never = threading.Event()


def measure() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-simulation-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1) as app,
    ):
        app.start("web")
        app.start("worker")
        installed = shop.install(f"{app.url}/api/manifest")
        _fill(url)
        staff = _Staff(app.port, {"authorization-bearer": shop.staff_token(installed), "saleor-api-url": shop.api_url})
        staff.send("POST", "/dashboard/policy/draft", preset="us")
        staff.simulate()  # what is compiled and imported once
        runs = [staff.simulate() for _ in range(ROUNDS)]
        yield Figure(
            "simulation.seconds",
            percentile([took for took, _ in runs], 0.5),
            f"s from asking to the result, {ORDERS:,} orders, middle of {ROUNDS}",
            "< 3",
        )
        yield Figure(
            "simulation.progress",
            min(len(steps) for _, steps in runs),
            f"different states of the progress seen, asking every {_ASKED_EVERY} s",
            "> 3",
        )
        for page in ("/dashboard/policy/simulation", "/dashboard/policy/simulation/changes"):
            times = [staff.send("GET", page)[0] for _ in range(20)]
            shown = page.rpartition("/")[2]
            yield Figure(f"simulation.page.{shown}.p95", percentile(times, 0.95) * 1000, "ms, with its result", "< 300")


class _Staff:
    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port, self._headers = port, headers

    def send(self, method: str, path: str, **typed: str) -> tuple[float, str]:
        """Seconds and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {**self._headers, "content-type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        connection.request(method, path, urlencode(typed) if method == "POST" else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        took = time.perf_counter() - begun
        connection.close()
        if answer.status != 200:
            raise AssertionError(f"{method} {path}: {answer.status} {page[:300]}")
        return took, page

    def simulate(self) -> tuple[float, set[str]]:
        """Seconds until the result is there, and what the progress said meanwhile."""
        begun = time.perf_counter()
        self.send("POST", "/dashboard/policy/simulation")
        seen: set[str] = set()
        while time.perf_counter() < begun + _PATIENCE:
            _, page = self.send("GET", "/dashboard/policy/simulation/progress")
            if "<progress" not in page:
                if "Simulate again" not in page or "did not end" in page:
                    raise AssertionError(page[:2000])
                return time.perf_counter() - begun, seen
            seen.add(page.partition('value="')[2].partition('"')[0])
            _never.wait(_ASKED_EVERY)
        raise AssertionError("no result")


def _fill(url: str) -> None:
    """Orders of the last 90 days, one to three lines each."""
    chance, now = random.Random(1), datetime.now(UTC)
    engine = create_engine(url)
    with engine.begin() as connection:
        tenant = connection.scalar(select(Tenant.id))
        connection.execute(insert(OrderMirror), [_row(str(tenant), n, chance, now) for n in range(ORDERS)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    engine.dispose()


def _row(tenant: str, number: int, chance: random.Random, now: datetime) -> dict[str, Any]:
    created = now - timedelta(days=89 * chance.random())
    lines = tuple(
        make_line(
            f"line-{number}-{place}",
            product_name=f"Product {chance.randrange(300)}",
            category_slugs=("shoes", "clothing"),
            collection_slugs=("summer",),
            product_type_slug="shoe",
        )
        for place in range(chance.choice((1, 2, 3)))
    )
    order = make_order(
        id=f"order-{number}",
        number=str(number),
        created=created,
        updated_at=created,
        lines=lines,
        fulfillments=(make_fulfillment(lines, created=created + timedelta(days=2)),),
    )
    return {
        "id": new_id(),
        "tenant_id": tenant,
        "saleor_id": order.id,
        "number": order.number,
        "email": f"shopper{number % 4000}@example.com",
        "channel_slug": order.channel_slug,
        "currency": order.currency,
        "units": sum(line.quantity for line in lines),
        "snapshot": pack_order(order),
        "saleor_created_at": created,
        "saleor_updated_at": created,
        "refreshed_at": now,
    }
