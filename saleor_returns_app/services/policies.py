"""A shop's policy: the one in force, its draft, its versions.

There is at most one draft, whose number follows the last one's. What was published never changes; it is in force from its time
until a later one's has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.policy import CompiledPolicy, Policy, compile_policy, presets
from saleor_returns_app.domain.policy.checking import check
from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.policies import PolicyVersion

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role

#: Reading is for all who manage orders; what binds everyone is changed by whoever may manage the app.
NEEDED = "MANAGE_APPS"
DRAFT, PUBLISHED = "draft", "published"
_MOST_COMPILED = 500
_compiled: dict[str, CompiledPolicy] = {}  # by the version's row
_DOCUMENT: TypeAdapter[PolicyDocument] = TypeAdapter(PolicyDocument)


@dataclass(frozen=True, slots=True)
class Judge:
    """What judges now; `version` 0 is the preset that holds until a shop publishes a policy of its own."""

    policy: Policy
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy with its number; `row` is None for the preset that holds until a shop publishes its own."""

    document: PolicyDocument
    version: int
    row: PolicyVersion | None = None


def pack_document(document: PolicyDocument) -> dict[str, Any]:
    packed: dict[str, Any] = _DOCUMENT.dump_python(document, mode="json")
    return packed


def unpack_document(packed: dict[str, Any]) -> PolicyDocument:
    return _DOCUMENT.validate_python(packed)


def in_force(ctx: Context, tenant_id: str) -> Standing:
    """The policy that judges now."""
    window_days = ctx.tenant_settings(tenant_id).window_days
    with ctx.db.tenant(tenant_id) as session:
        row = _in_force(session, ctx.now())
    if row is None:
        return Standing(presets.standard(window_days=window_days), 0)
    return Standing(unpack_document(row.document), row.version, row)


def _in_force(session: Session, now: datetime) -> PolicyVersion | None:
    return session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.state == PUBLISHED, PolicyVersion.effective_from <= now)
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.version.desc())
        .limit(1)
    )


def judge_in_force(session: Session, settings: TenantSettings, now: datetime) -> Judge:
    policy = compiled_in_force(session, settings, now)
    return Judge(policy, policy.version)


def compiled_in_force(session: Session, settings: TenantSettings, now: datetime) -> CompiledPolicy:
    """The policy that judges now; versions never change, so each is compiled once in a process."""
    row = _in_force(session, now)
    if row is None:
        return _standard(settings.window_days)
    policy = _compiled.get(row.id)
    if policy is None:
        if len(_compiled) >= _MOST_COMPILED:
            _compiled.clear()
        policy = _compiled[row.id] = compile_policy(unpack_document(row.document), version=row.version)
    return policy


@lru_cache(maxsize=64)
def _standard(window_days: int) -> CompiledPolicy:
    return compile_policy(presets.standard(window_days=window_days), version=0)


def read_draft(ctx: Context, tenant_id: str) -> PolicyVersion | None:
    with ctx.db.tenant(tenant_id) as session:
        return _draft(session)


def _draft(session: Session) -> PolicyVersion | None:
    return session.scalar(select(PolicyVersion).where(PolicyVersion.state == DRAFT))


def list_versions(ctx: Context, tenant_id: str) -> Sequence[PolicyVersion]:
    """What was published, the newest first."""
    with ctx.db.tenant(tenant_id) as session:
        rows = session.scalars(
            select(PolicyVersion).where(PolicyVersion.state == PUBLISHED).order_by(PolicyVersion.version.desc())
        )
        return rows.all()


def read_version(ctx: Context, tenant_id: str, number: int) -> PolicyVersion:
    """A published version. Raises NotFound."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(
            select(PolicyVersion).where(PolicyVersion.version == number, PolicyVersion.state == PUBLISHED)
        )
    if row is None:
        raise NotFound("There is no such version of the policy.", code="UNKNOWN_VERSION")
    return row


def begin_draft(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    document: PolicyDocument,
    based_on: int | None = None,
    revision: int | None = None,
) -> PolicyVersion:
    """Begin a draft, or with its `revision` put another document in the place of the one there is.

    Raises Conflict where somebody has begun or changed one in the meantime.
    """
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    now = ctx.now()
    try:
        with ctx.db.tenant(tenant_id) as session:
            row = _draft(session)
            if row is None:
                newest = session.scalar(select(func.max(PolicyVersion.version))) or 0
                row = PolicyVersion(
                    version=newest + 1,
                    state=DRAFT,
                    created_at=now,
                    created_by=actor.name,
                    document={},
                    updated_at=now,
                )
                session.add(row)
            elif row.revision != revision:
                raise _stale()
            _write(row, document, actor, now)
            row.based_on = based_on
        return row
    except (IntegrityError, StaleDataError) as error:
        raise _stale() from error


def save_draft(
    ctx: Context, tenant_id: str, *, actor: Actor, document: PolicyDocument, revision: int | None
) -> PolicyVersion:
    """Raises Conflict unless the draft still is the one that the person saw, NotFound where there is none any more."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    try:
        with ctx.db.tenant(tenant_id) as session:
            row = _seen_draft(session, revision)
            _write(row, document, actor, ctx.now())
        return row
    except StaleDataError as error:
        raise _stale() from error


def discard_draft(ctx: Context, tenant_id: str, *, actor: Actor, revision: int | None) -> None:
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    try:
        with ctx.db.tenant(tenant_id) as session:
            session.delete(_seen_draft(session, revision))
    except StaleDataError as error:
        raise _stale() from error


def publish_draft(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    revision: int | None,
    note: str,
    effective_from: datetime | None = None,
) -> PolicyVersion:
    """Publish the draft, in force from now or from a later time. Raises BadInput, Conflict, NotFound."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    now = ctx.now()
    if not note.strip():
        raise BadInput("Say in a few words what changed.", code="NOTE", field="note")
    if len(note) > LONGEST_TEXT:
        said = "The note is too long: at most %(most)s characters."
        raise BadInput(said, code="TOO_LONG", field="note", most=LONGEST_TEXT)
    if effective_from is not None and effective_from < now:
        raise BadInput("Choose a time to come, or “now”.", code="PAST", field="effective_from")
    try:
        with ctx.db.tenant(tenant_id) as session:
            row = _seen_draft(session, revision)
            _check(unpack_document(row.document))
            row.state, row.note = PUBLISHED, note.strip()
            row.effective_from = effective_from or now
            row.published_at, row.published_by = now, actor.name
        return row
    except StaleDataError as error:
        raise _stale() from error


def _check(document: PolicyDocument) -> None:
    errors = [finding for finding in check(document) if finding.severity == "error"]
    if errors:
        first = errors[0]
        said = first.text % first.params if first.params else first.text
        text = "This cannot be published yet: %(problem)s"
        raise BadInput(text, code="POLICY_FAULTY", problem=said)


def _write(row: PolicyVersion, document: PolicyDocument, actor: Actor, now: datetime) -> None:
    row.document = pack_document(document)
    row.updated_at, row.updated_by = now, actor.name


def _seen_draft(session: Session, revision: int | None) -> PolicyVersion:
    row = _draft(session)
    if row is None:
        raise NotFound("There is no draft any more: it was published or discarded.", code="NO_DRAFT")
    if row.revision != revision:
        raise _stale()
    return row


def _stale() -> Conflict:
    return Conflict("Someone else changed the draft in the meantime. Look again and decide.", code="STALE")
