"""Migrations end at exactly the tables of the code, on both databases, and say when one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, String, inspect, text

from saleor_returns_app.models import Base, make_engine
from saleor_returns_app.models.migrating import _config, migrate_database, pending_migration


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables, once of each kind."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        engine = make_engine(request.getfixturevalue("postgres_url"))
        Base.metadata.drop_all(engine)
    yield engine
    engine.dispose()


def test_migrations_end_at_the_tables_of_the_code(empty: Engine) -> None:
    migrate_database(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(empty: Engine) -> None:
    migrate_database(empty)
    migrate_database(empty)
    assert pending_migration(empty) == ""


def test_a_database_that_was_never_migrated_lacks_the_newest_revision(empty: Engine) -> None:
    newest = ScriptDirectory.from_config(_config(empty)).get_current_head()
    assert newest
    assert pending_migration(empty) == newest


def test_a_database_of_an_older_release_lacks_the_newest_revision(empty: Engine) -> None:
    migrate_database(empty)
    with empty.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'older'"))
    assert pending_migration(empty) != ""


def test_the_way_back_leaves_no_table(empty: Engine) -> None:
    migrate_database(empty)
    command.downgrade(_config(empty), "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}


def test_tables_of_the_job_engine_are_left_alone(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("create table workflow_status (id text)"))
    migrate_database(empty)
    assert inspect(empty).has_table("workflow_status")


def test_text_that_is_searched_by_prefix_sorts_by_bytes_after_migrating(postgres_url: str) -> None:
    """Alembic does not compare collations, and another one would make the index useless for ranges."""
    engine = make_engine(postgres_url)
    Base.metadata.drop_all(engine)
    migrate_database(engine)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "select table_name || '.' || column_name from information_schema.columns"
                " where table_schema = 'public' and collation_name = 'C'"
            )
        )
        in_bytes = set(rows.scalars())
    engine.dispose()
    wanted = {
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) and "postgresql" in column.type._variant_mapping
    }
    assert wanted
    assert in_bytes == wanted
