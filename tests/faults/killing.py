"""A worker that dies: at any commit, just before or just after it, and at any write to Saleor, likewise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.models.base import Database
from saleor_returns_app.services.ports import Saleor

WRITES = frozenset(
    {
        *("grant_refund", "request_refund", "return_products", "refund_legacy_order", "add_note"),
        *(
            "create_replacement",
            "choose_shipping",
            "discount_replacement",
            "complete_replacement",
            "cancel_replacement",
        ),
        *("set_stock", "create_gift_card", "create_voucher", "list_voucher", "forget_marks", "create_invoice"),
    }
)


class Killed(BaseException):
    """SIGKILL: nothing of the worker runs any more, no except clause either."""


class Killer:
    """Counts the points at which a worker can die, and kills at one of them."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.passed = 0
        self.where = ""

    def point(self, name: str) -> None:
        number, self.passed = self.passed, self.passed + 1
        if number == self.at:
            self.where = name
            raise Killed(name)


class MortalDatabase(Database):
    def __init__(self, database: Database, killer: Killer) -> None:
        super().__init__(database.engine)
        self._killer = killer

    @contextmanager
    def tenant(self, tenant_id: str) -> Iterator[Session]:
        with super().tenant(tenant_id) as session:
            yield session
            self._killer.point("before commit")
        self._killer.point("after commit")


class MortalSaleor:
    """A shop's API, with a worker that can die around each write."""

    def __init__(self, saleor: Saleor, killer: Killer) -> None:
        self._saleor, self._killer = saleor, killer

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._saleor, name)
        if name not in WRITES:
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            self._killer.point(f"before {name}")
            try:
                return method(*arguments, **named)
            finally:
                self._killer.point(f"after {name}")

        return call
