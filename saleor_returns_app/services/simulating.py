"""A draft tried on the shop's own orders and cases: what would change, line by line and in sum.

A worker leases a simulation by its row, writes how far it is, and gives one result. The lease is `started_at`, renewed with the
progress: whoever finds one that was not renewed begins again, and a worker that lost its lease writes nothing any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RELEASED, CaseKind
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import CompiledPolicy, LineFacts, Verdict, compile_policy
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.simulations import Subject, Tally, money_of
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.policies import PolicySimulation, PolicyVersion

from .backfilling import LOOKED_BACK
from .context import Context
from .facts_of_many import Histories, asks_for_history, case_facts, order_line_facts, read_held_units
from .guards import require_permission, require_role
from .order_outlines import outline, select_outlines
from .policies import NEEDED, in_force, unpack_document

#: Orders between two looks at the lease.
CHUNK = 500
#: A worker that did not say anything for so long is dead.
LEASE = timedelta(seconds=30)
#: A simulation that no worker could finish is given up.
GIVEN_UP = timedelta(hours=1)
#: Results that are kept of each draft.
KEPT = 5
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

log = structlog.get_logger()


def request_simulation(ctx: Context, tenant_id: str, *, actor: Actor) -> str:
    """Have the draft tried by a worker; gives the id of the simulation. One that waits or runs on it already is that one.

    Raises NotFound without a draft.
    """
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.tenant(tenant_id) as session:
        draft = session.scalar(select(PolicyVersion).where(PolicyVersion.state == "draft").with_for_update())
        if draft is None:
            raise NotFound("There is no draft any more: it was published or discarded.", code="NO_DRAFT")
        under_way = session.scalar(
            select(PolicySimulation.id).where(
                PolicySimulation.policy_id == draft.id,
                PolicySimulation.revision == draft.revision,
                PolicySimulation.state.in_([WAITING, RUNNING]),
            )
        )
        if under_way is not None:
            return under_way
        wanted = PolicySimulation(
            policy_id=draft.id,
            revision=draft.revision,
            requested_by=actor.name,
            requested_at=ctx.now(),
        )
        session.add(wanted)
        session.flush()
        _forget_older(session, draft.id)
        return wanted.id


def _forget_older(session: Session, policy_id: str) -> None:
    kept = select(PolicySimulation.id).where(PolicySimulation.policy_id == policy_id)
    ids = session.scalars(kept.order_by(PolicySimulation.id.desc()).offset(KEPT)).all()
    if ids:
        session.execute(delete(PolicySimulation).where(PolicySimulation.id.in_(ids)))


def newest_simulation(ctx: Context, tenant_id: str, policy_id: str) -> PolicySimulation | None:
    """The last one that was asked for."""
    with ctx.db.tenant(tenant_id) as session:
        return session.scalar(
            select(PolicySimulation)
            .where(PolicySimulation.policy_id == policy_id)
            .order_by(PolicySimulation.id.desc())
            .limit(1)
        )


def run_simulations(ctx: Context) -> int:
    """Take one simulation of any shop that waits, or whose worker died, and run it; gives how many were run."""
    lease = _take(ctx)
    if lease is None:
        return 0
    bound = log.bind(tenant=lease.tenant_id, simulation=lease.id)
    try:
        result = _simulate(ctx, lease)
    except _LostError:
        bound.warning("another worker took the simulation")
    except AppError as problem:
        _end(ctx, lease, {"state": FAILED, "error": problem.message()})
    except Exception:  # noqa: BLE001 whatever it is, the page has to say that it ended
        bound.exception("simulation failed")
        _end(ctx, lease, {"state": FAILED, "error": AppError.text})
    else:
        _end(ctx, lease, {"state": DONE, "result": result})
    return 1


@dataclass(slots=True)
class _Lease:
    id: str
    tenant_id: str
    policy_id: str
    held_since: datetime


class _LostError(Exception):
    """The row is another's by now, or gone."""


