"""A shop's staff as this app knows them: who was seen, what role they have, in which group they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Role
from saleor_returns_app.errors import BadInput, Conflict, Forbidden
from saleor_returns_app.models.staff import StaffMember

from .context import Context
from .guards import permission_name

#: A visit is written down at most so often.
SEEN_EVERY = timedelta(hours=1)
LONGEST_GROUP = 60
MANAGES = "MANAGE_APPS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the page of people sets for one of them."""

    roles: frozenset[Role] = frozenset()
    group: str = ""


def see_staff(ctx: Context, tenant_id: str, actor: Actor) -> frozenset[str] | None:
    """Note that a person was here; gives their roles. None: nobody has a role yet, so nobody is narrowed."""
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        members = session.scalars(select(StaffMember)).all()
        mine = next((member for member in members if member.user_id == actor.id), None)
        if mine is None:
            try:
                with session.begin_nested():
                    session.add(StaffMember(user_id=actor.id, email=actor.name, roles=[], seen_at=now))
            except IntegrityError:
                pass  # a frame of the same page was faster
        elif mine.seen_at + SEEN_EVERY <= now or mine.email != actor.name:
            mine.seen_at, mine.email = now, actor.name
        return _roles(members, actor.id)


def narrow_roles(session: Session, actor: Actor) -> Actor:
    """Somebody as they were a while ago, with no role that they do not have now."""
    now = _roles(session.scalars(select(StaffMember)).all(), actor.id)
    if now is None:
        return actor
    return replace(actor, roles=now if actor.roles is None else now & actor.roles)


def _roles(members: Sequence[StaffMember], user_id: str) -> frozenset[str] | None:
    """None: nobody has a role yet, so nobody is narrowed."""
    if not any(member.roles for member in members):
        return None
    return frozenset(role for member in members if member.user_id == user_id for role in member.roles)


def list_people(ctx: Context, tenant_id: str) -> Sequence[StaffMember]:
    with ctx.db.tenant(tenant_id) as session:
        return session.scalars(select(StaffMember).order_by(StaffMember.email, StaffMember.id)).all()


def list_groups(ctx: Context, tenant_id: str) -> list[str]:
    """Groups that people are in, by name."""
    return sorted({member.group for member in list_people(ctx, tenant_id) if member.group})


def people_of(session: Session, target: str) -> list[str]:
    """The mailboxes behind an escalation target: an e-mail address, a role, or a group."""
    if "@" in target:
        return [target]
    members = session.scalars(select(StaffMember).order_by(StaffMember.email)).all()
    wanted = target.casefold()
    return [member.email for member in members if wanted in member.roles or member.group.casefold() == wanted]


def may_manage_people(actor: Actor) -> bool:
    """An administrator in Saleor's eyes, or an admin of the app: so that a shop whose last admin left is not locked out."""
    return MANAGES in actor.permissions or Role.ADMIN in (actor.roles or ())


def set_people(ctx: Context, tenant_id: str, *, actor: Actor, people: Mapping[str, Person]) -> None:
    """Set roles and groups by member id; whoever is not named keeps theirs.

    Raises Forbidden, BadInput for what is no group, Conflict when roles would be in use without an admin.
    """
    if actor.who is Who.STAFF and not may_manage_people(actor):
        text = "You need the permission %(permission)s for this, or the role admin in this app."
        raise Forbidden(text, code="PERMISSION", permission=permission_name(MANAGES))
    with ctx.db.tenant(tenant_id) as session:
        members = session.scalars(select(StaffMember).order_by(StaffMember.id).with_for_update()).all()
        for member in members:
            wanted = people.get(member.id)
            if wanted is None:
                continue
            roles, group = [role.value for role in Role if role in wanted.roles], _group(wanted.group, member)
            if (roles, group) != (member.roles, member.group):
                member.roles, member.group, member.changed_by = roles, group, actor.name
        if any(member.roles for member in members) and not any(Role.ADMIN in member.roles for member in members):
            text = "Somebody has to be admin while roles are in use. Choose an admin, or take all roles away."
            raise Conflict(text, code="LAST_ADMIN")


def _group(text: str, member: StaffMember) -> str:
    said = " ".join(text.split())
    if len(said) > LONGEST_GROUP or "@" in said or not said.isprintable():
        raise BadInput(
            "A group is a short name, at most %(most)s characters, without @.",
            code="GROUP",
            field=f"{member.id}.group",
            most=LONGEST_GROUP,
        )
    if said.casefold() in set(Role):
        raise BadInput(
            "This is the name of a role. Give the group another name.", code="GROUP", field=f"{member.id}.group"
        )
    return said
