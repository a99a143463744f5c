"""What the law gives, per country: numbers for shops to begin with, with their source and the day the list was made. No legal advice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from .actions import Exclusion
from .countries import EEA


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRight:
    """What the law gives in a country."""

    law: Literal["eu", "uk", "cn"]
    source: str
    as_of: date
    days: int  # from the day after the shopper has the last parcel
    months_if_not_told: int  # added where the shop did not tell of the right
    rolls: bool  # a last day on which nobody works moves to the next on which people do
    goods_back_days: int | None  # from the notice; None: the law gives none
    refund_days: int
    refund_from: Literal["notice", "goods"]
    #: The refund may wait until the goods are back, or until the shopper proves that they were sent.
    refund_may_wait: bool
    refunds_shipping: bool  # outbound, at most at the price of the cheapest standard delivery
    exclusions: frozenset[Exclusion]


_E = Exclusion
_EU = WithdrawalRight(
    law="eu",
    source="Directive 2011/83/EU, articles 9 to 16; Regulation (EEC, Euratom) No 1182/71, article 3; Directive (EU) 2023/2673",
    as_of=date(2026, 11, 23),
    days=14,
    months_if_not_told=12,
    rolls=True,
    goods_back_days=14,
    refund_days=14,
    refund_from="notice",
    refund_may_wait=True,
    refunds_shipping=True,
    exclusions=frozenset(
        {_E.CUSTOM_MADE, _E.PERISHABLE, _E.UNSEALED_HYGIENE, _E.UNSEALED_MEDIA, _E.DIGITAL, _E.NEWSPAPER, _E.MIXED}
    ),
)
_UK = replace(
    _EU,
    law="uk",
    source="Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013, regulations 27 to 38",
    rolls=False,
    refund_from="goods",
)
_CN = WithdrawalRight(
    law="cn",
    source=(
        "Law on the Protection of Consumer Rights and Interests, article 25; Interim Measures for Seven-Day Returns without Reason "
        "of Goods Purchased Online (2020); Civil Code, article 203"
    ),
    as_of=date(2026, 11, 23),
    days=7,
    months_if_not_told=0,
    rolls=True,
    goods_back_days=None,
    refund_days=7,
    refund_from="goods",
    refund_may_wait=True,
    refunds_shipping=False,
    exclusions=frozenset({_E.CUSTOM_MADE, _E.PERISHABLE, _E.UNSEALED_MEDIA, _E.DIGITAL, _E.NEWSPAPER, _E.AGREED}),
)
RIGHTS: dict[str, WithdrawalRight] = {**dict.fromkeys(sorted(EEA), _EU), "GB": _UK, "CN": _CN}


def right_of(country: str) -> WithdrawalRight | None:
    """The right of a shopper in this country (ISO 3166-1 alpha-2); None where the law gives none."""
    return RIGHTS.get(country.upper())
