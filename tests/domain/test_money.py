"""Money is exact: digits of its currency, no mixing, and cut into parts that sum to the whole."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.money import Money, allocate, digits, total

from .making import money

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
MINOR = st.integers(min_value=0, max_value=10**12)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(
    ("currency", "places"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3)]
)
def test_a_currency_has_its_own_digits(currency: str, places: int) -> None:
    assert digits(currency) == places


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [("10", "USD", "10.00 USD"), ("924", "JPY", "924 JPY"), ("9.255", "KWD", "9.255 KWD"), ("0", "KWD", "0.000 KWD")],
)
def test_an_amount_always_carries_its_currencys_digits(amount: str, currency: str, shown: str) -> None:
    assert str(Money(Decimal(amount), currency)) == shown


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "USD"), ("9.2555", "KWD"), ("924.5", "JPY")])
def test_more_digits_than_the_currency_has_are_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more digits"):
        Money(Decimal(amount), currency)


def test_trailing_zeros_are_no_digits() -> None:
    assert Money(Decimal("924.000"), "JPY") == money("924 JPY")
    assert Money(Decimal("1E+2"), "USD") == money("100.00 USD")


@pytest.mark.parametrize(
    ("exact", "currency", "rounded"),
    [
        ("0.005", "USD", "0.01 USD"),
        ("0.00499", "USD", "0.00 USD"),
        ("2.675", "USD", "2.68 USD"),  # a float would say 2.67
        ("0.5", "JPY", "1 JPY"),
        ("2.5", "JPY", "3 JPY"),
        ("1.0005", "KWD", "1.001 KWD"),
        ("-0.005", "USD", "-0.01 USD"),
    ],
)
def test_rounding_goes_half_away_from_zero(exact: str, currency: str, rounded: str) -> None:
    assert Money.rounded(Decimal(exact), currency) == money(rounded)


@given(minor=st.integers(min_value=-(10**15), max_value=10**15), currency=CURRENCIES)
def test_minor_units_go_there_and_back(minor: int, currency: str) -> None:
    assert Money.from_minor(minor, currency).minor == minor


@pytest.mark.parametrize(("text", "minor"), [("17.86 USD", 1786), ("924 JPY", 924), ("9.255 KWD", 9255)])
def test_minor_units_are_the_currencys(text: str, minor: int) -> None:
    assert money(text).minor == minor


@pytest.mark.parametrize("operator", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_are_never_mixed(operator: str) -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        getattr(money("1 USD"), operator)(money("1 JPY"))


def test_the_same_number_in_another_currency_is_another_amount() -> None:
    assert money("1 USD") != money("1 EUR")


def test_comparing() -> None:
    small, large = money("1.99 USD"), money("2.00 USD")
    assert small < large <= large
    assert large > small >= small
    assert not large < large


def test_zero_is_false() -> None:
    assert not Money.zero("USD")
    assert money("0.01 USD")
    assert money("-0.01 USD")


def test_nothing_sums_to_zero_of_the_currency() -> None:
    assert total([], "KWD") == money("0 KWD")


def test_a_sum_in_another_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        total([money("1 JPY")], "USD")


@given(minor=MINOR, weights=WEIGHTS, currency=CURRENCIES)
def test_parts_sum_to_the_whole(minor: int, weights: list[int], currency: str) -> None:
    whole = Money.from_minor(minor, currency)
    assert total(allocate(whole, weights), currency) == whole


@given(minor=MINOR, weights=WEIGHTS)
def test_no_part_is_a_minor_unit_or_more_off_its_share(minor: int, weights: list[int]) -> None:
    parts = allocate(Money.from_minor(minor, "USD"), weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1


@given(minor=MINOR, weights=WEIGHTS)
def test_a_larger_remainder_is_served_first_and_among_equals_the_later_part(minor: int, weights: list[int]) -> None:
    shares = [divmod(minor * weight, sum(weights)) for weight in weights]
    given_up = [
        part.minor - share
        for part, (share, _) in zip(allocate(Money.from_minor(minor, "USD"), weights), shares, strict=True)
    ]
    served = [(rest, place) for place, (_, rest) in enumerate(shares) if given_up[place]]
    passed_over = [(rest, place) for place, (_, rest) in enumerate(shares) if not given_up[place]]
    assert not served or not passed_over or min(served) > max(passed_over)


@given(minor=MINOR, weights=WEIGHTS)
def test_nothing_goes_to_a_weight_of_zero(minor: int, weights: list[int]) -> None:
    parts = allocate(Money.from_minor(minor, "USD"), weights)
    assert all(part.minor == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        ("53.57 USD", [1, 1, 1], ["17.85", "17.86", "17.86"]),
        ("0.31 USD", [1] * 7, ["0.04", "0.04", "0.04", "0.04", "0.05", "0.05", "0.05"]),
        ("0.02 USD", [1, 1, 1], ["0.00", "0.01", "0.01"]),
        ("100 JPY", [1, 1, 1], ["33", "33", "34"]),
        ("9.256 KWD", [1, 1, 1], ["3.085", "3.085", "3.086"]),
        ("10.00 USD", [3, 0, 1], ["7.50", "0.00", "2.50"]),
        ("0.05 USD", [70, 30], ["0.03", "0.02"]),  # 3.5 and 1.5 cents: the later one takes it
        ("0.00 USD", [1, 2], ["0.00", "0.00"]),
        ("1.00 USD", [0, 7], ["0.00", "1.00"]),
    ],
)
def test_awkward_cents(whole: str, weights: list[int], parts: list[str]) -> None:
    assert [str(part.amount) for part in allocate(money(whole), weights)] == parts


@pytest.mark.parametrize(
    ("whole", "weights"), [("-0.01 USD", [1]), ("1 USD", []), ("1 USD", [0, 0]), ("1 USD", [2, -1]), ("0 USD", [])]
)
def test_what_cannot_be_cut_is_refused(whole: str, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="allocate needs"):
        allocate(money(whole), weights)
