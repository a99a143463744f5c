"""A person's data: what a shop holds of somebody, and erasing it.

Erasing is a row that a worker works off, one case a transaction. Every part of it finds nothing to do when it is done again, so a worker
that dies leaves the rest to the next.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, String, Table, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.audit import Deed
from saleor_returns_app.domain.erasing import (
    DROPPED,
    KEPT,
    facts_of,
    marks_of,
    order_without_person,
    pseudonym,
    scrub,
)
from saleor_returns_app.domain.evidence import OVER, EvidenceState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.refunds import SETTLED
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.audit import note_deed
from saleor_returns_app.models.base import Base, TenantScoped
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.erasures import Erasure
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.portal import IdempotencyKey, LoginCode, PortalLink, PortalSession
from saleor_returns_app.models.refunds import Refund, RefundAttempt
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.models.withdrawals import Withdrawal

from .audit import record_deed
from .context import Context
from .guards import require_permission, require_role
from .orders import pack_order, unpack_order
from .tenant_settings import NEEDED

#: How long one is left to the worker that took it.
LEASE = timedelta(minutes=2)
#: A person with more orders and cases is none.
_MOST = 5000
#: Not of shoppers, sealed, or looked after by hand.
_LEFT_ALONE = frozenset(
    {
        *("audit_log", "audit_heads", "staff_members", "erasures", "orders", "cases", "evidence", "refund_attempts"),
        *("counted_facts", "daily_facts", "monthly_facts", "fact_names", "times_to_roll"),  # numbers, of nobody
    }
)
#: Of a file that waits for its deletion.
_NAMELESS = {"name": "", "uploaded_by": "", "holder": ""}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a shop holds of a person. `blocking`: numbers of what is not over yet; `kept`: what stays, without the person."""

    email: str
    counts: Mapping[str, int]
    blocking: tuple[str, ...]
    kept: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Person:
    email: str
    ids: frozenset[str]
    cases: tuple[Case, ...]
    orders: tuple[OrderMirror, ...]
    withdrawals: tuple[Withdrawal, ...]

    @property
    def marks(self) -> frozenset[str]:
        names = {case.customer_name for case in self.cases} | {row.name for row in self.withdrawals}
        return marks_of(self.email, names=names, ids=self.ids, orders=[_order(row) for row in self.orders])


def find_holdings(ctx: Context, tenant_id: str, *, actor: Actor, who: str) -> Holdings:
    """By mail address, or by the id of an account in Saleor. Raises BadInput for what is neither."""
    _require(actor)
    with ctx.db.tenant(tenant_id) as session:
        return _holdings(session, _find(session, who))


def request_erasure(ctx: Context, tenant_id: str, *, actor: Actor, who: str, typed: str) -> str:
    """Have a person erased; `typed` is their address once more. Gives the id. Raises BadInput, and Conflict where something is open."""
    _require(actor)
    with ctx.db.tenant(tenant_id) as session:
        found = _holdings(session, _find(session, who))
        if typed.strip().lower() != found.email:
            raise BadInput("Write the address once more, as it stands above.", code="CONFIRM", field="typed")
        _refuse_open(found)
        now = ctx.now()
        row = Erasure(
            person=ctx.cipher.encrypt(json.dumps({"email": found.email, "ids": [] if "@" in who else [who.strip()]})),
            asked_by=actor.id,
            total=found.counts["cases"],
            asked_at=now,
            due_at=now,
        )
        session.add(row)
        session.flush()
        counts = {name: count for name, count in found.counts.items() if count}
        record_deed(
            ctx, session, tenant_id, actor, action="request_erasure", subject="person", subject_id=row.id, params=counts
        )
        return row.id


def list_erasures(ctx: Context, tenant_id: str, *, actor: Actor) -> list[Erasure]:
    """The newest first."""
    _require(actor)
    with ctx.db.tenant(tenant_id) as session:
        return list(session.scalars(select(Erasure).order_by(Erasure.id.desc()).limit(50)))


