"""What changed between two policies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import diff

from .saying import policy, rule

A, B, C, D = (rule(name, a.Window(days=place)) for place, name in enumerate("abcd", 1))
OLD = policy(A, B, C, D)


def said(*rules: object) -> list[tuple[str, str]]:
    return [(change.kind, change.rule_id) for change in diff(OLD, policy(*rules))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        ((A, B, C, D), []),
        ((A, B, D), [("removed", "c")]),
        ((A, rule("x", a.Evidence()), B, C, D), [("added", "x")]),
        ((D, A, B, C), [("moved", "d")]),
        ((B, C, D, A), [("moved", "a")]),
        ((A, B, replace(C, name="Other"), D), [("changed", "c")]),
        ((replace(D, name="Other"), A, B, C), [("moved", "d"), ("changed", "d")]),
        ((), [("removed", "a"), ("removed", "b"), ("removed", "c"), ("removed", "d")]),
    ],
)
def test_the_changes(new: tuple[object, ...], changes: list[tuple[str, str]]) -> None:
    assert said(*new) == changes


def test_a_change_says_what_and_how_it_read() -> None:
    (change,) = diff(OLD, policy(A, B, replace(C, then=(a.Window(days=9),)), D))
    assert change.parts == ("then",)
    assert change.texts() == (
        "It can be returned within 3 days of receipt.",
        "It can be returned within 9 days of receipt.",
    )
    assert (change.place_before, change.place_after) == (3, 3)


@given(order=st.permutations([A, B, C, D]))
def test_moving_what_is_said_to_have_moved_gives_the_new_order(order: list[object]) -> None:
    moved = {change.rule_id for change in diff(OLD, policy(*order))}  # type: ignore[arg-type]
    left = [each for each in order if each.id not in moved]  # type: ignore[attr-defined]
    assert left == [each for each in OLD.rules if each.id not in moved]
    assert len(moved) < 4
