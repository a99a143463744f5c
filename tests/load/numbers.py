"""The numbers of a shop with 10,000,000 counted facts: whole pages over HTTP, and keeping a busy day's rollup."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from saleor_returns_app.models import Database, make_engine
from saleor_returns_app.models.analytics import DailyFact
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.rolling import roll_day

from . import databases
from .app import App
from .figures import Figure, percentile
from .queue_pages import load, run_script
from .shop import ShopProcess

LINES = 10_000_000
ROUNDS = 12
_FILL = (Path(__file__).parent / "fill_numbers.sql").read_text()


def measure() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-numbers-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1) as app,
    ):
        app.start("web")
        installed = shop.install(f"{app.url}/api/manifest")
        begun = time.perf_counter()
        run_script(url, _FILL, lines=LINES)
        yield Figure("numbers.fill", time.perf_counter() - begun, f"s for {LINES:,} facts and their rollups")
        headers = {"authorization-bearer": shop.staff_token(installed), "saleor-api-url": shop.api_url}
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=300)
        measured: dict[str, list[float]] = {page: [] for page in _pages()}
        for round_ in range(ROUNDS + 2):
            for page, path in _pages().items():
                took = load(connection, path, headers)
                if round_ >= 2:
                    measured[page].append(took)
        for page, times in measured.items():
            yield Figure(f"numbers.{page}.p95", percentile(times, 0.95), f"ms with {LINES:,} facts", "< 500")
        yield from _roll(url)


def _pages() -> Mapping[str, str]:
    today = datetime.now(UTC).date()
    own = {"since": (today - timedelta(days=200)).isoformat(), "until": (today - timedelta(days=13)).isoformat()}
    year = {"since": (today - timedelta(days=364)).isoformat(), "until": today.isoformat()}
    page, cases = "/dashboard/analytics", "/dashboard/analytics/cases"
    return {
        "30-days": f"{page}?days=30",
        "90-days": f"{page}?days=90",
        "365-days": f"{page}?days=365",
        "variants": f"{page}?days=90&by=variant",
        "channel": f"{page}?days=90&channel=channel-2",
        "own-days": f"{page}?{urlencode(own)}",
        "cases": f"{cases}?{urlencode({'measure': 'requested', 'by': 'all', **year})}",
        "cases-of-a-product": f"{cases}?{urlencode({'measure': 'returned', 'by': 'product', 'key': 'product-17', **year})}",
        "cases-of-a-reason": f"{cases}?{urlencode({'measure': 'requested', 'by': 'reason', 'key': 'late', **year})}",
    }


def _roll(url: str) -> Iterator[Figure]:
    engine = make_engine(url)
    database = Database(engine)
    day = datetime.now(UTC).date() - timedelta(days=40)
    with database.everyone() as session:
        tenant_id = session.scalars(select(Tenant.id)).one()
    with database.tenant(tenant_id) as session:
        before = _cells(session, day)
        begun = time.perf_counter()
        roll_day(session, day)
        took = time.perf_counter() - begun
        if _cells(session, day) != before:
            raise AssertionError("rolling the day up anew changed it")
    engine.dispose()
    yield Figure("numbers.roll-a-day", took, f"s, {len(before):,} cells of {LINES // 730:,} facts, none changed")


def _cells(session: object, day: object) -> set[tuple[object, ...]]:
    cell = (DailyFact.measure, DailyFact.dimension, DailyFact.channel, DailyFact.key, DailyFact.currency)
    rows = session.execute(select(*cell, DailyFact.units, DailyFact.amount).where(DailyFact.day == day))  # type: ignore[attr-defined]
    return {tuple(row) for row in rows}
