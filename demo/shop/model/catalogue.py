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


@dataclass(slots=True, frozen=True)
class ProductType:
    id: str
    name: str
    kind: str
    is_shipping_required: bool


@dataclass(slots=True, frozen=True)
class Product:
    id: str
    name: str
    slug: str
    category: Category
    product_type: ProductType


@dataclass(slots=True, frozen=True)
class Variant:
    """One size or colour of a product; `price` is in US dollars."""

    id: str
    name: str
    sku: str | None
    price: Decimal
    product: Product


@dataclass(slots=True, frozen=True)
class ShippingMethod:
    id: str
    name: str
    amount: Decimal
    active: bool = True
