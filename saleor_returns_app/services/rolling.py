"""Keeping the numbers: counts what was marked, rolls up the days and months that changed, and counts everything anew when asked.

One worker at a time does so for a shop: it holds the shop's `Counting` row for the transaction. Nothing here calls outside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.counting import APART, KEYS, ROLLED, Dimension
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.analytics import (
    Cell,
    Counting,
    DailyFact,
    FactName,
    FactRow,
    MonthlyFact,
    SourceToCount,
    TimeToRoll,
)
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .counting import facts_of_cases, facts_of_orders, names_in, replace_facts
from .guards import require_permission, require_role
from .orders import unpack_order

#: Sources that are counted in one transaction.
AT_ONCE = 200
#: Days that are rolled up in one transaction.
DAYS_AT_ONCE = 5
#: Days are rolled up at once in a quiet shop, and so long after the last ones in a busy one; months so long after they changed.
PAUSE, MONTH_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_ORDERS, _CASES = "order", "case"

log = structlog.get_logger()


def keep_numbers(ctx: Context) -> int:
    """Do one piece of what is due of any shop; gives how much was done."""
    with ctx.db.everyone() as session:
        running = select(Counting.tenant_id).where(Counting.state == "running")
        due = select(TimeToRoll.tenant_id).where(TimeToRoll.due_at <= ctx.now())
        tenants = session.scalars(select(SourceToCount.tenant_id).union(running, due)).all()
    return sum(_keep_numbers_of(ctx, tenant_id) for tenant_id in tenants)


def _keep_numbers_of(ctx: Context, tenant_id: str) -> int:
    with ctx.db.tenant(tenant_id) as session:
        counting = _hold(session)
        if counting is None:
            return 0
        zone = _zone(session, tenant_id)
        if counting.zone != zone:  # days begin and end at other times now
            _begin_anew(session, counting, zone)
        done = _count_marked(ctx, session, counting) + _go_on(ctx, session, counting) + _roll(ctx, session, counting)
        if done:
            counting.counted_at = ctx.now()
    return done


def _hold(session: Session) -> Counting | None:
    """The shop's row, locked; None while another worker has it."""
    if session.scalar(select(Counting.id)) is None:
        try:
            with session.begin_nested():
                session.add(Counting())
        except IntegrityError:  # another worker made it first
            return None
    return session.scalar(select(Counting).with_for_update(skip_locked=True))


def _zone(session: Session, tenant_id: str) -> str:
    return TenantSettings.load(session.get_one(Tenant, tenant_id).settings).time_zone


def _count_marked(ctx: Context, session: Session, counting: Counting) -> int:
    marks = session.scalars(select(SourceToCount).order_by(SourceToCount.id).limit(AT_ONCE)).all()
    if not marks:
        return 0
    orders = {mark.source_id for mark in marks if mark.kind == _ORDERS}
    cases = {mark.source_id for mark in marks if mark.kind == _CASES}
    if sent := [mark.source_id for mark in marks if mark.kind == "sent"]:
        orders.update(session.scalars(select(OrderMirror.id).where(OrderMirror.saleor_id.in_(sent))))
    if orders:  # what a case is worth stands in its order
        bought = select(OrderMirror.saleor_id).where(OrderMirror.id.in_(orders))
        cases.update(session.scalars(select(Case.id).where(Case.saleor_order_id.in_(bought))))
    _count(ctx, session, _CASES, cases, counting)
    _count(ctx, session, _ORDERS, orders, counting)
    session.execute(delete(SourceToCount).where(SourceToCount.id.in_([mark.id for mark in marks])))
    return len(marks)


def _count(ctx: Context, session: Session, kind: str, sources: Collection[str], counting: Counting) -> None:
    """Count them together; where one breaks, each by itself and the broken one not at all, so that it holds up nobody."""
    try:
        with session.begin_nested():
            _count_together(ctx, session, kind, sources, counting)
    except SQLAlchemyError:
        raise
    except Exception:
        if len(sources) == 1:
            log.exception("source not counted", tenant=counting.tenant_id, kind=kind, source=next(iter(sources)))
            return
        for source in sources:
            _count(ctx, session, kind, [source], counting)


