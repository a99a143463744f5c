"""What a case needs of a Saleor, whichever it is."""

from __future__ import annotations

from typing import Literal, Protocol

from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.services.ports import ShopConnection

#: plain: two lines of three units each and shipping, paid by one transaction, sent. no-webhook: the payment's app cannot
#: refund. gift-card: 15.00 of it came from a gift card. legacy: a payment, no transaction.
Kind = Literal["plain", "no-webhook", "gift-card", "legacy"]
#: What the payment provider does next: pays, declines, answers later, pays half.
Mood = Literal["success", "failure", "async", "partial"]

ALL_PERMISSIONS = ("MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_PRODUCTS", "MANAGE_GIFT_CARD", "MANAGE_DISCOUNTS")


class World(Protocol):
    client: SaleorClient
    #: With all the permissions of the manifest.
    shop: ShopConnection

    def order(self, kind: Kind = "plain") -> Order:
        """A fresh order of 3 + 3 units, as the client reads it."""
        ...

    def set_mood(self, mood: Mood) -> None: ...
    def report(self) -> None:
        """The provider tells that what it answered with "later" is paid now."""
        ...

    def app_with(self, *permissions: str) -> ShopConnection: ...
    def shopper_token(self) -> str: ...
    def staff_token(self) -> str:
        """As the Dashboard hands it to the frame of our app."""
        ...

    def problems(self) -> list[str]:
        """Messages of the problems shown to the merchant."""
        ...

    def install(self, manifest_url: str) -> str:
        """Install an app from its manifest; its id. Raises AssertionError with what Saleor says."""
        ...

    def uninstall(self, app_id: str) -> None: ...
    def activate(self, app_id: str) -> None: ...
    def deactivate(self, app_id: str) -> None: ...
    def touch(self, order: Order) -> None:
        """Staff add a note: the order is updated."""
        ...

    def digital_variant(self) -> str:
        """A variant that is not sent by post, sold in default-channel; its id."""
        ...

    def pay(self, order_id: str, amount: Money) -> None:
        """The shopper pays an amount of an order."""
        ...

    def ship(self, order_id: str) -> None:
        """Staff send all of an order, in one parcel with a number. Raises AssertionError with what Saleor says."""
        ...

    def close(self) -> None: ...


def read(world: World, order_id: str) -> Order:
    found = world.client.read_order(world.shop, order_id)
    assert found is not None
    return found
