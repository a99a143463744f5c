"""Vouchers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class Voucher:
    id: str
    name: str
    type: str
    discount_value_type: str
    codes: list[str]
    start_date: datetime
    usage_limit: int | None = None
    single_use: bool = False
    apply_once_per_customer: bool = False
    listings: dict[str, Decimal] = field(default_factory=dict)
    """What it takes off, by the id of the channel."""
