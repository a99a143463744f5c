"""The satisfaction survey: one question after a case is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

STARS = range(1, 6)
#: So few stars ask for a follow-up.
UNHAPPY = 2
#: Answers below this number say nothing about a person, a reason or a product.
FAIR = 5
LIFETIME = timedelta(days=60)
LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, with what it may be counted under."""

    stars: int
    agent: str = ""
    reasons: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a group of answers came out. `average` in stars, None where there are too few to be fair."""

    name: str
    count: int
    average: float | None


def average_of(stars: Sequence[int]) -> float | None:
    """Mean of stars, None for none."""
    return sum(stars) / len(stars) if stars else None


def distribution(answers: Iterable[Answer]) -> dict[int, int]:
    """Stars → how many gave them, most stars first; every number is there."""
    found = dict.fromkeys(reversed(STARS), 0)
    for answer in answers:
        found[answer.stars] += 1
    return found


def scores(groups: Mapping[str, Sequence[int]], *, fair: int = FAIR) -> list[Score]:
    """Each group's score, the lowest first; those with too few answers last, by how many they have, and without an average."""
    found = [
        Score(name=name, count=len(stars), average=average_of(stars) if len(stars) >= fair else None)
        for name, stars in groups.items()
    ]
    return sorted(found, key=lambda score: (score.average is None, score.average or 0, -score.count, score.name))
