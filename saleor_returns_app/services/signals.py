"""Looking for what stands out in the numbers, and settling it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.counting import APART, Dimension, Measure
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.signals import (
    Counted,
    Signal,
    late_signal,
    rate_signal,
    reason_signal,
    size_signal,
)
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.analytics import Counting, SignalRow
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant, TenantState

from .analytics import Period, RollupReader, names_of
from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role

#: What counts as lately, and as the time before it, in days.
LATELY, BEFORE = 28, 84
#: How often a shop's numbers are looked at, and how long one that was settled stays quiet.
PAUSE, QUIET = timedelta(hours=6), timedelta(days=28)
MOST_SHOWN = 20

log = structlog.get_logger()


def look_for_signals(ctx: Context) -> int:
    """Look at the numbers of every shop that is due; gives how many were looked at."""
    stale = or_(Counting.looked_at.is_(None), Counting.looked_at <= ctx.now() - PAUSE)
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    due = select(Counting.tenant_id).where(stale, Counting.state == "idle", Counting.tenant_id.in_(active))
    with ctx.db.everyone() as session:
        tenants = session.scalars(due).all()
    looked = 0
    for tenant_id in tenants:
        try:
            _look_at(ctx, tenant_id)
            looked += 1
        except Exception:  # one shop must not hold up the others
            log.exception("signals not looked for", tenant=tenant_id)
    return looked


def _look_at(ctx: Context, tenant_id: str) -> None:
    with ctx.db.tenant(tenant_id) as session:
        counting = session.scalar(select(Counting).with_for_update(skip_locked=True))
        if counting is not None:
            counting.looked_at = ctx.now()
            today = local_day(ctx.now(), counting.zone)
            _keep(ctx, session, tuple(find_signals(session, tenant_id, today=today)) + _late(ctx, session))


def find_signals(session: Session, tenant_id: str, *, today: date) -> Iterator[Signal]:
    """What stands out in the four weeks before today, compared with the twelve before them."""
    lately = Period(today - timedelta(days=LATELY), today)
    before = Period(lately.since - timedelta(days=BEFORE), lately.since)
    reader = RollupReader(session, tenant_id, None)
    now, then = _rates(reader, lately), _rates(reader, before)
    for product, counted in sorted(now.items()):
        signal = rate_signal(product, now=counted, before=then.get(product, Counted(0, 0)))
        if product and signal:
            yield signal
    now, then = _reasons(reader, lately), _reasons(reader, before)
    for key, counted in sorted(now.items()):
        signal = reason_signal(key, now=counted, before=then.get(key, Counted(0, 0)))
        if not key.startswith(APART) and signal:
            yield signal
    exchanged: defaultdict[str, Counter[str]] = defaultdict(Counter)
    whole = Period(before.since, lately.until)
    for (_, key, _), found in reader.sums(whole, Dimension.PRODUCT_NAME, (Measure.EXCHANGED,)).items():
        product, _, direction = key.rpartition(APART)
        exchanged[product][direction] += found.units
    for product, directions in sorted(exchanged.items()):
        signal = size_signal(product, directions)
        if product and signal:
            yield signal


def _rates(reader: RollupReader, period: Period) -> dict[str, Counted]:
    units: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (measure, key, _), found in reader.sums(period, Dimension.PRODUCT, (Measure.SOLD, Measure.RETURNED)).items():
        units[key][measure] += found.units
    return {key: Counted(each[Measure.RETURNED], each[Measure.SOLD]) for key, each in units.items()}


def _reasons(reader: RollupReader, period: Period) -> dict[str, Counted]:
    units, whole = Counter[str](), Counter[str]()
    for (_, key, _), found in reader.sums(period, Dimension.PRODUCT_REASON, (Measure.REQUESTED,)).items():
        units[key] += found.units
        whole[key.rpartition(APART)[0]] += found.units
    return {key: Counted(count, whole[key.rpartition(APART)[0]]) for key, count in units.items()}


def _late(ctx: Context, session: Session) -> tuple[Signal, ...]:
    """States in which many cases wait for the staff beyond their time."""
    late = select(Case.status, func.count()).where(Case.due_by == Who.STAFF, Case.due_at < ctx.now())
    counts = session.execute(late.group_by(Case.status).order_by(Case.status))
    signals = (late_signal(status, late=count) for status, count in counts)
    return tuple(signal for signal in signals if signal)


def _keep(ctx: Context, session: Session, found: Sequence[Signal]) -> None:
    """What stands out is open, with the numbers of now; what was settled stays quiet for a while; what stands out no more is over."""
    wanted = {(signal.kind.value, signal.key): signal for signal in found}
    for row in session.scalars(select(SignalRow).where(SignalRow.state != "over")):
        signal = wanted.get((row.kind, row.key))
        if signal is None and row.state == "open":
            row.state = "over"
        elif signal is not None and row.state == "open":
            row.numbers = dict(signal.numbers)
    known = {(row.kind, row.key): row for row in session.scalars(select(SignalRow))}
    for place, signal in wanted.items():
        row = known.get(place) or SignalRow(kind=signal.kind, key=signal.key)
        if row.state == "open" or (row.settled_at and ctx.now() - row.settled_at < QUIET):
            continue
        session.add(row)
        row.state, row.numbers, row.found_at = "open", dict(signal.numbers), ctx.now()
        row.settled_at, row.settled_by, row.settled_how = None, "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A signal with the name of its product."""

    row: SignalRow
    product: str
    reason: str


def read_signals(ctx: Context, tenant_id: str, *, actor: Actor) -> tuple[Shown, ...]:
    """Open ones, the newest first. They are about all sales channels, so whoever may see only some gets none."""
    require_permission(actor, "MANAGE_ORDERS")
    if actor.channels is not None:
        return ()
    with ctx.db.tenant(tenant_id) as session:
        newest = select(SignalRow).where(SignalRow.state == "open").order_by(SignalRow.found_at.desc(), SignalRow.id)
        rows = session.scalars(newest.limit(MOST_SHOWN)).all()
        parts = [row.key.rpartition(APART) if row.kind == "reason" else (row.key, "", "") for row in rows]
        names = names_of(session, Dimension.PRODUCT, [product for product, _, _ in parts])
    return tuple(
        Shown(row=row, product=names.get(product, product), reason=reason)
        for row, (product, _, reason) in zip(rows, parts, strict=True)
    )


def settle_signal(ctx: Context, tenant_id: str, signal_id: str, *, actor: Actor, how: str) -> None:
    """Say what was done about it; it is quiet for four weeks. Raises BadInput without words, Conflict where it is not open."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    said = how.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST_TEXT:
        text = "Write what was done, in at most %(most)s characters."
        raise BadInput(text, code="DONE", field="how", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(SignalRow).where(SignalRow.id == signal_id).with_for_update())
        if row is None or actor.channels is not None:
            raise NotFound("This signal does not exist, or it is not yours to see.", code="UNKNOWN_SIGNAL")
        if row.state != "open":
            raise Conflict("Somebody settled this already, or it stands out no more.", code="SETTLED")
        row.state, row.settled_at, row.settled_by, row.settled_how = "settled", ctx.now(), actor.name, said
