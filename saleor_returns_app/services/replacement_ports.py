"""What the services need of a shop to send goods in place of other goods: its variants, and the orders made for a case.

All names are offered by `services.ports` too, which is where to import them from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from saleor_returns_app.domain.money import Money

if TYPE_CHECKING:
    from saleor_returns_app.services.ports import ShopConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One size or colour of a product, as a channel sells it to a country."""

    id: str
    product_id: str
    product_name: str
    name: str  # empty for a variant that has none
    sku: str  # empty for a variant that has none
    price: Money  # gross, for one unit, with what the shop takes off at present
    available: int  # units that can be ordered now; at most what the shop sells at once
    image_url: str  # empty without a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementLine:
    variant_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementRequest:
    """A draft to make in place of goods of an order: whose addresses, channel, customer and language it takes.

    `mark` is found again in its metadata; `note` is for staff (empty: none); `metadata` is written beside the mark.
    """

    order_id: str
    lines: tuple[ReplacementLine, ...]
    mark: str
    note: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """An order made for a case, as a read finds it. All amounts are gross, but for `tax`."""

    order_id: str
    number: str
    is_draft: bool
    status: str  # Saleor's
    total: Money  # what it costs, shipping included
    due: Money  # of the total, what was neither charged nor authorised
    #: The total without our discount, for as long as there is none. Afterwards only for show: Saleor no longer says it exactly.
    undiscounted: Money
    discounted: Money | None  # what our discount takes off; None where there is none
    has_shipping: bool  # a way of shipping was chosen, or none is needed
    is_shipped: bool  # all units were sent
    is_cancelled: bool  # or expired unpaid
    tracking: str  # the numbers of its parcels, with commas between; empty if there are none
    tax: Money  # of the total


class Replacements(Protocol):
    """The part of `ports.Saleor` that makes and reads orders in place of other orders' goods. Errors are the same."""

    def list_variants(
        self,
        shop: ShopConnection,
        *,
        channel: str,
        country: str,
        product_id: str = "",
        search: str = "",
        most: int = 50,
    ) -> tuple[Variant, ...]:
        """Variants of one product, else those found by product name, variant name or SKU; only what the channel sells.

        Those out of stock are among them. `most`: how many are looked at, 100 at the most.
        """
        ...

    def read_variants(
        self, shop: ShopConnection, *, channel: str, country: str, variant_ids: Sequence[str]
    ) -> tuple[Variant, ...]:
        """Price and stock as they are now, in the order asked for; variants that are gone or not sold are left out."""
        ...

    def find_replacement(self, shop: ShopConnection, *, mark: str) -> Replacement | None:
        """The draft or order that carries this mark. Raises SaleorRefused (SEVERAL) where there are several."""
        ...

    def read_replacement(self, shop: ShopConnection, order_id: str) -> Replacement | None: ...

    def create_replacement(self, shop: ShopConnection, wanted: ReplacementRequest) -> Replacement:
        """Make the draft, at the prices of the catalogue. Raises SaleorRefused: NOT_FOUND for an order or a variant that is
        gone, NOT_AVAILABLE_IN_CHANNEL and others of Saleor's. The stock is looked at when it is completed."""
        ...

    def choose_shipping(self, shop: ShopConnection, order_id: str) -> None:
        """Choose the cheapest way of shipping there is for this draft, where goods are to be sent. May be repeated.

        Raises SaleorRefused (SHIPPING_METHOD_REQUIRED) when the shop has none for it.
        """
        ...

    def discount_replacement(self, shop: ShopConnection, order_id: str, *, amount: Money, reason: str) -> None:
        """Take `amount` (gross) off the draft's total; an earlier discount of ours is replaced, and with zero taken away.

        So it can be repeated, with an amount that was worked out from a read without a discount. The total then ends at
        exactly `amount` less, tax included. (Should a shop's tax leave no way to it, a minor unit lower, in the shopper's
        favour: what counts is the total that is read back.) Raises SaleorRefused: NOT_DRAFT, and AMOUNT_TOO_HIGH for more than the total.
        """
        ...

    def complete_replacement(self, shop: ShopConnection, order_id: str) -> None:
        """Make the draft an order, which holds its goods from then on. Where the shop confirms orders by hand it waits for that.

        Raises SaleorRefused: INSUFFICIENT_STOCK, SHIPPING_METHOD_REQUIRED; INVALID for what is no draft any more.
        """
        ...

    def cancel_replacement(self, shop: ShopConnection, order_id: str) -> None:
        """Delete the draft or cancel the order; what is gone or cancelled already is no error.

        Raises SaleorRefused (CANNOT_CANCEL_ORDER) once something of it was paid or sent.
        """
        ...
