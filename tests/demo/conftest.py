"""A shop without gaps, and people who ask it things."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.shop import Shop, ShopSettings, create_shop
from demo.shop.installing import add_local_app
from demo.shop.keys import Keys
from demo.shop.model.orders import Order
from demo.shop.samples.making import make_order
from demo.shop.samples.recipes import RECIPES, Item, Recipe
from demo.shop.serve import serve

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "saleor" / "recordings"


def recording(name: str) -> dict[str, Any]:
    """One recorded exchange; the test is skipped where the recordings are not at hand."""
    path = RECORDINGS / f"{name}.json"
    if not path.exists():
        pytest.skip("the recordings (../shared/saleor/recordings) are not here")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@dataclass
class Client:
    """Asks a shop in one role."""

    shop: Shop
    token: str | None = None

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        status, answer = self.shop.graphql({"query": query, "variables": variables}, token=self.token)
        assert status == 200, answer
        return answer

    def data(self, query: str, **variables: Any) -> Any:
        """The only field of the answer's data; fails on GraphQL errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        (value,) = answer["data"].values()
        return value


@pytest.fixture(scope="session")
def key_pem() -> bytes:
    """One key for all shops: making one is slow."""
    pem: bytes = Keys().pem
    return pem


@pytest.fixture
def shop(key_pem: bytes) -> Iterator[Shop]:
    made = create_shop(ShopSettings(race_gap=0), with_orders=False, key_pem=key_pem)
    yield made
    made.close()


@pytest.fixture
def served(key_pem: bytes) -> Iterator[Shop]:
    """The same over HTTP."""
    with serve(create_shop(ShopSettings(race_gap=0), with_orders=False, key_pem=key_pem)) as running:
        yield running


@pytest.fixture
def client(shop: Shop) -> Client:
    """An app that may handle orders and payments."""
    app = add_local_app(shop, name="both", permissions=frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"}))
    return Client(shop, app.token)


@pytest.fixture
def order_of(shop: Shop) -> Callable[..., Order]:
    """Makes an order of a sample, by name."""
    return lambda sample="plain": make_order(shop, RECIPES[sample])


def two_products(quantity: int, **more: Any) -> Recipe:
    """The order of the recordings: juice and tees, each from a warehouse of its own."""
    items = (Item("juice", quantity, "1.99"), Item("tee", quantity, "20.00", split=(0, quantity)))
    return Recipe("as recorded", items, shipping="66.19", **more)
