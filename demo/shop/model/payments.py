"""Transactions with their events, granted refunds, and payments of the legacy API."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from demo.shop.money import Money

if TYPE_CHECKING:
    from demo.shop.model.apps import App
    from demo.shop.model.orders import Order, OrderLine

ZERO = Decimal(0)


@dataclass(slots=True, eq=False)
class TransactionEvent:
    """Something that was asked of, or reported by, the payment provider."""

    id: str
    type: str
    amount: Money
    psp_reference: str
    message: str
    created_at: datetime
    include_in_calculations: bool = True
    granted_refund: GrantedRefund | None = None
    external_url: str = ""


@dataclass(slots=True, eq=False)
class Transaction:
    """One payment of an order. The amounts are what its events add up to: see `demo.shop.transactions`."""

    id: str
    order: Order | None
    name: str
    psp_reference: str
    currency: str
    created_at: datetime
    has_refund_webhook: bool = True
    actions: list[str] = field(default_factory=lambda: ["REFUND"])
    log: list[TransactionEvent] = field(default_factory=list)
    charged: Decimal = ZERO
    refunded: Decimal = ZERO
    refund_pending: Decimal = ZERO
    token: uuid.UUID = field(default_factory=uuid.uuid4)
    metadata_items: dict[str, str] = field(default_factory=dict)

    @property
    def events(self) -> list[TransactionEvent]:
        """Newest first, as Saleor lists them."""
        return self.log[::-1]

    @property
    def charged_amount(self) -> Money:
        return Money(self.charged, self.currency)

    @property
    def refunded_amount(self) -> Money:
        return Money(self.refunded, self.currency)

    @property
    def refund_pending_amount(self) -> Money:
        return Money(self.refund_pending, self.currency)

    @property
    def authorized_amount(self) -> Money:
        return Money(ZERO, self.currency)

    @property
    def metadata(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.metadata_items.items()]


@dataclass(slots=True, eq=False)
class GrantedRefundLine:
    id: str
    order_line: OrderLine
    quantity: int
    reason: str | None


@dataclass(slots=True, eq=False)
class GrantedRefund:
    """Leave to refund an amount of one transaction; it moves no money before it is requested."""

    id: str
    order: Order
    amount: Money
    reason: str
    shipping_costs_included: bool
    lines: list[GrantedRefundLine]
    transaction: Transaction
    created_at: datetime
    app: App | None
    status: str = "NONE"

    @property
    def transaction_events(self) -> list[TransactionEvent]:
        return [event for event in self.transaction.events if event.granted_refund is self]


@dataclass(slots=True, eq=False)
class Payment:
    """A payment of the legacy Payments API."""

    id: str
    gateway: str
    total: Money
    captured: Decimal
    refunds: list[Decimal] = field(default_factory=list)
    is_active: bool = True
    charge_status: str = "FULLY_CHARGED"
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def captured_amount(self) -> Money:
        return Money(self.captured, self.total.currency)

    @property
    def available_refund_amount(self) -> Money:
        return Money(self.captured if self.can_refund else ZERO, self.total.currency)

    @property
    def can_refund(self) -> bool:
        return self.charge_status in ("PARTIALLY_CHARGED", "FULLY_CHARGED", "PARTIALLY_REFUNDED")

    @property
    def psp_reference(self) -> str:
        return self.token
