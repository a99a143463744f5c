"""Counted facts, the rollups made of them, and the marks of what is to be counted again.

A change of a case or an order leaves a mark in its own transaction; a worker counts what is marked, notes the days that this
changes, and rolls these up. So a rollup is a little late and never wrong for long: it is always the sum of the facts of its day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint, event, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base, PlainText, TenantScoped, new_id
from .cases import Case, CaseEntry, ReturnLine
from .complaints import Complaint
from .deadlines import DeadlineRow
from .effects import Effect
from .exchanges import Exchange
from .inspection import Finding
from .orders import OrderMirror
from .refunds import Refund
from .surveys import Survey

_HAS_CASE = text("measure <> 'sold'")
_Counter = BigInteger().with_variant(Integer(), "sqlite")


class FactRow(TenantScoped, Base):
    """One `domain.counting.CountedFact` of a case or an order."""

    __tablename__ = "counted_facts"
    __table_args__ = (
        Index("ix_counted_facts_source", "tenant_id", "source_id"),
        Index("ix_counted_facts_day", "tenant_id", "day", "measure"),
        # Behind what was sold there are no cases to look for.
        Index(
            "ix_counted_facts_cases",
            *("tenant_id", "measure", "source_id"),
            sqlite_where=_HAS_CASE,
            postgresql_where=_HAS_CASE,
        ),
        Index(
            "ix_counted_facts_product",
            *("tenant_id", "product", "measure", "day"),
            sqlite_where=_HAS_CASE,
            postgresql_where=_HAS_CASE,
        ),
        Index(
            "ix_counted_facts_variant",
            *("tenant_id", "variant", "measure", "day"),
            sqlite_where=_HAS_CASE,
            postgresql_where=_HAS_CASE,
        ),
    )

    id: Mapped[int] = mapped_column(_Counter, primary_key=True, autoincrement=True)
    source_id: Mapped[str] = mapped_column(String(36))  # of a case, or of a mirrored order
    measure: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(255))
    country: Mapped[str] = mapped_column(String(10), default="")
    currency: Mapped[str] = mapped_column(String(3), default="")
    product: Mapped[str] = mapped_column(String(120), default="")
    variant: Mapped[str] = mapped_column(String(120), default="")
    category: Mapped[str] = mapped_column(String(255), default="")
    reason: Mapped[str] = mapped_column(String(30), default="")
    name: Mapped[str] = mapped_column(String(40), default="")
    number: Mapped[int] = mapped_column(default=0)
    units: Mapped[int] = mapped_column(BigInteger, default=0)
    amount: Mapped[int] = mapped_column(BigInteger, default=0)


class Cell(TenantScoped, Base):
    """Sum of the facts of a time in one place of one dimension."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(_Counter, primary_key=True, autoincrement=True)
    measure: Mapped[str] = mapped_column(String(20))
    dimension: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]  # of a month: its first
    channel: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(300))
    currency: Mapped[str] = mapped_column(String(3))
    units: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)


_PLACE = ("tenant_id", "measure", "dimension", "day", "channel", "key", "currency")


class DailyFact(Cell):
    __tablename__ = "daily_facts"
    __table_args__ = (Index("uq_daily_facts_place", *_PLACE, unique=True, postgresql_include=["units", "amount"]),)


class MonthlyFact(Cell):
    __tablename__ = "monthly_facts"
    __table_args__ = (Index("uq_monthly_facts_place", *_PLACE, unique=True, postgresql_include=["units", "amount"]),)


class TimeToRoll(TenantScoped, Base):
    """A day or a month whose rollup is older than its facts. Numbers of such a month are read from its days."""

    __tablename__ = "times_to_roll"
    __table_args__ = (UniqueConstraint("tenant_id", "grain", "day"), Index("ix_times_to_roll_due", "due_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    grain: Mapped[str] = mapped_column(String(10))  # day | month
    day: Mapped[date]
    due_at: Mapped[datetime]


class SourceToCount(TenantScoped, Base):
    """A case or an order that changed. Written by whoever changed it and deleted by whoever counted it: nobody waits for it."""

    __tablename__ = "sources_to_count"
    __table_args__ = (Index("ix_sources_to_count_tenant", "tenant_id", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))  # case | order | sent (a Saleor order that replaces another)
    source_id: Mapped[str] = mapped_column(String(120))


class Counting(TenantScoped, Base):
    """Whoever counts or rolls a shop's facts holds this row. `state` is of counting everything anew: idle | running."""

    __tablename__ = "countings"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(20), default="idle")
    kind: Mapped[str] = mapped_column(String(10), default="")  # what is counted now: case | order
    cursor: Mapped[str] = mapped_column(String(36), default="")  # counted last
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    zone: Mapped[str] = mapped_column(String(60), default="")  # that the days are of
    counted_at: Mapped[datetime | None]
    rolled_at: Mapped[datetime | None]  # when days were rolled up last
    looked_at: Mapped[datetime | None]  # when it was looked for what stands out last
    again_at: Mapped[datetime | None]  # when everything was counted anew last


class FactName(TenantScoped, Base):
    """How a product or a variant is called, as the newest order that has it says."""

    __tablename__ = "fact_names"
    __table_args__ = (UniqueConstraint("tenant_id", "dimension", "key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    dimension: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(PlainText)
    said_at: Mapped[datetime]


class SignalRow(TenantScoped, Base):
    """A number that stands out. `open` until somebody settles it or it stands out no more; a settled one is quiet for a while."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "key"),
        Index("ix_signals_state", "tenant_id", "state", "found_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))  # domain.signals.SignalKind
    key: Mapped[str] = mapped_column(String(300))
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="open")  # open | settled | over
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(320), default="")
    settled_how: Mapped[str] = mapped_column(Text, default="")


#: Rows that facts are made of.
_OF_CASES = (CaseEntry, ReturnLine, Complaint, DeadlineRow, Effect, Exchange, Finding, Refund, Survey)


_MARKS = "to_count"


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: Any) -> None:
    marks: set[tuple[str, str, str]] = session.info.setdefault(_MARKS, set())
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Case):
            marks.add((row.tenant_id, "case", row.id))
        elif isinstance(row, _OF_CASES):
            marks.add((row.tenant_id, "case", row.case_id))
            if isinstance(row, Exchange) and row.replacement_id:
                marks.add((row.tenant_id, "sent", row.replacement_id))
        elif isinstance(row, OrderMirror):
            marks.add((row.tenant_id, "order", row.id))


@event.listens_for(Session, "before_commit")
def _write_marks(session: Session) -> None:
    """Once a transaction, however much of a case it changed. What a savepoint took back is counted for nothing."""
    if session.in_nested_transaction():
        return
    session.flush()
    marks = session.info.pop(_MARKS, None)
    if marks:
        rows = [
            {"id": new_id(), "tenant_id": tenant_id, "kind": kind, "source_id": source_id}
            for tenant_id, kind, source_id in sorted(marks)
        ]
        session.connection().execute(insert(SourceToCount), rows)
