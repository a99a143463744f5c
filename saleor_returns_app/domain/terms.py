"""The terms of a case: what the policy says of the whole of it, or what both sides agreed on. Quote and clocks follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .cases import Resolution
from .exchanges import Piece
from .money import Money


class PostageBearer(StrEnum):
    """Who pays the postage back."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    SHARED = "shared"  # the merchant pays `merchant_percent` of it


class ShippingRule(StrEnum):
    """When outbound shipping goes back; never more than once per order."""

    NEVER = "never"
    WITH_LAST_UNIT = "with_last_unit"  # when nothing of the order stays with the shopper
    ALWAYS = "always"  # with the first refund


class LengthUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


#: Resolutions that a quote works out; the others are carried out otherwise.
IN_MONEY = frozenset({Resolution.REFUND, Resolution.COMPENSATION})


@dataclass(frozen=True, slots=True)
class Length:
    """How long a case waits for something."""

    length: int
    unit: LengthUnit = LengthUnit.DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What holds for a case. Every default is what holds where nobody said anything: a refund of what was paid, no fees.

    `amount` takes the place of what is computed for the goods and for shipping; None: the quote computes it. `keeps_item`: nothing
    comes back, so nothing is received. `postage_bearer` None: nobody said who pays the way back; `postage_cost` is what it costs
    the shop, None while it is not known. `restocking_percent` holds for each line that `line_percents` (order line id → percent)
    does not name. `refunds_shipping` None: as the shop's settings say; `shipping_cap`: at most so much of it (statutory: the
    cheapest standard). `statutory`: a withdrawal by law, on which no fee may be taken.
    `agreed_by_offer` is the number of the offer that both sides agreed on; None: the policy's own outcome. `allowed`: what a shopper
    may ask for; empty: anything. `return_address` is where the goods go, written out, `address_key` the name of a place of the shop;
    both empty: the shop says. `methods` are the ways the goods may come back, in the policy's words; empty: with a carrier of the
    shopper's choice. `deadlines` (what is waited for → how long) hold instead of the defaults. `detail` is what the resolution needs
    besides: the wanted size, the voucher's name. `pieces` are the units that end in goods, whatever becomes of the others: those end
    in money, as the quote works it out.
    """

    resolution: Resolution = Resolution.REFUND
    keeps_item: bool = False
    amount: Money | None = None
    postage_bearer: PostageBearer | None = None
    merchant_percent: int = 0
    postage_cost: Money | None = None
    restocking_percent: Decimal = Decimal(0)
    line_percents: Mapping[str, Decimal] = field(default_factory=dict)
    refunds_shipping: ShippingRule | None = None
    shipping_cap: Money | None = None
    second_approval_above: Money | None = None
    auto_approve_up_to: Money | None = None
    agreed_by_offer: int | None = None
    statutory: bool = False
    return_address: str = ""
    address_key: str = ""
    allowed: tuple[Resolution, ...] = ()
    methods: tuple[str, ...] = ()
    deadlines: Mapping[str, Length] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()

    def percent_of(self, order_line_id: str) -> Decimal:
        """The restocking fee of a line in percent, zero to a hundred; none on what the law lets people give back."""
        if self.statutory or self.keeps_item:
            return Decimal(0)
        percent = self.line_percents.get(order_line_id, self.restocking_percent)
        return min(max(percent, Decimal(0)), Decimal(100))

    @property
    def in_money(self) -> bool:
        """Whether what the shopper gets is money on the way it was paid, all of it or what the goods leave over."""
        return self.resolution in IN_MONEY or bool(self.pieces)

    @property
    def stays_settled(self) -> bool:
        """The shopper keeps the goods for a sum that was agreed: the units are settled, yet they stay where they are."""
        return self.keeps_item and self.amount is not None

    @property
    def shopper_percent(self) -> int | None:
        """The shopper's part of the postage back in percent; None where nobody said who pays it."""
        if self.postage_bearer is None:
            return None
        parts = {PostageBearer.SHOPPER: 100, PostageBearer.MERCHANT: 0}
        return parts.get(self.postage_bearer, 100 - self.merchant_percent)

    def wait(self, waits_for: str, otherwise: Length) -> Length:
        """How long this case waits for something."""
        return self.deadlines.get(waits_for, otherwise)

    def but(self, **changed: Any) -> CaseTerms:
        """These terms with some of them changed."""
        return replace(self, **changed)

    def dump(self) -> dict[str, Any]:
        """As JSON, for the case's row; what has its default is left out."""
        said = {
            "resolution": self.resolution.value,
            "keeps_item": self.keeps_item,
            "amount": _money(self.amount),
            "postage_bearer": self.postage_bearer.value if self.postage_bearer else None,
            "merchant_percent": self.merchant_percent,
            "postage_cost": _money(self.postage_cost),
            "restocking_percent": str(self.restocking_percent) if self.restocking_percent else None,
            "line_percents": {line_id: str(percent) for line_id, percent in self.line_percents.items()},
            "refunds_shipping": self.refunds_shipping.value if self.refunds_shipping else None,
            "shipping_cap": _money(self.shipping_cap),
            "second_approval_above": _money(self.second_approval_above),
            "auto_approve_up_to": _money(self.auto_approve_up_to),
            "agreed_by_offer": self.agreed_by_offer,
            "statutory": self.statutory,
            "return_address": self.return_address,
            "address_key": self.address_key,
            "allowed": [resolution.value for resolution in self.allowed],
            "methods": list(self.methods),
            "deadlines": {
                name: {"length": item.length, "unit": item.unit.value} for name, item in self.deadlines.items()
            },
            "detail": dict(self.detail),
            "pieces": [piece.dump() for piece in self.pieces],
        }
        # A zero amount or cap is said, as it is not the same as none.
        return {name: value for name, value in said.items() if value not in (None, False, 0, "", [], {})}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> CaseTerms:
        """From what `dump` made; an empty mapping gives the defaults, names of later releases are left alone."""
        bearer, shipping = stored.get("postage_bearer"), stored.get("refunds_shipping")
        return cls(
            resolution=Resolution(stored.get("resolution", Resolution.REFUND)),
            keeps_item=bool(stored.get("keeps_item", False)),
            amount=_read(stored.get("amount")),
            postage_bearer=PostageBearer(bearer) if bearer else None,
            merchant_percent=int(stored.get("merchant_percent", 0)),
            postage_cost=_read(stored.get("postage_cost")),
            restocking_percent=Decimal(stored.get("restocking_percent", "0")),
            line_percents={name: Decimal(percent) for name, percent in stored.get("line_percents", {}).items()},
            refunds_shipping=ShippingRule(shipping) if shipping else None,
            shipping_cap=_read(stored.get("shipping_cap")),
            second_approval_above=_read(stored.get("second_approval_above")),
            auto_approve_up_to=_read(stored.get("auto_approve_up_to")),
            agreed_by_offer=stored.get("agreed_by_offer"),
            statutory=bool(stored.get("statutory", False)),
            return_address=str(stored.get("return_address", "")),
            address_key=str(stored.get("address_key", "")),
            allowed=tuple(Resolution(name) for name in stored.get("allowed", ())),
            methods=tuple(stored.get("methods", ())),
            deadlines={
                name: Length(int(item["length"]), LengthUnit(item["unit"]))
                for name, item in stored.get("deadlines", {}).items()
            },
            detail=dict(stored.get("detail", {})),
            pieces=tuple(Piece.load(item) for item in stored.get("pieces", ())),
        )


def _money(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else {"minor": money.minor, "currency": money.currency}


def _read(stored: Mapping[str, Any] | None) -> Money | None:
    return None if stored is None else Money.from_minor(int(stored["minor"]), str(stored["currency"]))
