"""Policies as JSON: what is written is read again as it was, and mistakes are named where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from saleor_returns_app.domain.policy import PolicyDocument, presets
from saleor_returns_app.domain.policy import actions as a

from .making import DOCUMENTS
from .saying import policy, rule

ADAPTER = TypeAdapter(PolicyDocument)


@given(document=DOCUMENTS)
def test_a_policy_survives_being_written_and_read(document: PolicyDocument) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(document)) == document


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.code)
def test_presets_survive_it_as_well(preset: presets.Preset) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(preset.build())) == preset.build()


def written(**changes: Any) -> dict[str, Any]:
    first = {"id": "r", "name": "R", "when": [], "then": [{"kind": "window", "days": 7}], **changes}
    return {"name": "p", "rules": [first]}


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        (written(wen=[]), ("rules", 0, "wen"), "Unexpected"),
        (written(when=[{"kind": "colour"}]), ("rules", 0, "when", 0), "'channel'"),
        (
            written(when=[{"kind": "country", "values": ["DE"], "vaules": []}]),
            ("rules", 0, "when", 0, "country", "vaules"),
            "Unexpected",
        ),
        (written(when=[{"kind": "country", "values": []}]), ("rules", 0, "when", 0, "country", "values"), "at least 1"),
        (written(then=[]), ("rules", 0, "then"), "at least 1"),
        (
            written(then=[{"kind": "window", "days": -1}]),
            ("rules", 0, "then", 0, "window", "days"),
            "greater than or equal to 0",
        ),
        (
            written(then=[{"kind": "restocking_fee", "percent": 101}]),
            ("rules", 0, "then", 0, "restocking_fee", "percent"),
            "less than or equal to 100",
        ),
        (
            written(then=[{"kind": "postage", "bearer": "shopper", "merchant_percent": 5}]),
            ("rules", 0, "then", 0, "postage"),
            "shared postage",
        ),
        (
            written(when=[{"kind": "metadata", "of": "order", "key": "k"}]),
            ("rules", 0, "when", 0, "metadata"),
            "need at least one",
        ),
        (
            written(
                then=[
                    {
                        "kind": "holiday_window",
                        "bought_from": "02-30",
                        "bought_until": "12-24",
                        "returnable_until": "01-31",
                    }
                ]
            ),
            ("rules", 0, "then", 0, "holiday_window"),
            "day",
        ),
    ],
)
def test_a_mistake_is_named_where_it_is(document: dict[str, Any], place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(document)
    # A list that must not be empty counts what was valid in it, so it may complain beside its only item.
    found = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert message in found[place]


def test_two_actions_of_one_type_and_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="two actions of one type"):
        rule("x", a.Window(days=1), a.Window(days=2))
    with pytest.raises(ValueError, match="same id"):
        policy(rule("x", a.Window(days=1)), rule("x", a.Evidence()))
    review, offer = (a.DeadlineLength(waits_for=wait, length=1) for wait in (a.Wait.REVIEW, a.Wait.OFFER))
    assert len(rule("x", review, offer).then) == 2


def test_the_schema_tells_kinds_apart_and_bounds_numbers() -> None:
    schema = ADAPTER.json_schema()
    text = json.dumps(schema)
    when = schema["$defs"]["Rule"]["properties"]["when"]["items"]
    assert when["discriminator"]["mapping"]["country"] == "#/$defs/CountryIs"
    assert schema["$defs"]["Window"]["properties"]["days"]["minimum"] == 0
    assert all(
        item.get("additionalProperties") is False for item in schema["$defs"].values() if item["type"] == "object"
    )
    assert "Where the order was sent" in text
