"""Orders worth trying, as recipes: prices are given as they were stored, awkward cents included."""

from __future__ import annotations

from dataclasses import dataclass

from demo.shop.samples.people import GUEST, HANNA, KEN, NOOR, OLIVER, RITA, WEI


@dataclass(slots=True, frozen=True)
class Item:
    """A line: gross amounts as text. `total` and `was` (before discounts) default to the unit price's."""

    product: str
    quantity: int
    unit: str
    total: str | None = None
    was: str | None = None
    rate: str = "0"
    variant: str | None = None
    split: tuple[int, ...] = ()
    """Quantities sent, one fulfillment each; empty: all at once."""
    is_sent: bool = True
    is_deleted: bool = False
    is_gift: bool = False


@dataclass(slots=True, frozen=True)
class Discount:
    """An order discount: what kind, how it was given, and the amount it came to."""

    type: str
    value_type: str
    value: str
    amount: str
    name: str


@dataclass(slots=True, frozen=True)
class Recipe:
    """One order. `payments` empty: one charge of the total."""

    story: str
    items: tuple[Item, ...]
    shipping: str = "0"
    shipping_rate: str = "0"
    email: str = RITA
    channel: str = "default-channel"
    days_ago: float = 2
    payments: tuple[str, ...] = ()
    gift_card: str = "0"
    discounts: tuple[Discount, ...] = ()
    is_legacy: bool = False
    has_refund_webhook: bool = True
    language: str = "EN"


_VOUCHER = Discount("VOUCHER", "FIXED", "10", "10.00", "TENOFF")
_MANUAL = Discount("MANUAL", "PERCENTAGE", "13", "18.83", "Manual discount")
_JPY = Discount("VOUCHER", "PERCENTAGE", "7.5", "75", "SUMMER")
_KWD = Discount("VOUCHER", "PERCENTAGE", "7.5", "0.750", "SUMMER")

