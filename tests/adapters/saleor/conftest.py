"""Saleor's schemas and recordings, where they lie beside the checkout, and a client of a scripted server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.services.ports import ShopConnection

from .script import Script

#: An optional folder beside the checkout.
SHARED = Path(__file__).resolve().parents[4] / "shared" / "saleor"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/saleor/{name} is not beside this checkout")
    return path


@cache
def _schema(path: Path) -> GraphQLSchema:
    return build_schema(path.read_text(encoding="utf-8"), assume_valid=True)


@pytest.fixture(params=["3.21", "3.22", "3.23", "main"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def schema(version: str) -> GraphQLSchema:
    return _schema(shared(f"schema-{version}.graphql"))


@pytest.fixture
def recording() -> Callable[[str], Any]:
    return lambda name: json.loads(shared(f"recordings/{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def recordings() -> dict[str, Any]:
    """All exchanges by name, without the webhooks."""
    folder = shared("recordings")
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*-*.json"))}


@pytest.fixture
def saleor() -> Iterator[Script]:
    script = Script()
    thread = threading.Thread(target=script.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield script
    script.over.set()
    script.shutdown()
    script.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[SaleorClient]:
    client = SaleorClient(rules=AddressRules(allow_private_hosts=True), write_seconds=0.2)
    yield client
    client.close()


@pytest.fixture
def shop(saleor: Script) -> ShopConnection:
    return ShopConnection(tenant_id="t1", api_url=saleor.api_url, token="app-token", saleor_version="3.23.28")
