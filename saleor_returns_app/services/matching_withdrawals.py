"""From a declaration to a case: the order is found and the law asked. Whatever is not plain goes to a person, with the reason."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Channel, Reason
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy import CompiledPolicy, LineFacts, Outcome, Verdict
from saleor_returns_app.domain.policy.rights import right_of
from saleor_returns_app.domain.policy.withdrawal import judge_withdrawal
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import AppError, NotFound, RemoteError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.models.withdrawals import Withdrawal

from .context import Context
from .facts import order_facts
from .judging import JudgedLine, LineRequest, judge_lines
from .opening import open_case
from .orders import fresh_order, store_order
from .policies import Judge, compiled_in_force

LEASE = timedelta(minutes=2)
#: One that breaks the app so often goes to a person.
TRIES = 5
#: Why a declaration stands aside for a person.
ASIDE = ("NO_ORDER", "OTHER_MAILBOX", "SOME_ITEMS", "NO_RIGHT", "NOT_SENT", "UNCLEAR_DAY", "NOTHING_LEFT", "REFUSED")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StatutoryPolicy:
    """The law in place of the shop's windows, asked for the moment of the declaration. Implements `domain.policy.Policy`."""

    policy: CompiledPolicy
    declared_at: datetime
    told_at: datetime | None

    @property
    def name(self) -> str:
        return f"{self.policy.name} withdrawal"

    def judge(self, facts: LineFacts) -> Verdict:
        return judge_withdrawal(self.policy, replace(facts, now=self.declared_at), told_at=self.told_at)


def statutory_judge(policy: CompiledPolicy, settings: TenantSettings, *, order: Order, declared_at: datetime) -> Judge:
    """`told_at`: shops that tell of the right do so before the purchase; the others have never told."""
    told_at = order.created if settings.tells_of_withdrawal else None
    return Judge(StatutoryPolicy(policy, declared_at, told_at), policy.version)


def match_withdrawals(ctx: Context, *, most: int = 20) -> int:
    """Work off declarations that wait, oldest first; gives how many were settled or set aside. One that fails waits for its next try."""
    now = ctx.now()
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    with ctx.db.everyone() as session:
        due = session.scalars(
            select(Withdrawal)
            .where(Withdrawal.state == "waiting", Withdrawal.next_at <= now, Withdrawal.tenant_id.in_(active))
            .order_by(Withdrawal.next_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        for row in due:
            row.attempts += 1
            row.next_at = now + LEASE * row.attempts
    settled = 0
    for row in due:
        try:
            why, case_id = _match(ctx, row)
        except RemoteError as problem:
            log.warning("withdrawal waits", withdrawal=row.id, tenant=row.tenant_id, code=problem.code)
            continue
        except Exception:
            # One declaration that breaks must not hold up the others; the law's clock runs on it all the same.
            log.exception("withdrawal not matched", withdrawal=row.id, tenant=row.tenant_id, attempts=row.attempts)
            if row.attempts < TRIES:
                continue
            why, case_id = "REFUSED", None
        _finish(ctx, row, why=why, case_id=case_id)
        settled += 1
    return settled


def _finish(ctx: Context, row: Withdrawal, *, why: str, case_id: str | None) -> None:
    with ctx.db.tenant(row.tenant_id) as session:
        stored = session.scalars(select(Withdrawal).where(Withdrawal.id == row.id).with_for_update()).one()
        if stored.state == "waiting":
            stored.state, stored.why, stored.case_id = "matched" if case_id else "aside", why, case_id


def _match(ctx: Context, row: Withdrawal) -> tuple[str, str | None]:
    """Why it stands aside, or the id of its case."""
    with ctx.db.tenant(row.tenant_id) as session:
        if session.get(Case, row.id) is not None:
            return "", row.id  # a worker died between the case and the note of it
    order = _find(ctx, row)
    if order is None:
        return "NO_ORDER", None
    if not row.proven and not hmac.compare_digest(order.email.strip().lower().encode(), row.email.lower().encode()):
        return "OTHER_MAILBOX", None
    if row.items:
        return "SOME_ITEMS", None
    if right_of(order_facts(order).country) is None:
        return "NO_RIGHT", None
    settings = ctx.tenant_settings(row.tenant_id)
    with ctx.db.tenant(row.tenant_id) as session:
        store_order(session, order, now=ctx.now())
        in_force = compiled_in_force(session, settings, ctx.now())
        judge = statutory_judge(in_force, settings, order=order, declared_at=row.declared_at)
        judged = judge_lines(session, order, judge=judge, settings=settings, now=ctx.now())
    wanted, why = units_to_withdraw(order, judged, {line_id: int(count) for line_id, count in row.units.items()})
    if why:
        return why, None
    try:
        case_id = open_case(
            ctx,
            row.tenant_id,
            saleor_order_id=order.id,
            lines=[
                LineRequest(order_line_id=line_id, quantity=count, reason=Reason.CHANGED_MIND)
                for line_id, count in wanted.items()
            ],
            actor=Actor.shopper(email=row.email),
            through=Channel.PORTAL,
            language=row.language,
            case_id=row.id,
            judge=judge,
        )
    except RemoteError:
        raise
    except AppError as problem:
        log.warning("withdrawal refused", withdrawal=row.id, tenant=row.tenant_id, code=problem.code)
        return "REFUSED", None
    return "", case_id


def units_to_withdraw(order: Order, judged: list[JudgedLine], chosen: Mapping[str, int]) -> tuple[dict[str, int], str]:
    """Units per order line that the law covers, or why a person has to look. `chosen` empty: the whole order.

    Goods that the law leaves out stay out; those that were not sent yet, or whose day nobody knows, are for a person.
    """
    by_line = {line.order_line_id: line for line in judged}
    units: dict[str, int] = {}
    unsent = unclear = False
    for line in order.lines:
        asked = min(chosen.get(line.id, 0), line.quantity) if chosen else line.quantity
        if not asked:
            continue
        item = by_line[line.id]
        codes = {because.code for because in item.verdict.because}
        if item.verdict.outcome is Outcome.ELIGIBLE:
            units[line.id] = min(asked, item.returnable)
        unsent = unsent or "NOT_FULFILLED" in codes
        unclear = unclear or item.verdict.outcome is Outcome.NEEDS_REVIEW
    if unsent:
        return {}, "NOT_SENT"
    if unclear:
        return {}, "UNCLEAR_DAY"
    return units, "" if units else "NOTHING_LEFT"


def _find(ctx: Context, row: Withdrawal) -> Order | None:
    if not row.saleor_order_id:
        return ctx.saleor.find_order(ctx.shop(row.tenant_id), row.order_number)
    try:
        return fresh_order(ctx, row.tenant_id, row.saleor_order_id)
    except NotFound:
        return None