def _take(ctx: Context) -> _Lease | None:
    now = ctx.now()
    dead = and_(PolicySimulation.state == RUNNING, PolicySimulation.started_at < now - LEASE)
    with ctx.db.everyone() as session:
        row = session.scalar(
            select(PolicySimulation)
            .where(or_(PolicySimulation.state == WAITING, dead))
            .order_by(PolicySimulation.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        if row.requested_at < now - GIVEN_UP:
            row.state, row.error, row.finished_at = FAILED, AppError.text, now
            return None
        row.state, row.started_at, row.done, row.error = RUNNING, now, 0, ""
        return _Lease(row.id, row.tenant_id, row.policy_id, now)


def _write(ctx: Context, session: Session, lease: _Lease, **values: Any) -> None:
    """Change the row as its holder; raises _LostError for one that is not ours any more."""
    now = max(ctx.now(), lease.held_since)
    mine = (
        PolicySimulation.id == lease.id,
        PolicySimulation.state == RUNNING,
        PolicySimulation.started_at == lease.held_since,
    )
    changed: Any = session.execute(
        update(PolicySimulation)
        .where(*mine)
        .values(started_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:
        raise _LostError
    lease.held_since = now


def _end(ctx: Context, lease: _Lease, values: Mapping[str, Any]) -> None:
    try:
        with ctx.db.tenant(lease.tenant_id) as session:
            _write(ctx, session, lease, finished_at=ctx.now(), **values)
    except _LostError:
        log.warning("a result came too late", simulation=lease.id)


def _simulate(ctx: Context, lease: _Lease) -> dict[str, Any]:
    standing, settings = in_force(ctx, lease.tenant_id), ctx.tenant_settings(lease.tenant_id)
    since = ctx.now() - LOOKED_BACK
    with ctx.db.tenant(lease.tenant_id) as session:
        draft = session.get(PolicyVersion, lease.policy_id)
        if draft is None:
            raise _LostError
        orders = session.scalar(select(func.count(OrderMirror.id)).where(OrderMirror.saleor_created_at >= since)) or 0
        cases = session.scalar(select(func.count(Case.id)).where(*_asked_for(since))) or 0
        wanted = unpack_document(draft.document)
        needs_histories = asks_for_history(standing.document) or asks_for_history(wanted)
        known = _Known(
            held=read_held_units(session),
            histories=Histories.read(session) if needs_histories else Histories.none(),
            settings=settings,
        )
        _write(ctx, session, lease, revision=draft.revision, total=orders + cases, done=0)
    before = compile_policy(standing.document, version=standing.version)
    after = compile_policy(wanted, version=draft.version)
    trial = _Trial(ctx, lease, before, after, Tally(), since, known)
    trial.judge_orders()
    trial.judge_cases()
    return {
        **trial.tally.as_data(),
        "orders": orders,
        "cases": cases,
        "from_version": standing.version,
        "days": LOOKED_BACK.days,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is read once for all orders."""

    held: Counter[str]
    histories: Histories
    settings: TenantSettings


@dataclass(slots=True)
class _Trial:
    ctx: Context
    lease: _Lease
    before: CompiledPolicy
    after: CompiledPolicy
    tally: Tally
    since: datetime
    known: _Known
    done: int = 0

    def judge_orders(self) -> None:
        """Each line of each order, as its shopper would see it today before giving a reason."""
        now = self.ctx.now()
        place: tuple[datetime, str] | None = None
        while True:
            with self.ctx.db.tenant(self.lease.tenant_id) as session:
                rows = self._orders_after(session, place)
                for row in rows:
                    order = outline(row)
                    for facts in self._facts_of(order, now):
                        self._judge(_of_order(order, facts), facts)
                self._advance(session, len(rows))
            if len(rows) < CHUNK:
                return
            place = (rows[-1].saleor_created_at, rows[-1].id)

    def _facts_of(self, order: Order, now: datetime) -> Iterator[LineFacts]:
        known = self.known
        return order_line_facts(order, held=known.held, histories=known.histories, settings=known.settings, now=now)

    def _orders_after(self, session: Session, place: tuple[datetime, str] | None) -> Sequence[Any]:
        asked = select_outlines().where(OrderMirror.saleor_created_at >= self.since)
        if place is not None:
            asked = asked.where(tuple_(OrderMirror.saleor_created_at, OrderMirror.id) > place)
        return session.execute(asked.order_by(OrderMirror.saleor_created_at, OrderMirror.id).limit(CHUNK)).all()

    def judge_cases(self) -> None:
        """Each past case as it was asked for, at its time."""
        place = ""
        while True:
            with self.ctx.db.tenant(self.lease.tenant_id) as session:
                cases = self._cases_after(session, place)
                orders = _orders_of(session, cases)
                for case in cases:
                    order = orders.get(case.saleor_order_id)
                    if order is not None:
                        self._judge_case(case, order)
                self._advance(session, len(cases))
            if len(cases) < CHUNK:
                return
            place = cases[-1].id

    def _cases_after(self, session: Session, place: str) -> Sequence[Case]:
        return session.scalars(
            select(Case).where(*_asked_for(self.since), Case.id > place).order_by(Case.id).limit(CHUNK)
        ).all()

    def _judge_case(self, case: Case, order: Order) -> None:
        judged: list[tuple[Money, Verdict, Verdict]] = []
        for facts in case_facts(case, order, histories=self.known.histories, settings=self.known.settings):
            subject = Subject(
                scope="case",
                order_id=order.id,
                order_number=order.number,
                product=facts.line.product_name,
                channel=order.channel_slug,
                case_id=case.id,
                case_number=case.number,
            )
            before, after = self._judge(subject, facts)
            judged.append((_worth(facts), before, after))
        if judged and case.status not in _RELEASED:
            self.tally.add_case(
                before=money_of([(worth, verdict) for worth, verdict, _ in judged], order.currency),
                after=money_of([(worth, verdict) for worth, _, verdict in judged], order.currency),
            )

    def _judge(self, subject: Subject, facts: LineFacts) -> tuple[Verdict, Verdict]:
        before, after = self.before.judge(facts), self.after.judge(facts)
        self.tally.add(subject, before, after)
        return before, after

    def _advance(self, session: Session, count: int) -> None:
        self.done += count
        _write(self.ctx, session, self.lease, done=self.done)


_RELEASED = frozenset(status.value for status in RELEASED)


def _asked_for(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Returns that a policy judges: withdrawals by law are not."""
    return Case.created_at >= since, Case.kind == CaseKind.RETURN, Case.is_withdrawal.is_(False)


def _of_order(order: Order, facts: LineFacts) -> Subject:
    return Subject(
        scope="order",
        order_id=order.id,
        order_number=order.number,
        product=facts.line.product_name,
        channel=order.channel_slug,
    )


def _worth(facts: LineFacts) -> Money:
    """What the announced units were worth; a part of a line rounds half up, for it is only an estimate."""
    line = facts.line
    if facts.quantity >= line.quantity:
        return line.total_gross
    return Money.rounded(line.total_gross.amount * facts.quantity / line.quantity, line.total_gross.currency)


def _orders_of(session: Session, cases: Sequence[Case]) -> dict[str, Order]:
    ids = {case.saleor_order_id for case in cases}
    rows = session.execute(select_outlines().where(OrderMirror.saleor_id.in_(ids))).all() if ids else []
    return {row.saleor_id: outline(row) for row in rows}
