"""The audit log: what one row says, and how each seals the one before it.

A row's hash is SHA-256 over its canonical JSON, in which the hash of the row before stands. So whoever changes, takes out, adds or
moves a row has to write all later ones anew, and then the newest hash is another than the one that was kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

#: What stands before the first row.
BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did: ids and facts, never what identifies a shopper, never text that people typed, never a secret."""

    tenant_id: str
    at: datetime
    who: str
    actor_id: str
    action: str
    subject: str  # what it was done to: case, settings, person, …
    subject_id: str = ""
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One row of the chain as it is stored."""

    deed: Deed
    sequence: int
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that does not hold, and why."""

    sequence: int
    reason: str


def seal(deed: Deed, *, sequence: int, previous: str) -> str:
    """The hash of a row: hex digits."""
    said = asdict(deed) | {
        "at": deed.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "params": dict(deed.params),
        "sequence": sequence,
        "previous": previous,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return sha256(text.encode()).hexdigest()


class Checker:
    """Goes along a chain from its first row; `sequence` and `hash` are those of the last row that held."""

    def __init__(self) -> None:
        self.sequence, self.hash = 0, BEGINNING

    def check(self, links: Iterable[Link]) -> Break | None:
        """Take the next rows, in the order of their numbers. Gives the first break."""
        for link in links:
            wanted = self.sequence + 1
            if link.sequence != wanted:
                return Break(wanted, f"row {wanted} is missing: row {link.sequence} comes next")
            if link.previous != self.hash:
                return Break(wanted, f"row {wanted} does not follow the row before it")
            if seal(link.deed, sequence=wanted, previous=self.hash) != link.hash:
                return Break(wanted, f"row {wanted} says something else than when it was written")
            self.sequence, self.hash = wanted, link.hash
        return None
