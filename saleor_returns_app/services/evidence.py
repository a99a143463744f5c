"""Photos and videos that support a claim: added by whoever holds the form, then attached to its case or message.

A file is written before its row, and its row goes after the file: after a crash at any point a sweep finds what is left over
(`evidence_retention`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.evidence import EvidenceKind, EvidenceState, check_count
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import NotFound, StorageUnavailable
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import ReturnLine
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import require_permission
from .history import load_case, record_entry
from .ports import ExaminedFile

LONGEST_NAME = 120
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What came in; `name` is what its sender calls it."""

    source: BinaryIO
    name: str


def holder_of(kind: str, owner: str, subject: str = "") -> str:
    """Who holds files that belong to no case yet: `owner` is a shopper's session, account or a staff member; `subject` what they
    are meant for, empty for a new request."""
    return hashlib.sha256(f"{kind}\0{owner}\0{subject}".encode()).hexdigest()


def add_evidence(
    ctx: Context,
    tenant_id: str,
    *,
    upload: Upload,
    holder: str,
    actor: Actor,
    case_id: str | None = None,
    order_line_id: str = "",
) -> Evidence:
    """Examine a file and keep it for its holder, until it is attached. The same file twice is kept once.

    `case_id` is the case it is meant for, if there is one. Raises the errors of `domain.evidence.refusal`, NotFound for a case
    that is not the actor's, StorageUnavailable.
    """
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        if case_id is not None:
            load_case(session, case_id, actor)
        _check_room(session, holder, case_id)  # before the work of examining it
    found = ctx.examiner.examine(upload.source)
    row = _new_row(ctx, tenant_id, found, upload, actor)
    row.holder, row.order_line_id = holder, order_line_id[:120]
    _write_files(ctx, row, found)
    try:
        with ctx.db.tenant(tenant_id) as session:
            # One at a time in a shop, so that nobody gets past the limit by sending many at once.
            session.scalar(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))
            twin = session.scalar(
                select(Evidence).where(
                    _held(holder), Evidence.digest == row.digest, Evidence.order_line_id == row.order_line_id
                )
            )
            if twin is None:
                _check_room(session, holder, case_id)
                session.add(row)
    except Exception:
        _forget_files(ctx, row)
        raise
    if twin is not None:
        _forget_files(ctx, row)
    return twin or row


def _check_room(session: Session, holder: str, case_id: str | None) -> None:
    already = count_ready(session, holder=holder).total()
    if case_id is not None:
        already += count_ready(session, case_id=case_id).total()
    check_count(already)


def _new_row(ctx: Context, tenant_id: str, found: ExaminedFile, upload: Upload, actor: Actor) -> Evidence:
    now = ctx.now()
    return Evidence(
        id=new_id(),
        kind=found.kind,
        state=EvidenceState.READY,
        name=shown_name(upload.name),
        media_type=found.media_type,
        size=found.size,
        width=found.width,
        height=found.height,
        digest=_digest(found.content),
        # The day is in the key, so that looking for what is left over need not list all there ever was.
        storage_key=_new_key(tenant_id, f"{now:%Y-%m-%d}"),
        thumbnail_key=_new_key(tenant_id, f"{now:%Y-%m-%d}") if found.thumbnail else "",
        who=actor.who,
        uploaded_by=actor.name[:300],
        created_at=now,
    )


def _new_key(tenant_id: str, day: str) -> str:
    """Nobody guesses it, and each is used once."""
    return f"{tenant_id}/{day}/{secrets.token_hex(24)}"


