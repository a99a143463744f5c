"""Channels, warehouses, products and ways of shipping."""

from __future__ import annotations

from decimal import Decimal

from demo.shop.ids import global_id, new_uuid_id
from demo.shop.model.catalogue import (
    Category,
    Channel,
    Collection,
    Product,
    ProductType,
    ShippingMethod,
    Variant,
    Warehouse,
)
from demo.shop.state import State

CHANNELS = (
    ("default-channel", "Channel-USD", "USD"),
    ("channel-pln", "Channel-PLN", "PLN"),
    ("channel-jpy", "Channel-JPY", "JPY"),
    ("channel-kwd", "Channel-KWD", "KWD"),
)
#: Channels whose prices are entered without tax → the tax that is put on them.
TAX_ON_TOP = {"channel-pln": Decimal("0.23")}
#: Units of every variant in every warehouse.
ON_STOCK = 100
WAREHOUSES = (("Oceania", "oceania"), ("Europe", "europe"))
#: Category → the one above it.
ABOVE = {
    "T-shirts": "Clothing",
    "Accessories": "Clothing",
    "Shoes": "Clothing",
    "Juices": "Groceries",
    "Audio": "Electronics",
}
#: Product → its collections, and its public metadata: what a returns policy can ask for.
COLLECTIONS = {"tee": ("Summer sale",), "scarf": ("Final sale",), "juice": ("Fresh",), "dates": ("Fresh",)}
NOTES = {
    "headphones": (("warranty_months", "24"), ("returns_excluded", "sealed_hygiene")),
    "lamp": (("warranty_months", "12"),),
    "juice": (("returns_excluded", "perishable"),),
    "pin": (("returns_excluded", "custom_made"),),
}
SHIPPING = (("Default", "0"), ("EMS", "34.2"), ("FedEx", "40.42"), ("UPS", "59.59"), ("DHL", "66.19"))
# slug, name, category, price in US dollars, variants as (name, SKU); a variant without a SKU exists in real shops too
PRODUCTS: tuple[tuple[str, str, str, str, tuple[tuple[str, str | None], ...]], ...] = (
    ("tee", "Monospace Tee", "T-shirts", "20.00", (("S", "328223580"), ("M", "328223581"), ("L", "328223582"))),
    ("juice", "Apple Juice", "Juices", "1.99", (("1 l", None),)),
    ("mug", "Enamel Mug", "Kitchen", "19.99", (("Cream", "MUG-CR"), ("Teal", "MUG-TE"))),
    ("lamp", "Desk Lamp", "Home", "33.33", (("Brass", "LAMP-BR"),)),
    ("sticker", "Logo Sticker", "Extras", "0.05", (("Round", "STK-01"),)),
    ("sneakers", "Trail Sneakers", "Shoes", "89.00", (("41", "SNK-41"), ("42", "SNK-42"), ("43", "SNK-43"))),
    ("headphones", "Studio Headphones", "Audio", "149.00", (("Graphite", "HP-GR"),)),
    ("backpack", "Day Backpack", "Bags", "65.00", (("Olive", "BAG-OL"),)),
    ("planter", "Terracotta Planter", "Home", "24.50", (("20 cm", "POT-20"),)),
    ("candle", "Cedar Candle", "Home", "14.95", (("Large", "CND-L"),)),
    ("notebook", "Dotted Notebook", "Stationery", "9.99", (("A5", "NTB-A5"),)),
    ("pin", "Saleor Pin", "Extras", "0.99", (("Gold", "PIN-G"),)),
    ("scarf", "Wool Scarf", "Accessories", "42.00", (("Rust", "SCF-RU"),)),
    ("tea", "Sencha Tea", "Kitchen", "3.10", (("100 g", "TEA-100"),)),
    ("dates", "Medjool Dates", "Kitchen", "10.90", (("500 g", "DAT-500"),)),
    ("gift-card", "Gift Card", "Gift cards", "50.00", (("50", "GIFT-50"),)),
)


def add_catalogue(state: State) -> None:
    """Fills an empty shop's catalogue."""
    for number, (slug, name, currency) in enumerate(CHANNELS, start=1):
        with_tax = slug not in TAX_ON_TOP
        channel = Channel(
            global_id("Channel", number), slug, name, currency, TAX_ON_TOP.get(slug, Decimal(0)), with_tax
        )
        state.channels[channel.id] = channel
    for name, slug in WAREHOUSES:
        warehouse = Warehouse(new_uuid_id("Warehouse"), name, slug)
        state.warehouses[warehouse.id] = warehouse
    for name, amount in SHIPPING:
        method = ShippingMethod(state.next_id("ShippingMethod"), name, Decimal(amount))
        state.shipping_methods[method.id] = method
    normal = ProductType(global_id("ProductType", 1), "Goods", "NORMAL", is_shipping_required=True, slug="goods")
    card = ProductType(
        global_id("ProductType", 2), "Gift card", "GIFT_CARD", is_shipping_required=False, slug="gift-card"
    )
    categories: dict[str, Category] = {}
    collections: dict[str, Collection] = {}
    for slug, name, group, price, variants in PRODUCTS:
        kind = card if slug == "gift-card" else normal
        product = Product(
            id=state.next_id("Product"),
            name=name,
            slug=slug,
            category=_category(state, categories, group),
            product_type=kind,
            collections=tuple(_collection(state, collections, each) for each in COLLECTIONS.get(slug, ())),
            notes=NOTES.get(slug, ()),
        )
        for title, sku in variants:
            variant = Variant(state.next_id("ProductVariant"), title, sku, Decimal(price), product)
            state.variants[variant.id] = variant
            state.stocks.update({(variant.id, warehouse_id): ON_STOCK for warehouse_id in state.warehouses})


def _category(state: State, known: dict[str, Category], name: str) -> Category:
    if name not in known:
        above = ABOVE.get(name)
        parent = _category(state, known, above) if above else None
        known[name] = Category(state.next_id("Category"), name, name.lower().replace(" ", "-"), parent)
    return known[name]


def _collection(state: State, known: dict[str, Collection], name: str) -> Collection:
    if name not in known:
        known[name] = Collection(state.next_id("Collection"), name, name.lower().replace(" ", "-"))
    return known[name]


def variant_of(state: State, slug: str, name: str | None = None) -> Variant:
    """A product's variant by its name, or its first. KeyError when there is none."""
    for variant in state.variants.values():
        if variant.product.slug == slug and name in (None, variant.name):
            return variant
    raise KeyError(f"{slug} {name or ''}".strip())
