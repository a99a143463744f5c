"""What the people who write a policy should look at before they publish it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from babel import Locale
from babel.numbers import list_currencies

from . import actions as a
from . import conditions as c
from .countries import GROUPS, members
from .document import PolicyDocument, Rule
from .regions import can_hold, covers, overlap
from .rights import right_of

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`rule_id` is empty for what concerns the whole policy. An error keeps a policy from being published, a warning names what is
    most likely a mistake, a note what may surprise."""

    rule_id: str
    code: str
    text: str  # msgid
    params: dict[str, str | int] = field(default_factory=dict)
    severity: Severity = "warning"


def check(document: PolicyDocument, *, languages: Collection[str] = ("en", "zh")) -> tuple[Finding, ...]:
    """Findings, in the order of the rules. `languages` are those that shoppers can read."""
    found: list[Finding] = []
    for place, rule in enumerate(document.rules):
        if not can_hold(rule.when):
            text = "No item can ever meet all conditions of this rule at once."
            found.append(Finding(rule_id=rule.id, code="NEVER_MATCHES", text=text))
        else:
            found += _against_others(rule, [upper for upper in document.rules[:place] if can_hold(upper.when)])
        found += _values(rule)
        found += _law(rule)
        found += _languages(rule, languages)
    found += _rest(document)
    return tuple(found)


def _against_others(rule: Rule, above: Sequence[Rule]) -> Iterator[Finding]:
    decided: dict[str, Rule] = {}
    for upper in above:
        if covers(upper, rule):
            for kind, _ in upper.actions():
                decided.setdefault(kind, upper)
    mine = dict(rule.actions())
    lost = [kind for kind in mine if kind in decided]
    if len(lost) == len(mine):
        text = "This rule never takes effect: “%(upper)s” above matches whenever it does and decides the same."
        yield Finding(rule_id=rule.id, code="SHADOWED", text=text, params={"upper": decided[lost[0]].name})
        return
    for kind in lost:
        text = "A part of this rule never takes effect: “%(upper)s” above always decides it first."
        params: dict[str, str | int] = {"upper": decided[kind].name, "action": kind}
        yield Finding(rule_id=rule.id, code="PARTLY_SHADOWED", text=text, params=params)
    for upper in above:
        for kind, action in upper.actions():
            other = mine.get(kind)
            if kind in decided or other is None or other == action or covers(rule, upper) or not overlap(rule, upper):
                continue
            text = "Where “%(upper)s” above matches as well, it decides this and not this rule."
            params = {"upper": upper.name, "action": kind}
            yield Finding(rule_id=rule.id, code="CONFLICT", text=text, params=params, severity="note")


def _values(rule: Rule) -> Iterator[Finding]:
    """Codes that nobody knows, and amounts in currencies that the rule does not see."""
    currencies: frozenset[str] | None = None
    for condition in rule.when:
        if isinstance(condition, c.CountryIs):
            for code in condition.values:
                if code.upper() not in GROUPS and (len(code) != 2 or code.upper() not in _TERRITORIES):
                    text = "“%(value)s” is not the code of a country. Use two letters, like DE."
                    yield Finding(
                        rule_id=rule.id, code="UNKNOWN_COUNTRY", text=text, params={"value": code}, severity="error"
                    )
        if isinstance(condition, c.CurrencyIs):
            yield from _unknown_currencies(rule, condition.values)
            if condition.op == "in":
                currencies = frozenset(condition.values)
        if isinstance(condition, c.Price | c.OrderValue | c.ReturnedValue):
            yield from _unknown_currencies(rule, [amount.currency for amount in condition.amounts])
    for kind, action in rule.actions():
        limits = action_amounts(action)
        yield from _unknown_currencies(rule, [amount.currency for amount in limits])
        if limits and currencies is not None and currencies.isdisjoint(amount.currency for amount in limits):
            text = "The amount is in a currency that the rule's orders do not have, so it says nothing."
            yield Finding(rule_id=rule.id, code="OTHER_CURRENCY", text=text, params={"action": kind})


def action_amounts(action: a.Then) -> tuple[c.Amount, ...]:
    """The limits of an action that has some."""
    match action:
        case a.AutoApprove():
            return action.up_to
        case a.KeepItem():
            return action.under
        case a.SecondApproval():
            return action.above
    return ()


_TERRITORIES = Locale("en").territories


def _unknown_currencies(rule: Rule, codes: Collection[str]) -> Iterator[Finding]:
    for code in codes:
        if code not in list_currencies():
            text = "“%(value)s” is not a currency. Use three letters, like EUR."
            yield Finding(rule_id=rule.id, code="UNKNOWN_CURRENCY", text=text, params={"value": code}, severity="error")


def _law(rule: Rule) -> Iterator[Finding]:
    """Where the law's own path goes beyond the rule."""
    named = _countries(rule)
    rights = {code: right for code in sorted(named or ()) if (right := right_of(code)) is not None}
    for _, action in rule.actions():
        if isinstance(action, a.RestockingFee) and action.percent and (named is None or rights):
            text = "This fee is not taken from shoppers who withdraw by law."
            yield Finding(rule_id=rule.id, code="FEE_NOT_STATUTORY", text=text, severity="note")
        if isinstance(action, a.Window) and any(action.days < right.days for right in rights.values()):
            days = max(right.days for right in rights.values())
            text = "The law gives shoppers there %(days)s days to withdraw, whatever this rule says."
            yield Finding(rule_id=rule.id, code="SHORTER_THAN_LAW", text=text, params={"days": days}, severity="note")
        if isinstance(action, a.ExcludeWithdrawal) and action.ground is not None:
            unknown = [code for code, right in rights.items() if action.ground not in right.exclusions]
            if unknown:
                text = "The law does not exclude such goods in: %(countries)s. There this says nothing."
                params: dict[str, str | int] = {"countries": ", ".join(unknown)}
                yield Finding(rule_id=rule.id, code="NO_EXCLUSION", text=text, params=params)


def _countries(rule: Rule) -> frozenset[str] | None:
    """Countries that the rule names; None where it is about any."""
    named: frozenset[str] | None = None
    for condition in rule.when:
        if isinstance(condition, c.CountryIs) and condition.op == "in":
            these = members(condition.values)
            named = these if named is None else named & these
    return named


def _languages(rule: Rule, languages: Collection[str]) -> Iterator[Finding]:
    said = {language for language, words in rule.explanation.items() if words.strip()}
    for language in sorted(said - set(languages)):
        text = "Nobody reads the explanation in “%(language)s”: shoppers cannot choose that language."
        yield Finding(rule_id=rule.id, code="UNKNOWN_LANGUAGE", text=text, params={"language": language})
    missing = sorted(set(languages) - said) if said else []
    for language in missing:
        text = "The explanation is missing in “%(language)s”; shoppers read the rule's own sentence there."
        yield Finding(
            rule_id=rule.id, code="MISSING_LANGUAGE", text=text, params={"language": language}, severity="note"
        )


def _rest(document: PolicyDocument) -> Iterator[Finding]:
    decides = any(
        not rule.when and any(isinstance(action, a.Window | a.Decide) for action in rule.then)
        for rule in document.rules
    )
    if not decides:
        text = "Some items may meet no rule with a window or a verdict; a person then decides. End with a rule for everything."
        yield Finding(rule_id="", code="NO_REST", text=text)
