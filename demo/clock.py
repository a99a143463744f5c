"""The demo's clock: the present, moved forward by what a file says. Shop, mailbox, app and worker read the same file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def real_now() -> datetime:
    return datetime.now(UTC)


class DemoClock:
    """Without a file it is the real time. A clock only ever goes forward: what happened has happened."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._read: tuple[int, timedelta] = (-1, timedelta())

    @property
    def movable(self) -> bool:
        return self._path is not None

    def now(self) -> datetime:
        return real_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How far it was moved."""
        if self._path is None:
            return timedelta()
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if changed != self._read[0]:
            self._read = (changed, timedelta(seconds=float(self._path.read_text() or 0)))
        return self._read[1]

    def forward(self, by: timedelta) -> None:
        """Raises ValueError for a clock without a file and for a step that is not forward."""
        if self._path is None or by <= timedelta():
            raise ValueError("this clock cannot be moved so")
        ahead = (self.ahead + by).total_seconds()
        temporary = self._path.with_suffix(".part")
        temporary.write_text(str(ahead))
        temporary.replace(self._path)


def step(text: str) -> timedelta:
    """From "90m", "12h", "3d", "1w" or several of them: "1d12h". Raises ValueError."""
    parts = re.findall(r"(\d{1,5})([mhdw])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"say how far as in 90m, 12h, 3d or 1w, not {text!r}")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
