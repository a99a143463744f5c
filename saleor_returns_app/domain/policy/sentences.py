"""Rules as sentences: clauses for the people who write them and for the shoppers they bind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from . import actions as a
from . import conditions as c
from . import words as w
from .document import Rule
from .speech import Listed, Piece, Translate, also, say, together


def when_sentence(rule: Rule) -> tuple[Piece, ...]:
    """One clause per condition; a single "always" where there is none."""
    return tuple(condition_piece(condition) for condition in rule.when) or (Piece("always", w.ALWAYS),)


def then_sentence(rule: Rule) -> tuple[Piece, ...]:
    """The clauses of all actions, for staff."""
    return tuple(piece for action in rule.then for piece in action_pieces(action))


def say_rule(rule: Rule, *, translate: Translate = str, language: str = "en") -> str:
    """The rule as one sentence, for staff."""
    then = also(
        [say(piece, translate=translate, language=language) for piece in then_sentence(rule)], translate=translate
    )
    return sentence(when_sentence(rule) if rule.when else (), then, translate=translate, language=language)


def sentence(
    when: tuple[Piece, ...], then: str, *, otherwise: str = w.PLAIN, translate: Translate = str, language: str = "en"
) -> str:
    """`then` under its conditions; `otherwise` is how it is said where there are none."""
    if not when:
        said = translate(otherwise) % {"rule": then}
    else:
        clauses = together([say(piece, translate=translate, language=language) for piece in when], translate=translate)
        said = translate(w.IF) % {"conditions": clauses, "rule": then}
    return said[:1].upper() + said[1:]


def condition_piece(condition: c.When) -> Piece:
    """The clause of a condition."""
    match condition:
        case c.Trait():
            form = condition.what if condition.holds else f"not {condition.what}"
            return Piece("trait", w.WHEN["trait", form])
        case c.Warranty():
            return Piece("warranty", w.WHEN["warranty", condition.state])
        case c.MetadataIs():
            of = _text(w.ELSEWHERE[condition.of])
            form = w.WHEN["metadata", condition.op]
            return Piece("metadata", form, {"key": condition.key, "of": of, "values": Listed(condition.values)})
        case c.Price() | c.OrderValue() | c.ReturnedValue():
            return _compared(condition.kind, "", condition.op, amounts=amounts(condition.amounts))
        case c.Discount() | c.ReturnRate():
            return _compared(condition.kind, "", condition.op, percent=percent(condition.percent))
        case c.Quantity():
            return _compared("quantity", "", condition.op, count=condition.units)
        case c.EarlierReturns():
            return _compared("earlier_returns", condition.of, condition.op, count=condition.count)
        case c.DaysSince():
            anchor = _text(w.ELSEWHERE[condition.anchor])
            return _compared("days_since", "", condition.op, count=condition.days, anchor=anchor)
        case _:
            return Piece(condition.kind, w.WHEN[condition.kind, condition.op], {"values": _values(condition)})


def _compared(kind: str, form: str, op: str, **params: int | Listed) -> Piece:
    return Piece(kind, w.WHEN[kind, form], {"op": _text(w.ELSEWHERE[op]), **params})


_WORDS = {"reason": w.REASONS, "fault": w.FAULTS, "condition": w.CONDITIONS}
_Members = (
    c.ChannelIs
    | c.CountryIs
    | c.CurrencyIs
    | c.CategoryIs
    | c.ProductTypeIs
    | c.CollectionIs
    | c.SkuIs
    | c.ReasonIs
    | c.FaultIs
    | c.ConditionIs
)


def _values(condition: _Members) -> Listed:
    if condition.kind == "country":
        return Listed(tuple(condition.values), "country")
    words = _WORDS.get(condition.kind)
    if words is None:
        return Listed(tuple(condition.values))
    return Listed(tuple(words[value] for value in condition.values), "text")


#: How an action is said: forms of its kind in the tables of words, with what fills them.
Forms = list[tuple[str, dict[str, str | int | Listed]]]


def action_pieces(action: a.Then, texts: Mapping[tuple[str, str], str] = w.THEN) -> tuple[Piece, ...]:
    """The clauses of an action, in the words of `texts`, else in those for staff."""
    build: Callable[[a.Then], Forms] = _FORMS[action.kind]
    return tuple(
        Piece(a.action_type(action), texts.get((action.kind, form)) or w.THEN[action.kind, form], params)
        for form, params in build(action)
    )


def _window(action: a.Window) -> Forms:
    found: Forms = [(action.unit, {"count": action.days, "anchor": _text(w.ELSEWHERE[action.anchor])})]
    if action.after == "needs_review":
        found.append(("after", {}))
    if action.travel_days and action.anchor == "delivery":
        found.append(("travel", {"count": action.travel_days}))
    return found


def _season(action: a.HolidayWindow) -> Forms:
    days = {"first": action.bought_from, "last": action.bought_until, "until": action.returnable_until}
    return [("", {name: Listed((day,), "month_day") for name, day in days.items()})]


def _evidence(action: a.Evidence) -> Forms:
    found: Forms = [("photos", {"count": action.photos})] if action.photos else []
    if action.video:
        found.append(("video", {}))
    return found or [("none", {})]


def _postage(action: a.Postage) -> Forms:
    shared = action.bearer is a.Bearer.SHARED
    return [(action.bearer, {"percent": percent(action.merchant_percent)} if shared else {})]


def _fee(action: a.RestockingFee) -> Forms:
    return [("", {"percent": percent(action.percent)}) if action.percent else ("none", {})]


def _deadline(action: a.DeadlineLength) -> Forms:
    form = f"one {action.unit}" if action.length == 1 else action.unit
    return [(form, {"wait": _text(w.WAITS[action.waits_for]), "count": action.length})]


def _address(action: a.ReturnAddress) -> Forms:
    if action.text:
        return [("text", {"text": ", ".join(action.text.splitlines())})]
    return [("key", {"key": action.key}) if action.key else ("own", {})]


def _exclusion(action: a.ExcludeWithdrawal) -> Forms:
    return [("none", {}) if action.ground is None else ("", {"ground": _text(w.EXCLUSIONS[action.ground])})]


_FORMS: dict[str, Callable[[Any], Forms]] = {
    "window": _window,
    "holiday_window": _season,
    "verdict": lambda action: [(action.outcome, {})],
    "resolutions": lambda action: [("", {"values": _all(w.RESOLUTIONS, action.allowed)})],
    "evidence": _evidence,
    "postage": _postage,
    "restocking_fee": _fee,
    "shipping_refund": lambda action: [(action.when, {})],
    "auto_approve": lambda action: [("", {"amounts": amounts(action.up_to)})],
    "keep_item": lambda action: [("", {"amounts": amounts(action.under)})],
    "second_approval": lambda action: [("", {"amounts": amounts(action.above)})],
    "deadline": _deadline,
    "return_address": _address,
    "methods": lambda action: [("", {"values": _all(w.METHODS, action.allowed)})],
    "exclude_withdrawal": _exclusion,
}


def _text(msgid: str) -> Listed:
    return Listed((msgid,), "text")


def _all(words: Mapping[str, str], values: Iterable[str]) -> Listed:
    return Listed(tuple(words[value] for value in values), "text")


def amounts(given: Iterable[c.Amount]) -> Listed:
    return Listed(tuple(f"{amount.amount} {amount.currency}" for amount in given), "money")


def percent(number: Decimal | int) -> Listed:
    return Listed((str(number),), "percent")
