"""All tables; importing this fills `Base.metadata`."""

from . import (
    bulk,
    cases,
    deadlines,
    evidence,
    messages,
    notifications,
    offers,
    orders,
    policies,
    portal,
    refunds,
    staff,
    tenants,
    webhooks,
    withdrawals,
)
from .base import Base, Database, make_engine

__all__ = [
    "Base",
    "Database",
    "bulk",
    "cases",
    "deadlines",
    "evidence",
    "make_engine",
    "messages",
    "notifications",
    "offers",
    "orders",
    "policies",
    "portal",
    "refunds",
    "staff",
    "tenants",
    "webhooks",
    "withdrawals",
]