def _count_together(ctx: Context, session: Session, kind: str, sources: Collection[str], counting: Counting) -> None:
    if not sources:
        return
    if kind == _CASES:
        counted = facts_of_cases(session, sources, zone=counting.zone)
    else:
        counted = facts_of_orders(session, sources, zone=counting.zone)
        _keep_names(session, sources)
    _note_days(ctx, session, replace_facts(session, counted, sources), rolled_at=counting.rolled_at)


def _keep_names(session: Session, mirror_ids: Collection[str]) -> None:
    rows = session.scalars(select(OrderMirror).where(OrderMirror.id.in_(mirror_ids)))
    newest: dict[tuple[str, str], Any] = {}
    for dimension, key, name, at in names_in(unpack_order(row.snapshot) for row in rows):
        place = (dimension, key)
        if place not in newest or newest[place][1] < at:
            newest[place] = (name, at)
    standing = {
        (row.dimension, row.key): row
        for row in session.scalars(select(FactName).where(FactName.key.in_([key for _, key in newest])))
    }
    for (dimension, key), (name, at) in newest.items():
        row = standing.get((dimension, key))
        if row is None:
            session.add(FactName(dimension=dimension, key=key, name=name, said_at=at))
        elif row.said_at < at:
            row.name, row.said_at = name, at


def _note_days(ctx: Context, session: Session, days: Iterable[date], *, rolled_at: datetime | None) -> None:
    due = {"day": max(ctx.now(), rolled_at + PAUSE) if rolled_at else ctx.now(), "month": ctx.now() + MONTH_PAUSE}
    wanted = {("day", day) for day in days}
    wanted |= {("month", day.replace(day=1)) for _, day in wanted}
    noted = {
        (row.grain, row.day)
        for row in session.scalars(select(TimeToRoll).where(TimeToRoll.day.in_({day for _, day in wanted})))
    }
    for grain, day in sorted(wanted - noted):
        session.add(TimeToRoll(grain=grain, day=day, due_at=due[grain]))


def _roll(ctx: Context, session: Session, counting: Counting) -> int:
    """Roll up what is due: days before months, for a month is the sum of its days."""
    due = select(TimeToRoll).where(TimeToRoll.due_at <= ctx.now())
    rows = session.scalars(due.order_by(TimeToRoll.grain, TimeToRoll.due_at).limit(DAYS_AT_ONCE)).all()
    for row in rows:
        if row.grain == "day":
            roll_day(session, row.day)
            session.delete(row)
            counting.rolled_at = ctx.now()
        elif not _has_days_to_roll(session, row.day):
            roll_month(session, row.day)
            session.delete(row)
        else:
            row.due_at = ctx.now() + PAUSE
    return len(rows)


def _has_days_to_roll(session: Session, month: date) -> bool:
    days = select(TimeToRoll.id).where(
        TimeToRoll.grain == "day", TimeToRoll.day >= month, TimeToRoll.day < next_month(month)
    )
    return session.scalar(days.limit(1)) is not None


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


_Place = tuple[str, str, str, str, str]  # measure, dimension, channel, key, currency


def roll_day(session: Session, day: date) -> None:
    """Have the day's cells be the sums of its facts."""
    wanted: dict[_Place, tuple[int, int]] = {}
    by_dimension: dict[Dimension, list[str]] = {}
    for measure, dimensions in ROLLED.items():
        for dimension in dimensions:
            by_dimension.setdefault(dimension, []).append(measure)
    for dimension, measures in by_dimension.items():
        parts = [getattr(FactRow, name) for name in KEYS[dimension]]
        place = (FactRow.measure, FactRow.channel, FactRow.currency, *parts)
        sums = select(*place, func.sum(FactRow.units), func.sum(FactRow.amount)).where(
            FactRow.day == day, FactRow.measure.in_(measures)
        )
        for measure, channel, currency, *rest in session.execute(sums.group_by(*place)):
            *key, units, amount = rest
            wanted[measure, dimension, channel, APART.join(map(str, key)), currency] = (int(units), int(amount))
    _have(session, DailyFact, day, wanted)


def roll_month(session: Session, month: date) -> None:
    """Have the month's cells be the sums of its days."""
    place = (DailyFact.measure, DailyFact.dimension, DailyFact.channel, DailyFact.key, DailyFact.currency)
    sums = select(*place, func.sum(DailyFact.units), func.sum(DailyFact.amount)).where(
        DailyFact.day >= month, DailyFact.day < next_month(month)
    )
    rows = session.execute(sums.group_by(*place))
    wanted: dict[_Place, tuple[int, int]] = {
        (measure, dimension, channel, key, currency): (int(units), int(amount))
        for measure, dimension, channel, key, currency, units, amount in rows
    }
    _have(session, MonthlyFact, month, wanted)


