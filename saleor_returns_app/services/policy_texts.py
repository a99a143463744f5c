"""A policy as text: YAML or JSON out, and in again with errors that name the place and what is expected.

Written by hand or by strangers: bounded in size, no anchors, no tags, no key twice, and only JSON's own plain values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.domain.policy.editing import MOST_RULES

from .policies import pack_document

#: Characters of a text; a policy of 500 rules has about 300,000.
MOST_CHARACTERS = 500_000
_MOST_DEPTH = 12
_MOST_FAULTS = 20
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_DOCUMENT: TypeAdapter[PolicyDocument] = TypeAdapter(PolicyDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`place`: rule and field in words; `text` and `params`: what is expected (msgid). `line` counts from 1, 0 where unknown."""

    place: str
    text: str
    params: Mapping[str, object]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a text is no policy; `more`: faults that are not listed."""

    faults: tuple[Fault, ...]
    more: int = 0


def write_text(document: PolicyDocument, language: str) -> str:
    """`language`: yaml or json. Reading it again gives the same document."""
    packed = pack_document(document)
    if language == "json":
        return json.dumps(packed, indent=2, ensure_ascii=False) + "\n"
    text: str = yaml.safe_dump(packed, sort_keys=False, allow_unicode=True, width=100)
    return text


def schema_text() -> str:
    """The JSON schema of a policy, 2020-12."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_DOCUMENT.json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def read_text(text: str) -> PolicyDocument | Misread:
    """A policy from YAML or JSON, or what is wrong with the text."""
    if not text.strip():
        return _misread("Paste a policy or choose a file.")
    if len(text) > MOST_CHARACTERS:
        return _misread("The text is too long: at most %(most)s characters.", most=MOST_CHARACTERS)
    lines: dict[tuple[int | str, ...], int] = {}
    try:
        raw = _build(_compose(text), lines)
    except _UnreadableError as error:
        return Misread((error.fault,))
    if not isinstance(raw, dict):
        return _misread("A policy is a mapping with “name” and “rules”.", line=1)
    rules = raw.get("rules")
    if isinstance(rules, list) and len(rules) > MOST_RULES:
        return _misread("A policy has at most %(most)s rules.", most=MOST_RULES)
    try:
        return _DOCUMENT.validate_python(raw)
    except ValidationError as error:
        found = [_fault(problem, raw, lines) for problem in error.errors(include_url=False)]
        return Misread(tuple(found[:_MOST_FAULTS]), max(0, len(found) - _MOST_FAULTS))


class _UnreadableError(Exception):
    def __init__(self, text: str, line: int = 0, **params: object) -> None:
        self.fault = Fault(place="", text=text, params=params, line=line)


def _misread(text: str, *, line: int = 0, **params: object) -> Misread:
    return Misread((Fault(place="", text=text, params=params, line=line),))


def _compose(text: str) -> yaml.Node:
    """The text as a tree with positions. JSON is YAML but for tabs and pairs of surrogates."""
    if text.lstrip().startswith("{"):
        text = re.sub(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}", _joined, text).replace("\t", " ")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = "This is neither YAML nor JSON: look at quotes, brackets and the space in front of the lines."
        raise _UnreadableError(said, mark.line + 1 if mark else 0) from error
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("This text cannot be read.") from error
    if node is None:
        raise _UnreadableError("Paste a policy or choose a file.")
    return node


def _joined(pair: re.Match[str]) -> str:
    joined: str = json.loads(f'"{pair[0]}"')
    return joined


def _build(root: yaml.Node, lines: dict[tuple[int | str, ...], int]) -> Any:
    seen: set[int] = set()

    def build(node: yaml.Node, path: tuple[int | str, ...]) -> Any:
        line = node.start_mark.line + 1
        lines[path] = line
        if id(node) in seen or len(path) > _MOST_DEPTH:
            raise _UnreadableError("Anchors and deep nesting have no place in a policy.", line)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
                if not key or key in found:
                    said = "“%(key)s” stands here twice." if key else "A name is expected here."
                    raise _UnreadableError(said, key_node.start_mark.line + 1, key=key)
                found[key] = build(value_node, (*path, key))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [build(each, (*path, place)) for place, each in enumerate(node.value)]
        return _plain(node)

    return build(root, ())


