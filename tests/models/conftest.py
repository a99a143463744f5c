"""Two shops with one case each: whatever one of them asks must never touch the other's."""

from __future__ import annotations

import pytest

from saleor_returns_app.models import Database

from .rows import add_shops


@pytest.fixture
def shops(database: Database) -> Database:
    add_shops(database)
    return database


@pytest.fixture
def any_shops(any_database: Database) -> Database:
    add_shops(any_database)
    return any_database
