"""What differs between two policies, as sentences."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.web.i18n import gettext

from .words import rule_words


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is added, removed, changed or moved; `before` and `after` are sentences where they apply."""

    kind: str
    name: str
    before: str = ""
    after: str = ""


def differences(before: PolicyDocument, after: PolicyDocument) -> list[Difference]:
    """In the order of the new document; what is gone comes last."""
    moved = _moved([rule.id for rule in before.rules], [rule.id for rule in after.rules])
    found = []
    for place, rule in enumerate(after.rules):
        was = before.rule(rule.id)
        if was is None:
            found.append(Difference("added", rule.name, after=rule_words(rule)))
            continue
        if was != rule:
            name = rule.name if was.name == rule.name else f"{was.name} → {rule.name}"
            old, new = rule_words(was), rule_words(rule)
            found.append(Difference("changed", name, before=old if old != new else "", after=new if old != new else ""))
        if rule.id in moved:
            above = after.rules[place - 1].name if place else ""
            said = gettext("Now below “%(name)s”.") % {"name": above} if above else gettext("Now at the top.")
            found.append(Difference("moved", rule.name, after=said))
    found += [
        Difference("removed", rule.name, before=rule_words(rule)) for rule in before.rules if after.rule(rule.id) is None
    ]
    return found


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest rules whose moves explain the new order: all that is not in the longest part that kept its order."""
    places = {rule_id: place for place, rule_id in enumerate(before)}
    shared = [rule_id for rule_id in after if rule_id in places]
    ends: list[int] = []  # the smallest last place of a kept part of each length
    tails: list[int] = []  # where in `shared` that part ends
    previous: list[int] = []
    for index, rule_id in enumerate(shared):
        length = bisect_left(ends, places[rule_id])
        previous.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [places[rule_id]]
        tails[length : length + 1] = [index]
    kept: set[str] = set()
    index = tails[-1] if tails else -1
    while index >= 0:
        kept.add(shared[index])
        index = previous[index]
    return set(shared) - kept
