"""Bring the database to this release's tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

_HERE = Path(__file__).resolve().parent.parent


def _config(engine: Engine) -> Config:
    inside = _HERE / "_migrations"  # where the wheel carries them
    config = Config()
    config.set_main_option("script_location", str(inside if inside.is_dir() else _HERE.parent / "migrations"))
    config.attributes["engine"] = engine
    return config


def migrate_database(engine: Engine) -> None:
    command.upgrade(_config(engine), "head")


def pending_migration(engine: Engine) -> str:
    """The revision the database lacks; empty when it is up to date."""
    head = ScriptDirectory.from_config(_config(engine)).get_current_head() or ""
    if not inspect(engine).has_table("alembic_version"):
        return head
    with engine.connect() as connection:
        now = connection.scalar(text("select version_num from alembic_version"))
    return "" if now == head else head
