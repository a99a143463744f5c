"""All tables; importing this fills `Base.metadata`."""

from . import cases, notifications, orders, portal, refunds, tenants, webhooks
from .base import Base, Database, make_engine

__all__ = [
    "Base",
    "Database",
    "cases",
    "make_engine",
    "notifications",
    "orders",
    "portal",
    "refunds",
    "tenants",
    "webhooks",
]
