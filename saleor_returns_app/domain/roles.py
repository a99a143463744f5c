"""Roles of a shop's staff in this app. They narrow what Saleor's permissions allow and never widen it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    WAREHOUSE = "warehouse"
    APPROVER = "approver"
    ADMIN = "admin"


class Verb(StrEnum):
    """What staff do, as far as roles tell it apart. Reading is everybody's."""

    DECIDE = "decide"  # open, approve, reject, ask for evidence, cancel, close, give more time
    NEGOTIATE = "negotiate"  # messages and offers
    RECEIVE = "receive"  # count and inspect goods
    PAY = "pay"  # approve, retry, record and cancel refunds
    ARBITRATE = "arbitrate"  # decide disputes, and complaints that were handed up
    CONFIGURE = "configure"  # settings, policy, people


#: Who may do what once roles are in use: one role each, so that goods, money and decisions lie in different hands. A person
#: may have several.
ALLOWED: Mapping[Verb, Role] = {
    Verb.DECIDE: Role.AGENT,
    Verb.NEGOTIATE: Role.AGENT,
    Verb.RECEIVE: Role.WAREHOUSE,
    Verb.PAY: Role.APPROVER,
    Verb.ARBITRATE: Role.APPROVER,
    Verb.CONFIGURE: Role.ADMIN,
}


def may(roles: Collection[str] | None, verb: Verb) -> bool:
    """Whether these roles allow it. None: the shop uses no roles, so Saleor's permissions alone decide."""
    return roles is None or ALLOWED[verb] in roles
