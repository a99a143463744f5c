from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.base import Database
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant

from .journeys import Shop


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)


@pytest.fixture
def any_ctx(ctx: Context, any_database: Database) -> Context:
    """The context on SQLite and on PostgreSQL."""
    return replace(ctx, db=any_database)


@pytest.fixture
def shop_of(staff: Actor, shopper: Actor) -> Callable[[Context], Shop]:
    return lambda context: Shop(context, add_tenant(context.db).id, staff, shopper)
