"""Work after the answer: a small pool of threads and a clock, the stand-in's Celery."""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Job = Callable[[], None]
log = logging.getLogger(__name__)


class Worker:
    """Runs jobs soon or later, in no promised order. Jobs that fail are logged and forgotten."""

    def __init__(self, threads: int = 4) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._state = threading.Condition()
        self._unfinished = 0
        self._due: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, daemon=True, name=f"shop-{n}") for n in range(threads)]
        self._threads.append(threading.Thread(target=self._tick, daemon=True, name="shop-clock"))
        for thread in self._threads:
            thread.start()

    def soon(self, job: Job) -> None:
        with self._state:
            if self._closed:
                return
            self._unfinished += 1
        self._jobs.put(job)

    def later(self, seconds: float, job: Job) -> None:
        with self._state:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), job))
            self._state.notify_all()

    def hurry(self) -> int:
        """Runs now what was put off, and says how much that was (tests do not wait for clocks)."""
        with self._state:
            due, self._due = self._due, []
        for _, _, job in due:
            self.soon(job)
        return len(due)

    def settle(self, timeout: float = 10.0) -> bool:
        """Waits until nothing runs or waits for a thread (what was put off does not count); False on time-out."""
        with self._state:
            return self._state.wait_for(lambda: self._unfinished == 0, timeout)

    def close(self) -> None:
        with self._state:
            self._closed = True
            self._state.notify_all()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            with suppress(RuntimeError):
                thread.join(timeout=5)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("A job of the shop failed")
            finally:
                with self._state:
                    self._unfinished -= 1
                    self._state.notify_all()

    def _tick(self) -> None:
        while True:
            with self._state:
                if self._closed:
                    return
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._state.wait(wait)
                    continue
                job = heapq.heappop(self._due)[2]
            self.soon(job)
