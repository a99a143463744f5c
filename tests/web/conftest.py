"""Fixtures for the web layer: the whole app on fakes, and staff at their desks."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.web import build_web
from tests.conftest import add_tenant
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop

from .desk import Desk, give_keys, seat, shop_key


@pytest.fixture
def web(ctx: Context, tenant: Tenant) -> Flask:
    give_keys(ctx, tenant, shop_key())
    return build_web(ctx)


@pytest.fixture
def desk(web: Flask, saleor: FakeSaleor, tenant: Tenant) -> Desk:
    """A person with every permission and all channels."""
    return seat(web, saleor, tenant)


@pytest.fixture
def orders_desk(web: Flask, saleor: FakeSaleor, tenant: Tenant) -> Desk:
    """A person who may manage orders, and nothing else."""
    return seat(web, saleor, tenant, email="olga@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))


@pytest.fixture
def yen_desk(web: Flask, saleor: FakeSaleor, tenant: Tenant) -> Desk:
    """A person of another sales channel."""
    return seat(web, saleor, tenant, email="taro@shop.example", channels=frozenset({"channel-jpy"}))


@pytest.fixture
def foreign_desk(ctx: Context, web: Flask, saleor: FakeSaleor) -> Desk:
    """A person of another shop that has the app as well."""
    other = add_tenant(ctx.db, "other")
    give_keys(ctx, other, shop_key())
    return seat(web, saleor, other, email="eve@other.example")


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> Shop:
    return Shop(ctx, tenant.id, staff, shopper)
