"""A scan in the warehouse with 1,000,000 cases: the whole receiving page, over HTTP, for each kind of code."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from . import databases
from .app import App
from .figures import Figure, percentile
from .queue_pages import MANY, fill, load
from .shop import ShopProcess

ROUNDS = 60


def measure() -> Iterator[Figure]:
    times = _times(MANY)
    for name, taken in times.items():
        yield Figure(f"scan.{name}.p50", percentile(taken, 0.5), f"ms with {MANY:,} cases", "")
        yield Figure(f"scan.{name}.p95", percentile(taken, 0.95), f"ms with {MANY:,} cases", "< 100")
    everything = [time for taken in times.values() for time in taken]
    yield Figure("scan.p95", percentile(everything, 0.95), f"ms, all codes, {MANY:,} cases", "< 100")


def _codes(n: int) -> Mapping[str, str]:
    """What a scanner or a person types about case `n`, of those that `fill_queue.sql` makes."""
    return {
        "number": f"R-2026-{n:07d}",
        "qr": f"https://shop.example/r/R-2026-{n:07d}",
        "tracking": f"1Z 999 AA1 {n:010d}",
        "order": f"{n}",
        "unknown": f"JD{n:018d}",
    }


def _times(cases: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of code, `ROUNDS` of each; every scan is of another case, half of them wait for their goods."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-scan-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=1) as app,
    ):
        app.start("web")
        installed = shop.install(f"{app.url}/api/manifest")
        fill(url, cases)
        headers = {"authorization-bearer": shop.staff_token(installed), "saleor-api-url": shop.api_url}
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=120)
        measured: dict[str, list[float]] = {kind: [] for kind in _codes(1)}
        for round_ in range(ROUNDS + 3):
            # Every 180th is in transit; the one after it is long over.
            scanned = (cases // 180 // (ROUNDS + 4) * (round_ + 1)) * 180 + 90 + round_ % 2
            for kind, code in _codes(scanned).items():
                path = f"/dashboard/receiving?{urlencode({'scan': code}, quote_via=quote)}"
                # The parcels of two cases in three are not announced.
                found = kind in ("number", "qr", "order") or (kind == "tracking" and scanned % 3 == 0)
                took = load(connection, path, headers, shows=f"R-2026-{scanned:07d}" if found else "")
                if round_ >= 3:
                    measured[kind].append(took)
        return measured
