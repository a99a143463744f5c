"""What a slip says of itself."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.slips import Slip, SlipLine, address_lines


def slip(*, parcel: int = 1, parcels: int = 1) -> Slip:
    lines = (SlipLine(quantity=2, name="Shoe"), SlipLine(quantity=3, name="Sock"))
    return Slip(
        number="R-2026-000042",
        shop_name="Shop",
        sender=(),
        recipient=("1 Dock Road",),
        lines=lines,
        language="en",
        parcel=parcel,
        parcels=parcels,
    )


def test_units_are_those_of_all_lines() -> None:
    assert slip().units == 5


@pytest.mark.parametrize(("parcel", "parcels"), [(0, 1), (3, 2)])
def test_a_parcel_is_one_of_those_that_there_are(parcel: int, parcels: int) -> None:
    with pytest.raises(ValueError, match="one of those"):
        slip(parcel=parcel, parcels=parcels)


def test_an_address_is_its_lines_without_empty_ones() -> None:
    assert address_lines("  Returns dept. \r\n\n1  Dock Road\n") == ("Returns dept.", "1 Dock Road")
