"""One action on many cases: planned by a person, carried out by a job for that person, with a result for each.

A case's move and the result of its item are one transaction, so that a worker that dies in between leaves neither. What an action
needs from Saleor is read before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import AppError, BadInput, NotFound, RemoteError
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.bulk import BulkItem, BulkRun
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant, TenantState

from .assigning import assign_case, clean_tag, tag_case
from .bulk_refunds import NEEDED, ReadAgainError, approve_seen_refund, read_what_is_old
from .cases import approve_case, cancel_case, close_case, reject_case
from .context import Context
from .guards import require_permission, require_role
from .staff import narrow_roles

MOST = 1_000
#: While a worker carries out a part of a run, nobody else takes it.
LEASE = timedelta(minutes=2)
#: Cases done before the lease is looked at again.
_PART = 50
#: How often an order that changes while it is looked at is read for one case.
_READS = 3
Typed = Mapping[str, str]
#: What was done, in words, where "done" does not say it all.
Said = tuple[str, Mapping[str, str]]
Read = Callable[[Context, str, Sequence[str]], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """`event` is the move it makes, None for what every state allows; `fields` are what a person fills in, the needed ones first.

    `read` fetches what cases need from Saleor; `seen_each`: each case needs to have been shown by itself (`shown` of `plan_bulk`).
    """

    name: str
    event: CaseEvent | None
    run: Callable[..., Said | None]
    verb: Verb = Verb.DECIDE
    permission: str = "MANAGE_ORDERS"
    read: Read | None = None
    seen_each: bool = False
    fields: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


def _approve(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:
    approve_case(ctx, tenant_id, case_id, actor=actor, message=typed.get("message", ""))


def _reject(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:
    reject_case(ctx, tenant_id, case_id, actor=actor, reason=typed.get("reason", ""))


def _cancel(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:
    cancel_case(ctx, tenant_id, case_id, actor=actor, reason=typed.get("reason", ""))


def _close(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:  # noqa: ARG001
    close_case(ctx, tenant_id, case_id, actor=actor)


def _assign(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:
    assign_case(ctx, tenant_id, case_id, actor=actor, user_id=typed.get("user_id", ""))


def _tag(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> None:
    tag_case(ctx, tenant_id, case_id, actor=actor, tag=typed.get("tag", ""))


def _approve_refund(ctx: Context, tenant_id: str, case_id: str, typed: Typed, actor: Actor) -> Said:
    return approve_seen_refund(ctx, tenant_id, case_id, typed, actor)


ACTIONS: dict[str, BulkAction] = {
    action.name: action
    for action in (
        BulkAction(name="approve", event=CaseEvent.APPROVE, run=_approve, fields=("message",)),
        BulkAction(name="reject", event=CaseEvent.REJECT, run=_reject, fields=("reason",), needed=("reason",)),
        BulkAction(name="cancel", event=CaseEvent.CANCEL, run=_cancel, fields=("reason",), needed=("reason",)),
        BulkAction(name="close", event=CaseEvent.CLOSE, run=_close),
        BulkAction(
            name="approve_refund",
            event=CaseEvent.RESOLVE,
            run=_approve_refund,
            verb=Verb.PAY,
            permission=NEEDED,
            read=read_what_is_old,
            seen_each=True,
        ),
        BulkAction(name="assign", event=None, run=_assign, fields=("user_id",)),
        BulkAction(name="tag", event=None, run=_tag, fields=("tag",), needed=("tag",)),
    )
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would meet: the cases it fits, and those whose state does not allow it."""

    fits: tuple[Case, ...]
    others: tuple[Case, ...]


def preview_bulk(ctx: Context, tenant_id: str, *, actor: Actor, action: str, case_ids: Sequence[str]) -> Preview:
    """Raises BadInput for an unknown action, no cases or too many."""
    wanted = _action(action)
    cases = chosen_cases(ctx, tenant_id, actor=actor, case_ids=case_ids)
    fits = tuple(case for case in cases if _fits(wanted, case))
    return Preview(fits, tuple(case for case in cases if case not in fits))


