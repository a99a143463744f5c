"""Figures, said as one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value. `aim` is what the project wants of it, in words; empty where it only says how things are."""

    name: str
    value: float | int
    unit: str
    aim: str = ""

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, int) else _short(self.value)
        return f"bench: {self.name} = {value} {self.unit} (aim {self.aim or 'none'})"


def _short(value: float) -> str:
    """Three digits that say something, no more."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
