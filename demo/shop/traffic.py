"""What the API was asked, and faults on its way: for counting calls, and for seeing how callers cope."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, get_args

FaultKind = Literal["down", "lost", "bad-gateway", "nonsense", "slow"]
FAULTS: tuple[FaultKind, ...] = get_args(FaultKind)
_NAMED = re.compile(r"\b(?:query|mutation|subscription)\s+(\w+)")


@lru_cache(maxsize=256)
def operation_name(text: str) -> str:
    """The first operation's name, or `anonymous`."""
    found = _NAMED.search(text)
    return found[1] if found else "anonymous"


@dataclass(slots=True)
class Fault:
    """Something that happens to the next `times` requests (of one operation, if named).

    down: the connection breaks before anything is done · lost: it is done, and the connection breaks before the answer ·
    bad-gateway: 502 and nothing done · nonsense: 200 with HTML, nothing done · slow: done after `seconds`.
    """

    kind: FaultKind
    operation: str | None = None
    times: int = 1
    seconds: float = 1.0


@dataclass(slots=True)
class Traffic:
    """Requests by operation, with the seconds spent on them, and the faults that wait."""

    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, operation: str, seconds: float) -> None:
        with self._lock:
            self.counts[operation] += 1
            self.seconds[operation] += seconds

    def take_fault(self, operation: str) -> Fault | None:
        """The fault that hits this request, used up by one."""
        if not self.faults:
            return None
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and fault.operation in (None, operation):
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self.counts.clear()
            self.seconds.clear()
            self.faults.clear()

    def as_dict(self) -> dict[str, Any]:
        with self._lock:
            return {name: {"count": self.counts[name], "seconds": self.seconds[name]} for name in sorted(self.counts)}
