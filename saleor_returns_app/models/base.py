"""The database: engine, sessions, column types, and the tenant scope that makes forgetting a tenant an error."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ColumnClause,
    DateTime,
    Engine,
    ForeignKey,
    MetaData,
    String,
    Table,
    TextClause,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    sessionmaker,
    with_loader_criteria,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Seconds of rest after which a connection is asked whether it still lives.
REST_SECONDS = 5.0
#: Text whose order is that of its bytes on both databases, so that a prefix search can use an index range.
PlainText = String().with_variant(String(collation="C"), "postgresql")
_NAME = re.compile(r"\w+|\*")
Document = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both databases; a naive one is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_last_tick = 0
_tick_lock = threading.Lock()


def new_id() -> str:
    """A UUIDv7 (RFC 9562, method 3) that grows within a process: rows sort by time and a history by its order of writing."""
    global _last_tick  # noqa: PLW0603
    now = time.time_ns()
    tick = ((now // 1_000_000) << 12) | ((now % 1_000_000) * 4096 // 1_000_000)
    with _tick_lock:
        _last_tick = tick = max(tick, _last_tick + 1)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = ((tick >> 12) << 80) | (0x7 << 76) | ((tick & 0xFFF) << 64) | (0b10 << 62) | random
    return str(uuid.UUID(int=value))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime,
        dict[str, Any]: Document,
        list[Any]: Document,
    }


class TenantScoped:
    """Mixin of every table that belongs to one tenant."""

    tenant_id: Mapped[str] = mapped_column(String(36), ForeignKey("tenants.id"), index=False)


class TenantScopeError(RuntimeError):
    """A statement touched tenant data in a session that is not scoped to a tenant, or a row of another tenant was written."""


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(
            engine,
            "begin",
            lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"),
        )
        return engine
    engine = create_engine(url, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_test_rested, engine))
    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _test_rested(engine: Engine, connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that rested may be dead; asking each time would cost as much as a small query."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < REST_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as dead:
        raise DisconnectionError from dead  # the pool replaces it


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin late and upgrade locks, which SQLite refuses under load.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite before 3.42 lacks it and the job engine asks for it.
    connection.create_function("unixepoch", -1, lambda *_: int(time.time()))


#: The transaction that those of the same tenant join, see `Database.together`.
_joined: ContextVar[tuple[str, Session] | None] = ContextVar("joined", default=None)


class Database:
    """Sessions on one database, each scoped to one tenant or, where named so, to none or all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def tenant(self, tenant_id: str) -> Iterator[Session]:
        """One transaction that sees and writes one tenant's rows only. Commits at the end, rolls back on an error."""
        joined = _joined.get()
        if joined is not None and joined[0] == tenant_id:
            with joined[1].begin_nested():
                yield joined[1]
            return
        with self._sessions(info={"tenant_id": tenant_id}) as session, session.begin():
            yield session

    @contextmanager
    def together(self, tenant_id: str) -> Iterator[Session]:
        """One transaction for everything that this thread does in the tenant meanwhile: `tenant()` joins it, and an error there
        undoes that part only. Nothing that calls outside belongs in it."""
        with self._sessions(info={"tenant_id": tenant_id}) as session, session.begin():
            token = _joined.set((tenant_id, session))
            try:
                yield session
                session.flush()
            finally:
                _joined.reset(token)

    @contextmanager
    def everyone(self) -> Iterator[Session]:
        """One transaction across tenants: for tenants themselves and for sweeps that list ids. Never for a request's answer."""
        with self._sessions(info={"everyone": True}) as session, session.begin():
            yield session


@event.listens_for(Session, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load or state.session.info.get("everyone"):
        return
    elements = list(visitors.iterate(state.statement))  # type: ignore[arg-type]  # whatever is executed can be walked through
    if any(_is_written_sql(element) for element in elements):
        raise TenantScopeError("SQL as text cannot be scoped to a tenant: write it with the classes")
    if not any(issubclass(mapper.class_, TenantScoped) for mapper in state.all_mappers):
        # A count, an `exists`, a subquery or a union shows no entity at its top and reads tenant tables all the same.
        if not _reads_tenant_tables(elements):
            return
    elif state.is_insert:
        raise TenantScopeError("add new rows to the session: only then their tenant is checked")
    tenant_id = state.session.info.get("tenant_id")
    if tenant_id is None:
        raise TenantScopeError("this session is not scoped to a tenant")
    state.statement = state.statement.options(_rows_of(tenant_id))


def _is_written_sql(element: ExternallyTraversible) -> bool:
    """Text that could name a table past the scope; a bare name of a column cannot."""
    if isinstance(element, ColumnClause) and element.is_literal:
        return not _NAME.fullmatch(element.name)
    return isinstance(element, TextClause) or any(getattr(element, name, ()) for name in ("_prefixes", "_suffixes"))


@lru_cache(maxsize=4096)
def _rows_of(tenant_id: str) -> LoaderCriteriaOption:
    return with_loader_criteria(
        TenantScoped,
        lambda cls: cls.tenant_id == tenant_id,
        include_aliases=True,
        track_closure_variables=True,
    )


def _reads_tenant_tables(elements: Iterable[ExternallyTraversible]) -> bool:
    """Whether tenants' tables are named anywhere. Raises where that happens past their classes: only those are scoped."""
    named: set[str] = set()
    mapped: set[str] = set()
    for element in elements:
        table = element if isinstance(element, Table) else getattr(element, "table", None)
        if isinstance(table, Table) and table.schema is None:
            ours = Base.metadata.tables.get(table.name)
            if ours is not None and "tenant_id" in ours.c:
                named.add(table.name)
        entity = element._annotations.get("parententity")  # noqa: SLF001 the mark of a class has no public name
        if entity is not None:
            mapped.add(entity.mapper.local_table.name)
    if named - mapped:
        raise TenantScopeError(f"{', '.join(sorted(named - mapped))}: read tables of tenants through their classes")
    return bool(named)


@event.listens_for(Session, "before_flush")
def _scope_flush(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get("everyone"):
        return
    tenant_id = session.info.get("tenant_id")
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, TenantScoped):
            continue
        if tenant_id is None:
            raise TenantScopeError("this session is not scoped to a tenant")
        if row.tenant_id is None and row in session.new:
            row.tenant_id = tenant_id
        if row.tenant_id != tenant_id:
            raise TenantScopeError(f"a row of another tenant in {type(row).__name__}")
