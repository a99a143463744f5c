"""The worker process: runs the lanes, and a few loops that work off what the database holds."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from saleor_returns_app.collecting import keep_loaded
from saleor_returns_app.services.advancing import sweep_due
from saleor_returns_app.services.backfilling import backfill_orders
from saleor_returns_app.services.bulk import work_bulk
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.erasing import work_erasures
from saleor_returns_app.services.evidence_retention import remove_deleted_files, retire_evidence, sweep_orphans
from saleor_returns_app.services.idempotency import forget_keys
from saleor_returns_app.services.inbound_mail import answers_to
from saleor_returns_app.services.inbox import drain_inbox, forget_deliveries
from saleor_returns_app.services.labelling import label_for_mail
from saleor_returns_app.services.logins import forget_logins
from saleor_returns_app.services.matching_withdrawals import match_withdrawals
from saleor_returns_app.services.mirroring import read_changed_orders
from saleor_returns_app.services.notifications import Render, send_waiting_mails
from saleor_returns_app.services.payouts import forget_accounts
from saleor_returns_app.services.receipts import book_held
from saleor_returns_app.services.rolling import keep_numbers
from saleor_returns_app.services.signals import look_for_signals
from saleor_returns_app.services.simulating import run_simulations
from saleor_returns_app.services.tenants import erase_due_tenants, reconnect_tenants

from . import engine
from .leases import ExecutorLease

log = structlog.get_logger()
#: Seconds that running jobs get to finish when the worker is told to stop.
FAREWELL = 30.0
#: How long finished jobs are kept: their keys are spent for so long, and people can look at them.
REMEMBERED = timedelta(days=3)


class Loop(threading.Thread):
    """Calls `work` every `seconds`, at once again while it says there was something; a fault waits and is tried again."""

    def __init__(self, name: str, work: Callable[[], int | None], *, seconds: float, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._work, self._seconds, self._halt = work, seconds, stop

    def run(self) -> None:
        pause = self._seconds
        while not self._halt.wait(pause):
            try:
                busy = bool(self._work())
                pause = 0.0 if busy else self._seconds
            except Exception:
                # A database that is away for a moment must not end the loop; nothing was lost, the rows are still there.
                log.exception("loop failed", loop=self.name)
                pause = max(5.0, self._seconds)


def run_worker(context: Context, render: Render) -> bool:
    """Work until SIGTERM or SIGINT, then let running jobs finish. False when the worker ended for another reason."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with ExecutorLease(context.db.engine) as lease:
        engine.launch(context, executor_id=lease.executor_id)
        loops = [
            Loop("inbox", lambda: drain_inbox(context), seconds=0.2, stop=stop),
            Loop("withdrawals", lambda: match_withdrawals(context), seconds=2.0, stop=stop),
            Loop(
                "mails",
                lambda: send_waiting_mails(
                    context, render, reply_to=partial(answers_to, context), attach=label_for_mail
                ),
                seconds=0.5,
                stop=stop,
            ),
            Loop("simulations", lambda: run_simulations(context), seconds=0.3, stop=stop),
            Loop("changed orders", lambda: read_changed_orders(context), seconds=2.0, stop=stop),
            Loop("backfill", lambda: backfill_orders(context), seconds=0.5, stop=stop),
            Loop("receipts", lambda: book_held(context), seconds=0.5, stop=stop),
            Loop("sweep", lambda: sweep_due(context), seconds=1.0, stop=stop),
            Loop("files", lambda: remove_deleted_files(context), seconds=20.0, stop=stop),
            Loop("bulk", lambda: work_bulk(context), seconds=0.5, stop=stop),
            Loop("deadlines", lambda: act_on_due(context), seconds=1.0, stop=stop),
            Loop("numbers", lambda: keep_numbers(context), seconds=2.0, stop=stop),
            Loop("signals", lambda: look_for_signals(context), seconds=60.0, stop=stop),
            Loop("erasures", lambda: work_erasures(context), seconds=5.0, stop=stop),
            Loop("rescue", lambda: rescue(lease, stop), seconds=5.0, stop=stop),
            Loop("tidy", lambda: tidy(context), seconds=3600.0, stop=stop),
        ]
        keep_loaded()
        for loop in loops:
            loop.start()
        log.info("worker ready", executor=lease.executor_id)
        stop.wait()
        log.info("worker stopping", executor=lease.executor_id)
        return _say_goodbye(lease, loops)


def _say_goodbye(lease: ExecutorLease, loops: list[Loop]) -> bool:
    deadline = time.monotonic() + FAREWELL
    finished = engine.shut_down(seconds=FAREWELL)
    for loop in loops:
        loop.join(timeout=max(0.0, deadline - time.monotonic()))
    wanted = lease.is_held()
    log.info("worker stopped", finished=finished)
    if not finished:
        # The interpreter would wait for the jobs' threads. What they do survives a kill at any point, so it survives this.
        os._exit(0 if wanted else 1)
    return wanted


def rescue(lease: ExecutorLease, stop: threading.Event) -> None:
    """Bring back jobs of workers that died and whose id nobody took over; end when somebody may have taken over ours."""
    if not lease.is_held():
        log.error("the lock of this worker is lost", executor=lease.executor_id)
        stop.set()
        return
    for executor_id in engine.executors_at_work():
        with lease.while_dead(executor_id) as dead:
            if dead:
                jobs = engine.bring_back(executor_id)
                log.warning("jobs of a dead worker come back", executor=executor_id, jobs=jobs)


def tidy(context: Context) -> None:
    engine.forget_jobs(before=context.now() - REMEMBERED)
    forget_deliveries(context)
    forget_logins(context)
    forget_keys(context)
    retire_evidence(context)
    forget_accounts(context)
    reconnect_tenants(context)
    erase_due_tenants(context)
    sweep_orphans(context)
