"""One return from install to refund, over HTTP only. The last line says how it went; anything but success exits with 1."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import requests

from demo.app_processes import AppFailed
from demo.shop.installing import InstallFailed
from demo.shop.samples.people import RITA, SHOPPER_PASSWORD
from demo.stack import Stack

_PATIENCE = 30.0
_LOGIN = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { token } }"
#: Two of three mugs that cost 53.57 together (35.71, the last one takes the remainder), and seven stickers for 0.31. Shipping
#: stays, for something of the order does.
_EXPECTED = "36.02"


class SmokeFailed(Exception):
    """Something of the main job did not work; the text says what."""


class _Inputs(HTMLParser):
    """The form fields of a page, by name, as a browser would send them untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.values[str(given["name"])] = given.get("value") or ""
        elif tag == "select":
            self._select = given.get("name") or ""
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = given.get("value") or ""


def _checked(answer: requests.Response) -> requests.Response:
    if not answer.ok:
        raise SmokeFailed(f"{answer.request.method} {answer.url}: {answer.status_code}\n{answer.text[:600]}")
    return answer


def _until(found: Callable[[], Any], what: str) -> Any:
    """The first true answer, asked for again and again for a while."""
    deadline = time.monotonic() + _PATIENCE
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise SmokeFailed(f"{what} within {_PATIENCE:.0f} s")
        time.sleep(0.1)
    return answer


class Shopper:
    """Rita, with her own access token, at the storefront API."""

    def __init__(self, stack: Stack) -> None:
        variables = {"e": RITA, "p": SHOPPER_PASSWORD}
        login = requests.post(stack.shop.api_url, json={"query": _LOGIN, "variables": variables}, timeout=10)
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {login.json()['data']['tokenCreate']['token']}"
        shop = stack.portal_url.rpartition("/")[2]
        self._api = f"{stack.app_url}/api/storefront/v1/shops/{shop}"

    def post(self, path: str, **data: Any) -> Any:
        return _checked(self._http.post(f"{self._api}/{path}", json=data, timeout=30)).json()

    def case(self, number: str) -> Any:
        return _checked(self._http.get(f"{self._api}/cases/{number}", timeout=30)).json()


class Staff:
    """The administrator, with the token that the Dashboard hands to the app's frame."""

    def __init__(self, stack: Stack) -> None:
        self._http = stack.staff_session(stack.app)
        self._base = f"{stack.app_url}/dashboard"

    def page(self, path: str, **query: str) -> str:
        return _checked(self._http.get(f"{self._base}/{path}", params=query, timeout=30)).text

    def act(self, path: str, data: dict[str, str]) -> None:
        _checked(self._http.post(f"{self._base}/{path}", data=data, timeout=30))


def drive(stack: Stack) -> str:
    """Carries one return through; the amount that was paid back. Raises SmokeFailed."""
    made = requests.post(f"{stack.shop.base_url}/demo/orders", json={"sample": "plain"}, timeout=10)
    order = made.json()[0]
    mugs, _, stickers = order["lines"]
    number = _request(Shopper(stack), order["id"], {mugs["id"]: 2, stickers["id"]: 7})
    staff = Staff(stack)
    approve_refund(staff, receive(staff, order["id"]))
    shopper = Shopper(stack)
    case = _until(lambda: _refunded(shopper.case(number)), "the refund did not succeed")
    return _check_money(stack, order["number"], case)


def _request(shopper: Shopper, order_id: str, wanted: dict[str, int]) -> str:
    lines = [{"order_line_id": line, "quantity": count, "reason": "changed_mind"} for line, count in wanted.items()]
    preview = shopper.post("preview", order_id=order_id, lines=lines)
    if preview["total"]["amount"] != _EXPECTED:
        raise SmokeFailed(f"the shopper is promised {preview['total']['amount']} instead of {_EXPECTED}")
    number: str = shopper.post("cases", order_id=order_id, lines=lines)["number"]
    return number


def receive(staff: Staff, order_id: str) -> str:
    """Approves, and counts the parcel as announced; gives the case's path."""
    found = re.search(r"/cases/([0-9a-f-]{36})", staff.page("widgets/order", orderId=order_id))
    if not found:
        raise SmokeFailed("the order's widget shows no case")
    case = f"cases/{found[1]}"
    staff.act(f"{case}/approve", {})
    counted = _Inputs(staff.page(f"{case}/receive")).values
    if not any(name.endswith(".received") for name in counted):
        raise SmokeFailed("the receiving page has no lines")
    staff.act(f"{case}/receive", counted)
    return case


def approve_refund(staff: Staff, case: str) -> None:
    """Approves the refund that is shown."""
    quote = _Inputs(staff.page(f"{case}/quote")).values
    if not quote.get("fingerprint"):
        raise SmokeFailed("no quote is offered for approval")
    staff.act(f"{case}/refund", {"fingerprint": quote["fingerprint"]})


def _refunded(case: dict[str, Any]) -> dict[str, Any] | None:
    return case if case["refunds"] and all(refund["status"] == "succeeded" for refund in case["refunds"]) else None


def _check_money(stack: Stack, number: str, case: dict[str, Any]) -> str:
    """The provider paid once and exactly, the order says so, and the goods are recorded as returned."""
    order = stack.shop.state.by_number[number]
    calls = [call for call in stack.shop.provider.ledger.calls if call.ask and call.ask.order_number == number]
    paid, told = str(stack.shop.paid_out(order)), case["refunds"][0]["amount"]["amount"]
    if (len(calls), paid, told, str(order.total_refunded.amount)) != (1, _EXPECTED, _EXPECTED, _EXPECTED):
        said = f"{len(calls)} calls, {paid} paid, {told} told, {order.total_refunded.amount} on the order"
        raise SmokeFailed(f"expected one call of {_EXPECTED}, but: {said}")
    _until(lambda: order.status == "PARTIALLY_RETURNED", "the return was not recorded on the order")
    stack.mailbox.wait_for(to=RITA, subject="refund", timeout=_PATIENCE)
    return f"{paid} {order.currency}"


def main() -> int:
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="smoke-") as folder, Stack(Path(folder), say=print) as stack:
            try:
                amount = drive(stack)
            except Exception:
                print(stack.processes.tail("web"), stack.processes.tail("worker"), sep="\n", file=sys.stderr)
                raise
    except (SmokeFailed, AppFailed, InstallFailed, TimeoutError, requests.RequestException) as failed:
        print(f"smoke: failed, {failed}")
        return 1
    print(f"smoke: ok, {amount} refunded once in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
