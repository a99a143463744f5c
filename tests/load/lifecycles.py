"""Whole returns through HTTP: a shopper asks at the storefront API, staff approve, receive and refund in the Dashboard, and the
money is back.

Everything is a process of its own: two web processes, a worker, PostgreSQL, the stand-in shop. Staff load the pages that a person
would load (the order's widget, the receiving page, the quote), for there the forms come from. The clock stops when the storefront
API has said that the refund succeeded.
"""

from __future__ import annotations

import http.client
import json
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
from .figures import Figure, percentile
from .shop import ShopProcess

ONE_BY_ONE = 60
AT_ONCE = 300
CONCURRENCY = 8
_INPUT = re.compile(r'<input\b[^>]*\bname="([^"]+)"[^>]*>')
_SELECT = re.compile(r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option value="([^"]*)"( selected)?')
_VALUE = re.compile(r'\bvalue="([^"]*)"')
_IS_PAID = "select 1 from cases where number = %s and status = 'resolved'"
_PATIENCE = 60.0
_never = threading.Event()


def measure() -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-lifecycles-") as name,
        databases.postgres() as url,
        ShopProcess() as shop,
        App(Path(name), url, processes=2, smtp_url=shop.smtp_url) as app,
    ):
        app.start("web")
        app.start("worker")
        installed = shop.install(f"{app.url}/api/manifest")
        run_cases(shop, app, installed, count=20, concurrency=4)
        shop.forget_traffic()
        times = run_cases(shop, app, installed, count=ONE_BY_ONE, concurrency=1)
        calls = shop.traffic()
        in_saleor = sum(entry["seconds"] for name, entry in calls.items()) / ONE_BY_ONE
        counted = sum(entry["count"] for entry in calls.values()) / ONE_BY_ONE
        yield Figure("lifecycles.1.rate", 1 / (sum(times) / len(times)), "cases/s")
        yield Figure("lifecycles.1.p50", percentile(times, 0.5) * 1000, "ms")
        yield Figure("lifecycles.1.own", (percentile(times, 0.5) - in_saleor) * 1000, "ms p50 of our own time", "< 80")
        yield Figure("lifecycles.calls", counted, "Saleor calls/case", "≤ 8")
        begun = time.perf_counter()
        times = run_cases(shop, app, installed, count=AT_ONCE, concurrency=CONCURRENCY)
        rate = AT_ONCE / (time.perf_counter() - begun)
        yield Figure(f"lifecycles.{CONCURRENCY}.rate", rate, "cases/s", "≥ 25")
        yield Figure(f"lifecycles.{CONCURRENCY}.p50", percentile(times, 0.5) * 1000, "ms")


def run_cases(shop: ShopProcess, app: App, installed: str, *, count: int, concurrency: int) -> list[float]:
    """Seconds of each lifecycle."""
    orders = shop.new_orders(count)
    local = threading.local()

    def drive(order: dict[str, Any]) -> float:
        if not hasattr(local, "person"):
            local.person = Person(app, shop.shopper_token(), shop.staff_token(installed), shop.api_url)
        person: Person = local.person
        begun = time.perf_counter()
        person.carry_through(order)
        return time.perf_counter() - begun

    with ThreadPoolExecutor(concurrency) as pool:
        return list(pool.map(drive, orders))


class Person:
    """A shopper and a member of staff in one, with a connection each."""

    def __init__(self, app: App, shopper_token: str, staff_token: str, api_url: str) -> None:
        self._web = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
        self._shopper = {"Authorization": f"Bearer {shopper_token}", "Content-Type": "application/json"}
        self._staff = {"authorization-bearer": staff_token, "saleor-api-url": api_url}
        self._form = {**self._staff, "Content-Type": "application/x-www-form-urlencoded"}
        self._api = ""
        database = make_url(app.environment["RETURNS_DATABASE_URL"]).set(drivername="postgresql")
        self._paid = psycopg.connect(database.render_as_string(hide_password=False), autocommit=True)

    def carry_through(self, order: dict[str, Any]) -> None:
        number, case = self.bring_back(order)
        quote = inputs(self._ask("GET", f"{case}/quote", self._staff))
        self._ask("POST", f"{case}/refund", self._form, urlencode(quote))
        self._wait_until_paid(number)

    def bring_back(self, order: dict[str, Any]) -> tuple[str, str]:
        """Ask for a return, approve it and count the goods; gives the case's number and path."""
        mugs = order["lines"][0]
        wanted = [{"order_line_id": mugs["id"], "quantity": 1, "reason": "changed_mind"}]
        body = json.dumps({"order_id": order["id"], "lines": wanted})
        number = json.loads(self._ask("POST", f"{self._storefront()}/cases", self._shopper, body))["number"]
        case = f"/dashboard/cases/{self._case_id(order['id'])}"
        self._ask("POST", f"{case}/approve", self._form, urlencode({"message": "To 1 Dock Road, New York"}))
        counted = inputs(self._ask("GET", f"{case}/receive", self._staff))
        self._ask("POST", f"{case}/receive", self._form, urlencode(counted))
        return number, case

    def _storefront(self) -> str:
        if not self._api:
            settings = self._ask("GET", "/dashboard/settings", self._staff)
            found = re.search(r"/r/([a-z0-9-]+)", settings)
            assert found, "the settings page does not tell the portal's address"
            self._api = f"/api/storefront/v1/shops/{found[1]}"
        return self._api

    def _case_id(self, order_id: str) -> str:
        widget = self._ask("GET", f"/dashboard/widgets/order?{urlencode({'orderId': order_id})}", self._staff)
        found = re.search(r"/cases/([0-9a-f-]{36})", widget)
        assert found, "the order's widget shows no case"
        return found[1]

    def _wait_until_paid(self, number: str) -> None:
        # A glance into the database tells when to ask: what is measured must not be the asking.
        deadline = time.monotonic() + _PATIENCE
        while not self._paid.execute(_IS_PAID, [number]).fetchone():
            assert time.monotonic() < deadline, f"{number} was not paid in time"
            _never.wait(0.02)
        case = json.loads(self._ask("GET", f"{self._storefront()}/cases/{number}", self._shopper))
        assert [refund["status"] for refund in case["refunds"]] == ["succeeded"], case["refunds"]

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> str:
        self._web.request(method, path, body.encode() if body is not None else None, headers)
        answer = self._web.getresponse()
        text = answer.read().decode()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text[:600]}"
        return text


def inputs(page: str) -> dict[str, str]:
    """The form fields of a page, as the browser would send them."""
    found = {}
    for field in _INPUT.finditer(page):
        value = _VALUE.search(field[0])
        if 'type="checkbox"' not in field[0] or " checked" in field[0]:
            found[field[1]] = value[1] if value else ""
    for select in _SELECT.finditer(page):
        options = _OPTION.findall(select[2])
        found[select[1]] = next((option for option, chosen in options if chosen), options[0][0] if options else "")
    return found
