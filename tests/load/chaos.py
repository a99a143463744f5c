"""Cases while workers die and the provider lies: in the end each is settled or in a person's hands, and nothing was paid, made, sent or
put on stock twice.

Three workers are killed and stopped all the time (`mortal_workers`). The shop's provider pays, declines, answers late or never,
pays in part, falls over, forgets its reference; the shop's API breaks off, before and after having done what was asked. The
seed draws all of it; what it cannot fix is how the threads of the machine interleave.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from demo.shop import Shop, ShopSettings, create_shop
from demo.shop.installing import install
from demo.shop.refunds import report_refund
from demo.shop.serve import serve
from demo.shop.traffic import Fault, FaultKind
from saleor_returns_app.app import build_context
from saleor_returns_app.config import Settings
from saleor_returns_app.domain.effects import OPEN
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.context import Context

from . import databases
from .app import App
from .chaos_cases import approve_all
from .chaos_judge import Outcome, judge
from .figures import Figure

CASES = 240
WORKERS = 3
#: The workers' clock against ours. Saleor's longest delay here, 3 s, stays within the grace: (2 s + 40 s) / 8.
SPEED = 8.0
_API_SECONDS = 2.0
_PATIENCE = 900.0
_FAULTS: tuple[FaultKind, ...] = ("down", "lost", "bad-gateway", "nonsense", "slow")
_FAULTY = (
    *("GrantRefund", "RequestRefund", "ReturnProducts", "AddOrderNote", "Order"),
    *("SetStock", "Stock", "CreateGiftCard", "GiftCards", "CreateVoucher", "ListVoucher", "Vouchers"),
    *("CreateDraftOrder", "ChooseShipping", "AddOrderDiscount", "CompleteDraftOrder", "FindReplacements"),
)
#: A fault that met no call in this time is over: else the last calls, which are few, would all fail.
_FAULT_SECONDS = 2.0
_never = threading.Event()


class Broken(AssertionError):
    """What must never happen did; the text says where and how to see it again."""


def measure(seed: int) -> Iterator[Figure]:
    cases = int(os.environ.get("CASES") or CASES)
    outcome = run(cases, seed=seed)
    yield Figure("chaos.settled", outcome.settled, "cases")
    yield Figure("chaos.handed", outcome.handed, "cases to a person")
    yield Figure("chaos.done", outcome.settled + outcome.handed, "cases", f"{cases}")
    yield Figure("chaos.wrong", len(outcome.wrongs), "done twice, lost or told wrongly", "0")
    yield Figure("chaos.deaths", sum(outcome.deaths.values()), "workers killed")
    yield Figure("chaos.codes", outcome.codes, "gift cards and vouchers made")
    yield Figure("chaos.replaced", outcome.replaced, "replacement orders made")
    yield Figure("chaos.restocked", outcome.restocked, "units back on stock")
    yield Figure("chaos.seconds", outcome.seconds, "s")
    if outcome.wrongs:
        raise Broken("\n".join([*outcome.wrongs, f"See it again with: make bench ONLY=chaos SEED={seed}"]))


def run(count: int, *, seed: int) -> Outcome:
    """Everything from install to the last case; `wrongs` of the outcome says what must not be."""
    luck = random.Random(seed)
    settings = ShopSettings(race_gap=0.002, provider_timeout=0.5, retry_base=0.1)
    with (
        tempfile.TemporaryDirectory(prefix="bench-chaos-") as name,
        databases.postgres() as url,
        serve(create_shop(settings, with_orders=False)) as shop,
        App(Path(name), url, processes=1, saleor_timeout=str(_API_SECONDS)) as app,
    ):
        app.start("web")  # for the webhooks
        install(shop, f"{app.url}/api/manifest")
        context = _context(app, url)
        begun = time.monotonic()
        stock = dict(shop.state.stocks)
        with _workers(app, luck) as workers, _trouble(shop, luck.getrandbits(32)):
            cases = approve_all(context, shop, count, luck)
            _wait(context, shop)
        seconds = time.monotonic() - begun
        outcome = judge(context, shop, cases, stock)
        outcome.seconds, outcome.deaths = seconds, _deaths(workers)
        context.db.engine.dispose()
        return outcome


def _context(app: App, url: str) -> Context:
    return build_context(
        Settings(
            base_url=app.url,
            database_url=SecretStr(url),
            secret_keys=SecretStr(app.environment["RETURNS_SECRET_KEYS"]),
            allow_private_hosts=True,
        )
    )


@contextmanager
def _workers(app: App, luck: random.Random) -> Iterator[Path]:
    """The file that tells of deaths."""
    told = app.folder / "deaths"
    command = [sys.executable, "-m", "tests.load.mortal_workers", str(WORKERS), str(luck.getrandbits(32)), str(SPEED)]
    with told.open("wb") as out, (app.folder / "mortal.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(time.time())],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **app.environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
        )
    try:
        yield told
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def _trouble(shop: Shop, seed: int) -> Iterator[None]:
    """While it lasts: a fault of the API now and then, and what the provider put off is paid or declined a little later."""
    luck, over = random.Random(seed), threading.Event()
    drawn: list[tuple[float, Fault]] = []

    def go_on() -> None:
        while not over.wait(luck.uniform(0.05, 0.4)):
            now = time.monotonic()
            drawn.append((now, Fault(luck.choice(_FAULTS), luck.choice(_FAULTY), seconds=luck.uniform(0.1, 3))))
            drawn[:] = [(at, fault) for at, fault in drawn if fault.times > 0 and now - at < _FAULT_SECONDS]
            shop.traffic.faults[:] = [fault for _, fault in drawn]
            for call in shop.provider.take_waiting():
                assert call.ask is not None
                paid = luck.random() < 0.7
                call.paid = call.ask.money.amount if paid else None
                result = "REFUND_SUCCESS" if paid else "REFUND_FAILURE"
                amount = call.ask.money.amount
                try:
                    report_refund(shop, psp_reference=call.psp_reference, result=result, amount=amount)
                except KeyError:  # the shop has not written the provider's reference down yet
                    call.paid, call.is_waiting = None, True

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        shop.traffic.faults.clear()


def _wait(context: Context, shop: Shop) -> None:
    deadline = time.monotonic() + _PATIENCE
    while under_way := _under_way(context):
        if time.monotonic() > deadline:
            return  # the judge says what is left
        told = ", ".join(f"{count} {what}" for what, count in sorted(under_way.items()))
        print(f"  under way: {told}", file=sys.stderr, flush=True)
        _never.wait(5)
    shop.worker.settle(10)


def _under_way(context: Context) -> Counter[str]:
    """What a job has yet to look at, and nobody was told of. Notes may take their time."""
    watched = [
        RefundStatus.APPROVED,
        RefundStatus.GRANTED,
        RefundStatus.REQUESTED,
        RefundStatus.PENDING,
        RefundStatus.UNCLEAR,
    ]
    with context.db.everyone() as session:
        refunds = session.scalars(select(Refund.id).where(Refund.status.in_(watched), Refund.concern == "")).all()
        unrecorded = session.scalars(select(Case.id).where(Case.return_recorded.is_(False), Case.attention == "")).all()
        steps = session.scalars(select(Effect.kind).where(Effect.state.in_(OPEN))).all()
    return +Counter({**Counter(steps), "refund": len(refunds), "return": len(unrecorded)})


def _deaths(told: Path) -> Counter[str]:
    return Counter(line.split(" died ", 1)[1] for line in told.read_text().splitlines() if " died " in line)
