"""Policies made into something that judges: compiled once, asked many thousand times a second.

Rules are asked from the top. Per type of action the first rule that matches wins, so a rule further down never changes what one
above has decided. What was decided depends only on which rules won, so it is worked out once per such set and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saleor_returns_app.domain.because import Because

from . import actions as a
from .calendars import end_of_day
from .conditions import ChannelIs, CountryIs, CurrencyIs
from .document import PolicyDocument, Rule
from .facts import LineFacts
from .granting import grant_terms
from .matching import Test, build_all
from .plain_facts import plain_facts
from .sentences import action_pieces
from .terms import LineTerms
from .verdicts import OUTCOMES, Outcome, Spoken, Verdict
from .windows import IN_SEASON, LATE_IN_SEASON, SEASON_OVER, BuiltWindow, LastDay, build_season, build_window

#: Kept results per policy; beyond it they are forgotten and made again.
_MOST_KEPT = 4096
_BY_ORDER = (ChannelIs, CountryIs, CurrencyIs)

_NO_RULE = Because(
    "NO_RULE",
    "The returns policy does not speak about this item: a person decides.",
    staff="No rule of the policy gives this item a window or a verdict.",
)
_RULE_TEXTS = {
    Outcome.NEEDS_REVIEW: Because(
        "RULE_REVIEW", "A person looks at returns of this kind.", staff="The rule “%(rule)s” leaves it to a person."
    ),
    Outcome.INELIGIBLE: Because(
        "RULE_REFUSES", "The returns policy does not take this item back.", staff="The rule “%(rule)s” refuses it."
    ),
    Outcome.ELIGIBLE: Because(
        "RULE_ALLOWS", "The returns policy takes this item back.", staff="The rule “%(rule)s” allows it."
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the winning rules say, whatever the day is."""

    window: BuiltWindow | None
    season: LastDay | None
    verdict: tuple[Outcome, Because] | None
    exclusion: a.ExcludeWithdrawal | None
    terms: LineTerms
    spoke: tuple[Spoken, ...]


class CompiledPolicy:
    """See `verdicts.Policy`. Safe to share between threads: what it keeps can be lost without harm."""

    def __init__(self, document: PolicyDocument, *, version: int = 1) -> None:
        self.document = document
        self.version = version
        self.name = f"{document.name}-{version}"
        bits: dict[str, int] = {}
        for rule in document.rules:
            for kind, _ in rule.actions():
                bits.setdefault(kind, 1 << len(bits))
        self._all = (1 << len(bits)) - 1
        self._rules = [_Compiled(place, rule, bits) for place, rule in enumerate(document.rules)]
        self._candidates: dict[tuple[str, str, str], list[tuple[int, Test | None, int]]] = {}
        self._decisions: dict[tuple[tuple[int, ...], str], Decision] = {}

    def judge(self, facts: LineFacts) -> Verdict:
        """The verdict on one line, with what to tell the shopper and the terms that hold for it."""
        decision = self.decide(facts)
        last_day = _last_day(decision, facts)
        refused = plain_facts(facts)
        if refused:
            outcome, because = Outcome.INELIGIBLE, refused
        else:
            outcome, because = _weigh(decision, facts, last_day)
        return Verdict(
            outcome=outcome,
            because=because,
            policy=self.name,
            until=None if last_day is None else end_of_day(last_day, facts.zone),
            last_day=last_day,
            terms=decision.terms,
            spoke=decision.spoke,
        )

    def decide(self, facts: LineFacts) -> Decision:
        """What the rules that match these facts say."""
        order = facts.order
        key = (order.channel, order.country, order.currency)
        candidates = self._candidates.get(key)
        if candidates is None:
            candidates = self._choose(facts, key)
        missing, won = self._all, []
        for mask, test, place in candidates:
            if missing & mask and (test is None or test(facts)):
                won.append(place)
                missing &= ~mask
                if not missing:
                    break
        winners = (tuple(won), order.currency)
        decision = self._decisions.get(winners)
        if decision is None:
            decision = _decision([self._rules[place].rule for place in won], order.currency)
            if len(self._decisions) >= _MOST_KEPT:
                self._decisions.clear()
            self._decisions[winners] = decision
        return decision

    def _choose(self, facts: LineFacts, key: tuple[str, str, str]) -> list[tuple[int, Test | None, int]]:
        """The rules that can match lines of orders like this one: most policies are mostly about other countries and channels."""
        chosen = [
            (rule.mask, rule.test, rule.place)
            for rule in self._rules
            if rule.order_test is None or rule.order_test(facts)
        ]
        if len(self._candidates) >= _MOST_KEPT:
            self._candidates.clear()
        self._candidates[key] = chosen
        return chosen


