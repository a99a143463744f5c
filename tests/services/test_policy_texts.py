"""Policies as text: nothing is lost on the way out and in, and what cannot be read says where and what is expected."""

from __future__ import annotations

import json

import pytest

from saleor_returns_app.domain.policy import PolicyDocument
from saleor_returns_app.domain.policy.presets import PRESETS, Preset
from saleor_returns_app.services.policy_texts import Misread, read_text, schema_text, write_text

RULE = "name: x\nrules:\n- id: a\n  name: A\n  then:\n  - kind: "


@pytest.mark.parametrize("language", ["yaml", "json"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.code)
def test_a_policy_survives_being_written_and_read(preset: Preset, language: str) -> None:
    document = preset.build()
    assert read_text(write_text(document, language)) == document


def fault(text: str) -> tuple[int, str, str]:
    found = read_text(text)
    assert isinstance(found, Misread)
    first = found.faults[0]
    return first.line, first.place, first.text % first.params if first.params else first.text


@pytest.mark.parametrize(
    ("text", "line", "place", "said"),
    [
        ("", 0, "", "Paste a policy or choose a file."),
        ("[1, 2]", 1, "", "A policy is a mapping with “name” and “rules”."),
        ("name: x\nrules: []\nwat: 1", 3, "wat", "This name is not known here."),
        ("name: x", 1, "rules", "This is missing."),
        (RULE + "windw", 6, "rules › 1 (“A”) › then › 1", "There is no kind “windw”."),
        (RULE + "window\n    days: -1", 7, "rules › 1 (“A”) › then › 1 › days", "At least 0."),
        (RULE + "window", 6, "rules › 1 (“A”) › then › 1 › days", "This is missing."),
        (RULE + "window\n    days: 3\n    days: 4", 8, "", "“days” stands here twice."),
        ("a: &x [1]\nb: *x", 1, "", "Anchors and deep nesting have no place in a policy."),
        ("name: [", 1, "", "This is neither YAML nor JSON"),
        ("name: 12\nrules: []", 1, "name", "A text is expected; put it in quotes."),
        ("name: !!python/object:os.system x\nrules: []", 2, "", ""),
        ("[" * 5000, 0, "", "This text cannot be read."),
        (
            RULE + "restocking_fee\n    percent: 1e-999999999",
            7,
            "rules › 1 (“A”) › then › 1 › percent",
            "At most 12 digits",
        ),
        (
            RULE + 'auto_approve\n    up_to: [{amount: "1e30", currency: EUR}]',
            7,
            "rules › 1 (“A”) › then › 1 › up_to › 1 › amount",
            "At most 12 digits",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, line: int, place: str, said: str) -> None:
    found = read_text(text)
    if not said:  # a tag means nothing here: the value is the text that it is
        assert isinstance(found, PolicyDocument)
        return
    got = fault(text)
    assert got[0] == line
    assert got[1] == place
    assert got[2].startswith(said)


def test_a_country_called_no_is_a_country() -> None:
    text = RULE + "window\n    days: 3\n  when:\n  - kind: country\n    values: [NO]"
    found = read_text(text)
    assert isinstance(found, PolicyDocument)
    assert found.rules[0].when[0].values == ("NO",)  # type: ignore[union-attr]


def test_json_with_tabs_and_far_letters_is_read() -> None:
    document = {"name": "政策 \U0001f600", "rules": [{"id": "a", "name": "A", "then": [{"kind": "window", "days": 3}]}]}
    found = read_text(json.dumps(document, indent="\t"))
    assert isinstance(found, PolicyDocument)
    assert found.name == "政策 \U0001f600"


def test_too_long_a_text_is_refused_before_it_is_read() -> None:
    assert fault("x" * 500_001)[2] == "The text is too long: at most 500000 characters."


def test_the_schema_names_every_kind() -> None:
    schema = json.loads(schema_text())
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"window", "exclude_withdrawal", "returned_value"} <= {
        definition["properties"]["kind"]["const"]
        for definition in schema["$defs"].values()
        if "kind" in definition.get("properties", {})
    }
