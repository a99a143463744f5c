"""A browser without scripts, before and after signing in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.web import build_web

from .walking import log_in


@pytest.fixture
def app(ctx: Context, tenant: Tenant) -> Flask:
    return build_web(ctx)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient, ctx: Context, tenant: Tenant) -> FlaskClient:
    log_in(client, ctx, tenant)
    return client
