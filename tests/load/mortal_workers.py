"""Worker processes that die all the time: `python -m tests.load.mortal_workers <count> <seed> <speed> <begun>`.

Each is a real worker, forked from this process, which has everything imported. It is killed by SIGKILL at a point that was drawn for
it: just before or after some commit or write to Saleor (counted from its start), or from outside after some time. Some are stopped
for a while and go on as if nothing had happened. Who dies is replaced at once. Every death is a line on standard output.

Their clock runs `speed` times as fast since `begun`, so that waiting for grace and looks does not take all day.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from saleor_returns_app.app import build_context
from saleor_returns_app.config import load_settings
from saleor_returns_app.jobs.worker import run_worker
from saleor_returns_app.logs import set_up_logs
from saleor_returns_app.web.mail import renderer
from tests.faults.killing import Killer, MortalDatabase, MortalSaleor

_never = threading.Event()


class FastClock:
    def __init__(self, *, speed: float, begun: float) -> None:
        self._speed, self._begun = speed, begun

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._begun + (time.time() - self._begun) * self._speed, UTC)


class Doom(Killer):
    """Kills this process, really, at the point with this number."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self._lock = threading.Lock()

    def point(self, name: str) -> None:
        with self._lock:
            self.passed += 1
            if self.passed == self.at:
                os.write(1, f"{os.getpid()} died {name}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)


def work(doom: int, clock: FastClock) -> None:
    settings = load_settings()
    set_up_logs(settings)
    context = build_context(settings)
    killer = Doom(doom)
    mortal: Any = replace(
        context, clock=clock, db=MortalDatabase(context.db, killer), saleor=MortalSaleor(context.saleor, killer)
    )
    run_worker(mortal, renderer(settings.base_url))


def fork(doom: int, clock: FastClock) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work(doom, clock)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


class Fate:
    """What is to happen to one worker, drawn when it is born."""

    def __init__(self, luck: random.Random, clock: FastClock) -> None:
        self.pid = fork(luck.randint(2, 300), clock)
        now = time.monotonic()
        self.dies_at = now + luck.uniform(2, 20)
        self.sleeps_at = now + luck.uniform(1, 10) if luck.random() < 0.3 else float("inf")
        self.wakes_at = self.sleeps_at + luck.uniform(0.2, 3)

    def meet(self) -> None:
        now = time.monotonic()
        if now >= self.wakes_at:
            os.kill(self.pid, signal.SIGCONT)
            self.wakes_at = float("inf")
        elif now >= self.sleeps_at:
            os.kill(self.pid, signal.SIGSTOP)
            self.sleeps_at = float("inf")
        if now >= self.dies_at:
            os.write(1, f"{self.pid} died from outside\n".encode())
            os.kill(self.pid, signal.SIGKILL)

    def is_over(self) -> bool:
        return os.waitpid(self.pid, os.WNOHANG)[0] != 0


def main(count: int, seed: int, speed: float, begun: float) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    luck, clock = random.Random(seed), FastClock(speed=speed, begun=begun)
    fates = [Fate(luck, clock) for _ in range(count)]
    while not stop.is_set():
        _never.wait(0.02)
        for number, fate in enumerate(fates):
            if fate.is_over():
                fates[number] = Fate(luck, clock)
            else:
                fate.meet()
    for fate in fates:
        os.kill(fate.pid, signal.SIGKILL)
        os.waitpid(fate.pid, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
