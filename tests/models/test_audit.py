"""The chain of the audit log: one a shop, without gaps, written with what it tells of."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.audit import Checker, Deed
from saleor_returns_app.models import Database
from saleor_returns_app.models.audit import Acting, AuditRow, acting, note_deed
from saleor_returns_app.models.messages import CannedReply
from saleor_returns_app.models.tenants import Tenant
from tests.fakes import START

from .rows import add_shops


@pytest.fixture
def shops_here(any_database: Database) -> Database:
    add_shops(any_database)
    return any_database


def deed(action: str, tenant_id: str = "ours") -> Deed:
    return Deed(
        tenant_id=tenant_id, at=START, who="staff", actor_id="staff-1", action=action, subject="case",
        subject_id="case-ours", params={"number": "R-1"},
    )  # fmt: skip


def rows(database: Database, tenant_id: str = "ours") -> list[AuditRow]:
    with database.tenant(tenant_id) as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.sequence)))


def test_each_shop_has_a_chain_of_its_own(shops_here: Database) -> None:
    with shops_here.everyone() as session:
        for action, tenant_id in (("one", "ours"), ("one", "theirs"), ("two", "ours")):
            note_deed(session, deed(action, tenant_id))
    assert [(row.sequence, row.action) for row in rows(shops_here)] == [(1, "one"), (2, "two")]
    assert [(row.sequence, row.action) for row in rows(shops_here, "theirs")] == [(1, "one")]
    assert Checker().check(row.link for row in rows(shops_here)) is None


def test_what_a_savepoint_took_back_is_not_told(shops_here: Database) -> None:
    with shops_here.tenant("ours") as session:
        note_deed(session, deed("kept"))
        savepoint = session.begin_nested()
        note_deed(session, deed("undone"))
        with session.begin_nested():
            note_deed(session, deed("undone with it"))
        savepoint.rollback()
        with session.begin_nested():
            note_deed(session, deed("kept as well"))
    assert [row.action for row in rows(shops_here)] == ["kept", "kept as well"]


def test_a_transaction_that_fails_leaves_no_row_and_no_gap(shops_here: Database) -> None:
    with shops_here.tenant("ours") as session:
        note_deed(session, deed("failed"))
        session.rollback()
    with shops_here.tenant("ours") as session:
        note_deed(session, deed("done"))
    assert [(row.sequence, row.action) for row in rows(shops_here)] == [(1, "done")]


def test_many_at_once_make_one_chain(shops_here: Database) -> None:
    gate = threading.Barrier(6)

    def act(name: int) -> None:
        gate.wait()
        for _ in range(10):
            with shops_here.tenant("ours") as session:
                session.get_one(Tenant, "ours", with_for_update=name % 2 == 0)
                note_deed(session, deed(f"by {name}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    found = rows(shops_here)
    assert [row.sequence for row in found] == list(range(1, 61))
    assert Checker().check(row.link for row in found) is None


def test_what_a_request_changes_without_naming_it_is_noted(shops_here: Database) -> None:
    token = acting.set(Acting(tenant_id="ours", who="staff", actor_id="staff-1", action="save_settings", at=START))
    try:
        with shops_here.everyone() as session:
            tenant = session.get_one(Tenant, "ours")
            tenant.settings = {"window_days": 14, "seller": "Rita Roe", "asks_opinion": False}
        with shops_here.tenant("ours") as session:
            session.add(CannedReply(name="Thanks", language="en", body="Dear Rita", updated_at=START))
        with shops_here.tenant("ours") as session:
            session.scalars(select(CannedReply)).all()
    finally:
        acting.reset(token)
    settings, reply = rows(shops_here)
    assert settings.params == {
        "settings": {"window_days": [None, 14], "seller": "changed", "asks_opinion": [None, False]}
    }
    assert (reply.subject, reply.params) == ("canned_replies", {"changed": {"canned_replies": 1}})
