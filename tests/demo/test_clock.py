"""The demo's clock: everything of the demo lives at the same time, and it only goes forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.clock import DemoClock, step
from demo.shop import ShopSettings, create_shop
from demo.shop.samples.people import ADMIN
from demo.shop.tokens import access_token, who_asks


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("1d12h", timedelta(days=1.5)),
    ],
)
def test_steps(text: str, length: timedelta) -> None:
    assert step(text) == length


@pytest.mark.parametrize("text", ["", "3", "d", "-3d", "3 d", "3d?", "1000000d"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="say how far"):
        step(text)


def test_two_processes_read_the_same_time(tmp_path: Path) -> None:
    one, other = DemoClock(tmp_path / "clock"), DemoClock(tmp_path / "clock")
    assert other.ahead == timedelta()
    one.forward(timedelta(days=3))
    one.forward(timedelta(hours=1))
    assert other.ahead == timedelta(days=3, hours=1)
    assert other.now() - datetime.now(UTC) > timedelta(days=3)


@pytest.mark.parametrize("by", [timedelta(), timedelta(days=-1)])
def test_it_never_goes_back(tmp_path: Path, by: timedelta) -> None:
    with pytest.raises(ValueError, match="cannot be moved"):
        DemoClock(tmp_path / "clock").forward(by)


def test_a_clock_without_a_file_stands_for_the_real_time() -> None:
    with pytest.raises(ValueError, match="cannot be moved"):
        DemoClock().forward(timedelta(days=1))


def test_tokens_of_the_shop_age_with_its_clock(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock")
    shop = create_shop(ShopSettings(race_gap=0), with_orders=False, clock=clock)
    person = shop.user(ADMIN)
    before = access_token(shop, person)
    clock.forward(timedelta(days=1))
    assert who_asks(shop, before).user is None
    assert who_asks(shop, access_token(shop, person)).user is person
    shop.close()
