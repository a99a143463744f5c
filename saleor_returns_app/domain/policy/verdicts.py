"""What a policy says of a line, and of a whole case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from saleor_returns_app.domain.because import Because
from saleor_returns_app.domain.cases import Resolution

from .facts import LineFacts
from .speech import Piece
from .terms import LineTerms


class Outcome(StrEnum):
    ELIGIBLE = "eligible"
    NEEDS_REVIEW = "needs_review"
    INELIGIBLE = "ineligible"


#: From the best to the worst.
OUTCOMES = (Outcome.ELIGIBLE, Outcome.NEEDS_REVIEW, Outcome.INELIGIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A rule that decided something: the type of action it won, and that action in words."""

    rule_id: str
    rule_name: str
    action: str  # `actions.action_type`
    pieces: tuple[Piece, ...]  # what that action says, for staff: see `speech.say`
    explanation: Mapping[str, str] = field(default_factory=dict)  # the shop's own words per language


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    outcome: Outcome
    because: tuple[Because, ...]
    policy: str  # name and version of the policy that spoke
    until: datetime | None = None  # the last instant of the window, when there is one
    last_day: date | None = None  # the same as a day on the shopper's calendar
    terms: LineTerms = field(default_factory=LineTerms)
    spoke: tuple[Spoken, ...] = ()

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        return self.terms.resolutions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """All lines of a case together. `terms` are the case's; fees and resolutions of a line stay those of its own verdict."""

    outcome: Outcome
    because: tuple[Because, ...]
    policy: str
    until: datetime | None
    last_day: date | None
    terms: LineTerms
    lines: tuple[Verdict, ...]


class Policy(Protocol):
    """A compiled policy. Judging is pure and holds no state that shows."""

    @property
    def name(self) -> str: ...

    def judge(self, facts: LineFacts) -> Verdict: ...
