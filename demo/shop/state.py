"""Everything a shop would keep in its database."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demo.shop.ids import global_id
from demo.shop.model.accounts import User
from demo.shop.model.apps import App
from demo.shop.model.catalogue import Channel, ShippingMethod, Variant, Warehouse
from demo.shop.model.orders import Fulfillment, FulfillmentLine, GiftCard, Order, OrderLine
from demo.shop.model.payments import GrantedRefund, Transaction
from demo.shop.model.vouchers import Voucher

if TYPE_CHECKING:
    from demo.shop.deliveries import Delivery
    from demo.shop.provider import Ledger


_HOLDING_NOTHING = ("DRAFT", "CANCELED", "EXPIRED")


class Counter:
    """Counts from one, for several threads, and can be kept in a file (itertools.count will not from Python 3.14)."""

    def __init__(self, last: int = 0) -> None:
        self._last = last
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            self._last += 1
            return self._last

    def __reduce__(self) -> tuple[type[Counter], tuple[int]]:
        return Counter, (self._last,)


@dataclass(slots=True)
class State:
    """Records by their global id, and the counters that number them."""

    ledger: Ledger
    channels: dict[str, Channel] = field(default_factory=dict)
    warehouses: dict[str, Warehouse] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    stocks: dict[tuple[str, str], int] = field(default_factory=dict)
    """Quantity by variant and warehouse."""
    private_metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the id of what it belongs to."""
    shipping_methods: dict[str, ShippingMethod] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_number: dict[str, Order] = field(default_factory=dict)
    order_lines: dict[str, OrderLine] = field(default_factory=dict)
    fulfillments: dict[str, Fulfillment] = field(default_factory=dict)
    fulfillment_lines: dict[str, FulfillmentLine] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    granted_refunds: dict[str, GrantedRefund] = field(default_factory=dict)
    gift_cards: dict[str, GiftCard] = field(default_factory=dict)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    counters: dict[str, Counter] = field(default_factory=dict)
    key_pem: bytes = b""
    served_as: str = ""
    """The address that apps were installed under; they know the shop by it."""

    def number(self, kind: str) -> int:
        """The next number of a kind."""
        return self.counters.setdefault(kind, Counter()).next()

    def next_order_number(self) -> str:
        return str(1000 + self.number("order number"))

    def next_id(self, kind: str) -> str:
        return global_id(kind, self.number(kind))

    def add_order(self, order: Order) -> None:
        self.orders[order.id] = order
        self.by_number[order.number] = order
        for line in order.lines:
            self.order_lines[line.id] = line
        for transaction in order.transactions:
            self.transactions[transaction.id] = transaction

    def drop_draft(self, draft: Order) -> None:
        """Forgets a draft that was never completed."""
        del self.orders[draft.id], self.by_number[draft.number]
        for line in draft.lines:
            del self.order_lines[line.id]

    def free(self, variant: Variant) -> int:
        """Units on stock that no order holds: those of an order are held until they are sent."""
        stocked = sum(quantity for (owner, _), quantity in self.stocks.items() if owner == variant.id)
        held = sum(
            line.quantity_to_fulfill
            for order in list(self.orders.values())
            if order.status not in _HOLDING_NOTHING
            for line in order.lines
            if line.variant is not None and line.variant.id == variant.id
        )
        return max(stocked - held, 0)

    def add_fulfillment(self, order: Order, fulfillment: Fulfillment) -> None:
        order.fulfillments.append(fulfillment)
        self.fulfillments[fulfillment.id] = fulfillment
        for line in fulfillment.lines:
            self.fulfillment_lines[line.id] = line

    def order_of(self, fulfillment: Fulfillment) -> Order:
        return next(order for order in self.orders.values() if fulfillment in order.fulfillments)