RECIPES: dict[str, Recipe] = {
    "plain": Recipe(
        "A voucher of 10.00 off, no tax: units do not add up to the totals.",
        (
            Item("mug", 3, "17.86", "53.57", was="19.99"),
            Item("lamp", 1, "29.77", was="33.33"),
            Item("sticker", 7, "0.04", "0.31", was="0.05"),
        ),
        shipping="66.19",
        discounts=(_VOUCHER,),
    ),
    "tax-added": Recipe(
        "The same voucher, with 23 % tax added to the prices.",
        (
            Item("mug", 3, "21.96", "65.89", was="24.59", rate="0.23"),
            Item("lamp", 1, "36.62", was="41.00", rate="0.23"),
            Item("sticker", 7, "0.05", "0.38", was="0.06", rate="0.23"),
        ),
        shipping="81.41",
        shipping_rate="0.23",
        discounts=(_VOUCHER,),
    ),
    "manual-discount": Recipe(
        "13 % off by hand, 23 % tax added.",
        (
            Item("notebook", 7, "10.69", "74.83", was="12.29", rate="0.23"),
            Item("pin", 3, "1.06", "3.17", was="1.22", rate="0.23"),
            Item("candle", 3, "16.00", "47.99", was="18.39", rate="0.23"),
        ),
        shipping="70.84",
        shipping_rate="0.23",
        discounts=(_MANUAL,),
    ),
    "tax-included": Recipe(
        "Polish złoty with 23 % tax inside the prices.",
        (Item("backpack", 1, "259.00", rate="0.23"), Item("scarf", 2, "168.99", rate="0.23")),
        shipping="14.99",
        shipping_rate="0.23",
        channel="channel-pln",
    ),
    "two-warehouses": Recipe(
        "Three sneakers from two warehouses: one line in two parcels.",
        (Item("sneakers", 3, "89.00", split=(2, 1), variant="42"), Item("tee", 1, "20.00", variant="M")),
        shipping="40.42",
    ),
    "split-tender": Recipe(
        "Paid with two cards: 44.07 and 66.10.",
        (Item("juice", 2, "1.99"), Item("tee", 2, "20.00")),
        shipping="66.19",
        payments=("44.07", "66.10"),
    ),
    "gift-card-used": Recipe(
        "15.00 came from a gift card at checkout: the order's total is what was left to pay.",
        (Item("juice", 2, "1.99"), Item("tee", 2, "20.00")),
        shipping="66.19",
        gift_card="15.00",
    ),
    "yen": Recipe(
        "Yen have no decimals: 3 × ¥333 less 7.5 %.",
        (Item("tea", 3, "308", "924", was="333"),),
        shipping="500",
        email=KEN,
        channel="channel-jpy",
        discounts=(_JPY,),
        language="JA",
    ),
    "dinar": Recipe(
        "Dinars have three decimals: 3 × 3.335 less 7.5 %.",
        (Item("dates", 3, "3.085", "9.255", was="3.335"),),
        shipping="1.250",
        email=NOOR,
        channel="channel-kwd",
        discounts=(_KWD,),
        language="AR",
    ),
    "deleted-variant": Recipe(
        "One of the products is gone from the catalogue.",
        (Item("planter", 2, "24.50", is_deleted=True), Item("candle", 1, "14.95")),
        shipping="34.20",
    ),
    "gift-card-bought": Recipe(
        "A gift card (which cannot come back) beside headphones.",
        (Item("gift-card", 1, "50.00"), Item("headphones", 1, "149.00")),
        shipping="0",
    ),
    "partly-sent": Recipe(
        "One item is not sent yet.",
        (Item("backpack", 1, "65.00"), Item("scarf", 2, "42.00", is_sent=False)),
        shipping="34.20",
    ),
    "free-gift": Recipe(
        "A gift came along, worth 0.00.",
        (Item("headphones", 1, "149.00"), Item("pin", 1, "0", was="0.99", is_gift=True)),
        shipping="0",
    ),
    "legacy-payment": Recipe(
        "Paid by the old Payments API: no transactions.",
        (Item("juice", 3, "1.99"), Item("tee", 3, "20.00")),
        shipping="66.19",
        is_legacy=True,
    ),
    "no-refund-webhook": Recipe(
        "The payment app cannot refund: a person has to.",
        (Item("lamp", 2, "33.33"),),
        shipping="40.42",
        has_refund_webhook=False,
    ),
    "old": Recipe(
        "Sent 40 days ago: outside of the usual window.",
        (Item("sneakers", 1, "89.00", variant="41"),),
        shipping="40.42",
        days_ago=40,
    ),
    "guest": Recipe(
        "Bought without an account.",
        (Item("notebook", 4, "9.99"), Item("mug", 1, "19.99", variant="Teal")),
        shipping="34.20",
        email=GUEST,
    ),
    "chinese": Recipe(
        "The shopper's language is Chinese.",
        (Item("tee", 2, "20.00", variant="L"), Item("scarf", 1, "42.00")),
        shipping="34.20",
        language="ZH_HANS",
    ),
    "germany": Recipe(
        "To Berlin, five days ago: the right of withdrawal holds, but not for what was made to measure or perishes.",
        (Item("scarf", 1, "42.00"), Item("juice", 2, "1.99"), Item("pin", 1, "0.99")),
        shipping="14.20",
        email=HANNA,
        days_ago=5,
    ),
    "britain": Recipe(
        "To Leeds, thirteen days ago: the last days to withdraw.",
        (Item("sneakers", 1, "89.00", variant="43"), Item("tee", 1, "20.00", variant="S")),
        shipping="14.20",
        email=OLIVER,
        days_ago=13,
    ),
    "china": Recipe(
        "To Shanghai, six days ago: seven days without a reason.",
        (Item("lamp", 1, "33.33"), Item("notebook", 2, "9.99")),
        shipping="34.20",
        email=WEI,
        days_ago=6,
        language="ZH_HANS",
    ),
}
