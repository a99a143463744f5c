"""The storefront API does what its OpenAPI document says, whatever it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from saleor_returns_app.config import Settings
from saleor_returns_app.models import Base, Database, make_engine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.ports import ShopperIdentity
from saleor_returns_app.web import build_web
from tests.conftest import add_tenant
from tests.fakes import (
    FakeClock,
    FakeKeys,
    FakeMailer,
    FakeSaleor,
    MemoryStorage,
    PlainCipher,
    PlainDocuments,
    PlainExaminer,
    RecordingJobs,
    make_order,
)
from tests.fakes_carriers import FakeCarriers

from .test_storefront import KEY, token

BASE = "/api/storefront/v1/shops/{shop}"
OPERATIONS = [
    ("POST", "/returnable-lines"),
    ("POST", "/preview"),
    ("POST", "/portal-links"),
    ("POST", "/cases"),
    ("GET", "/cases"),
    ("GET", "/cases/{number}"),
    ("POST", "/cases/{number}/tracking"),
    ("POST", "/cases/{number}/cancel"),
    ("POST", "/cases/{number}/dispute"),
    ("GET", "/cases/{number}/ways"),
    ("POST", "/cases/{number}/ways"),
    ("POST", "/cases/{number}/repair"),
    ("GET", "/cases/{number}/thread"),
    ("POST", "/cases/{number}/messages"),
    ("POST", "/cases/{number}/offers"),
    *(("POST", f"/cases/{{number}}/offers/{{offer}}/{name}") for name in ("accept", "decline", "withdraw", "counter")),
    ("POST", "/complaints"),
    ("GET", "/complaints"),
    ("GET", "/complaints/{number}"),
    *(("POST", f"/complaints/{{number}}/{name}") for name in ("withdraw", "close", "reopen")),
    ("POST", "/evidence"),
    ("POST", "/cases/{number}/evidence"),
]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def whole() -> Iterator[Flask]:
    """The app on fakes, for the whole module: each generated request works on what the ones before left."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'test.db'}")
        Base.metadata.create_all(engine)
        saleor = FakeSaleor(make_order())
        saleor.shoppers[token()] = ShopperIdentity(user_id="user-1", email="rita@example.com")
        context = Context(
            settings=Settings(base_url="http://returns.test", secret_keys=SecretStr("k")),
            db=Database(engine),
            clock=FakeClock(),
            saleor=saleor,
            keys=FakeKeys(),
            cipher=PlainCipher(),
            mailer=FakeMailer(),
            jobs=RecordingJobs(),
            storage=MemoryStorage(),
            examiner=PlainExaminer(),
            documents=PlainDocuments(),
            carriers=FakeCarriers(),
        )
        tenant = add_tenant(context.db)
        with context.db.everyone() as session:
            session.get_one(Tenant, tenant.id).jwks = {"keys": [KEY.as_dict(private=False)]}
        yield build_web(context)
        engine.dispose()


@pytest.fixture(scope="module")
def api(whole: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/storefront/v1/openapi.json", whole)


def test_every_operation_is_tried_here(api: Any) -> None:
    described = [(found.ok().method.upper(), found.ok().path) for found in api.get_all_operations()]
    assert sorted(described) == sorted((method, BASE + path) for method, path in OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_was_described(api: Any, method: str, path: str) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(case=api[BASE + path][method].as_strategy())
    def ask(case: Any) -> None:
        case.path_parameters = {**case.path_parameters, "shop": "shop"}
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token()}"}
        case.call_and_validate(checks=CHECKS)

    ask()
