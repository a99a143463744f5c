"""The worker process: runs the lanes, and a few loops that work off what the database holds."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import structlog

from saleor_returns_app.services.advancing import sweep_due
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbox import drain_inbox, forget_deliveries
from saleor_returns_app.services.notifications import Render, send_waiting_mails
from saleor_returns_app.services.tenants import erase_due_tenants

from . import engine
from .leases import ExecutorLease

log = structlog.get_logger()
#: Seconds that running jobs get to finish when the worker is told to stop.
FAREWELL = 30


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


def run_worker(context: Context, render: Render) -> None:
    """Work until SIGTERM or SIGINT, then let running jobs finish."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    lease = ExecutorLease(context.db.engine)
    engine.launch(context, executor_id=lease.executor_id)
    loops = [
        Loop("inbox", lambda: drain_inbox(context), seconds=0.2, stop=stop),
        Loop("mails", lambda: send_waiting_mails(context, render), seconds=0.5, stop=stop),
        Loop("sweep", lambda: sweep_due(context), seconds=1.0, stop=stop),
        Loop("rescue", lambda: rescue(lease), seconds=10.0, stop=stop),
        Loop("tidy", lambda: tidy(context), seconds=3600.0, stop=stop),
    ]
    for loop in loops:
        loop.start()
    log.info("worker ready", executor=lease.executor_id)
    try:
        stop.wait()
    finally:
        begun = time.monotonic()
        for loop in loops:
            loop.join(timeout=max(0.0, FAREWELL - (time.monotonic() - begun)))
        engine.shut_down(seconds=FAREWELL)
        lease.close()
        log.info("worker stopped")


def rescue(lease: ExecutorLease) -> None:
    """Bring back jobs of workers that died and whose id nobody took over."""
    for executor_id, jobs in engine.pending_by_executor().items():
        if lease.is_free(executor_id):
            log.warning("resuming jobs of a dead worker", executor=executor_id, jobs=len(jobs))
            engine.resume(jobs)


def tidy(context: Context) -> None:
    forget_deliveries(context)
    erase_due_tenants(context)
