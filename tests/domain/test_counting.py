"""What facts are made of: sums, shares, times, percentiles and sizes, against slow and obvious computations."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.counting import (
    CountedFact,
    Dimension,
    Measure,
    added,
    key_of,
    percentile,
    share,
    size_step,
    steps,
)

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fact(**what: object) -> CountedFact:
    return CountedFact(**{"measure": Measure.REQUESTED, "day": date(2026, 3, 1), "channel": "shop", **what})  # type: ignore[arg-type]


def test_facts_that_differ_in_their_sums_only_become_one() -> None:
    found = added([fact(units=1, amount=5), fact(units=2, amount=-5), fact(reason="late", units=1), fact(name="x")])
    assert set(found) == {fact(units=3), fact(reason="late", units=1)}


def test_what_adds_nothing_is_left_out() -> None:
    assert added([fact(units=2), fact(units=-2)]) == ()


@pytest.mark.parametrize(
    ("dimension", "key"),
    [
        (Dimension.ALL, ""),
        (Dimension.PRODUCT, "p1"),
        (Dimension.PRODUCT_REASON, "p1|late"),
        (Dimension.NAME_NUMBER, "refund|7"),
    ],
)
def test_a_key_names_the_place_in_a_dimension(dimension: Dimension, key: str) -> None:
    assert key_of(fact(product="p1", reason="late", name="refund", number=7), dimension) == key


def test_times_run_from_state_to_state() -> None:
    moments = [(0, "requested"), (1, "requested"), (2.9, "approved"), (2.95, "requested"), (50, "rejected")]
    entries = [(BEGAN + timedelta(hours=hours), state) for hours, state in moments]
    assert [(state, hours) for state, _, hours in steps(entries)] == [
        ("requested", 2),
        ("approved", 0),
        ("requested", 47),
    ]
    assert steps([]) == []


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 6), max_size=8), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(spread: dict[int, int], percent: int) -> None:
    values = sorted(Counter(spread).elements())
    slow = [value for value in values if sum(other <= value for other in values) * 100 >= percent * len(values)]
    assert percentile(spread, percent) == (slow[0] if slow else None)


@given(st.integers(0, 10**9), st.integers(0, 20), st.integers(1, 20))
def test_a_share_is_off_by_half_a_unit_at_most(total: int, units: int, of: int) -> None:
    assert abs(Decimal(total) * units / of - share(total, units=units, of=of)) <= Decimal("0.5")


def test_a_share_of_no_units_is_nothing() -> None:
    assert share(100, units=1, of=0) == 0


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("M", "L", "larger"),
        ("M", "XS", "smaller"),
        ("XL", "XXL", "larger"),
        ("2XL", "XXL", "other"),
        ("3XL", "2XL", "smaller"),
        ("Blue / 42", "Blue / 43", "larger"),
        ("Blue / 42", "Red / 43", "other"),
        ("Blue / 42", "Red / 42", "other"),
        ("38,5", "38", "smaller"),
        ("38.5", "39", "larger"),
        ("M", "M", "other"),
        ("Small", "Large", "other"),
        ("", "", "other"),
        ("M tall", "M", "other"),
        ("xs", "Xl", "larger"),
        ("5M", "L", "other"),
    ],
)
def test_sizes_are_read_from_names(old: str, new: str, step: str) -> None:
    assert size_step(old, new) == step
