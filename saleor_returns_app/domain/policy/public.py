"""The policy as shoppers read it: every rule that binds them, by what they want to know, in their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import actions as a
from . import words as w
from .document import PolicyDocument, Rule
from .sentences import action_pieces, sentence, when_sentence
from .speech import Piece, Translate, also, say

#: Sections in the order of the page, with the kinds of action that belong to them. Limits of approval are the shop's own matter.
_KINDS: dict[str, tuple[str, ...]] = {
    "how_long": ("window", "holiday_window"),
    "excluded": ("verdict",),
    "review": ("verdict",),
    "resolutions": ("resolutions",),
    "evidence": ("evidence",),
    "sending": ("methods",),
    "postage": ("postage",),
    "fees": ("restocking_fee", "shipping_refund"),
    "deadlines": ("deadline",),
    "withdrawal": ("exclude_withdrawal",),
}
_TRAVEL = w.PUBLIC["window", "travel"]
_PUBLIC_WAITS = frozenset({a.Wait.REVIEW, a.Wait.GOODS_SENT, a.Wait.INSPECTION, a.Wait.REFUND, a.Wait.DISPUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicItem:
    """One rule's word on one matter. `words` are the shop's own per language and stand in place of the sentence where they are."""

    rule_id: str
    when: tuple[Piece, ...]
    then: tuple[Piece, ...]
    is_rest: bool = False  # no conditions, after rules that have some
    words: Mapping[str, str] = field(default_factory=dict)

    def say(self, *, translate: Translate = str, language: str = "en") -> str:
        """The sentence in a language: the shop's own where it has one."""
        own = self.words.get(language) or self.words.get(language.split("-", 1)[0], "")
        if own:
            return own
        then = also([say(piece, translate=translate, language=language) for piece in self.then], translate=translate)
        otherwise = w.OTHERWISE if self.is_rest else w.PLAIN
        return sentence(self.when, then, otherwise=otherwise, translate=translate, language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    code: str
    title: str  # msgid
    items: tuple[PublicItem, ...]


def public_sections(document: PolicyDocument) -> tuple[Section, ...]:
    """Sections that have something to say, in the order of the page; rules in theirs, up to the first that always speaks."""
    sections = (_section(code, document) for code in _KINDS)
    return tuple(section for section in sections if section.items)


def _section(code: str, document: PolicyDocument) -> Section:
    items: list[PublicItem] = []
    travel: list[PublicItem] = []
    settled: set[str] = set()  # types that a rule without conditions has decided: nothing further down is heard
    begun: set[str] = set()
    for rule in document.rules:
        for kind, action in rule.actions():
            if kind in settled or not _belongs(code, action):
                continue
            items.append(_item(rule, action, is_rest=kind in begun and not rule.when, code=code))
            begun.add(kind)
            if isinstance(action, a.Window) and action.travel_days and action.anchor == "delivery":
                travel.append(_travel(rule, action))
        settled |= {kind for kind, _ in rule.actions() if not rule.when}
    # How an unknown day of receipt is counted is the same for all windows of most policies: said once, at the end.
    return Section(code=code, title=w.SECTIONS[code], items=(*items, *_without_repeats(travel)))


def _belongs(code: str, action: a.Then) -> bool:
    if action.kind not in _KINDS[code]:
        return False
    if isinstance(action, a.Decide):
        return action.outcome == {"excluded": "ineligible", "review": "needs_review"}[code]
    if isinstance(action, a.DeadlineLength):
        return action.waits_for in _PUBLIC_WAITS
    return not (isinstance(action, a.ExcludeWithdrawal) and action.ground is None)


def _item(rule: Rule, action: a.Then, *, is_rest: bool, code: str) -> PublicItem:
    return PublicItem(
        rule_id=rule.id,
        when=when_sentence(rule) if rule.when else (),
        then=tuple(piece for piece in action_pieces(action, w.PUBLIC) if piece.text != _TRAVEL),
        is_rest=is_rest,
        # The shop's words explain a refusal or what is asked for; lengths and fees are always said as they are.
        words=rule.explanation if code in ("excluded", "review", "withdrawal") else {},
    )


def _travel(rule: Rule, window: a.Window) -> PublicItem:
    pieces = tuple(piece for piece in action_pieces(window, w.PUBLIC) if piece.text == _TRAVEL)
    return PublicItem(rule_id=rule.id, when=(), then=pieces)


def _without_repeats(items: Sequence[PublicItem]) -> list[PublicItem]:
    kept: dict[object, PublicItem] = {}
    for item in items:
        kept.setdefault(item.then[0].params["count"], item)
    return list(kept.values())
