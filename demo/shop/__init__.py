"""A Saleor-shaped shop that lives in memory: `create_shop` makes one, `serve` runs it."""

from __future__ import annotations

from demo.clock import DemoClock
from demo.shop.provider import Ledger
from demo.shop.samples.catalogue import add_catalogue
from demo.shop.samples.making import make_order
from demo.shop.samples.people import add_people
from demo.shop.samples.recipes import RECIPES
from demo.shop.settings import ShopSettings
from demo.shop.shop import Shop
from demo.shop.state import State

__all__ = ["Shop", "ShopSettings", "create_shop"]


def create_shop(
    settings: ShopSettings | None = None,
    *,
    with_orders: bool = True,
    key_pem: bytes = b"",
    clock: DemoClock | None = None,
) -> Shop:
    """A shop with products, people and, unless told otherwise, one order of each recipe, numbered from 1001.

    It makes itself a key, which takes a moment, unless given one (PEM).
    """
    shop = Shop(settings or ShopSettings(), state=State(Ledger(), key_pem=key_pem), clock=clock)
    add_catalogue(shop.state)
    add_people(shop.state)
    if with_orders:
        for recipe in RECIPES.values():
            make_order(shop, recipe)
    return shop
