"""Alembic's entry: the app's own tables only; the job engine keeps its own."""

from __future__ import annotations

from alembic import context
from saleor_returns_app.models import Base, make_engine

OURS = set(Base.metadata.tables)


def include(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return kind != "table" or name in OURS


def run() -> None:
    engine = context.config.attributes.get("engine") or make_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, include_object=include, render_as_batch=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
