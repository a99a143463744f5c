"""The thread of a case: what shopper and staff write to each other, internal notes, and what of it was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Forbidden, TooMany
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.messages import Message, ReadMark
from saleor_returns_app.models.staff import CaseWatcher

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role
from .history import load_case
from .notifications import queue_case_mail, queue_mail

#: Messages of a shopper in one case: nobody needs more, and each of them is mailed to staff.
MOST_AN_HOUR = 30
SHOPPER = "shopper"
#: Adds what came with a message, in its transaction.
Attach = Callable[[Session, Case, Message], object]


def add_message(
    ctx: Context,
    session: Session,
    case: Case,
    *,
    actor: Actor,
    body: str,
    through: str,
    internal: bool = False,
    source_id: str | None = None,
) -> Message:
    """Append to the thread and tell the other side; an internal note is told to nobody.

    `source_id` is what makes it one message however often it arrives: the one that is there is given back. The case is locked.
    Raises BadInput for a text that is empty or too long, TooMany where a shopper writes more than anybody needs.
    """
    there = find_message(session, case, source_id)
    if there is not None:
        return there
    said = _text(body)
    if internal and actor.who is Who.SHOPPER:
        raise Forbidden
    if actor.who is not Who.STAFF:
        _check_pace(ctx, session, case, actor.who)
    now = ctx.now()
    message = Message(
        id=new_id(),
        case_id=case.id,
        at=now,
        who=actor.who,
        author_id=actor.id,
        author=actor.name,
        body=said,
        internal=internal,
        through=through,
        source_id=_source(case, source_id),
    )
    session.add(message)
    if not internal:
        case.last_message_at = now
        case.unread = actor.who is Who.SHOPPER
        if actor.who is Who.STAFF:
            queue_case_mail(ctx, session, case, "message", body=said)
    session.flush()
    if actor.who is Who.SHOPPER:
        tell_staff(ctx, session, case, said)
    return message


def _source(case: Case, source_id: str | None) -> str | None:
    """Of this case: what one form sends can never show a message of another."""
    return f"{case.id}:{source_id}"[:300] if source_id else None


def moved_source(source: str | None, case: Case, other: Case) -> str | None:
    """The source of a message that another case takes over: what sends it once more finds it there."""
    return _source(other, source.removeprefix(f"{case.id}:")) if source else None


def find_message(session: Session, case: Case, source_id: str | None) -> Message | None:
    """The message that came from this source before."""
    source = _source(case, source_id)
    return session.scalar(select(Message).where(Message.source_id == source)) if source else None


def _text(body: str) -> str:
    said = body.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput("Write a message first.", code="EMPTY", field="body")
    if len(said) > LONGEST_TEXT:
        text = "The message is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="body", most=LONGEST_TEXT)
    return said


def _check_pace(ctx: Context, session: Session, case: Case, who: Who) -> None:
    """Mails of strangers, which become notes, have a number of their own: they cannot silence the shopper."""
    lately = select(func.count()).where(
        Message.case_id == case.id, Message.who == who, Message.at > ctx.now() - timedelta(hours=1)
    )
    if (session.scalar(lately) or 0) >= MOST_AN_HOUR:
        text = "You have written many messages. The shop answers them first; please write again in an hour."
        raise TooMany(text, code="MANY_MESSAGES")


def tell_staff(ctx: Context, session: Session, case: Case, said: str, *, kind: str = "message_to_staff") -> None:
    """A mail to who works on the case and to those who watch it: of the shopper's word, or by `kind` of what happened."""
    watching = session.scalars(select(CaseWatcher.email).where(CaseWatcher.case_id == case.id)).all()
    for address in sorted({person for person in (case.assignee, *watching) if "@" in person}):
        params = {
            "number": case.number,
            "order_number": case.order_number,
            "customer_name": case.customer_name or case.email,
            "body": said,
            "case_id": case.id,
        }
        queue_mail(ctx, session, kind=kind, recipient=address, language="en", params=params, case_id=case.id)


#: A mail that tells of what happened, not of what somebody wrote.
NEWS = "news_to_staff"


def send_message(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    body: str,
    through: str,
    source_id: str | None = None,
    attach: Attach | None = None,
) -> str:
    """Write to the other side; gives the message's id. A second click on the same form finds the message of the first."""
    return _write(ctx, tenant_id, case_id, actor, body, through, source_id, attach, internal=False)


def add_note(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    body: str,
    source_id: str | None = None,
    attach: Attach | None = None,
) -> str:
    """Write a note that only staff see; gives its id."""
    return _write(ctx, tenant_id, case_id, actor, body, "dashboard", source_id, attach, internal=True)


def _write(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    actor: Actor,
    body: str,
    through: str,
    source_id: str | None,
    attach: Attach | None,
    *,
    internal: bool,
) -> str:
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        source = f"form:{source_id}" if source_id else None
        there = find_message(session, case, source)
        if there is not None:
            if attach is not None:
                attach(session, case, there)  # else what came along once more would wait for the next message
            return there.id
        message = add_message(
            ctx, session, case, actor=actor, body=body, through=through, internal=internal, source_id=source
        )
        if attach is not None:
            attach(session, case, message)
        return message.id


def reader_of(actor: Actor) -> str:
    return SHOPPER if actor.who is Who.SHOPPER else actor.id


def mark_read(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor) -> None:
    """This person has the thread before them. For the list, one member of staff has read it for all of them.

    The case's version stays: reading decides nothing.
    """
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        last = session.scalar(_thread(case_id, actor).order_by(Message.id.desc()).limit(1))
        if last is not None:
            mine = select(ReadMark).where(ReadMark.case_id == case_id, ReadMark.reader == reader_of(actor))
            mark = session.scalar(mine.with_for_update())
            if mark is None:
                session.add(ReadMark(case_id=case_id, reader=reader_of(actor), message_id=last.id, at=now))
            elif mark.message_id < last.id:
                mark.message_id, mark.at = last.id, now
        if actor.who is Who.STAFF:
            session.execute(update(Case).where(Case.id == case_id, Case.unread.is_(True)).values(unread=False))


def unread_for_shopper(session: Session, case_id: str) -> int:
    """Messages of the shop that its shopper has not had before them."""
    read = session.scalar(select(ReadMark.message_id).where(ReadMark.case_id == case_id, ReadMark.reader == SHOPPER))
    statement = select(func.count()).where(
        Message.case_id == case_id, Message.internal.is_(False), Message.who != Who.SHOPPER, Message.id > (read or "")
    )
    return session.scalar(statement) or 0


def _thread(case_id: str, actor: Actor) -> Select[Message]:
    statement = select(Message).where(Message.case_id == case_id)
    return statement.where(Message.internal.is_(False)) if actor.who is Who.SHOPPER else statement


def read_messages(session: Session, case_id: str, actor: Actor) -> list[Message]:
    """The thread as this side may see it, oldest first: a shopper never sees internal notes."""
    return list(session.scalars(_thread(case_id, actor).order_by(Message.id)))
