"""Webhook intake: verified and durably stored deliveries a second, with two web processes.

Bodies of 8 KB, each with its own content and signature, made before the clock runs. The worker does not run: what is measured is
what Saleor waits for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from demo.shop.keys import Keys
from saleor_returns_app.models.base import Database, make_engine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.models.webhooks import WebhookDelivery
from tests.fakes import START

from . import client, databases
from .app import App
from .figures import Figure

API_URL = "https://shop.example/graphql/"
BODY_BYTES = 8192
SECONDS = 6.0
#: Enough for every run of one database at four times the aim.
MOST = 60_000
CONNECTIONS = (1, 16, 64)


def measure() -> Iterator[Figure]:
    keys = Keys()
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as name:
        file = Path(name) / "requests"
        client.write_requests(file, _requests(keys))
        for kind in ("sqlite", "postgresql"):
            with databases.KINDS[kind]() as url, App(Path(name), url, processes=2) as app:
                app.start("web")
                _register(url, keys)
                yield from _measure(app, url, kind, file)


def _requests(keys: Keys) -> Iterator[bytes]:
    numbers = range(MOST)
    with ThreadPoolExecutor(2) as pool:  # signing leaves the interpreter's lock alone
        yield from pool.map(lambda number: _request(keys, number), numbers)


def _request(keys: Keys, number: int) -> bytes:
    order = {"id": f"T3JkZXI6{number:012d}", "updatedAt": "2026-03-02T12:00:00Z", "note": ""}
    body = {
        "__typename": "OrderUpdated",
        "version": "3.23.28",
        "issuedAt": "2026-03-02T12:00:00Z",
        "recipient": {"id": "QXBwOjE="},
        "order": order,
    }
    order["note"] = "x" * (BODY_BYTES - len(json.dumps(body)))
    raw = json.dumps(body).encode()
    head = (
        "POST /api/webhooks HTTP/1.1\r\nHost: returns.example\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\nSaleor-Event: order_updated\r\nSaleor-Domain: {urlsplit(API_URL).netloc}\r\n"
        f"Saleor-Api-Url: {API_URL}\r\nSaleor-Signature: {keys.sign(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _register(url: str, keys: Keys) -> None:
    engine = make_engine(url)
    with Database(engine).everyone() as session:
        session.add(
            Tenant(
                slug="shop",
                name="Shop",
                api_url=API_URL,
                app_id="QXBwOjE=",
                token_secret="unused",
                jwks=keys.jwks(),
                saleor_version="3.23.28",
                installed_at=START,
            )
        )
    engine.dispose()


def _measure(app: App, url: str, kind: str, file: Path) -> Iterator[Figure]:
    used = 0
    warm = client.run(file, port=app.port, connections=8, seconds=1.5)
    used += warm.sent
    for connections in CONNECTIONS:
        load = client.run(file, port=app.port, connections=connections, seconds=SECONDS, first=used)
        used += load.sent
        if load.refused:
            raise AssertionError(f"{load.refused} of {load.sent} deliveries were refused")
        goal = kind == "postgresql" and connections == 16
        name = f"intake.{kind}.{connections}"
        yield Figure(f"{name}.rate", load.per_second, "deliveries/s", "≥ 1800" if goal else "")
        yield Figure(f"{name}.p50", load.p50, "ms")
        yield Figure(f"{name}.p99", load.p99, "ms", "< 20" if goal else "")
    stored = _stored(url)
    if stored != used:
        raise AssertionError(f"{used} deliveries were acknowledged and {stored} are stored")


def _stored(url: str) -> int:
    engine = make_engine(url)
    with Database(engine).everyone() as session:
        count = session.scalar(select(func.count()).select_from(WebhookDelivery)) or 0
    engine.dispose()
    return count
