"""Refunds while workers die and the provider lies: in the end each is settled or in a person's hands, and none was paid twice.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr
from sqlalchemy import select

from demo.shop import Shop, ShopSettings, create_shop
from demo.shop.installing import install
from demo.shop.model.orders import Order
from demo.shop.provider import Mood
from demo.shop.refunds import report_refund
from demo.shop.samples.making import make_order
from demo.shop.samples.people import RITA
from demo.shop.samples.recipes import RECIPES
from demo.shop.serve import serve
from demo.shop.traffic import Fault, FaultKind
from saleor_returns_app.app import build_context
from saleor_returns_app.config import Settings
from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.errors import Conflict, RemoteError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.conftest import ALL_PERMISSIONS
from tests.services.journeys import Shop as Desk

from . import databases
from .app import App
from .figures import Figure

REFUNDS = 300
WORKERS = 3
#: The workers' clock against ours. Saleor's longest delay here, 3 s, stays within the grace: (2 s + 40 s) / 8.
SPEED = 8.0
_API_SECONDS = 2.0
_PATIENCE = 900.0
_MOODS: dict[Mood, int] = {
    "success": 40,
    "failure": 10,
    "async": 15,
    "slow": 10,
    "partial": 8,
    "http500": 7,
    "noref": 10,
}
_FAULTS: tuple[FaultKind, ...] = ("down", "lost", "bad-gateway", "nonsense", "slow")
_FAULTY = ("GrantRefund", "RequestRefund", "ReturnProducts", "AddOrderNote", "Order")
_never = threading.Event()
_T = TypeVar("_T")


class Broken(AssertionError):
    """What must never happen did; the text says where and how to see it again."""


@dataclass
class Outcome:
    settled: int = 0
    handed: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    seconds: float = 0.0


def measure(seed: int) -> Iterator[Figure]:
    outcome = run(REFUNDS, seed=seed)
    yield Figure("chaos.settled", outcome.settled, "refunds")
    yield Figure("chaos.handed", outcome.handed, "refunds to a person")
    yield Figure("chaos.done", outcome.settled + outcome.handed, "refunds", f"{REFUNDS}")
    yield Figure("chaos.wrong", len(outcome.wrongs), "paid twice, lost or told wrongly", "0")
    yield Figure("chaos.deaths", sum(outcome.deaths.values()), "workers killed")
    yield Figure("chaos.seconds", outcome.seconds, "s")
    if outcome.wrongs:
        raise Broken("\n".join([*outcome.wrongs, f"See it again with: make bench ONLY=chaos SEED={seed}"]))


def run(refunds: int, *, seed: int) -> Outcome:
    """Everything from install to the last refund; `wrongs` of the outcome says what must not be."""
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
        with _workers(app, luck) as workers, _trouble(shop, luck.getrandbits(32)):
            cases = _approve_refunds(context, shop, refunds, luck)
            shop.traffic.faults.clear()
            _wait(context, shop, workers)
        outcome = Outcome(seconds=time.monotonic() - begun, deaths=_deaths(workers))
        _judge(context, shop, cases, outcome)
        outcome.wrongs += _wrong_notes(context)
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

    def go_on() -> None:
        while not over.wait(luck.uniform(0.05, 0.4)):
            fault = Fault(luck.choice(_FAULTS), luck.choice(_FAULTY), seconds=luck.uniform(0.1, 3))
            if len(shop.traffic.faults) < 500:
                shop.traffic.faults.append(fault)
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


def _approve_refunds(context: Context, shop: Shop, count: int, luck: random.Random) -> dict[str, Order]:
    """Cases up to the approved refund, by their ids; the workers are at it already."""
    with context.db.everyone() as session:
        tenant = session.scalars(select(Tenant)).one()
        tenant.settings = {"return_address": "1 Dock Road"}
    rita = shop.user(RITA)
    staff = Actor(who=Who.STAFF, id="staff", name="sam@shop.example", permissions=ALL_PERMISSIONS)
    desk = Desk(context, tenant.id, staff, Actor.shopper(email=RITA, user_id=rita.id))
    cases: dict[str, Order] = {}
    for _ in range(count):
        order = make_order(shop, RECIPES["plain"])
        moods = luck.choices(list(_MOODS), weights=list(_MOODS.values()), k=6)
        shop.provider.set_script(moods, order_number=order.number)
        case_id = _insist(partial(desk.request, {order.lines[0].id: 1}, order_id=order.id))
        cases[case_id] = order
        for step in (desk.approve, desk.receive, desk.pay):
            _insist(partial(step, case_id))
    return cases


def _insist(step: Callable[[], _T]) -> _T:
    """As a person would: on a fault of the shop, or when a job was quicker, once more."""
    for _ in range(20):
        try:
            return step()
        except (RemoteError, Conflict) as problem:
            last = problem
    raise last


def _wait(context: Context, shop: Shop, told: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _open(context):
        if time.monotonic() > deadline:
            return  # the judge says what is left
        print(f"  {_open(context)} refunds and returns are under way", file=sys.stderr, flush=True)
        _never.wait(5)
    shop.worker.settle(10)


def _open(context: Context) -> int:
    """How many refunds and returns a job has yet to look at, and nobody was told of. Notes may take their time."""
    watched = [
        RefundStatus.APPROVED,
        RefundStatus.GRANTED,
        RefundStatus.REQUESTED,
        RefundStatus.PENDING,
        RefundStatus.UNCLEAR,
    ]
    with context.db.everyone() as session:
        refunds = session.scalars(select(Refund).where(Refund.status.in_(watched), Refund.concern == "")).all()
        unrecorded = session.scalars(select(Case).where(Case.return_recorded.is_(False), Case.attention == "")).all()
    return len(refunds) + len(unrecorded)


def _deaths(told: Path) -> Counter[str]:
    return Counter(line.split(" died ", 1)[1] for line in told.read_text().splitlines() if " died " in line)


def _judge(context: Context, shop: Shop, cases: dict[str, Order], outcome: Outcome) -> None:
    calls = [call for call in shop.provider.ledger.calls if call.ask is not None]
    paid = Counter(call.ask.granted_refund for call in calls if call.paid and call.ask)
    for case_id, order in cases.items():
        with context.db.everyone() as session:
            case = session.get_one(Case, case_id)
            refunds = session.scalars(select(Refund).where(Refund.case_id == case_id).order_by(Refund.number)).all()
        said = (
            f"{case.number} ({order.number}): {case.status}, {case.attention or 'nothing for a person'}, "
            + ", ".join(f"{refund.marker} {refund.status} {refund.amount}" for refund in refunds)
        )
        wrong = _wrong(shop, order, case, refunds, paid)
        if wrong:
            moods = [call.mood for call in calls if call.ask and call.ask.order_number == order.number]
            outcome.wrongs.append(f"{wrong}: {said}; the provider was asked {moods}")
        elif case.status == CaseStatus.RESOLVED:
            outcome.settled += 1
        else:
            outcome.handed += 1


def _wrong_notes(context: Context) -> list[str]:
    """What must not be of the credit notes: a gap in their numbers, a paid refund without one or one without a paid refund."""
    paid = [RefundStatus.SUCCEEDED, RefundStatus.RECORDED]
    with context.db.everyone() as session:
        notes = session.execute(select(CreditNoteRow.number, CreditNoteRow.refund_id)).all()
        refunds = set(session.scalars(select(Refund.id).where(Refund.status.in_(paid), Refund.paid_minor > 0)))
    numbers = sorted(int(note.number.rpartition("-")[2]) for note in notes)
    wrongs = []
    if numbers != list(range(1, len(notes) + 1)):
        wrongs.append(f"credit notes have gaps: {numbers}")
    if {note.refund_id for note in notes} != refunds:
        wrongs.append(f"{len(refunds)} refunds are paid and {len(notes)} have a credit note")
    return wrongs


def _wrong(shop: Shop, order: Order, case: Case, refunds: Sequence[Refund], paid: Counter[str | None]) -> str:
    """What must not be, of one case; empty when all is well."""
    out = shop.paid_out(order)
    asked = sum((refund.amount.amount for refund in refunds if refund.number == 1), Decimal(0))
    if any(paid[grant.id] > 1 for grant in order.granted_refunds) or out > asked:
        return f"paid {out} of {asked}"
    if len(order.granted_refunds) > 1:
        return f"granted {len(order.granted_refunds)} times"
    if not refunds:
        return "lost: no refund"
    returned = sum(line.quantity for each in order.fulfillments if each.status == "RETURNED" for line in each.lines)
    if returned != 1:
        return f"goods recorded {returned} times"
    if case.status == CaseStatus.RESOLVED and out != asked:
        return f"called resolved with {out} of {asked} paid"
    if any(refund.status == RefundStatus.FAILED and paid[refund.grant_id] for refund in refunds):
        return f"called failed although {out} was paid"
    if case.status != CaseStatus.RESOLVED and not case.attention:
        return "lost: neither settled nor for a person"
    notes = Counter(event.message for event in order.events if event.type == "NOTE_ADDED")
    if any(count > 1 for count in notes.values()):
        return f"a note written twice: {notes.most_common(1)}"
    return ""
