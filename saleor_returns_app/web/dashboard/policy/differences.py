"""What differs between two policies, as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from saleor_returns_app.domain.policy.document import PolicyDocument

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
    found = []
    for rule in after.rules:
        was = before.rule(rule.id)
        if was is None:
            found.append(Difference("added", rule.name, after=rule_words(rule)))
        elif was != rule:
            found.append(Difference("changed", rule.name, before=rule_words(was), after=rule_words(rule)))
    found += [
        Difference("removed", rule.name, before=rule_words(rule))
        for rule in before.rules
        if after.rule(rule.id) is None
    ]
    return found