def chosen_cases(ctx: Context, tenant_id: str, *, actor: Actor, case_ids: Sequence[str]) -> list[Case]:
    """Of what was chosen, what this person may see. Raises BadInput for no cases or too many."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        return _chosen(session, actor, case_ids)


def _action(name: str) -> BulkAction:
    found = ACTIONS.get(name)
    if found is None:
        raise BadInput("Choose what to do with the cases.", code="ACTION", field="action")
    return found


def _fits(action: BulkAction, case: Case) -> bool:
    if action.event is None:
        return True
    is_return = case.kind == CaseKind.RETURN  # a complaint is decided by who looks into it, one at a time
    return is_return and action.event in RETURN_CASE.possible(CaseStatus(case.status), Who.STAFF)


def _chosen(session: Session, actor: Actor, case_ids: Sequence[str]) -> list[Case]:
    ids = list(dict.fromkeys(case_ids))
    if not ids:
        raise BadInput("Choose at least one case.", code="NO_CASES")
    if len(ids) > MOST:
        raise BadInput("At most %(most)s cases at once. Choose fewer.", code="TOO_MANY_CASES", most=MOST)
    found = select(Case).where(Case.id.in_(ids)).order_by(Case.id)
    if actor.channels is not None:
        found = found.where(Case.channel_slug.in_(sorted(actor.channels)))
    return list(session.scalars(found))


def plan_bulk(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    action: str,
    case_ids: Sequence[str],
    typed: Typed,
    shown: Mapping[str, Typed] | None = None,
    run_id: str | None = None,
) -> str:
    """Plan an action; gives the run's id. The same `run_id` is planned once. Raises BadInput, Forbidden.

    `shown` is what the person saw of each case (case id → names and values), kept for when it is carried out.
    A case that it does not fit any more is planned too: its refusal is a result that whoever chose it can see.
    """
    require_permission(actor, "MANAGE_ORDERS")
    wanted = _action(action)
    require_permission(actor, wanted.permission)
    require_role(actor, wanted.verb)
    said = {name: typed.get(name, "").strip() for name in wanted.fields}
    for name in wanted.needed:
        if not (clean_tag(said[name]) if name == "tag" else said[name]):
            text = {"reason": "Write the reason: the shopper reads it.", "tag": "Write a tag."}[name]
            raise BadInput(text, code=name.upper(), field=name)
    with ctx.db.tenant(tenant_id) as session:
        if run_id is not None and session.get(BulkRun, run_id) is not None:
            return run_id
        cases = _chosen(session, actor, case_ids)
        seen = shown or {}
        if wanted.seen_each:
            cases = [case for case in cases if case.id in seen]
        if not any(_fits(wanted, case) for case in cases):
            raise BadInput("None of these cases can be changed like that now.", code="NO_CASES")
        run = BulkRun(
            id=run_id or new_id(),
            action=wanted.name,
            typed=said,
            actor=actor.dump(),
            total=len(cases),
            created_at=ctx.now(),
        )
        try:
            with session.begin_nested():
                session.add(run)
        except IntegrityError:
            return run.id  # the second click of two at once
        for position, case in enumerate(cases):
            item = BulkItem(id=new_id(), run_id=run.id, case_id=case.id, position=position, seen=case.status)
            item.shown = dict(seen.get(case.id, {}))
            session.add(item)
        return run.id


def stop_bulk(ctx: Context, tenant_id: str, run_id: str, *, actor: Actor) -> None:
    """What is not done yet stays undone. Stopping what has ended changes nothing. Raises NotFound for somebody else's run."""
    with ctx.db.tenant(tenant_id) as session:
        run = session.scalar(select(BulkRun).where(BulkRun.id == run_id).with_for_update())
        if run is None or run.actor["id"] != actor.id:
            raise NotFound("This list of work does not exist, or it is somebody else's.", code="UNKNOWN_RUN")
        if run.finished_at is None:
            run.state, run.finished_at = "stopped", ctx.now()


@dataclass(frozen=True, slots=True)
class Result:
    item: BulkItem
    case: Case


def read_bulk(ctx: Context, tenant_id: str, run_id: str, *, actor: Actor) -> tuple[BulkRun, tuple[Result, ...]]:
    """A run of this person with what became of each case. Raises NotFound."""
    with ctx.db.tenant(tenant_id) as session:
        run = session.get(BulkRun, run_id)
        if run is None or run.actor["id"] != actor.id:
            raise NotFound("This list of work does not exist, or it is somebody else's.", code="UNKNOWN_RUN")
        rows = session.execute(
            select(BulkItem, Case)
            .join(Case, Case.id == BulkItem.case_id)
            .where(BulkItem.run_id == run_id)
            .order_by(BulkItem.position)
        ).all()
    return run, tuple(Result(item, case) for item, case in rows)


