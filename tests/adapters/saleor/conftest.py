"""Saleor's schemas and recordings, where they lie beside the checkout, and a client of a scripted server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graphql import GraphQLSchema
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.services.ports import ShopConnection
from tests.recorded import VERSIONS, read_recording, read_recordings, schema_of

from .script import Script


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def schema(version: str) -> GraphQLSchema:
    return schema_of(version)


@pytest.fixture
def recording() -> Callable[[str], Any]:
    return read_recording


@pytest.fixture
def recordings() -> dict[str, Any]:
    return read_recordings()


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
    client = SaleorClient(rules=AddressRules(allow_private_hosts=True), write_seconds=1.0)
    yield client
    client.close()


@pytest.fixture
def shop(saleor: Script) -> ShopConnection:
    return ShopConnection(tenant_id="t1", api_url=saleor.api_url, token="app-token", saleor_version="3.23.28")
