from __future__ import annotations

from collections.abc import Iterator

import pytest

from .live import API_URL, Live
from .stand_in import StandIn
from .world import World


def _make(name: str) -> World:
    if name == "stand-in":
        return StandIn()
    if not API_URL:
        pytest.skip("no live Saleor (SALEOR_LIVE_API_URL)")
    return Live()


@pytest.fixture(scope="session", params=["stand-in", pytest.param("live", marks=pytest.mark.live)])
def _world(request: pytest.FixtureRequest) -> Iterator[World]:
    world = _make(request.param)
    yield world
    world.close()


@pytest.fixture
def world(_world: World) -> World:
    """One a session, with a provider that pays."""
    _world.set_mood("success")
    return _world