def _have(session: Session, table: type[Cell], day: date, wanted: dict[_Place, tuple[int, int]]) -> None:
    """Change only the cells that differ: a busy day is rolled up many times."""
    for row in session.scalars(select(table).where(table.day == day)):
        sums = wanted.pop((row.measure, row.dimension, row.channel, row.key, row.currency), None)
        if sums is None:
            session.delete(row)
        elif sums != (row.units, row.amount):
            row.units, row.amount = sums
    for (measure, dimension, channel, key, currency), (units, amount) in wanted.items():
        cell = {"measure": measure, "dimension": dimension, "channel": channel, "key": key, "currency": currency}
        session.add(table(day=day, units=units, amount=amount, **cell))
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How new the numbers are. `total` is 0 unless everything is being counted anew."""

    counted_at: Any
    waiting: bool
    done: int
    total: int


def read_freshness(session: Session) -> Freshness:
    counting = session.scalar(select(Counting))
    waiting = session.scalar(select(SourceToCount.id).limit(1)) is not None
    day = session.scalar(select(TimeToRoll.id).where(TimeToRoll.grain == "day").limit(1))
    running = counting is not None and counting.state == "running"
    return Freshness(
        counted_at=counting.counted_at if counting else None,
        waiting=waiting or day is not None,
        done=counting.done if counting and running else 0,
        total=counting.total if counting and running else 0,
    )


def count_anew(ctx: Context, tenant_id: str, *, actor: Actor) -> None:
    """Have everything of the shop counted anew by a worker; asked for again while it runs, it begins again."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.CONFIGURE)
    ask_to_count_anew(ctx, tenant_id)


def ask_to_count_anew(ctx: Context, tenant_id: str) -> None:
    with ctx.db.tenant(tenant_id) as session:
        if session.scalar(select(Counting.id)) is None:
            session.add(Counting(zone=_zone(session, tenant_id)))
            session.flush()
        counting = session.scalars(select(Counting).with_for_update()).one()
        _begin_anew(session, counting, _zone(session, tenant_id))


def _begin_anew(session: Session, counting: Counting, zone: str) -> None:
    counting.state, counting.kind, counting.cursor, counting.zone, counting.done = "running", _ORDERS, "", zone, 0
    orders = session.scalar(select(func.count()).select_from(OrderMirror)) or 0
    counting.total = orders + (session.scalar(select(func.count()).select_from(Case)) or 0)


def _go_on(ctx: Context, session: Session, counting: Counting) -> int:
    """One piece of counting everything anew: orders first, then cases, then what has no source any more."""
    if counting.state != "running":
        return 0
    table: type[OrderMirror] | type[Case] = OrderMirror if counting.kind == _ORDERS else Case
    ids = session.scalars(select(table.id).where(table.id > counting.cursor).order_by(table.id).limit(AT_ONCE)).all()
    if ids:
        _count(ctx, session, counting.kind, ids, counting)
        counting.cursor, counting.done = ids[-1], counting.done + len(ids)
    elif counting.kind == _ORDERS:
        counting.kind, counting.cursor = _CASES, ""
    else:
        _forget_orphans(ctx, session)
        counting.state, counting.again_at = "idle", ctx.now()
        log.info("counted anew", tenant=counting.tenant_id, sources=counting.done)
    return max(1, len(ids))


def _forget_orphans(ctx: Context, session: Session) -> None:
    """Facts of what was deleted, and cells of days without facts."""
    gone = FactRow.source_id.not_in(select(Case.id)) & FactRow.source_id.not_in(select(OrderMirror.id))
    _note_days(ctx, session, session.scalars(select(FactRow.day).where(gone).distinct()).all(), rolled_at=None)
    session.execute(delete(FactRow).where(gone).execution_options(synchronize_session=False))
    empty = select(DailyFact.day).where(DailyFact.day.not_in(select(FactRow.day))).distinct()
    _note_days(ctx, session, session.scalars(empty).all(), rolled_at=None)
    session.execute(update(TimeToRoll).values(due_at=ctx.now()).execution_options(synchronize_session=False))
