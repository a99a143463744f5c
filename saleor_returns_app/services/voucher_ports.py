"""What the services need of a shop to give a voucher. All names are offered by `services.ports` too, which is where to import them from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from saleor_returns_app.domain.money import Money

if TYPE_CHECKING:
    from saleor_returns_app.services.ports import ShopConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRequest:
    """A voucher to make: once, off a whole order. `code` is ours, and what it is found again by; `name` stands on that order."""

    code: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    id: str
    is_listed: bool  # worth something in the channel that was asked about


class Vouchers(Protocol):
    """The part of `ports.Saleor` that gives vouchers. Errors are the same."""

    def find_voucher(self, shop: ShopConnection, *, code: str, channel: str) -> Voucher | None:
        """The voucher that has this code, and whether it is listed in the channel."""
        ...

    def create_voucher(self, shop: ShopConnection, wanted: VoucherRequest) -> str:
        """Make it and give its id. It is worth nothing before it is listed. Raises SaleorRefused (ALREADY_EXISTS)."""
        ...

    def list_voucher(self, shop: ShopConnection, voucher_id: str, *, channel: str, amount: Money) -> None:
        """Let it take `amount` off an order of this channel. May be repeated.

        Raises SaleorRefused: CHANNEL_GONE, and OTHER_CURRENCY where the channel sells in another one than the amount's.
        """
        ...
