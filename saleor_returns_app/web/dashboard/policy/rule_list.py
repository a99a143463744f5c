"""Rules as people read them: by what they decide, the one that counts first on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.document import PolicyDocument, Rule
from saleor_returns_app.web.i18n import gettext

from .labels import DECISIONS, decision_of, decision_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A rule in one group. `place` counts from 1 within it; `above` and `below` are its neighbours there."""

    rule: Rule
    place: int
    above: str | None
    below: str | None
    also: tuple[str, ...]  # titles of the other groups it speaks in

    def actions_in(self, group: Group) -> tuple[Then, ...]:
        """What the rule says in this group."""
        return tuple(action for kind, action in self.rule.actions() if decision_of(kind) == group.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: str
    title: str
    entries: tuple[Entry, ...]


def group_rules(document: PolicyDocument) -> list[Group]:
    """The groups that any rule speaks in, each with its rules in their order."""
    members: dict[str, list[Rule]] = {name: [] for name in DECISIONS}
    for rule in document.rules:
        for name in groups_of(rule):
            members.setdefault(name, []).append(rule)
    return [_group(name, rules) for name, rules in members.items() if rules]


def groups_of(rule: Rule) -> tuple[str, ...]:
    """Names of the groups that a rule speaks in, in its own order."""
    return tuple(dict.fromkeys(decision_of(kind) for kind, _ in rule.actions()))


def _group(name: str, rules: list[Rule]) -> Group:
    ids: list[str | None] = [None, *(rule.id for rule in rules), None]
    return Group(
        name=name,
        title=decision_title(name),
        entries=tuple(
            Entry(
                rule=rule,
                place=place,
                above=ids[place - 1],
                below=ids[place + 1],
                also=tuple(gettext(decision_title(other)) for other in groups_of(rule) if other != name),
            )
            for place, rule in enumerate(rules, 1)
        ),
    )


def find_entry(groups: Sequence[Group], group: str, rule_id: str) -> Entry | None:
    by_name: Mapping[str, Group] = {each.name: each for each in groups}
    found = by_name.get(group)
    return next((entry for entry in found.entries if entry.rule.id == rule_id), None) if found else None
