"""What another policy would change: two verdicts on the same line compared, and many of them summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from .money import Money
from .policy.terms import LineTerms
from .policy.verdicts import Outcome, Verdict

Scope = Literal["order", "case"]
#: Changed lines that a result keeps; the sums count all of them.
MOST_LINES = 20_000
MOST_PRODUCTS = 10
#: Actions that together make the verdict.
_DECIDING = frozenset({"window", "holiday_window", "verdict"})
#: What can differ → the terms to compare and the actions that set them.
_TERMS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "resolutions": (("resolutions",), frozenset({"resolutions"})),
    "evidence": (("photos", "video"), frozenset({"evidence"})),
    "postage": (("postage", "merchant_percent"), frozenset({"postage"})),
    "restocking_fee": (("restocking_percent",), frozenset({"restocking_fee"})),
    "shipping_refund": (("shipping",), frozenset({"shipping_refund"})),
    "auto_approve": (("auto_approve_up_to",), frozenset({"auto_approve"})),
    "keep_item": (("keep_item_under",), frozenset({"keep_item"})),
    "second_approval": (("second_approval_above",), frozenset({"second_approval"})),
    "methods": (("methods",), frozenset({"methods"})),
    "return_address": (("address_key", "address_text"), frozenset({"return_address"})),
    "deadline": (("deadlines",), frozenset({"deadline"})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was judged: a line of an order, or of a past case."""

    scope: Scope
    order_id: str
    order_number: str
    product: str
    channel: str = ""
    case_id: str = ""
    case_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line that another policy treats otherwise. `differs` names what; `outcome` is one of them."""

    subject: Subject
    before: Outcome
    after: Outcome
    differs: tuple[str, ...]
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]


def compare(subject: Subject, before: Verdict, after: Verdict) -> Change | None:
    """What changes for the line; None when nothing does. Terms of what cannot be returned either way do not count."""
    if before.outcome is after.outcome:
        if before.outcome is Outcome.INELIGIBLE:
            return None
        if before.last_day == after.last_day and (before.terms is after.terms or before.terms == after.terms):
            return None
    differs = _differences(before, after)
    return Change(
        subject=subject,
        before=before.outcome,
        after=after.outcome,
        differs=differs,
        rules_before=_rules(before, differs),
        rules_after=_rules(after, differs),
    )


def _differences(before: Verdict, after: Verdict) -> tuple[str, ...]:
    found = ["outcome"] if before.outcome is not after.outcome else []
    if Outcome.INELIGIBLE in (before.outcome, after.outcome):
        return tuple(found)
    if before.last_day != after.last_day:
        found.append("until")
    found += [
        name for name, (terms, _) in _TERMS.items() if _values(before.terms, terms) != _values(after.terms, terms)
    ]
    return tuple(found)


def _values(terms: LineTerms, names: Sequence[str]) -> list[Any]:
    return [getattr(terms, name) for name in names]


def _rules(verdict: Verdict, differs: Sequence[str]) -> tuple[str, ...]:
    """Names of the rules that decided what differs."""
    actions: set[str] = set()
    for name in differs:
        actions |= _DECIDING if name in ("outcome", "until") else _TERMS[name][1]
    rules = (spoken.rule_name for spoken in verdict.spoke if spoken.action.partition(":")[0] in actions)
    return tuple(dict.fromkeys(rules))


@dataclass(slots=True)
class Tally:
    """Sums over everything that was judged; `as_data` is what is kept."""

    lines: Counter[Scope] = field(default_factory=Counter)
    before: dict[Scope, Counter[Outcome]] = field(default_factory=lambda: {"order": Counter(), "case": Counter()})
    after: dict[Scope, Counter[Outcome]] = field(default_factory=lambda: {"order": Counter(), "case": Counter()})
    moves: Counter[tuple[Scope, Outcome, Outcome]] = field(default_factory=Counter)
    differs: Counter[str] = field(default_factory=Counter)
    products: Counter[str] = field(default_factory=Counter)
    approved: dict[str, int] = field(default_factory=lambda: {"before": 0, "after": 0})
    refunds: dict[str, dict[str, int]] = field(default_factory=dict)  # currency → before, after: minor units
    changes: list[Change] = field(default_factory=list)
    changed: int = 0

    def add(self, subject: Subject, before: Verdict, after: Verdict) -> None:
        """Count one line."""
        scope = subject.scope
        self.lines[scope] += 1
        self.before[scope][before.outcome] += 1
        self.after[scope][after.outcome] += 1
        change = compare(subject, before, after)
        if change is None:
            return
        self.changed += 1
        self.products[subject.product] += 1
        for name in change.differs:
            self.differs[name] += 1
        if change.before is not change.after:
            self.moves[(scope, change.before, change.after)] += 1
        self._keep(change)

    def _keep(self, change: Change) -> None:
        # Other verdicts come before other terms, should there be too many of both.
        if len(self.changes) < MOST_LINES:
            self.changes.append(change)
        elif change.before is not change.after:
            place = next((i for i, kept in enumerate(self.changes) if kept.before is kept.after), None)
            if place is not None:
                self.changes[place] = change

    def add_case(self, *, before: CaseMoney, after: CaseMoney) -> None:
        """Count what a past case would cost and whether a rule would approve it."""
        for when, money in (("before", before), ("after", after)):
            self.approved[when] += money.is_approved
            sums = self.refunds.setdefault(money.expected.currency, {"before": 0, "after": 0})
            sums[when] += money.expected.minor

    def as_data(self) -> dict[str, Any]:
        """Plain values, as they are kept and shown."""
        names = {
            subject: place for place, subject in enumerate(dict.fromkeys(each.subject.product for each in self.changes))
        }
        return {
            "lines": {scope: self.lines[scope] for scope in ("order", "case")},
            "before": {scope: _counts(self.before[scope]) for scope in ("order", "case")},
            "after": {scope: _counts(self.after[scope]) for scope in ("order", "case")},
            "moves": [[scope, before, after, count] for (scope, before, after), count in self.moves.most_common()],
            "differs": dict(self.differs.most_common()),
            "products": self.products.most_common(MOST_PRODUCTS),
            "approved": self.approved,
            "refunds": self.refunds,
            "changed": self.changed,
            "names": list(names),
            "changes": [_packed(each, names) for each in self.changes],
        }


def _counts(counter: Counter[Outcome]) -> dict[str, int]:
    return {outcome.value: counter[outcome] for outcome in Outcome}


def _packed(change: Change, names: Mapping[str, int]) -> list[Any]:
    subject = change.subject
    return [
        subject.scope,
        subject.order_id,
        subject.order_number,
        names[subject.product],
        subject.case_id,
        subject.case_number,
        change.before.value,
        change.after.value,
        list(change.differs),
        list(change.rules_before),
        list(change.rules_after),
        subject.channel,
    ]


def unpack_change(packed: Sequence[Any], names: Sequence[str]) -> Change:
    """A change as `Tally.as_data` kept it."""
    scope, order_id, order_number, name, case_id, case_number, before, after, differs, was, becomes, channel = packed
    return Change(
        subject=Subject(
            scope=scope,
            order_id=order_id,
            order_number=order_number,
            product=names[name],
            channel=channel,
            case_id=case_id,
            case_number=case_number,
        ),
        before=Outcome(before),
        after=Outcome(after),
        differs=tuple(differs),
        rules_before=tuple(was),
        rules_after=tuple(becomes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoney:
    """What a case would cost under one policy: what its lines were worth, less restocking fees, without those refused."""

    expected: Money
    is_approved: bool


def money_of(lines: Sequence[tuple[Money, Verdict]], currency: str) -> CaseMoney:
    """`lines`: worth of the announced units, and the verdict on them. Fees round half up, in the shopper's favour by at most a cent."""
    expected = Money.zero(currency)
    limits: list[Money | None] = []
    for worth, verdict in lines:
        if verdict.outcome is Outcome.INELIGIBLE:
            continue
        kept = worth.amount * (Decimal(100) - verdict.terms.restocking_percent) / 100
        expected = expected + Money.rounded(kept, currency)
    for _, verdict in lines:
        limits.append(verdict.terms.auto_approve_up_to)
    eligible = bool(lines) and all(verdict.outcome is Outcome.ELIGIBLE for _, verdict in lines)
    approved = eligible and all(limit is not None and expected.amount <= limit.amount for limit in limits)
    return CaseMoney(expected=expected, is_approved=approved)
