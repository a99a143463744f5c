"""Reading is fail-closed: every statement on tenants' tables sees one tenant's rows, and none without a tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, exists, func, insert, literal_column, select, text, true, union_all, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

import saleor_returns_app
from saleor_returns_app.models import Database
from saleor_returns_app.models.base import Base, TenantScoped, TenantScopeError
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.orders import OrderLane
from saleor_returns_app.models.tenants import Tenant

from .rows import make_case, make_return_line

OTHER = aliased(Case)

#: Statement → what the shop "ours" may see of it. Unscoped, each of them would show rows of "theirs" too.
SHAPES: dict[str, tuple[Executable, list[tuple[Any, ...]]]] = {
    "columns": (select(Case.id), [("case-ours",)]),
    "an alias": (select(OTHER.id), [("case-ours",)]),
    "a join": (
        select(Case.id, ReturnLine.id).join(ReturnLine, ReturnLine.case_id == Case.id),
        [("case-ours", "line-ours")],
    ),
    "an outer join on everything": (
        select(Case.id, ReturnLine.id).outerjoin(ReturnLine, true()),
        [("case-ours", "line-ours")],
    ),
    "a self join": (select(Case.id, OTHER.id).join(OTHER, true()), [("case-ours", "case-ours")]),
    "a shared table joined to ours": (
        select(Tenant.id).join(Case, Case.tenant_id == Tenant.id),
        [("ours",)],
    ),
    "an aggregate": (select(func.max(Case.email)), [("ours@example.com",)]),
    "a count of a column": (select(func.count(Case.id)), [(1,)]),
    "a count of rows": (select(func.count()).select_from(Case), [(1,)]),
    "a count of an alias": (select(func.count()).select_from(OTHER), [(1,)]),
    "a count of a cut list": (select(func.count()).select_from(select(Case.id).limit(9).subquery()), [(1,)]),
    "exists": (select(exists().where(Case.id == "case-theirs")), [(False,)]),
    "exists beside a shared table": (
        select(Tenant.id).where(exists().where(ReturnLine.tenant_id == Tenant.id)),
        [("ours",)],
    ),
    "a scalar subquery": (select(select(func.count(Case.id)).scalar_subquery()), [(1,)]),
    "a subquery": (select(select(Case.id).subquery()), [("case-ours",)]),
    "a class over a subquery": (select(aliased(Case, select(Case).subquery()).id), [("case-ours",)]),
    "a common table": (select(select(Case.id).cte()), [("case-ours",)]),
    "a union": (union_all(select(Case.id), select(ReturnLine.id)), [("case-ours",), ("line-ours",)]),
    "bare column names": (select(literal_column("email")).select_from(Case), [("ours@example.com",)]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_statement_sees_one_tenant(shops: Database, shape: str) -> None:
    statement, visible = SHAPES[shape]
    with shops.tenant("ours") as session:
        assert sorted(tuple(row) for row in session.execute(statement)) == visible


@pytest.mark.parametrize("shape", SHAPES)
def test_a_statement_without_a_tenant_is_refused(shops: Database, shape: str) -> None:
    with session_of(shops, "") as session, pytest.raises(TenantScopeError, match="not scoped"):
        session.execute(SHAPES[shape][0])


def test_the_shapes_would_show_more_without_the_scope(shops: Database) -> None:
    with shops.everyone() as session:
        same = [
            name
            for name, (statement, visible) in SHAPES.items()
            if sorted(tuple(row) for row in session.execute(statement)) == visible
        ]
    assert same == []


def test_a_session_for_everyone_sees_everyone(any_shops: Database) -> None:
    with any_shops.everyone() as session:
        assert set(session.scalars(select(Case.id))) == {"case-ours", "case-theirs"}


def test_tenants_take_turns_on_one_statement(any_shops: Database) -> None:
    """The scope is a cached part of the statement: the tenant in it must not be."""
    seen = []
    for shop in ("ours", "theirs", "ours"):
        with any_shops.tenant(shop) as session:
            seen.append(session.scalar(select(Case.tenant_id)))
    assert seen == ["ours", "theirs", "ours"]


def test_get_does_not_find_a_row_of_another_tenant(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        assert session.get(Case, "case-theirs") is None
        assert session.get_one(Case, "case-ours").tenant_id == "ours"


@pytest.mark.parametrize("load", [selectinload, joinedload], ids=["selectin", "joined"])
def test_a_relationship_loads_one_tenants_rows(shops: Database, load: Any) -> None:
    with shops.everyone() as session:
        session.add(make_return_line("theirs", id="stray", case_id="case-ours", order_line_id="order-line-2"))
    with shops.tenant("ours") as session:
        case = session.scalars(select(Case).options(load(Case.lines))).unique().one()
        assert [line.id for line in case.lines] == ["line-ours"]


def test_an_update_leaves_other_tenants_rows_alone(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        session.execute(update(Case).values(email="changed"))
        session.execute(update(Case).where(Case.id == "case-theirs").values(email="changed"))
    with any_shops.everyone() as session:
        found = session.execute(select(Case.id, Case.email).order_by(Case.id)).all()
    assert [tuple(row) for row in found] == [("case-ours", "changed"), ("case-theirs", "theirs@example.com")]


def test_a_delete_leaves_other_tenants_rows_alone(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        session.execute(delete(ReturnLine))
    with any_shops.everyone() as session:
        assert session.scalars(select(ReturnLine.id)).all() == ["line-theirs"]


@pytest.mark.parametrize("statement", [update(Case).values(email="x"), delete(ReturnLine)], ids=["update", "delete"])
def test_writing_without_a_tenant_is_refused(shops: Database, statement: Executable) -> None:
    with session_of(shops, "") as session, pytest.raises(TenantScopeError, match="not scoped"):
        session.execute(statement)


@pytest.mark.parametrize("shop", ["ours", ""])
def test_rows_cannot_be_inserted_past_the_check(shops: Database, shop: str) -> None:
    statement = insert(OrderLane).values(tenant_id="theirs", saleor_order_id="order-1")
    with session_of(shops, shop) as session, pytest.raises(TenantScopeError, match="add new rows"):
        session.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        select(Case.__table__),
        select(func.count()).select_from(select(Case.__table__.c.id).subquery()),
        update(Base.metadata.tables["cases"]).values(email="x"),
        select(func.count()).select_from(Case).join(ReturnLine.__table__, true()),
    ],
    ids=["select", "inside a subquery", "update", "join"],
)
@pytest.mark.parametrize("shop", ["ours", ""])
def test_a_table_past_its_class_is_refused(shops: Database, shop: str, statement: Executable) -> None:
    with session_of(shops, shop) as session, pytest.raises(TenantScopeError, match="through their classes"):
        session.execute(statement)


#: Text that reads tenants' rows, at the top of a statement and wherever it can hide in one.
TEXTS: dict[str, Executable] = {
    "the statement": text("select id from cases"),
    "the statement with columns": text("select id from cases").columns(Case.id),
    "rows of a class": select(Case).from_statement(text("select * from cases")),
    "columns from text": select(text("id")).select_from(text("cases")),
    "a subquery": select(text("select id from cases").columns(Case.id).subquery()),
    "a condition": select(Case.id).where(text("1 = 1 or cases.id = 'x'")),
    "a condition inside": select(Tenant.id).where(exists().where(Case.id == "x", text("1 = 1"))),
    "an order": select(Case.id).order_by(text("(select max(email) from cases)")),
    "a union": union_all(select(Case.id), text("select id from cases").columns(Case.id)),
    "a column": select(literal_column("(select max(email) from cases)")),
    "a column beside a class": select(Case.id, literal_column("(select max(email) from cases)")),
    "a prefix": select(Case.id).prefix_with("(select max(email) from cases),"),
    "a suffix": select(Case.id).suffix_with("union select email from cases"),
    "a change": text("update cases set email = 'x'"),
    "a value": update(Case).values(email=text("(select max(email) from cases)")),
}


@pytest.mark.parametrize("shape", TEXTS)
@pytest.mark.parametrize("shop", ["ours", ""])
def test_sql_as_text_is_refused(shops: Database, shop: str, shape: str) -> None:
    with session_of(shops, shop) as session, pytest.raises(TenantScopeError, match="SQL as text"):
        session.execute(TEXTS[shape])


def test_a_session_for_everyone_may_use_text(any_shops: Database) -> None:
    with any_shops.everyone() as session:
        assert set(session.scalars(text("select id from cases"))) == {"case-ours", "case-theirs"}


def test_tables_of_nobody_need_no_tenant(shops: Database) -> None:
    with session_of(shops, "") as session:
        assert set(session.scalars(select(Tenant.id))) == {"ours", "theirs"}


def test_a_new_row_takes_the_sessions_tenant(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        session.add(OrderLane(saleor_order_id="order-9"))
    with any_shops.everyone() as session:
        assert session.scalars(select(OrderLane.tenant_id)).all() == ["ours"]


def test_a_new_row_of_another_tenant_is_refused(shops: Database) -> None:
    with pytest.raises(TenantScopeError, match="another tenant in OrderLane"), shops.tenant("ours") as session:
        session.add(OrderLane(tenant_id="theirs", saleor_order_id="order-9"))
    with shops.everyone() as session:
        assert session.scalars(select(OrderLane.id)).all() == []


def test_a_child_of_another_tenant_is_refused(shops: Database) -> None:
    case = make_case("ours", id="case-2", sequence=2, number="R-2026-000002")
    case.lines = [make_return_line("theirs", id="line-2")]
    with pytest.raises(TenantScopeError, match="another tenant in ReturnLine"), shops.tenant("ours") as session:
        session.add(case)


def test_a_row_cannot_be_moved_to_another_tenant(shops: Database) -> None:
    with pytest.raises(TenantScopeError, match="another tenant in Case"), shops.tenant("ours") as session:
        session.get_one(Case, "case-ours").tenant_id = "theirs"


@pytest.mark.parametrize("change", [Session.add, Session.delete], ids=["change", "delete"])
def test_a_row_of_another_tenant_cannot_be_written_when_it_came_from_elsewhere(
    shops: Database, change: Callable[[Session, Case], None]
) -> None:
    with shops.everyone() as session:
        foreign = session.get_one(Case, "case-theirs")
    foreign.email = "changed"
    with pytest.raises(TenantScopeError, match="another tenant in Case"), shops.tenant("ours") as session:
        change(session, foreign)


def test_writing_rows_without_a_tenant_is_refused(shops: Database) -> None:
    with session_of(shops, "") as session:
        session.add(OrderLane(tenant_id="ours", saleor_order_id="order-9"))
        with pytest.raises(TenantScopeError, match="not scoped"):
            session.flush()


def test_an_error_rolls_everything_back(any_shops: Database) -> None:
    def write_and_fail() -> None:
        with any_shops.tenant("ours") as session:
            session.add(OrderLane(saleor_order_id="order-9"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with any_shops.everyone() as session:
        assert session.scalars(select(OrderLane.id)).all() == []


def test_every_table_but_the_tenants_own_is_scoped() -> None:
    loose = [mapper.class_.__name__ for mapper in Base.registry.mappers if not issubclass(mapper.class_, TenantScoped)]
    assert loose == ["Tenant"]


def test_sessions_come_from_the_database_object_only() -> None:
    """A session made elsewhere would have no tenant; a table named past its class could slip through a join."""
    package = Path(saleor_returns_app.__file__).parent
    found = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"sessionmaker\(|\bSession\(|\.__table__", path.read_text(encoding="utf-8"))
    ]
    assert found == ["models/base.py"]


def session_of(database: Database, shop: str) -> Session:
    """A session of a shop; of none when the name is empty."""
    return Session(database.engine, info={"tenant_id": shop} if shop else {})
