"""Changes of a document: each gives a new one. A rule that is not there any more is a KeyError with its id."""

from __future__ import annotations

from dataclasses import replace

from .document import PolicyDocument, Rule

#: More rules than anybody can read; it also bounds what a page and a simulation cost.
MOST_RULES = 500


def put_rule(document: PolicyDocument, rule: Rule, *, after: str | None = None) -> PolicyDocument:
    """In place of the rule with the same id, else as a new one: below `after`, or at the top, where a rule counts most."""
    if document.rule(rule.id) is not None:
        return replace(document, rules=tuple(rule if each.id == rule.id else each for each in document.rules))
    place = 0 if after is None else _place(document, after) + 1
    return replace(document, rules=(*document.rules[:place], rule, *document.rules[place:]))


def remove_rule(document: PolicyDocument, rule_id: str) -> PolicyDocument:
    place = _place(document, rule_id)
    return replace(document, rules=(*document.rules[:place], *document.rules[place + 1 :]))


def move_rule(
    document: PolicyDocument, rule_id: str, *, before: str | None = None, after: str | None = None
) -> PolicyDocument:
    """Right above the rule `before`, else right below `after`; among all others the order stays."""
    moved = document.rules[_place(document, rule_id)]
    if rule_id in (before, after):
        return document
    others = replace(document, rules=tuple(rule for rule in document.rules if rule.id != rule_id))
    if before is None and after is None:
        return document
    place = _place(others, before) if before is not None else _place(others, after or "") + 1
    return replace(document, rules=(*others.rules[:place], moved, *others.rules[place:]))


def _place(document: PolicyDocument, rule_id: str) -> int:
    for place, rule in enumerate(document.rules):
        if rule.id == rule_id:
            return place
    raise KeyError(rule_id)
