"""Conflicts and rules that can never match, beside the rule they concern and with what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from saleor_returns_app.domain.policy.checking import Finding, check
from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.web.labels import say

from .labels import decision_of
from .rule_list import groups_of

_TONES = {"error": "bad", "warning": "warn", "note": "info"}
#: Code → what to do about it.
_TODO: dict[str, str] = {
    "NEVER_MATCHES": "Take out the condition that rules out another.",
    "SHADOWED": "Move it above that rule, or remove it.",
    "PARTLY_SHADOWED": "Move it above that rule, or take that part out.",
    "CONFLICT": "If this rule is meant to count there, move it above.",
    "OTHER_CURRENCY": "Add the amount in the currency of those orders.",
    "NO_EXCLUSION": "Take these countries out of its conditions.",
    "UNKNOWN_LANGUAGE": "Remove that text, or write it in a language of the portal.",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, and what to do about it. `tone`: bad keeps the policy from being published, info is only to know."""

    said: str
    todo: str
    tone: str


@dataclass(frozen=True, slots=True)
class Findings:
    """By rule and group; `of_document` are texts about all of it. `count` leaves out what is only to know."""

    rules: dict[tuple[str, str], list[Found]] = field(default_factory=dict)
    of_document: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.of_document) + sum(found.tone != "info" for several in self.rules.values() for found in several)

    def of_rule(self, rule_id: str, group: str) -> list[Found]:
        """What to look at now."""
        return [found for found in self.rules.get((rule_id, group), []) if found.tone != "info"]

    def notes(self, rule_id: str, group: str) -> list[Found]:
        """What is good to know."""
        return [found for found in self.rules.get((rule_id, group), []) if found.tone == "info"]


def find_in(document: PolicyDocument) -> Findings:
    rules: dict[tuple[str, str], list[Found]] = {}
    whole: list[str] = []
    for finding in check(document):
        text = say(finding.text, finding.params)
        rule = document.rule(finding.rule_id)
        if rule is None:
            whole.append(text)
            continue
        todo = say(_TODO[finding.code]) if finding.code in _TODO else ""
        group = _group(finding) or groups_of(rule)[0]
        rules.setdefault((rule.id, group), []).append(Found(text, todo, _TONES[finding.severity]))
    return Findings(rules, tuple(whole))


def _group(finding: Finding) -> str:
    """Where the action that it is about stands; empty for what concerns the rule as a whole."""
    action = finding.params.get("action")
    return decision_of(str(action)) if action else ""
