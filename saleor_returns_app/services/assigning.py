"""Who looks after a case, who follows it, and the words it is sorted by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.staff import CaseTag, CaseWatcher, StaffMember

from .context import Context
from .guards import require_permission, require_role
from .history import load_case, record_entry
from .impartial import check_impartial, named_in

MOST_TAGS, LONGEST_TAG = 20, 40
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the page of a case says about the people around it."""

    people: tuple[StaffMember, ...]
    watchers: tuple[CaseWatcher, ...]
    tags: tuple[str, ...]
    known_tags: tuple[str, ...]  # of the shop, most used first

    def watches(self, actor: Actor) -> bool:
        return any(watcher.user_id == actor.id for watcher in self.watchers)


def read_desk(ctx: Context, tenant_id: str, case_id: str) -> Desk:
    """For a case that its reader was let in to."""
    with ctx.db.tenant(tenant_id) as session:
        used = func.count(CaseTag.id)
        known = select(CaseTag.tag).group_by(CaseTag.tag).order_by(used.desc(), CaseTag.tag).limit(50)
        return Desk(
            people=tuple(session.scalars(select(StaffMember).order_by(StaffMember.email))),
            watchers=tuple(
                session.scalars(select(CaseWatcher).where(CaseWatcher.case_id == case_id).order_by(CaseWatcher.email))
            ),
            tags=tuple(session.scalars(select(CaseTag.tag).where(CaseTag.case_id == case_id).order_by(CaseTag.tag))),
            known_tags=tuple(session.scalars(known)),
        )


def list_members(ctx: Context, tenant_id: str) -> tuple[StaffMember, ...]:
    """Who was seen here, by e-mail."""
    with ctx.db.tenant(tenant_id) as session:
        return tuple(session.scalars(select(StaffMember).order_by(StaffMember.email)))


def assign_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, user_id: str) -> None:
    """Give a case to somebody who was seen here; an empty `user_id` takes it away. Giving it to who has it changes nothing."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        if case.assignee_id == user_id:
            return
        email = ""
        if user_id:
            member = session.scalar(select(StaffMember).where(StaffMember.user_id == user_id))
            if member is None:
                text = "This person has not opened the app yet. Ask them to open it once, then choose again."
                raise BadInput(text, code="UNKNOWN_PERSON", field="user_id")
            email = member.email
            if case.kind == CaseKind.COMPLAINT:
                check_impartial(session, case, named_in(session, session.get_one(Complaint, case.id)), user_id)
        before, case.assignee_id, case.assignee = case.assignee, user_id, email
        record_entry(ctx, session, case, event="assign", actor=actor, detail={"to": email, "before": before})


def watch_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor) -> None:
    """Follow a case. Twice is once."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        if session.scalar(_mine(case, actor)) is None:
            session.add(
                CaseWatcher(id=new_id(), case_id=case.id, user_id=actor.id, email=actor.name[:320], at=ctx.now())
            )


def unwatch_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor) -> None:
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        watcher = session.scalar(_mine(case, actor))
        if watcher is not None:
            session.delete(watcher)


def _mine(case: Case, actor: Actor) -> Select[CaseWatcher]:
    return select(CaseWatcher).where(CaseWatcher.case_id == case.id, CaseWatcher.user_id == actor.id)


def tag_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, tag: str) -> None:
    """Put a tag on a case. Tags are lower case; one that is there stays. Raises BadInput."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = clean_tag(tag)
    if not said:
        raise BadInput("Write a tag.", code="TAG", field="tag")
    if len(said) > LONGEST_TAG:
        text = "A tag has at most %(most)s characters."
        raise BadInput(text, code="TAG", field="tag", most=LONGEST_TAG)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        there = session.scalars(select(CaseTag.tag).where(CaseTag.case_id == case.id)).all()
        if said in there:
            return
        if len(there) >= MOST_TAGS:
            raise BadInput("A case has at most %(most)s tags.", code="TAG", field="tag", most=MOST_TAGS)
        session.add(CaseTag(id=new_id(), case_id=case.id, tag=said))
        record_entry(ctx, session, case, event="tag", actor=actor, detail={"tag": said})


def untag_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, tag: str) -> None:
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        found = session.scalar(select(CaseTag).where(CaseTag.case_id == case.id, CaseTag.tag == clean_tag(tag)))
        if found is None:
            raise NotFound("The case does not have this tag any more.", code="UNKNOWN_TAG")
        session.delete(found)
        record_entry(ctx, session, case, event="untag", actor=actor, detail={"tag": found.tag})


def clean_tag(text: str) -> str:
    """Without what cannot be seen, in lower case."""
    return _SPACES.sub(" ", "".join(char for char in text if char.isprintable() or char.isspace())).strip().lower()
