"""Channels, products and the warehouses that send them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(slots=True, frozen=True)
class Channel:
    id: str
    slug: str
    name: str
    currency_code: str

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
class ShippingMethod:
    id: str
    name: str
    amount: Decimal
    active: bool = True
