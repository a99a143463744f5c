"""Signals: what is large enough to say, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.signals import (
    Counted,
    SignalKind,
    late_signal,
    rate_signal,
    reason_signal,
    size_signal,
    wilson_low,
)


@pytest.mark.parametrize(
    # As published for the Wilson score interval without continuity correction (Newcombe 1998, table I, method 3).
    ("some", "of", "low"),
    [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (1, 29, 0.0061)],
)
def test_the_lower_end_is_that_of_the_literature(some: int, of: int, low: float) -> None:
    assert wilson_low(some, of) == pytest.approx(low, abs=0.0001)


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_lower_end_is_never_above_the_share(some: int, of: int) -> None:
    counted = Counted(some, of)
    assert 0 <= counted.at_least <= counted.share <= 1


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        ((40, 100), (100, 1000), True),  # 40 % instead of 10 %
        ((15, 100), (100, 1000), False),  # 15 % instead of 10 %: may be chance
        ((2, 3), (100, 1000), False),  # too few
        ((4, 20), (1, 1000), False),  # four units are too few
        ((5, 20), (1, 1000), True),
        ((5, 19), (1, 1000), False),
        ((30, 60), (0, 49), False),  # nothing to compare with
        ((6, 200), (0, 1000), False),  # ten times nearly nothing is still little
        ((50, 30), (10, 100), True),  # more came back than was sold in these weeks
    ],
)
def test_a_rate_that_jumps(now: tuple[int, int], before: tuple[int, int], found: bool) -> None:
    signal = rate_signal("p1", now=Counted(*now), before=Counted(*before))
    assert (signal is not None) == found
    if signal:
        assert (signal.kind, signal.key) == (SignalKind.RATE, "p1")
        assert (signal.numbers["some"], signal.numbers["of"]) == now


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        ((12, 15), (5, 50), True),
        ((4, 4), (0, 50), False),
        ((6, 20), (10, 50), False),
        ((8, 10), (0, 0), True),
    ],
)
def test_a_reason_that_jumps(now: tuple[int, int], before: tuple[int, int], found: bool) -> None:
    assert (reason_signal("p1|damaged", now=Counted(*now), before=Counted(*before)) is not None) == found


@pytest.mark.parametrize(
    ("larger", "smaller", "kind"),
    [
        (20, 1, SignalKind.RUNS_SMALL),
        (1, 20, SignalKind.RUNS_LARGE),
        (10, 10, None),
        (4, 0, None),
        (6, 2, None),
        (8, 0, SignalKind.RUNS_SMALL),
    ],
)
def test_exchanges_in_one_direction_say_something_about_the_size(
    larger: int, smaller: int, kind: SignalKind | None
) -> None:
    signal = size_signal("p1", {"larger": larger, "smaller": smaller, "other": 50})
    assert (signal.kind if signal else None) == kind


def test_a_few_late_cases_are_no_cluster() -> None:
    assert late_signal("requested", late=4) is None
    assert late_signal("requested", late=5) is not None
