"""What a shop may set for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from urllib.parse import quote

from .deadlines import ShopCalendar
from .places import Place
from .policy.actions import ReturnMethod
from .roles import Role
from .tenders import SplitRule
from .terms import ShippingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """Settings of one shop; every one has a default that works."""

    return_address: str = ""
    window_days: int = 7
    shipping_rule: ShippingRule = ShippingRule.WITH_LAST_UNIT
    brand_color: str = ""
    contact_email: str = ""
    #: Days that photos and videos are kept after their case is over.
    evidence_days: int = 180
    time_zone: str = "UTC"  # IANA name
    holiday_country: str = ""  # ISO code; empty: weekends only
    tells_of_withdrawal: bool = True  # before the purchase; else the law gives a year more
    closed_days: tuple[str, ...] = ()  # ISO dates, besides weekends and public holidays
    #: What is waited for → who is told when it is late: an e-mail address or a group. The empty name stands for all others.
    escalations: Mapping[str, str] = field(default_factory=dict)
    #: Accepted goods go back on stock in Saleor; off: they stand on a list for whoever keeps the stock.
    restocks: bool = True
    #: Saleor id of the warehouse they go back to; empty: the one they were sent from.
    restock_warehouse: str = ""
    seller: str = ""  # name, address and tax number, as they stand on credit notes; empty: the shop's name
    attaches_credit_notes: bool = False  # to the Saleor order, as an invoice document
    #: Where shoppers pay an order, `{order}` standing for its Saleor id, `{number}` for its number; empty: the shop tells them itself.
    payment_page: str = ""
    split_rule: SplitRule = SplitRule.IN_ORDER
    sends_replacements_first: bool = False  # before the goods are back
    places: tuple[Place, ...] = ()  # where goods come back to, besides the return address
    methods: tuple[str, ...] = (ReturnMethod.SELF_SHIPPING.value,)  # that the shop offers; the policy may allow less
    #: What the shop charges for a parcel back: decimal amounts by method and currency.
    postage: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parcel_grams: int = 1000  # what a parcel usually weighs, for the price of its label
    carriers: tuple[str, ...] = ()  # whose labels the app buys; empty: any
    pickup_windows: tuple[str, ...] = ("09:00–13:00", "13:00–18:00")
    #: Country (ISO 3166-1 alpha-2; empty: all others) → the body that settles complaints out of court, as shoppers read it.
    dispute_bodies: Mapping[str, str] = field(default_factory=dict)
    silent_mails: tuple[str, ...] = ()  # of `domain.notifications.OPTIONAL`: not written
    asks_opinion: bool = True  # of shoppers whose case is over, once, by mail
    spot_check_percent: int = 0  # of what rules approve by themselves, a person looks at so many

    @property
    def calendar(self) -> ShopCalendar:
        closed = frozenset(date.fromisoformat(day) for day in self.closed_days)
        return ShopCalendar(zone=self.time_zone, country=self.holiday_country, closed=closed)

    def escalate_to(self, waits_for: str) -> str:
        """An e-mail address, or the name of a group or role."""
        return self.escalations.get(waits_for) or self.escalations.get("") or Role.ADMIN.value

    def dispute_body(self, country: str) -> str:
        """Who settles complaints out of court for a shopper of this country; empty where the shop names nobody."""
        return self.dispute_bodies.get(country.upper()) or self.dispute_bodies.get("", "")

    def pay_link(self, saleor_order_id: str, number: str) -> str:
        """Where the shopper pays this order; empty where the shop has no such page."""
        if not self.payment_page or not saleor_order_id:
            return ""
        page = self.payment_page.replace("{order}", quote(saleor_order_id, safe=""))
        return page.replace("{number}", quote(number, safe=""))

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> TenantSettings:
        """From what the database keeps; unknown names are left alone by older releases."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        if "shipping_rule" in values:
            values["shipping_rule"] = ShippingRule(values["shipping_rule"])
        if "split_rule" in values:
            values["split_rule"] = SplitRule(values["split_rule"])
        if "closed_days" in values:
            values["closed_days"] = tuple(values["closed_days"])
        values["places"] = tuple(Place.load(place) for place in values.get("places", ()))
        for name in ("pickup_windows", "methods", "carriers", "silent_mails"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)
