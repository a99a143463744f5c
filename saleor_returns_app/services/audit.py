"""Reading, searching and checking a shop's audit log."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from json import dumps
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.audit import Break, Checker, Deed
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.audit import AuditHead, AuditRow, note_deed
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.staff import StaffMember

from .context import Context
from .formulas import inert
from .guards import require_permission, require_role
from .tenant_settings import NEEDED

ON_PAGE = 50
_STEP = 1000
HEADER = ("number", "at", "who", "person", "action", "subject", "subject id", "details", "hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch:
    """What is looked for; empty: everything. `case` is a number as people say it, `person` the start of a mail address or an id."""

    person: str = ""
    action: str = ""
    case: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`after` is the number to go on from; 0: no older rows."""

    rows: Sequence[AuditRow]
    after: int
    people: Mapping[str, str]  # ids of staff → their address


@dataclass(frozen=True, slots=True)
class Verified:
    """`head` is the newest row that held; `broken` the first that does not."""

    sequence: int
    hash: str
    broken: Break | None


def record_deed(
    ctx: Context, session: Session, tenant_id: str, actor: Actor, *, action: str, subject: str, subject_id: str = "",
    params: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Name a deed that no history of a case tells of. Ids and facts only: nobody's words, no secret."""
    deed = Deed(
        tenant_id=tenant_id, at=ctx.now(), who=actor.who.value, actor_id=actor.id, action=action, subject=subject,
        subject_id=subject_id, params=dict(params or {}),
    )  # fmt: skip
    note_deed(session, deed)


def list_deeds(ctx: Context, tenant_id: str, *, actor: Actor, wanted: AuditSearch, before: int = 0) -> AuditPage:
    """A page, newest first. Raises BadInput naming the field."""
    _require(actor)
    zone = ctx.tenant_settings(tenant_id).time_zone
    with ctx.db.tenant(tenant_id) as session:
        found = _search(session, wanted, zone).order_by(AuditRow.sequence.desc()).limit(ON_PAGE + 1)
        if before:
            found = found.where(AuditRow.sequence < before)
        rows = session.scalars(found).all()
        people = _people(session)
    return AuditPage(rows[:ON_PAGE], rows[ON_PAGE - 1].sequence if len(rows) > ON_PAGE else 0, people)


def export_deeds(ctx: Context, tenant_id: str, *, actor: Actor, wanted: AuditSearch) -> Iterator[str]:
    """CSV, oldest first, in pieces: a long log is never whole in memory. That it was taken out stands in the log."""
    _require(actor)
    zone = ctx.tenant_settings(tenant_id).time_zone
    with ctx.db.tenant(tenant_id) as session:
        found = _search(session, wanted, zone).order_by(AuditRow.sequence).limit(_STEP)
        people = _people(session)
        record_deed(ctx, session, tenant_id, actor, action="export_audit", subject="audit")
    return _pieces(ctx, tenant_id, found, people)


def _pieces(ctx: Context, tenant_id: str, found: Select[AuditRow], people: Mapping[str, str]) -> Iterator[str]:
    yield _line(HEADER)
    last = 0
    while True:
        with ctx.db.tenant(tenant_id) as session:
            rows = session.scalars(found.where(AuditRow.sequence > last)).all()
        if not rows:
            return
        yield "".join(_line(_cells(row, people)) for row in rows)
        last = rows[-1].sequence


def _cells(row: AuditRow, people: Mapping[str, str]) -> Sequence[str]:
    person = people.get(row.actor_id, row.actor_id)
    details = dumps(row.params, sort_keys=True, ensure_ascii=False) if row.params else ""
    cells = (str(row.sequence), row.at.isoformat(), row.who, person, row.action, row.subject, row.subject_id, details)
    return [inert(cell) for cell in (*cells, row.hash)]


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _require(actor: Actor) -> None:
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)


def _people(session: Session) -> dict[str, str]:
    members = session.scalars(select(StaffMember))
    return {member.user_id: member.email for member in members}


def _search(session: Session, wanted: AuditSearch, zone: str) -> Select[AuditRow]:
    found = select(AuditRow)
    if wanted.person.strip():
        said = wanted.person.strip().casefold()
        ids = [user_id for user_id, email in _people(session).items() if email.casefold().startswith(said)]
        found = found.where(AuditRow.actor_id.in_([*ids, wanted.person.strip()]))
    if wanted.action.strip():
        found = found.where(AuditRow.action == wanted.action.strip().lower().replace(" ", "_"))
    if wanted.case.strip():
        ids = list(session.scalars(select(Case.id).where(Case.number == wanted.case.strip().upper())))
        found = found.where(AuditRow.subject_id.in_([*ids, wanted.case.strip()]))
    since, until = _day(wanted.since, "since", zone), _day(wanted.until, "until", zone)
    if since is not None:
        found = found.where(AuditRow.at >= since)
    if until is not None:
        found = found.where(AuditRow.at < until + timedelta(days=1))
    return found


def _day(text: str, field: str, zone: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), ZoneInfo(zone))
    except ValueError as error:
        raise BadInput("Write the day like 2026-11-30.", code="DAY", field=field) from error


def verify_chain(ctx: Context, tenant_id: str, *, expected: tuple[int, str] | None = None) -> Verified:
    """Work the whole chain out anew. `expected`: number and hash of a row that were kept elsewhere."""
    checker, at_expected = Checker(), ""
    while True:
        with ctx.db.tenant(tenant_id) as session:
            # The head first: rows that come meanwhile are newer than it, never older.
            head = session.get(AuditHead, tenant_id, populate_existing=True)
            rows = session.scalars(
                select(AuditRow).where(AuditRow.sequence > checker.sequence).order_by(AuditRow.sequence).limit(_STEP)
            ).all()
        broken = checker.check(row.link for row in rows)
        if broken is not None:
            return Verified(checker.sequence, checker.hash, broken)
        if expected is not None:
            at_expected = next((row.hash for row in rows if row.sequence == expected[0]), at_expected)
        if len(rows) < _STEP:
            break
    return Verified(checker.sequence, checker.hash, _end(checker, head, expected, at_expected))


def _end(checker: Checker, head: AuditHead | None, expected: tuple[int, str] | None, at_expected: str) -> Break | None:
    known = head.sequence if head is not None else 0
    if known > checker.sequence:
        return Break(checker.sequence + 1, f"row {checker.sequence + 1} is missing: {known} rows were written")
    if expected is not None and expected[0] and at_expected != expected[1]:
        if not at_expected:
            return Break(checker.sequence + 1, f"row {expected[0]}, which you kept the hash of, is missing")
        return Break(expected[0], f"row {expected[0]} has another hash than the one you kept: the log was written anew")
    if head is not None and known == checker.sequence and known and head.hash != checker.hash:
        return Break(checker.sequence, f"row {checker.sequence} is not the one that was written last")
    return None
