"""Conflicts and rules that can never match, beside the rule they concern."""

from __future__ import annotations

from dataclasses import dataclass, field

from saleor_returns_app.domain.policy.document import PolicyDocument


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, and what to do about it."""

    said: str
    todo: str
    tone: str = "warn"


@dataclass(frozen=True, slots=True)
class Findings:
    rules: dict[str, list[Found]] = field(default_factory=dict)
    of_document: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.of_document) + sum(len(found) for found in self.rules.values())

    def of_rule(self, rule_id: str, group: str) -> list[Found]:
        return self.rules.get(rule_id, [])


def find_in(document: PolicyDocument) -> Findings:
    return Findings()
