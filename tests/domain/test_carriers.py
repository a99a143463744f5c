"""What is known of carriers: their names, the form of their numbers, where parcels are followed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.carriers import (
    CARRIERS,
    find_carrier,
    has_check_digit,
    is_possible,
    tracking_key,
    tracking_link,
)

GOOD = [
    ("DHL", "00340434161094042557"),
    ("DHL", "JJD000390007882823456"),
    ("DHL", "1234567890"),
    ("UPS", "1Z 999 AA1 01 2345 6784"),
    ("FedEx", "9999 9999 9999"),
    ("USPS", "9400 1000 0000 0000 0000 00"),
    ("USPS", "RR123456785US"),
    ("Royal Mail", "RM 12345678 9 GB".replace("9 GB", "5 GB")),
    ("DPD", "01234567890123"),
    ("GLS", "12345678901"),
    ("InPost", "600000000000000000000000"),
    ("SF Express", "SF1234567890123"),
    ("YTO", "YT1234567890123"),
    ("ZTO", "73100012345678"),
    ("EMS", "RR123456785CN"),
]
BAD = [
    ("UPS", "1Z999"),
    ("FedEx", "ABC"),
    ("USPS", "RR123456784US"),  # the check digit of another number
    ("EMS", "RR123456784CN"),
    ("InPost", "12"),
    ("SF Express", "1Z999AA10123456784"),
]


@pytest.mark.parametrize(("said", "number"), GOOD)
def test_numbers_that_a_carrier_gives_are_possible(said: str, number: str) -> None:
    carrier = find_carrier(said)
    assert carrier
    assert is_possible(carrier, number)


@pytest.mark.parametrize(("said", "number"), BAD)
def test_numbers_that_it_cannot_have_given_are_not(said: str, number: str) -> None:
    carrier = find_carrier(said)
    assert carrier
    assert not is_possible(carrier, number)


@given(st.integers(0, 99_999_999))
def test_exactly_one_check_digit_fits(serial: int) -> None:
    fitting = [digit for digit in range(10) if has_check_digit(f"RR{serial:08}{digit}GB")]
    assert len(fitting) == 1


@pytest.mark.parametrize("number", ["RR123456785DE", "EE876543216CN", "RA473124829GB"])
def test_check_digits_of_labels_fit(number: str) -> None:
    weighed = sum(int(sign) * weight for sign, weight in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    expected = {10: 0, 11: 5}.get(11 - weighed % 11, 11 - weighed % 11)
    assert has_check_digit(number) == (int(number[10]) == expected)


@pytest.mark.parametrize("said", ["ups", " U.P.S. ", "United Parcel Service", "顺丰", "Sf express", "royalmail"])
def test_names_are_found_however_they_are_written(said: str) -> None:
    assert find_carrier(said)


def test_a_carrier_that_is_not_listed_is_none() -> None:
    assert find_carrier("Hermes of Olympus") is None
    assert find_carrier("") is None
    assert tracking_link("Hermes of Olympus", "123") == ""


def test_every_link_leads_to_https_and_holds_the_number() -> None:
    for carrier in CARRIERS:
        assert re.fullmatch(r"https://[a-z0-9.-]+/\S*\{number\}\S*", carrier.link), carrier.name
        assert "RR123456785DE" in tracking_link(carrier.name, "rr 12345678 5 de")


def test_what_is_no_number_cannot_break_out_of_the_link() -> None:
    assert tracking_link("UPS", '1Z?a=1&b="><x').endswith("tracknum=1Z%3FA%3D1%26B%3D%22%3E%3CX")


def test_separators_and_case_do_not_make_another_number() -> None:
    assert tracking_key("1z 999-aa1.01/2345") == "1Z999AA1012345"
