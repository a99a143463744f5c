"""State machines as tables: one row per allowed move, the only source of what may happen next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from saleor_returns_app.errors import MoveRefused


class Who(StrEnum):
    """Who makes a move."""

    SHOPPER = "shopper"
    STAFF = "staff"
    SYSTEM = "system"


SHOPPER = frozenset({Who.SHOPPER})
STAFF = frozenset({Who.STAFF})
SYSTEM = frozenset({Who.SYSTEM})
ANYONE = SHOPPER | STAFF | SYSTEM

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S, E]):
    source: S
    event: E
    target: S
    who: frozenset[Who]


class Machine(Generic[S, E]):
    """A named table of moves. `noun` is what people call the thing in a refusal: "return case"."""

    def __init__(self, noun: str, initial: S, moves: Iterable[tuple[S, E, S, frozenset[Who]]]) -> None:
        self.noun = noun
        self.initial = initial
        self.moves = tuple(Move(*row) for row in moves)
        self._by_key = {(move.source, move.event): move for move in self.moves}
        if len(self._by_key) != len(self.moves):
            raise ValueError(f"{noun}: two rows for the same state and event")

    def possible(self, source: S, who: Who) -> tuple[E, ...]:
        """Events that `who` may cause now, in the table's order."""
        return tuple(move.event for move in self.moves if move.source is source and who in move.who)

    def move(self, source: S, event: E, who: Who) -> S:
        """The state after the event. Raises MoveRefused, naming what is possible instead; never skips."""
        found = self._by_key.get((source, event))
        if found is None or who not in found.who:
            possible = self.possible(source, who)
            raise MoveRefused(
                "Cannot %(event)s this %(noun)s: it is %(state)s. Possible now: %(instead)s.",
                possible=possible,
                event=_words(event),
                state=_words(source),
                noun=self.noun,
                instead=", ".join(_words(item) for item in possible) or "-",
            )
        return found.target

    def states(self) -> tuple[S, ...]:
        seen: dict[S, None] = {self.initial: None}
        for move in self.moves:
            seen[move.source] = None
            seen[move.target] = None
        return tuple(seen)

    def ends(self) -> frozenset[S]:
        """States without a way out."""
        return frozenset(self.states()) - {move.source for move in self.moves}

    def reachable(self) -> frozenset[S]:
        found = {self.initial}
        while True:
            more = {move.target for move in self.moves if move.source in found} - found
            if not more:
                return frozenset(found)
            found |= more


def _words(name: StrEnum) -> str:
    return name.value.replace("_", " ")
