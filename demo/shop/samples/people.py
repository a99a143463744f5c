"""Shoppers, and staff with different rights."""

from __future__ import annotations

from demo.shop.model.accounts import Address, Country, User
from demo.shop.state import State

SHOPPER_PASSWORD = "password123"
STAFF_PASSWORD = "admin"
RITA, KEN, NOOR, GUEST = "rita@example.com", "ken@example.com", "noor@example.com", "guest@example.com"
HANNA, OLIVER, WEI = "hanna@example.com", "oliver@example.com", "wei@example.com"
ADMIN, ORDERS_ONLY, TOKYO, CATALOGUE_ONLY = (
    "admin@example.com",
    "orders@example.com",
    "tokyo@example.com",
    "catalogue@example.com",
)
_ALL = frozenset(
    (
        "MANAGE_ORDERS",
        "HANDLE_PAYMENTS",
        "MANAGE_PRODUCTS",
        "MANAGE_GIFT_CARD",
        "MANAGE_USERS",
        "MANAGE_STAFF",
        "MANAGE_APPS",
        "MANAGE_CHANNELS",
        "MANAGE_DISCOUNTS",
        "MANAGE_SETTINGS",
        "MANAGE_SHIPPING",
        "MANAGE_TRANSLATIONS",
    )
)
_SHOPPERS = (
    (RITA, "Rita", "Returner"),
    (KEN, "Ken", "Tanaka"),
    (NOOR, "Noor", "Al-Sabah"),
    (HANNA, "Hanna", "Vogel"),
    (OLIVER, "Oliver", "Reed"),
    (WEI, "Wei", "Chen"),
)
#: Public metadata of shoppers: what a returns policy can ask for.
_NOTES = {HANNA: (("group", "vip"),)}
_STAFF = (
    (ADMIN, "Ada", "Admin", _ALL, (), "everything"),
    (ORDERS_ONLY, "Olga", "Orders", frozenset({"MANAGE_ORDERS"}), (), "orders, but not payments"),
    (TOKYO, "Taro", "Tokyo", frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"}), ("channel-jpy",), "one channel only"),
    (CATALOGUE_ONLY, "Cleo", "Catalogue", frozenset({"MANAGE_PRODUCTS"}), (), "products, no orders"),
)
ADDRESSES = {
    RITA: Address(
        "Rita",
        "Returner",
        "1 Main St",
        "New York",
        "10001",
        Country("US", "United States of America"),
        "NY",
        phone="+12125550100",
    ),
    KEN: Address("Ken", "Tanaka", "2-11-3 Meguro", "Tokyo", "153-0063", Country("JP", "Japan"), phone="+81312345678"),
    NOOR: Address(
        "Noor", "Al-Sabah", "Gulf Road 7", "Kuwait City", "13001", Country("KW", "Kuwait"), phone="+96522123456"
    ),
    HANNA: Address(
        "Hanna", "Vogel", "Lindenstr. 12", "Berlin", "10969", Country("DE", "Germany"), phone="+493012345678"
    ),
    OLIVER: Address(
        "Oliver", "Reed", "8 Abbey Lane", "Leeds", "LS1 4AP", Country("GB", "United Kingdom"), phone="+441134960000"
    ),
    WEI: Address(
        "Wei", "Chen", "1 Nanjing East Road", "Shanghai", "200001", Country("CN", "China"), phone="+862112345678"
    ),
    GUEST: Address("Gus", "Guest", "5 Elm St", "Boston", "02108", Country("US", "United States of America"), "MA"),
}


def add_people(state: State) -> None:
    """Fills in shoppers and staff; channels must exist already."""
    for email, first, last in _SHOPPERS:
        user = User(state.next_id("User"), email, first, last, SHOPPER_PASSWORD, notes=_NOTES.get(email, ()))
        state.users[user.id] = user
    for email, first, last, permissions, slugs, about in _STAFF:
        channels = tuple(channel for channel in state.channels.values() if channel.slug in slugs)
        user = User(
            id=state.next_id("User"),
            email=email,
            first_name=first,
            last_name=last,
            password=STAFF_PASSWORD,
            is_staff=True,
            permissions=permissions,
            channels=channels,
            about=about,
        )
        state.users[user.id] = user
