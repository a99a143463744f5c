"""What changed from one policy to the next, rule by rule."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from .document import PolicyDocument, Rule
from .sentences import say_rule
from .speech import Translate

Part = Literal["name", "when", "then", "explanation"]
_PARTS: tuple[Part, ...] = ("name", "when", "then", "explanation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rule that is both moved and changed has two. Places count from 1, None where the rule is not."""

    kind: Literal["added", "removed", "moved", "changed"]
    rule_id: str
    before: Rule | None
    after: Rule | None
    place_before: int | None = None
    place_after: int | None = None
    parts: tuple[Part, ...] = ()  # what of the rule differs

    def texts(self, *, translate: Translate = str, language: str = "en") -> tuple[str, str]:
        """The rule as a sentence before and after; empty where it was not."""
        said = [
            say_rule(rule, translate=translate, language=language) if rule else "" for rule in (self.before, self.after)
        ]
        return said[0], said[1]


def diff(old: PolicyDocument, new: PolicyDocument) -> list[Change]:
    """Changes in the order of the new policy, what was removed at the end.

    Moved are the fewest rules whose moving explains the new order: taking one to the top does not move all the others.
    """
    before = {rule.id: (place, rule) for place, rule in enumerate(old.rules, 1)}
    stayed = _unmoved([before[rule.id][0] for rule in new.rules if rule.id in before])
    changes: list[Change] = []
    for place, rule in enumerate(new.rules, 1):
        if rule.id not in before:
            changes.append(Change(kind="added", rule_id=rule.id, before=None, after=rule, place_after=place))
            continue
        was, earlier = before[rule.id]
        if was not in stayed:
            changes.append(
                Change(kind="moved", rule_id=rule.id, before=earlier, after=rule, place_before=was, place_after=place)
            )
        parts = tuple(part for part in _PARTS if getattr(earlier, part) != getattr(rule, part))
        if parts:
            changes.append(
                Change(
                    kind="changed",
                    rule_id=rule.id,
                    before=earlier,
                    after=rule,
                    place_before=was,
                    place_after=place,
                    parts=parts,
                )
            )
    left = {rule.id for rule in new.rules}
    changes += [
        Change(kind="removed", rule_id=rule.id, before=rule, after=None, place_before=place)
        for place, rule in before.values()
        if rule.id not in left
    ]
    return changes


def _unmoved(places: list[int]) -> frozenset[int]:
    """The longest rising run within `places`."""
    ends: list[int] = []  # the smallest last place of a run of each length
    chain: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        chain[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    kept: set[int] = set()
    last: int | None = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = chain[last]
    return frozenset(kept)
