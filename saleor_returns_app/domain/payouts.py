"""Payouts: a refund that no payment takes back, paid by bank transfer or in cash. The shopper agreed to it, one person paid it,
another one confirmed it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from saleor_returns_app.errors import BadInput

from .machines import SHOPPER, STAFF, SYSTEM, Machine


class PayoutMeans(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


class PayoutStatus(StrEnum):
    PROPOSED = "proposed"  # the shopper is asked
    AGREED = "agreed"  # their consent is on record
    PAID = "paid"  # one person says so, with proof
    CONFIRMED = "confirmed"  # and another one looked
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PayoutEvent(StrEnum):
    AGREE = "agree"
    DECLINE = "decline"
    RECORD = "record"
    DOUBT = "doubt"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


_S, _E = PayoutStatus, PayoutEvent

# fmt: off
PAYOUT = Machine("payout", _S.PROPOSED, [
    # from           event          to               who
    (_S.PROPOSED,    _E.AGREE,      _S.AGREED,       SHOPPER | STAFF),   # staff note what the shopper said, and how
    (_S.PROPOSED,    _E.DECLINE,    _S.DECLINED,     SHOPPER | STAFF),
    (_S.PROPOSED,    _E.WITHDRAW,   _S.WITHDRAWN,    STAFF | SYSTEM),    # by the system: the money went back otherwise
    (_S.AGREED,      _E.RECORD,     _S.PAID,         STAFF),
    (_S.AGREED,      _E.WITHDRAW,   _S.WITHDRAWN,    STAFF | SYSTEM),
    (_S.PAID,        _E.CONFIRM,    _S.CONFIRMED,    STAFF),             # never the person who recorded it
    (_S.PAID,        _E.DOUBT,      _S.AGREED,       STAFF),             # the proof does not show it
])
# fmt: on

#: While one is so, its refund is settled no other way.
STANDING = frozenset({_S.PROPOSED, _S.AGREED, _S.PAID})

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
LONGEST_HOLDER = 140
LONGEST_ACCOUNT = 500
_LONGEST_REFERENCE = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where a bank transfer goes. Either an IBAN, or whatever the bank of that country asks for, in words."""

    holder: str
    iban: str = field(default="", repr=False)
    other: str = field(default="", repr=False)

    @property
    def ending(self) -> str:
        """The last four characters: enough to recognise it, too little to use it."""
        return "".join((self.iban or self.other).split())[-4:]


def read_iban(text: str) -> str:
    """An IBAN without spaces, its check digits proven (ISO 13616, ISO 7064 mod 97-10). Raises BadInput."""
    said = "".join(text.split()).upper()
    if not _IBAN.fullmatch(said) or int("".join(str(int(char, 36)) for char in said[4:] + said[:4])) % 97 != 1:
        message = "This is not a valid IBAN. Compare it with your card or bank statement: a digit may be wrong."
        raise BadInput(message, code="IBAN", field="iban")
    return said


def read_account(typed: Mapping[str, str]) -> Account:
    """From what was typed as `holder`, `iban` and `other`. Raises BadInput naming the field."""
    holder, other = typed.get("holder", "").strip(), typed.get("other", "").strip()
    if not holder or len(holder) > LONGEST_HOLDER:
        text = "Write who the account belongs to (at most %(most)s characters)."
        raise BadInput(text, code="HOLDER", field="holder", most=LONGEST_HOLDER)
    if not typed.get("iban", "").strip():
        if len(other) < 4 or len(other) > LONGEST_ACCOUNT:
            raise BadInput("Write the IBAN, or else the account number and the bank.", code="ACCOUNT", field="iban")
        return Account(holder=holder, other=other)
    return Account(holder=holder, iban=read_iban(typed["iban"]))


def read_paid_on(text: str, *, today: date, not_before: date) -> date:
    """The day something was paid. Raises BadInput for what is no day, or one in the future or before the shopper agreed."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput("Choose the day it was paid.", code="PAID_ON", field="paid_on") from error
    if not not_before <= day <= today:
        text = "It was paid between the day the shopper agreed and today."
        raise BadInput(text, code="PAID_ON", field="paid_on")
    return day


def read_reference(text: str) -> str:
    said = text.strip()
    if not said or len(said) > _LONGEST_REFERENCE:
        message = "Write the bank's reference or the number of the receipt (at most %(most)s characters)."
        raise BadInput(message, code="REFERENCE", field="reference", most=_LONGEST_REFERENCE)
    return said
