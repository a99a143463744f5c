"""Channels, products and the warehouses that send them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from demo.shop.money import Money, TaxedMoney, quantize, taxed


@dataclass(slots=True, frozen=True)
class Channel:
    id: str
    slug: str
    name: str
    currency_code: str
    #: Share of tax in what is sold here, and whether prices are entered with it.
    tax_rate: Decimal = Decimal(0)
    prices_entered_with_tax: bool = True

    def tax(self, entered: Decimal) -> TaxedMoney:
        """A price as it was entered, with the tax of this channel in it or on it."""
        if self.prices_entered_with_tax:
            return taxed(quantize(entered, self.currency_code), self.tax_rate, self.currency_code)
        net, gross = (quantize(entered * factor, self.currency_code) for factor in (1, 1 + self.tax_rate))
        return TaxedMoney(Money(net, self.currency_code), Money(gross, self.currency_code))

    @property
    def tax_configuration(self) -> dict[str, bool]:
        return {"pricesEnteredWithTax": self.prices_entered_with_tax}

    @property
    def is_active(self) -> bool:
        return True


@dataclass(slots=True, frozen=True)
class Warehouse:
    id: str
    name: str
    slug: str


@dataclass(slots=True, frozen=True)
class Category:
    id: str
    name: str
    slug: str
    parent: Category | None = None

    @property
    def above(self) -> list[Category]:
        """Its ancestors, from the root down, as Saleor lists them."""
        return [*self.parent.above, self.parent] if self.parent else []


@dataclass(slots=True, frozen=True)
class Collection:
    id: str
    name: str
    slug: str


@dataclass(slots=True, frozen=True)
class ProductType:
    id: str
    name: str
    kind: str
    is_shipping_required: bool
    slug: str


@dataclass(slots=True, frozen=True)
class Product:
    id: str
    name: str
    slug: str
    category: Category
    product_type: ProductType
    collections: tuple[Collection, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()  # public metadata

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.notes]


@dataclass(slots=True, frozen=True)
class Variant:
    """One size or colour of a product; `price` is in US dollars."""

    id: str
    name: str
    sku: str | None
    price: Decimal
    product: Product

    @property
    def metadata(self) -> list[dict[str, str]]:
        return []


@dataclass(slots=True, frozen=True)
class SoldVariant(Variant):
    """A variant as it was asked for in a channel."""

    channel: Channel | None


@dataclass(slots=True, frozen=True)
class SoldProduct(Product):
    """A product as it was asked for in a channel."""

    channel: Channel | None = None


@dataclass(slots=True, frozen=True)
class ShippingMethod:
    id: str
    name: str
    amount: Decimal
    active: bool = True