def work_erasures(ctx: Context) -> int:
    """Work off the one that waited longest; gives 1, or 0 when none was due."""
    now = ctx.now()
    with ctx.db.everyone() as session:
        row = session.scalar(
            select(Erasure)
            .where(Erasure.state == "waiting", Erasure.due_at <= now)
            .order_by(Erasure.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return 0
        row.due_at = now + LEASE
    said = json.loads(ctx.cipher.decrypt(row.person))
    while True:
        with ctx.db.tenant(row.tenant_id) as session:
            person = _person(session, said["email"], said["ids"])
            if person.cases and "marks" not in said:
                # Kept until the end: once the first case is done, nothing else may tell the person's name any more.
                orders = [row.saleor_id for row in person.orders]
                said = {**said, "marks": sorted(person.marks), "ids": sorted(person.ids), "orders": orders}
                session.get_one(Erasure, row.id).person = ctx.cipher.encrypt(json.dumps(said))
            marks = frozenset(said.get("marks") or person.marks)
            open_now = _holdings(session, person).blocking
            if open_now:
                held = session.get_one(Erasure, row.id)
                held.state, held.told, held.person = "refused", ", ".join(open_now)[:2000], ""
                held.finished_at = ctx.now()
                return 1
            if not person.cases:
                _finish(ctx, session, row, person, marks, said.get("orders", ()))
                break
            _erase_case(ctx, session, person.cases[0], marks, pseudonym(row.id))
            held = session.get_one(Erasure, row.id)
            held.done, held.due_at = held.done + 1, ctx.now() + LEASE
    log.info("person erased", tenant=row.tenant_id, erasure=row.id)
    return 1


def _require(actor: Actor) -> None:
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)


def _refuse_open(found: Holdings) -> None:
    if found.is_empty:
        raise BadInput("Nothing is held of this person.", code="NOTHING_HELD", field="who")
    if found.blocking:
        text = "Not everything of this person is over yet. Close these first: %(open)s."
        raise Conflict(text, code="STILL_OPEN", open=", ".join(found.blocking[:20]))


def _find(session: Session, who: str) -> _Person:
    said = who.strip()
    if not said or len(said) > 320:
        raise BadInput("Write a mail address, or the id of an account in Saleor.", code="WHO", field="who")
    if "@" in said:
        return _person(session, said.lower(), ())
    email = session.scalar(select(Case.email).where(Case.customer_id == said).order_by(Case.id.desc()).limit(1))
    return _person(session, email or said, [said])


def _person(session: Session, email: str, ids: Collection[str]) -> _Person:
    """By the address, and by the accounts that asked under it: somebody may have had another address before."""
    mine = Case.email == email
    accounts = {*ids, *filter(None, session.scalars(select(Case.customer_id).where(mine)))}
    cases = session.scalars(
        select(Case).where(or_(mine, Case.customer_id.in_(accounts))).order_by(Case.id).limit(_MOST)
    ).all()
    orders = session.scalars(
        select(OrderMirror)
        .where(or_(OrderMirror.email == email, OrderMirror.saleor_id.in_([case.saleor_order_id for case in cases])))
        .limit(_MOST)
    ).all()
    withdrawals = session.scalars(select(Withdrawal).where(func.lower(Withdrawal.email) == email)).all()
    return _Person(email, frozenset(accounts), tuple(cases), tuple(orders), tuple(withdrawals))


def _order(row: OrderMirror) -> Order:
    return unpack_order(row.snapshot)


def _holdings(session: Session, person: _Person) -> Holdings:
    ids = [case.id for case in person.cases]

    def count(entity: type[Any], *where: Any) -> int:
        return session.scalar(select(func.count()).select_from(entity).where(*where)) or 0

    unsettled = set(
        session.scalars(select(Refund.case_id).where(Refund.case_id.in_(ids), Refund.status.not_in(sorted(SETTLED))))
    )
    blocking = [case.number for case in person.cases if case.status not in OVER or case.id in unsettled]
    blocking += [f"order {row.order_number}" for row in person.withdrawals if row.state in ("waiting", "aside")]
    return Holdings(
        email=person.email,
        counts={
            "cases": len(ids),
            "messages": count(Message, Message.case_id.in_(ids)),
            "files": count(Evidence, Evidence.case_id.in_(ids), Evidence.state != EvidenceState.DELETED),
            "mails": count(Notification, func.lower(Notification.recipient) == person.email),
            "withdrawals": len(person.withdrawals),
            "orders": len(person.orders),
            "sign-ins": count(PortalSession, func.lower(PortalSession.email) == person.email),
        },
        blocking=tuple(dict.fromkeys(blocking)),
        kept={
            "refunds": count(Refund, Refund.case_id.in_(ids)),
            "credit notes": count(CreditNoteRow, CreditNoteRow.case_id.in_(ids)),
        },
    )


def _entities() -> dict[str, tuple[type[Any], Table]]:
    found: dict[str, tuple[type[Any], Table]] = {}
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if issubclass(mapper.class_, TenantScoped) and isinstance(table, Table):
            found[table.name] = (mapper.class_, table)
    return found


def _erase_case(ctx: Context, session: Session, case: Case, marks: Collection[str], email: str) -> None:
    """All rows of one case; the case itself last, for by its address the job finds what is left to do."""
    for name, (entity, table) in sorted(_entities().items()):
        if "case_id" not in table.c or name == "evidence":
            continue
        if name in DROPPED:
            session.execute(delete(entity).where(entity.case_id == case.id))
        else:
            _empty_rows(session, entity, table, entity.case_id == case.id, marks, email)
    gone = {"state": EvidenceState.DELETED, "deleted_at": ctx.now(), **_NAMELESS}
    session.execute(update(Evidence).where(Evidence.case_id == case.id).values(gone))
    mine = select(Refund.id).where(Refund.case_id == case.id)
    session.execute(update(RefundAttempt).where(RefundAttempt.refund_id.in_(mine)).values(answer=""))
    entity, table = _entities()["cases"]
    _empty_rows(session, entity, table, entity.id == case.id, marks, email)


def _empty_rows(
    session: Session, entity: type[Any], table: Table, mine: Any, marks: Collection[str], email: str
) -> None:
    texts = [column for column in table.c if _is_text(column) and not column.foreign_keys and not column.primary_key]
    keys = [column for column in table.c if column.primary_key]
    for row in session.execute(select(*(getattr(entity, column.name) for column in (*keys, *texts))).where(mine)):
        values = dict(zip((column.name for column in (*keys, *texts)), row, strict=True))
        changed = {
            column.name: new
            for column in texts
            if (new := _left(table.name, column, values[column.name], marks, email)) != values[column.name]
        }
        if changed:
            this = [getattr(entity, key.name) == values[key.name] for key in keys]
            session.execute(update(entity).where(*this).values(changed).execution_options(synchronize_session=False))


def _is_text(column: Any) -> bool:
    return isinstance(column.type, String | Text | JSON) and column.name != "tenant_id"


def _left(table: str, column: Any, value: Any, marks: Collection[str], email: str) -> Any:
    """What stays of a value."""
    if value is None:
        return None
    if column.name == "email" and table in ("cases", "withdrawals"):
        return email
    if column.name not in KEPT.get(table, frozenset()):
        if column.nullable:
            return None
        return type(value)()
    if table == "case_events" and column.name == "detail":
        value = facts_of(value)
    if table == "credit_notes":  # a document of the books: kept as it was issued for as long as tax law asks
        return value
    return scrub(value, marks)


def _finish(
    ctx: Context, session: Session, row: Erasure, person: _Person, marks: Collection[str], orders: Collection[str]
) -> None:
    """What belongs to no case, and that it was done."""
    email = pseudonym(row.id)
    mirrors = session.scalars(
        select(OrderMirror).where(or_(OrderMirror.email == person.email, OrderMirror.saleor_id.in_(orders)))
    ).all()
    for mirror in mirrors:
        mirror.snapshot = pack_order(order_without_person(_order(mirror), email))
        mirror.email = email
    session.execute(delete(LoginCode).where(LoginCode.saleor_order_id.in_([mirror.saleor_id for mirror in mirrors])))
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.subject.in_({*person.ids, person.email})))
    for entity in (PortalLink, PortalSession):
        session.execute(delete(entity).where(func.lower(entity.email) == person.email))
    session.execute(delete(Notification).where(func.lower(Notification.recipient) == person.email))
    # What could not be worked off was a hint about an order, and the order is read anyway.
    session.execute(update(WebhookDelivery).where(WebhookDelivery.processed_at.is_not(None)).values(body=b""))
    entities = _entities()
    found, table = entities["withdrawals"]
    for withdrawal in person.withdrawals:
        _empty_rows(session, found, table, found.id == withdrawal.id, marks, email)
    for name, (found, table) in sorted(entities.items()):
        if name not in _LEFT_ALONE and "case_id" not in table.c:
            _sweep(session, found, table, {person.email, *(said.casefold() for said in person.ids)})
    held = session.get_one(Erasure, row.id)
    held.state, held.person, held.finished_at = "done", "", ctx.now()
    deed = Deed(
        tenant_id=row.tenant_id, at=ctx.now(), who=Who.SYSTEM.value, actor_id="", action="erase", subject="person",
        subject_id=row.id, params={"cases": held.done, "orders": len(mirrors)},
    )  # fmt: skip
    note_deed(session, deed)


def _sweep(session: Session, entity: type[Any], table: Table, marks: Collection[str]) -> None:
    """Empty what names the person anywhere else: an answer kept for a storefront, a list of work, an order's note."""
    texts = [column for column in table.c if _is_text(column) and not column.foreign_keys and not column.primary_key]
    keys = [column for column in table.c if column.primary_key]
    if not texts or not marks:
        return
    held = or_(
        *(
            cast(getattr(entity, column.name), Text).icontains(mark, autoescape=True)
            for column in texts
            for mark in marks
        )
    )
    for row in session.execute(select(*(getattr(entity, column.name) for column in (*keys, *texts))).where(held)).all():
        values = dict(zip((column.name for column in (*keys, *texts)), row, strict=True))
        changed = {column.name: scrub(values[column.name], marks) for column in texts}
        this = [getattr(entity, key.name) == values[key.name] for key in keys]
        session.execute(update(entity).where(*this).values(changed).execution_options(synchronize_session=False))
