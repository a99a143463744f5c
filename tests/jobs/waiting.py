"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_never = threading.Event()


def until(find: Callable[[], Found], what: str, *, seconds: float = 120.0) -> Found:
    """The first true answer of `find`; AssertionError when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        _never.wait(0.03)
    return found
