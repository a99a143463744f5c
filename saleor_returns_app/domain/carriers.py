"""Carriers that people name: how their numbers look, and where their parcels are followed.

A number that its carrier cannot have given is refused while the label is still at hand; numbers of carriers that are not listed
are taken as they are. The forms are wide on purpose: a parcel that cannot be announced is worse than a wrong number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

#: UPU S10, which postal services share: RR 12345678 5 DE.
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_SEPARATORS = re.compile(r"[\s./-]+")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Carrier:
    """`forms` are patterns of a whole number without separators, in capitals; `link` has `{number}` where the number goes."""

    name: str
    link: str
    forms: str
    aliases: tuple[str, ...] = ()
    postal: bool = False  # takes S10 numbers besides


# fmt: off
CARRIERS = (
    Carrier("DHL",         "https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}",
            r"\d{10,12}|\d{14,16}|\d{20}|J[A-Z]{2,3}\d{10,26}|[A-Z]{2,5}\d{10,22}",
            ("dhl express", "dhl paket", "dhl parcel", "deutsche post", "deutsche post dhl"), postal=True),
    Carrier("UPS",         "https://www.ups.com/track?tracknum={number}",
            r"1Z[0-9A-Z]{16}|T\d{10}|\d{9}|\d{12}|\d{18}|\d{22,26}|[A-Z]{2}\d{9}[A-Z]{2}", ("united parcel service",)),
    Carrier("FedEx",       "https://www.fedex.com/fedextrack/?trknbr={number}",
            r"\d{10,15}|\d{18,22}|\d{34}", ("fedex express", "fedex ground", "tnt")),
    Carrier("USPS",        "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
            r"\d{10}|\d{20,22}|\d{26}|\d{30}|\d{34}|[A-Z]{2}\d{18}", ("us postal service", "us mail"), postal=True),
    Carrier("Royal Mail",  "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
            r"[0-9A-Z]{9,27}", ("parcelforce", "royalmail"), postal=True),
    Carrier("DPD",         "https://tracking.dpd.de/status/en_US/parcel/{number}",
            r"\d{10,15}[0-9A-Z]?|\d{28}", ("dpd uk", "geopost", "chronopost")),
    Carrier("GLS",         "https://gls-group.com/GROUP/en/parcel-tracking?match={number}",
            r"\d{8,20}|[0-9A-Z]{8,12}", ()),
    Carrier("InPost",      "https://inpost.pl/en/find-parcel?number={number}",
            r"\d{24}|[0-9A-Z]{8,20}", ("paczkomaty",)),
    Carrier("SF Express",  "https://www.sf-express.com/we/ow/chn/en/waybill/waybill-detail/{number}",
            r"SF\d{10,15}|\d{12}|\d{15}", ("sf", "顺丰", "顺丰速运", "顺丰快递")),
    Carrier("YTO Express", "https://www.kuaidi100.com/chaxun?com=yuantong&nu={number}",
            r"[A-Z]{0,2}\d{10,18}", ("yto", "圆通", "圆通速递", "圆通快递")),
    Carrier("ZTO Express", "https://www.zto.com/express/expressCheck.html?txtBill={number}",
            r"(?:ZTO?)?\d{10,18}", ("zto", "中通", "中通快递")),
    Carrier("China Post",  "https://www.kuaidi100.com/chaxun?com=ems&nu={number}",
            r"\d{13}", ("ems", "china post ems", "中国邮政", "邮政", "邮政ems"), postal=True),
)
# fmt: on


def _plain(name: str) -> str:
    return _NO_LETTER.sub("", name.casefold())


_BY_NAME = {_plain(name): carrier for carrier in CARRIERS for name in (carrier.name, *carrier.aliases)}


def find_carrier(said: str) -> Carrier | None:
    """The carrier that a person means; None for one that is not listed."""
    return _BY_NAME.get(_plain(said))


def tracking_key(number: str) -> str:
    """A tracking number as it is compared and looked for: however it was spaced and written."""
    return _SEPARATORS.sub("", number).upper()


def is_possible(carrier: Carrier, number: str) -> bool:
    """Whether the carrier can have given this number. Of an S10 number the check digit has to fit."""
    key = tracking_key(number)
    if carrier.postal and _S10.fullmatch(key):
        return has_check_digit(key)
    return re.fullmatch(carrier.forms, key) is not None


def has_check_digit(key: str) -> bool:
    """UPU S10: the eight digits, weighed, leave a rest that the ninth says."""
    digits: Sequence[int] = [int(sign) for sign in key[2:11]]
    rest = 11 - sum(weight * digit for weight, digit in zip(_WEIGHTS, digits[:8], strict=True)) % 11
    return digits[8] == {10: 0, 11: 5}.get(rest, rest)


def tracking_link(said: str, number: str) -> str:
    """Where the parcel can be followed; empty where the carrier is not listed."""
    carrier = find_carrier(said)
    return carrier.link.format(number=quote(tracking_key(number), safe="")) if carrier and number else ""
