"""The audit log: an append-only chain of what staff did, one a shop, written with the transaction that did it.

A verb names its deed with `note_deed`; what a request of staff changes without naming it is noted all the same, as the tables and
settings that changed. The chain is written last before the commit: its head is the last lock that a transaction takes, so nobody who
holds it waits for anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, event, insert, inspect, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, mapped_column
from sqlalchemy.sql import Delete, Insert, Update

from saleor_returns_app.domain.audit import BEGINNING, Deed, Link, seal

from .base import Base, TenantScoped
from .tenants import Tenant


class AuditRow(TenantScoped, Base):
    """One deed. Nothing changes or deletes a row but the erasing of its shop."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor", "tenant_id", "actor_id", "sequence"),
        Index("ix_audit_log_subject", "tenant_id", "subject_id", "sequence"),
    )

    tenant_id: Mapped[str] = mapped_column(String(36), ForeignKey("tenants.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, without gaps
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(120))
    params: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def link(self) -> Link:
        deed = Deed(
            tenant_id=self.tenant_id,
            at=self.at,
            who=self.who,
            actor_id=self.actor_id,
            action=self.action,
            subject=self.subject,
            subject_id=self.subject_id,
            params=self.params,
        )
        return Link(deed=deed, sequence=self.sequence, previous=self.previous, hash=self.hash)


class AuditHead(TenantScoped, Base):
    """The newest row of a shop's chain; whoever appends holds this row."""

    __tablename__ = "audit_heads"

    tenant_id: Mapped[str] = mapped_column(String(36), ForeignKey("tenants.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default=BEGINNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """The member of staff whose request is being answered, and what it asks for."""

    tenant_id: str
    who: str
    actor_id: str
    action: str
    at: datetime


#: Set while a request of staff that changes something is answered.
acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
#: What follows from looking, or from a deed that stands elsewhere.
_UNTOLD = frozenset(
    {"read_marks", "orders", "orders_to_read", "order_lanes", "quotes", "sources_to_count", "audit_log", "audit_heads"}
)
_KEY = "audit"


@dataclass
class _Pending:
    """What a transaction has to append; `marks` say how much of it there was when a savepoint began."""

    deeds: list[Deed] = field(default_factory=list)
    touched: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)  # tenant, table, id, settings
    marks: dict[SessionTransaction, tuple[int, int]] = field(default_factory=dict)


def note_deed(session: Session, deed: Deed) -> None:
    """Append it to the chain of its shop when the transaction commits. A savepoint that is rolled back takes it along."""
    _pending(session).deeds.append(deed)


def _pending(session: Session) -> _Pending:
    found: _Pending = session.info.setdefault(_KEY, _Pending())
    return found


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        pending = _pending(session)
        pending.marks[transaction] = len(pending.deeds), len(pending.touched)


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, transaction: SessionTransaction) -> None:
    pending = _pending(session)
    deeds, touched = pending.marks.get(transaction, (0, 0)) if transaction.nested else (0, 0)
    del pending.deeds[deeds:], pending.touched[touched:]


@event.listens_for(Session, "after_flush")
def _note_touched(session: Session, _context: Any) -> None:
    if acting.get() is None:
        return
    for row in (*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))):
        if isinstance(row, Tenant):
            changed = _changed_settings(row)
            if changed:
                _pending(session).touched.append((row.id, "settings", "", changed))
        elif isinstance(row, TenantScoped):
            table, row_id = inspect(row).mapper.local_table.description, str(getattr(row, "id", ""))
            case_id = row_id if table == "cases" else getattr(row, "case_id", None)
            if table not in _UNTOLD:
                _pending(session).touched.append((row.tenant_id, table, case_id or row_id, {"is_case": bool(case_id)}))


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    said = acting.get()
    if said is None or not isinstance(state.statement, Update | Delete | Insert):
        return
    table = getattr(state.statement.table, "name", "")
    if table not in _UNTOLD and table != Tenant.__tablename__:
        _pending(state.session).touched.append((said.tenant_id, table, "", {}))


def _changed_settings(tenant: Tenant) -> dict[str, Any]:
    """What of a shop's settings is different now. Values of switches and numbers only: all else may be somebody's words."""
    changed: dict[str, Any] = {}
    history = inspect(tenant).attrs.settings.history
    if history.has_changes():
        old, new = (dict(values[0] or {}) if values else {} for values in (history.deleted, history.added))
        for name in sorted(old.keys() | new.keys()):
            before, after = old.get(name), new.get(name)
            if before != after:
                plain = all(value is None or isinstance(value, bool | int) for value in (before, after))
                changed[name] = [before, after] if plain else "changed"
    if inspect(tenant).attrs.carrier_secret.history.has_changes():
        changed["carrier"] = "changed"
    return changed


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    if session.in_nested_transaction() or (_KEY not in session.info and acting.get() is None):
        return
    session.flush()
    pending: _Pending = session.info.pop(_KEY, None) or _Pending()
    deeds = pending.deeds or _unnamed(pending)
    for tenant_id in sorted({deed.tenant_id for deed in deeds}):
        _chain(session, tenant_id, [deed for deed in deeds if deed.tenant_id == tenant_id])


def _unnamed(pending: _Pending) -> list[Deed]:
    """One deed for what a request changed without naming it."""
    said = acting.get()
    mine = [each for each in pending.touched if said is not None and each[0] == said.tenant_id]
    if said is None or not mine:
        return []
    settings: dict[str, Any] = {
        name: value for each in mine if each[1] == "settings" for name, value in each[3].items()
    }
    tables = [each[1] for each in mine if each[1] != "settings"]
    case_id = next((each[2] for each in mine if each[3].get("is_case")), "")
    params: dict[str, Any] = {}
    if settings:
        params["settings"] = settings
    if tables:
        params["changed"] = {table: tables.count(table) for table in sorted(set(tables))}
    subject = "case" if case_id else "settings" if settings else tables[0]
    subject_id = case_id or ("" if settings else next((each[2] for each in mine if each[2]), ""))
    return [
        Deed(
            tenant_id=said.tenant_id, at=said.at, who=said.who, actor_id=said.actor_id, action=said.action,
            subject=subject, subject_id=subject_id, params=params,
        )
    ]  # fmt: skip


def _chain(session: Session, tenant_id: str, deeds: Iterable[Deed]) -> None:
    """Append, holding the head. The shop's row is locked before it, as by every insert: the other way round, somebody who changes the
    shop could wait for the head while we wait for the shop."""
    connection = session.connection()
    connection.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(read=True, key_share=True))
    mine = AuditHead.tenant_id == tenant_id
    newest = select(AuditHead.sequence, AuditHead.hash).where(mine).with_for_update()
    found = connection.execute(newest).one_or_none()
    if found is None:
        first = {"tenant_id": tenant_id, "sequence": 0, "hash": BEGINNING}
        connection.execute(insert_unless_there(AuditHead).values(first).on_conflict_do_nothing())
        found = connection.execute(newest).one()
    sequence, previous = found
    rows = []
    for deed in deeds:
        sequence += 1
        sealed = seal(deed, sequence=sequence, previous=previous)
        rows.append(
            {name: getattr(deed, name) for name in Deed.__dataclass_fields__}
            | {"params": dict(deed.params), "sequence": sequence, "previous": previous, "hash": sealed}
        )
        previous = sealed
    connection.execute(insert(AuditRow), rows)
    connection.execute(update(AuditHead).where(mine).values(sequence=sequence, hash=previous))
