"""What stands before every action: the permission, what the person saw, how much they may write."""

from __future__ import annotations

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import ALLOWED, Verb, may
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict, Forbidden
from saleor_returns_app.models.cases import Case

LONGEST_TEXT = 4000  # characters of a description or reason people type


def permission_name(code: str) -> str:
    """As the Dashboard writes it: Handle payments."""
    return code.replace("_", " ").capitalize()


def require_permission(actor: Actor, permission: str) -> None:
    """Staff need the Saleor permission themselves: the app's own token could do more than they may."""
    if actor.who is Who.STAFF and permission not in actor.permissions:
        text = "You need the permission %(permission)s for this. Ask an administrator of the shop."
        raise Forbidden(text, code="PERMISSION", permission=permission_name(permission))


def require_staff(actor: Actor) -> None:
    """For what no table of moves keeps from shoppers."""
    if actor.who is not Who.STAFF:
        raise Forbidden("Only the shop does this.", code="STAFF_ONLY")


def require_role(actor: Actor, verb: Verb) -> None:
    """Where a shop uses roles, its staff need the one that a verb belongs to, besides the permission."""
    if actor.who is Who.STAFF and not may(actor.roles, verb):
        text = "This needs the role %(role)s in this app. An admin can give it to you under Settings, People."
        raise Forbidden(text, code="ROLE", role=ALLOWED[verb].value)


def check_version(case: Case, seen: int | None) -> None:
    """The person acts on what they saw: a case that moved on since is a conflict that names the new state."""
    if seen is not None and case.version != seen:
        raise Conflict(
            "Someone else changed this case in the meantime: it is now %(state)s. Look again and decide.",
            code="STALE",
            state=case.status.replace("_", " "),
        )


def check_goods_come_back(case: Case) -> None:
    """Raises Conflict where the shopper keeps the items: nothing is sent and nothing received."""
    if CaseTerms.load(case.terms or {}).keeps_item:
        raise Conflict("The items stay with the shopper: nothing is sent back.", code="KEPT")
