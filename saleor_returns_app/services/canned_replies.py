"""Replies that a shop keeps for reuse."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.canned_replies import flaw, suited
from saleor_returns_app.domain.cases import Reason
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.messages import CannedReply

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role
from .starter_replies import STARTERS
from .tenant_settings import NEEDED

LONGEST_NAME = 120
#: More than anybody can choose from.
MOST = 300


def list_replies(session: Session) -> list[CannedReply]:
    return list(session.scalars(select(CannedReply).order_by(CannedReply.name, CannedReply.language).limit(MOST)))


def replies_for(session: Session, case: Case, *, language: str) -> list[CannedReply]:
    """Those that suit a case, in its shopper's language where there are any."""
    return suited(list_replies(session), language=language, reasons=[line.reason for line in case.lines])


def save_reply(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    name: str,
    language: str,
    body: str,
    reason: str = "",
    languages: Collection[str],
    reply_id: str | None = None,
) -> str:
    """Keep a new reply, or change the one named; gives its id. Raises BadInput naming the field."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    name, body = " ".join(name.split()), body.replace("\r\n", "\n").strip()
    _check(name, language, body, reason, languages)
    try:
        with ctx.db.tenant(tenant_id) as session:
            row = _load(session, reply_id) if reply_id else CannedReply()
            row.name, row.language, row.reason, row.body = name, language, reason, body
            row.updated_at, row.updated_by = ctx.now(), actor.name
            session.add(row)
            session.flush()
            return row.id
    except IntegrityError as error:
        text = "There is a reply of this name in this language already. Change that one, or choose another name."
        raise Conflict(text, code="NAME_TAKEN", field="name") from error


def _check(name: str, language: str, body: str, reason: str, languages: Collection[str]) -> None:
    if not name or len(name) > LONGEST_NAME:
        text = "Give the reply a name that you find it by, at most %(most)s characters."
        raise BadInput(text, code="NAME", field="name", most=LONGEST_NAME)
    if language not in languages:
        raise BadInput("Choose a language.", code="LANGUAGE", field="language")
    if reason and reason not in {item.value for item in Reason}:
        raise BadInput("Choose a reason, or none.", code="REASON", field="reason")
    if not body or len(body) > LONGEST_TEXT:
        text = "Write the reply, at most %(most)s characters."
        raise BadInput(text, code="BODY", field="body", most=LONGEST_TEXT)
    wrong = flaw(body)
    if wrong is not None:
        raise BadInput(wrong.text, code=wrong.code, field="body", **wrong.params)


def delete_reply(ctx: Context, tenant_id: str, reply_id: str, *, actor: Actor) -> None:
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.tenant(tenant_id) as session:
        session.delete(_load(session, reply_id))


def add_starters(ctx: Context, tenant_id: str, *, actor: Actor) -> int:
    """Add the replies to begin with that are not there by name and language; gives how many."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.tenant(tenant_id) as session:
        there = {(row.name, row.language) for row in list_replies(session)}
        new = [
            CannedReply(
                name=starter.name,
                language=language,
                reason=starter.reason,
                body=body,
                updated_at=ctx.now(),
                updated_by=actor.name,
            )
            for starter in STARTERS
            for language, body in starter.bodies.items()
            if (starter.name, language) not in there
        ]
        session.add_all(new)
        return len(new)


def _load(session: Session, reply_id: str) -> CannedReply:
    row = session.get(CannedReply, reply_id)
    if row is None:
        raise NotFound("This reply does not exist any more.", code="UNKNOWN_REPLY")
    return row