def work_bulk(ctx: Context) -> int:
    """Carry out a part of the oldest run that nobody works on; gives how many cases were tried."""
    now = ctx.now()
    active = select(Tenant.id).where(Tenant.state == TenantState.ACTIVE)
    free = (BulkRun.leased_until.is_(None)) | (BulkRun.leased_until <= now)
    with ctx.db.everyone() as session:
        run = session.scalar(
            select(BulkRun)
            .where(BulkRun.state.in_(["waiting", "running"]), free, BulkRun.tenant_id.in_(active))
            .order_by(BulkRun.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if run is None:
            return 0
        run.state, run.leased_until = "running", now + LEASE
        tenant_id, run_id, action = run.tenant_id, run.id, ACTIONS[run.action]
    with ctx.db.tenant(tenant_id) as session:
        due = select(BulkItem.id, BulkItem.case_id).where(BulkItem.run_id == run_id, BulkItem.state == "")
        items = session.execute(due.order_by(BulkItem.position).limit(_PART)).all()
    tried = 0
    for number, item in enumerate(items):
        try:
            if action.read is not None and number == 0:
                action.read(ctx, tenant_id, [item.case_id for item in items])
            going = _work_item(ctx, tenant_id, run_id, item.id, read=action.read)
        except RemoteError as problem:
            # The shop does not answer: what is left waits for the end of the lease, and other runs come first.
            log.info("run waits for the shop", tenant=tenant_id, run=run_id, code=problem.code)
            return tried
        if not going:
            break
        tried += 1
    with ctx.db.tenant(tenant_id) as session:
        run = session.scalars(select(BulkRun).where(BulkRun.id == run_id).with_for_update()).one()
        run.leased_until = None
        if run.state == "running" and run.done + run.failed >= run.total:
            run.state, run.finished_at = "done", ctx.now()
    return tried


def _work_item(ctx: Context, tenant_id: str, run_id: str, item_id: str, *, read: Read | None) -> bool:
    """False when the run was stopped. An order that changes meanwhile is read again a few times. Raises RemoteError."""
    for reads_left in range(_READS, -1, -1):
        try:
            return _try_item(ctx, tenant_id, run_id, item_id, reads_left=reads_left)
        except ReadAgainError as changed:
            if read is not None:
                read(ctx, tenant_id, [changed.case_id])
    raise AssertionError("the last try has a result")


def _try_item(ctx: Context, tenant_id: str, run_id: str, item_id: str, *, reads_left: int) -> bool:
    """The case and its result are one transaction. Raises ReadAgainError while reads are left."""
    with ctx.db.together(tenant_id) as session:
        run = session.scalars(select(BulkRun).where(BulkRun.id == run_id).with_for_update()).one()
        item = session.get_one(BulkItem, item_id)
        if run.state != "running":
            return False
        if item.state:
            return True
        action, actor = ACTIONS[run.action], narrow_roles(session, Actor.load(run.actor))
        item.at = ctx.now()
        try:
            with session.begin_nested():  # what fails leaves nothing of the case behind, wherever it fails
                if not action.seen_each:  # such an action compares more than the state by itself
                    _check_seen(session, item)
                said = action.run(ctx, tenant_id, item.case_id, {**run.typed, **item.shown}, actor)
        except AppError as problem:
            if isinstance(problem, ReadAgainError) and reads_left:
                raise
            item.state, item.code, item.said = "refused", problem.code, problem.text
            item.params = {name: str(value) for name, value in problem.params.items()}
            run.failed += 1
        except DBAPIError:
            raise  # the database's trouble is not this case's: the part is tried again when the lease is over
        except Exception:
            # One case that breaks must not hold up the others for ever; what it had changed is undone.
            log.exception("case of a run broke", action=run.action, case=item.case_id)
            text = "The app broke on this case and changed nothing. Open the case and do it there."
            item.state, item.code, item.said = "refused", "BROKEN", text
            run.failed += 1
        else:
            item.state = "done"
            if said is not None:
                item.said, item.params = said[0], dict(said[1])
            run.done += 1
    return True


def _check_seen(session: Session, item: BulkItem) -> None:
    # Locked: nobody changes it between this look and the action.
    status = session.scalar(select(Case.status).where(Case.id == item.case_id).with_for_update())
    if status != item.seen:
        text = "It has changed since you chose it: it is %(state)s now."
        raise BadInput(text, code="STALE", state=str(status).replace("_", " "))
