"""Amounts with their currency. Decimal inside, JSON floats outside, as Saleor answers them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}


def digits(currency: str) -> int:
    """Digits after the point that the currency has."""
    return _DIGITS.get(currency, 2)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Rounded half up to the currency's digits, as Saleor's `quantize_price` does."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


@dataclass(slots=True, frozen=True)
class Money:
    """An amount of one currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{quantize(self.amount, self.currency)} {self.currency}"


@dataclass(slots=True, frozen=True)
class TaxedMoney:
    """A net and a gross amount; the tax lies between them."""

    net: Money
    gross: Money

    @property
    def tax(self) -> Money:
        return Money(self.gross.amount - self.net.amount, self.gross.currency)

    @property
    def currency(self) -> str:
        return self.gross.currency


def taxed(gross: Decimal, rate: Decimal, currency: str) -> TaxedMoney:
    """Gross and net from a gross amount and a tax rate (0.23 for 23 %). The net is rounded, so the tax keeps the rest."""
    net = quantize(gross / (1 + rate), currency)
    return TaxedMoney(Money(net, currency), Money(gross, currency))