def _digest(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _write_files(ctx: Context, row: Evidence, found: ExaminedFile) -> None:
    found.content.seek(0)
    ctx.storage.write(row.storage_key, found.content)
    if row.thumbnail_key:
        ctx.storage.write(row.thumbnail_key, BytesIO(found.thumbnail))


def _forget_files(ctx: Context, row: Evidence) -> None:
    with suppress(StorageUnavailable):  # the sweep finds them
        ctx.storage.delete([row.storage_key, row.thumbnail_key])


def shown_name(name: str) -> str:
    """A file's name as it may be shown: without folders and without characters that hide or turn others around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-LONGEST_NAME:]


def _held(holder: str) -> ColumnElement[bool]:
    """What a holder has that belongs to no case yet; an empty holder has nothing."""
    return (Evidence.holder == holder) & Evidence.case_id.is_(None) & _is_ready() & (Evidence.holder != "")


def _is_ready() -> ColumnElement[bool]:
    return Evidence.state == EvidenceState.READY


def count_ready(session: Session, *, case_id: str | None = None, holder: str = "") -> Counter[EvidenceKind]:
    """How many photos and videos a case has, or a holder has for what is not sent yet."""
    wanted = _held(holder) if case_id is None else (Evidence.case_id == case_id) & _is_ready()
    kinds = session.scalars(select(Evidence.kind).where(wanted))
    return Counter(EvidenceKind(kind) for kind in kinds)


def held_by(session: Session, holder: str) -> list[Evidence]:
    """What a holder has added so far, in the order of adding."""
    return list(session.scalars(select(Evidence).where(_held(holder)).order_by(Evidence.id)))


def read_for(session: Session, *, actor: Actor, case_ids: Sequence[str]) -> list[Evidence]:
    """Cases' files that this actor may see. Whether they may see the cases is asked before, where those are read."""
    wanted = Evidence.case_id.in_(case_ids) & _is_ready()
    if actor.who is not Who.STAFF:
        wanted &= Evidence.internal.is_(False)
    return list(session.scalars(select(Evidence).where(wanted).order_by(Evidence.id)))


def find_file(ctx: Context, tenant_id: str, evidence_id: str) -> Evidence:
    """The file behind a link that was given to somebody who may see it. Raises NotFound."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(Evidence).where(Evidence.id == evidence_id, _is_ready()))
    if row is None:
        raise NotFound("This photo or video is no longer kept.", code="FILE_GONE")
    return row


def attach_to_case(session: Session, holder: str, case_id: str) -> Counter[EvidenceKind]:
    """What the holder added belongs to the case from now on; gives how much of it. An item that is not in the case does not count."""
    return _attach(session, held_by(session, holder), case_id)


def attach_to_message(
    ctx: Context, session: Session, holder: str, case_id: str, message_id: str, *, internal: bool = False
) -> Counter[EvidenceKind]:
    """What the holder added came with a message of the case; that of an internal note stays with staff.

    What came with it already is dropped: a form that is sent twice brings its files twice.
    """
    there = set(session.scalars(select(Evidence.digest).where(Evidence.message_id == message_id, _is_ready())))
    rows = []
    for row in held_by(session, holder):
        if row.digest in there:
            delete_row(ctx, row)
        else:
            row.message_id, row.internal = message_id, internal
            rows.append(row)
    return _attach(session, rows, case_id)


def _attach(session: Session, rows: Sequence[Evidence], case_id: str) -> Counter[EvidenceKind]:
    lines = set(session.scalars(select(ReturnLine.order_line_id).where(ReturnLine.case_id == case_id)))
    for row in rows:
        row.case_id, row.holder = case_id, ""
        if row.order_line_id not in lines:
            row.order_line_id = ""
    session.flush()
    return Counter(EvidenceKind(row.kind) for row in rows)


def drop_repeated(
    ctx: Context, session: Session, rows: Sequence[Evidence], case_id: str, *, internal: bool
) -> list[Evidence]:
    """Those of the rows that the case does not have yet; the others are what a form that is sent twice brings twice."""
    known = select(Evidence.digest, Evidence.order_line_id).where(
        Evidence.case_id == case_id, Evidence.message_id.is_(None), Evidence.internal.is_(internal), _is_ready()
    )
    there = {(digest, line_id) for digest, line_id in session.execute(known)}
    for row in rows:
        if (row.digest, row.order_line_id) in there:
            delete_row(ctx, row)
    session.flush()
    return [row for row in rows if row.state == EvidenceState.READY]


def remove_held(ctx: Context, tenant_id: str, evidence_id: str, *, holder: str) -> None:
    """Take back what is not sent yet. What is gone already, or another's, stays as it is."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(Evidence).where(_held(holder), Evidence.id == evidence_id))
        if row is not None:
            delete_row(ctx, row)


def remove_evidence(ctx: Context, tenant_id: str, evidence_id: str, *, actor: Actor) -> str:
    """Staff take a file off a case, for example one that shows a stranger; gives the case's id. Shoppers only take back what they
    have not sent. Raises NotFound."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(Evidence).where(Evidence.id == evidence_id, _is_ready()))
        if row is None or row.case_id is None or actor.who is not Who.STAFF:
            raise NotFound("This photo or video is no longer kept.", code="FILE_GONE")
        case = load_case(session, row.case_id, actor)
        delete_row(ctx, row)
        detail: dict[str, Any] = {"kind": row.kind, "name": row.name}
        record_entry(ctx, session, case, event="remove_evidence", actor=actor, detail=detail)
        return case.id


def delete_row(ctx: Context, row: Evidence) -> None:
    """Nobody sees it from now on; its files go by a job after the commit."""
    row.state, row.deleted_at = EvidenceState.DELETED, ctx.now()
