"""Scores of answers, against a slow and obvious computation; too few say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.surveys import FAIR, STARS, Answer, average_of, distribution, scores

stars = st.integers(min(STARS), max(STARS))


@given(st.lists(stars))
def test_the_spread_counts_every_answer_once(given_stars: list[int]) -> None:
    spread = distribution(Answer(stars=each) for each in given_stars)
    assert spread == {star: given_stars.count(star) for star in (5, 4, 3, 2, 1)}
    assert list(spread) == [5, 4, 3, 2, 1]


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.lists(stars, min_size=1, max_size=12), max_size=6))
def test_only_groups_with_enough_answers_have_an_average(groups: dict[str, list[int]]) -> None:
    found = scores(groups)
    assert {score.name: score.count for score in found} == {name: len(each) for name, each in groups.items()}
    for score in found:
        said = groups[score.name]
        if len(said) < FAIR:
            assert score.average is None
        else:
            assert score.average == pytest.approx(sum(said) / len(said))
    averages = [score.average for score in found]
    known = [average for average in averages if average is not None]
    assert averages == sorted(known) + [None] * (len(averages) - len(known)), "the lowest first, the unknown last"


@pytest.mark.parametrize(("said", "average"), [([], None), ([5], 5), ([1, 2], 1.5), ([1, 1, 5], 7 / 3)])
def test_averages(said: list[int], average: float | None) -> None:
    assert average_of(said) == average
