"""Alembic's entry: the app's own tables only; the job engine keeps its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from saleor_returns_app.models import Base, make_engine
from saleor_returns_app.models.base import Document, UtcDateTime

OURS = set(Base.metadata.tables)


def include(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return kind != "table" or name in OURS


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as what they are in the database: a migration must not change with the code."""
    if kind == "type":
        if isinstance(item, UtcDateTime):
            return "sa.DateTime(timezone=True)"
        if item is Document or (isinstance(item, sa.JSON) and item._variant_mapping):
            return "DOCUMENT"
        if isinstance(item, sa.String) and item._variant_mapping:
            return "PLAIN_TEXT"
    return False


def run() -> None:
    engine = context.config.attributes.get("engine") or make_engine(
        context.config.get_main_option("sqlalchemy.url") or ""
    )
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include,
            render_as_batch=True,
            render_item=render,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
