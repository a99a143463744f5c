"""Exact money: a Decimal amount with a currency, and the one way to cut it into parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

__all__ = ["Money", "allocate", "digits", "total"]


@lru_cache(maxsize=256)
def digits(currency: str) -> int:
    """Decimal places of a currency (CLDR by Babel, as in Saleor): USD 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in a currency, always with exactly the currency's own number of digits.

    Raises ValueError when an amount carries more digits than the currency has: such a value was computed wrongly.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        quantum = Decimal(1).scaleb(-digits(self.currency))
        exact = self.amount.quantize(quantum)
        if exact != self.amount:
            raise ValueError(f"{self.amount} has more digits than {self.currency} allows")
        object.__setattr__(self, "amount", exact)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """From whole minor units (cents, fils, yen), as the database keeps them."""
        return cls(Decimal(minor).scaleb(-digits(currency)), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """Round half up to the currency's digits: for amounts that a percentage made. The caller says who keeps the cent."""
        return cls(
            amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP),
            currency,
        )

    @property
    def minor(self) -> int:
        return int(self.amount.scaleb(digits(self.currency)))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def total(parts: Iterable[Money], currency: str) -> Money:
    """Sum of the parts; zero of `currency` when there are none."""
    result = Money.zero(currency)
    for part in parts:
        result = result + part
    return result


def allocate(whole: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Cut `whole` into parts proportional to `weights`, summing to it exactly (largest remainder).

    Cents that do not divide go to the largest remainders, among equals to the last part: so the last unit of a line
    takes the remainder and a full return equals what was paid. Negative wholes are refused (ValueError), as are
    weights that are empty, negative or all zero.
    """
    if whole.amount < 0 or not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("allocate needs a whole of at least zero and weights with a positive sum")
    units, base = whole.minor, sum(weights)
    shares = [divmod(units * weight, base) for weight in weights]
    parts = [share for share, _ in shares]
    left_over = units - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda index: (shares[index][1], index), reverse=True)
    for index in by_remainder[:left_over]:
        parts[index] += 1
    return tuple(Money.from_minor(part, whole.currency) for part in parts)