def _plain(node: yaml.Node) -> Any:
    """JSON's plain values only: to YAML, NO would be false and 12:30 a number."""
    text: str = node.value
    if getattr(node, "style", None) is not None:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return text


#: pydantic's type of an error → what is expected.
_EXPECTED: dict[str, str] = {
    "missing": "This is missing.",
    "extra_forbidden": "This name is not known here.",
    "unexpected_keyword_argument": "This name is not known here.",
    "missing_argument": "This is missing.",
    "missing_keyword_only_argument": "This is missing.",
    "union_tag_not_found": "“kind” is missing: it says which condition or action this is.",
    "union_tag_invalid": "There is no kind “%(tag)s”. Known are: %(expected_tags)s.",
    "too_short": "At least one is expected.",
    "string_too_short": "A text is expected, not an empty one.",
    "string_too_long": "At most %(max_length)s characters.",
    "string_type": "A text is expected; put it in quotes.",
    "int_type": "A whole number is expected.",
    "int_parsing": "A whole number is expected.",
    "int_from_float": "A whole number is expected.",
    "decimal_type": "A number is expected.",
    "decimal_parsing": "A number is expected.",
    "bool_type": "true or false is expected.",
    "bool_parsing": "true or false is expected.",
    "tuple_type": "A list is expected.",
    "dataclass_type": "A mapping of names and values is expected.",
    "dict_type": "A mapping of names and values is expected.",
    "greater_than_equal": "At least %(ge)s.",
    "less_than_equal": "At most %(le)s.",
    "predicate_failed": "At most 12 digits before the point and 6 behind it.",
    "literal_error": "Expected is %(expected)s.",
    "enum": "Expected is %(expected)s.",
    "value_error": "%(error)s",
}


def _fault(problem: Any, raw: Mapping[str, Any], lines: Mapping[tuple[int | str, ...], int]) -> Fault:
    place = _without_kinds(tuple(problem["loc"]), raw)
    kind, params = problem["type"], {name: str(value) for name, value in problem.get("ctx", {}).items()}
    text = _EXPECTED.get(kind, "This cannot be used here.")
    return Fault(
        place=_said_place(place, raw), text=text, params=params if "%(" in text else {}, line=_line_of(place, lines)
    )


def _without_kinds(place: tuple[int | str, ...], raw: Any) -> tuple[int | str, ...]:
    """pydantic names the kind of a condition as a step of the way; in the text it is none."""
    found: list[int | str] = []
    for step in place:
        is_kind = isinstance(raw, dict) and raw.get("kind") == step and step not in raw
        if is_kind:
            continue
        found.append(step)
        if isinstance(raw, dict):
            raw = raw.get(step) if isinstance(step, str) else None
        elif isinstance(raw, list):
            raw = raw[step] if isinstance(step, int) and step < len(raw) else None
    return tuple(found)


def _line_of(place: tuple[int | str, ...], lines: Mapping[tuple[int | str, ...], int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _said_place(place: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """“rules › 3 (late-claims) › when › 1 › days”, lists counted from 1."""
    words = []
    for depth, step in enumerate(place):
        said = str(step + 1) if isinstance(step, int) else step
        if depth == 1 and isinstance(step, int):
            rules = raw.get("rules")
            rule = rules[step] if isinstance(rules, list) and step < len(rules) else None
            name = rule.get("name") or rule.get("id") if isinstance(rule, dict) else None
            said += f" (“{str(name)[:60]}”)" if name else ""
        words.append(said)
    return " › ".join(words)