class _Compiled:
    __slots__ = ("mask", "order_test", "place", "rule", "test")

    def __init__(self, place: int, rule: Rule, bits: dict[str, int]) -> None:
        self.place, self.rule = place, rule
        self.mask = sum(bits[kind] for kind, _ in rule.actions())
        self.order_test = build_all(tuple(item for item in rule.when if isinstance(item, _BY_ORDER)))
        self.test = build_all(tuple(item for item in rule.when if not isinstance(item, _BY_ORDER)))


def compile_policy(document: PolicyDocument, *, version: int = 1) -> CompiledPolicy:
    """A policy that judges, made of a document. `version` is said in its name and so in every verdict."""
    return CompiledPolicy(document, version=version)


def _decision(matching: Sequence[Rule], currency: str) -> Decision:
    """`matching` in the order of the document."""
    won: dict[str, tuple[Rule, a.Then]] = {}
    for rule in matching:
        for kind, action in rule.actions():
            won.setdefault(kind, (rule, action))
    by_type = {kind: action for kind, (_, action) in won.items()}
    window, season = by_type.get("window"), by_type.get("holiday_window")
    exclusion = by_type.get("exclude_withdrawal")
    return Decision(
        window=build_window(window) if isinstance(window, a.Window) else None,
        season=build_season(season) if isinstance(season, a.HolidayWindow) else None,
        verdict=_verdict(*won["verdict"]) if "verdict" in won else None,
        exclusion=exclusion if isinstance(exclusion, a.ExcludeWithdrawal) else None,
        terms=grant_terms(by_type.values(), currency),
        spoke=tuple(
            Spoken(
                rule_id=rule.id,
                rule_name=rule.name,
                action=kind,
                pieces=action_pieces(action),
                explanation=rule.explanation,
            )
            for kind, (rule, action) in won.items()
        ),
    )


def _verdict(rule: Rule, action: a.Then) -> tuple[Outcome, Because]:
    assert isinstance(action, a.Decide)  # noqa: S101 (types only: kinds are unique)
    outcome = Outcome(action.outcome)
    text = _RULE_TEXTS[outcome]
    return outcome, Because(text.code, text.text, {"rule": rule.name}, staff=text.staff, words=rule.explanation)


def _last_day(decision: Decision, facts: LineFacts) -> date | None:
    if decision.window is None:
        return None
    last_day = decision.window.last_day(facts)
    if last_day is None or decision.season is None:
        return last_day
    season = decision.season(facts)
    return last_day if season is None else max(last_day, season)


def _weigh(decision: Decision, facts: LineFacts, last_day: date | None) -> tuple[Outcome, tuple[Because, ...]]:
    """The worst of what the window and the verdict rule say, with the reasons for it."""
    found: list[tuple[Outcome, Because]] = []
    window = decision.window
    if window is not None and last_day is not None:
        is_longer = decision.season is not None and last_day != window.last_day(facts)
        if facts.now > end_of_day(last_day, facts.zone):
            late = Outcome(window.after)
            if is_longer:
                found.append((late, SEASON_OVER if late is Outcome.INELIGIBLE else LATE_IN_SEASON))
            else:
                found.append((late, window.over))
        else:
            found.append((Outcome.ELIGIBLE, IN_SEASON if is_longer else window.inside))
    if decision.verdict is not None:
        found.append(decision.verdict)
    if not found:
        return (Outcome.ELIGIBLE, ()) if window is not None else (Outcome.NEEDS_REVIEW, (_NO_RULE,))
    worst = max((outcome for outcome, _ in found), key=OUTCOMES.index)
    return worst, tuple(because for outcome, because in found if outcome is worst)
