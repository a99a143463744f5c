"""A rule as a form, and a form as a rule: everything typed survives, whatever is wrong with it.

Fields are named after their part: `when-0.kind`, `when-0.values`, `then-2.days`. Parts keep their places in the order in which
the form sends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from werkzeug.datastructures import MultiDict

from saleor_returns_app.domain.policy.document import PolicyDocument, Rule

from .fields import ACTIONS, CONDITIONS, Control, controls_of, texts_of
from .labels import label_of
from .refusals import said_of

Side = Literal["when", "then"]
#: Languages that a shop explains its rules in.
LANGUAGES = {"en": "English", "zh": "中文"}
MOST_PARTS = 40
_TOKEN = re.compile(r"(when|then)-(\d{1,4})")
_AMOUNT = re.compile(r"\s*(?:([A-Za-z]{3})\s*)?([0-9][0-9.,\s]*?)\s*([A-Za-z]{3})?\s*")
_LONGEST_AMOUNT = 60
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


@dataclass(frozen=True, slots=True)
class Part:
    """A condition or action in the form: `token` begins the names of its fields."""

    token: str
    kind: str
    typed: Mapping[str, Sequence[str]]

    @property
    def side(self) -> Side:
        return "when" if self.token.startswith("when") else "then"

    @property
    def title(self) -> str:
        return label_of(self.kind).title

    @property
    def about(self) -> str:
        return label_of(self.kind).about

    @property
    def controls(self) -> tuple[Control, ...]:
        return controls_of(self.kind, part=self.side)

    def texts(self, control: Control) -> Sequence[str]:
        return self.typed.get(control.field, ())

    def text(self, control: Control) -> str:
        """What a field for one text shows."""
        return "\n".join(self.texts(control))

    def options(self, control: Control) -> dict[str, str]:
        """Several choices: those that are taken come first, in their order, for it means something."""
        taken = [value for value in self.texts(control) if value in control.options]
        rest = [value for value in control.options if value not in taken]
        return {value: control.options[value] for value in (*taken, *rest)}

    def name(self, control: Control) -> str:
        return f"{self.token}.{control.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """What stands in the form. `problems`: name of a field or token of a part → what is wrong; empty: the whole rule."""

    rule_id: str = ""  # empty: not saved yet
    name: str = ""
    when: tuple[Part, ...] = ()
    then: tuple[Part, ...] = ()
    explanation: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    added: str = ""  # the token of a part that was just added

    def error(self, name: str) -> str:
        return self.problems.get(name, "")


def form_of(rule: Rule) -> RuleForm:
    """A saved rule, to be changed."""
    return RuleForm(
        rule_id=rule.id,
        name=rule.name,
        when=tuple(_part_of(f"when-{place}", condition) for place, condition in enumerate(rule.when)),
        then=tuple(_part_of(f"then-{place}", action) for place, action in enumerate(rule.then)),
        explanation=dict(rule.explanation),
    )


def _part_of(token: str, value: Any) -> Part:
    side: Side = "when" if token.startswith("when") else "then"
    controls = controls_of(value.kind, part=side)
    return Part(token, value.kind, {each.field: texts_of(getattr(value, each.field)) for each in controls})


def read_form(sent: MultiDict[str, str], *, rule_id: str = "") -> RuleForm:
    """What was sent, as it was typed."""
    parts: dict[str, dict[str, list[str]]] = {}
    for name, values in sent.lists():
        token, dot, key = name.partition(".")
        if dot and _TOKEN.fullmatch(token) and len(parts) <= 2 * MOST_PARTS:
            parts.setdefault(token, {})[key] = [value.replace("\r\n", "\n") for value in values]
    found: dict[str, list[Part]] = {"when": [], "then": []}
    for token, typed in parts.items():
        side: Side = "when" if token.startswith("when") else "then"
        kind = (typed.get("kind") or [""])[0]
        if kind in (CONDITIONS if side == "when" else ACTIONS):
            found[side].append(Part(token, kind, typed))
    return RuleForm(
        rule_id=rule_id,
        name=sent.get("name", ""),
        when=tuple(found["when"]),
        then=tuple(found["then"]),
        explanation={tag: sent.get(f"explanation-{tag}", "") for tag in LANGUAGES},
    )


def with_part(form: RuleForm, side: Side, kind: str) -> RuleForm:
    """The form with an empty condition or action more; as it was for a type nobody knows, or when there are too many."""
    there = form.when if side == "when" else form.then
    if kind not in (CONDITIONS if side == "when" else ACTIONS) or len(there) >= MOST_PARTS:
        return form
    token = f"{side}-{1 + max((int(part.token.rpartition('-')[2]) for part in there), default=-1)}"
    controls = controls_of(kind, part=side)
    part = Part(token, kind, {each.field: each.usual for each in controls})
    return _replaced(form, side, (*there, part), added=token)


def without_part(form: RuleForm, token: str) -> RuleForm:
    side: Side = "when" if token.startswith("when") else "then"
    there = form.when if side == "when" else form.then
    return _replaced(form, side, tuple(part for part in there if part.token != token))


def _replaced(form: RuleForm, side: Side, parts: tuple[Part, ...], *, added: str = "") -> RuleForm:
    changed = {"when": form.when, "then": form.then, side: parts}
    return replace(form, when=changed["when"], then=changed["then"], added=added, problems={})


def refused(form: RuleForm, problems: Mapping[str, str]) -> RuleForm:
    """The same form, saying what is wrong."""
    return replace(form, problems=problems)


def parse_rule(form: RuleForm, *, rule_id: str) -> Rule | RuleForm:
    """The rule that was typed, or the form with what is wrong in it."""
    problems: dict[str, str] = {}
    raw = {
        "id": rule_id,
        "name": form.name.strip(),
        "when": [_raw_part(part, problems) for part in form.when],
        "then": [_raw_part(part, problems) for part in form.then],
        # Other languages than those of the form come with the saved rule and stay: see `keep_other_languages`.
        "explanation": {tag: text.strip() for tag, text in form.explanation.items() if text.strip()},
    }
    try:
        rule = _RULE.validate_python(raw)
    except ValidationError as error:
        return refused(form, {**_problems(form, error), **problems})
    return refused(form, problems) if problems else rule


def _raw_part(part: Part, problems: dict[str, str]) -> dict[str, Any]:
    raw: dict[str, Any] = {"kind": part.kind}
    for control in part.controls:
        texts = list(part.texts(control))
        if control.widget == "choices":
            raw[control.field] = texts
        elif control.widget == "lines":
            raw[control.field] = _lines(texts)
        elif control.widget == "amounts":
            raw[control.field] = _amounts(_lines(texts), part.name(control), problems)
        else:
            text = texts[0].strip() if texts else ""
            if text:
                raw[control.field] = text
            elif control.widget == "choice" and "" in control.options:
                raw[control.field] = None
            elif control.widget == "text":
                raw[control.field] = ""
    return raw


def _lines(texts: Iterable[str]) -> list[str]:
    """Values, one a line; twice the same is once."""
    return list(dict.fromkeys(line.strip() for text in texts for line in text.split("\n") if line.strip()))


def _amounts(lines: list[str], name: str, problems: dict[str, str]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for typed in lines:
        line = " ".join(typed.split())[:_LONGEST_AMOUNT]  # a row of spaces can be cut in endless ways
        match = _AMOUNT.fullmatch(line)
        currency = (match[1] or match[3] or "").upper() if match else ""
        if not match or not currency or (match[1] and match[3]):
            problems[name] = said_of("amount", {"text": line[:40]})
            continue
        if currency in found:
            problems[name] = said_of("amount_twice", {"currency": currency})
        found[currency] = {"amount": match[2].replace(" ", ""), "currency": currency}
    return list(found.values())


def _problems(form: RuleForm, error: ValidationError) -> dict[str, str]:
    """pydantic's findings at the fields of the form."""
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        place = problem["loc"]
        text = said_of(problem["type"], problem.get("ctx", {}))
        found.setdefault(_field_at(form, place), text)
    return found


def _field_at(form: RuleForm, place: tuple[int | str, ...]) -> str:
    if not place or place[0] not in ("when", "then") or len(place) < 2 or not isinstance(place[1], int):
        return str(place[0]) if place else ""
    part = (form.when if place[0] == "when" else form.then)[place[1]]
    # After the place comes the kind of the condition or action, then the field within it.
    return f"{part.token}.{place[3]}" if len(place) > 3 else part.token


def keep_other_languages(rule: Rule, before: Rule | None) -> Rule:
    """Words in languages that the form does not show are not lost by saving it."""
    others = {tag: text for tag, text in (before.explanation if before else {}).items() if tag not in LANGUAGES}
    return replace(rule, explanation={**others, **rule.explanation}) if others else rule


def new_rule_id(document: PolicyDocument, name: str) -> str:
    """An id like “late-claims”, not taken yet."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "rule"
    taken = {rule.id for rule in document.rules}
    numbers = (f"{words}-{number}" for number in range(2, len(taken) + 3))
    return words if words not in taken else next(each for each in numbers if each not in taken)
