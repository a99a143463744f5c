"""Withdrawal from a contract by law: declared in a minute, confirmed with a receipt, carried on by a job.

A declaration counts from the moment it is stored, so storing it needs nothing from outside: no proof of the mailbox, no answer from the
shop. A job then finds the order and opens the case. What it cannot match goes to a person; it is never refused by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.withdrawals import Withdrawal

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role
from .notifications import queue_mail

#: Receipts that one mailbox is sent in an hour: a form that asks for nothing must not be a way to flood somebody.
MOST_RECEIPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a shopper writes. `items` in their own words, empty for the whole order; `units` (order line id → quantity) and
    `saleor_order_id` where somebody signed in at the order chose them."""

    name: str
    order_number: str
    email: str
    items: str = ""
    units: Mapping[str, int] = field(default_factory=dict)
    saleor_order_id: str = ""

    @property
    def proven(self) -> bool:
        return bool(self.saleor_order_id)


def check_declaration(said: Declaration) -> Declaration:
    """The declaration as it will be stored. Raises BadInput naming the field."""
    name, number, email = said.name.strip(), said.order_number.strip().removeprefix("#").strip(), said.email.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise BadInput("Write your name.", code="NAME", field="name")
    if not number or len(number) > 64 or not number.isprintable():
        raise BadInput("Write the order number, as in the shop's mail.", code="ORDER_NUMBER", field="number")
    if "@" not in email[1:-1] or len(email) > 254 or not email.isprintable() or " " in email:
        raise BadInput("Write the e-mail address that the receipt shall go to.", code="EMAIL", field="email")
    if len(said.items) > LONGEST_TEXT:
        text = "The description is too long: at most %(most)s characters."
        raise BadInput(text, code="TOO_LONG", field="items", most=LONGEST_TEXT)
    return Declaration(
        name=name,
        order_number=number,
        email=email,
        items=said.items.strip(),
        units={line_id: count for line_id, count in said.units.items() if count > 0},
        saleor_order_id=said.saleor_order_id,
    )


def declare_withdrawal(
    ctx: Context, tenant_id: str, declaration: Declaration, *, ticket: str, language: str
) -> Withdrawal:
    """Take a declaration in and queue its receipt. The same `ticket` (a UUID made with the form) gives what is there already.

    Raises BadInput, and Conflict (TICKET_USED) when the ticket belongs to another declaration.
    """
    said = check_declaration(declaration)
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        there = session.get(Withdrawal, ticket)
        if there is not None:
            return _same(there, said)
        row = Withdrawal(
            id=ticket,
            declared_at=now,
            name=said.name,
            order_number=said.order_number,
            email=said.email,
            items=said.items,
            units=dict(said.units),
            language=language,
            proven=said.proven,
            saleor_order_id=said.saleor_order_id,
            next_at=now,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # a second click was faster, or the ticket is another shop's
            return _same(session.get(Withdrawal, ticket), said)
        recent = session.scalar(
            select(func.count(Withdrawal.id)).where(
                func.lower(Withdrawal.email) == said.email.lower(), Withdrawal.declared_at > now - timedelta(hours=1)
            )
        )
        if (recent or 0) <= MOST_RECEIPTS:
            params = {
                "name": said.name,
                "order_number": said.order_number,
                "items": said.items,
                "declared_at": now.isoformat(),
                "reference": ticket,
            }
            queue_mail(ctx, session, kind="withdrawal_receipt", recipient=said.email, language=language, params=params)
    return row


def _same(there: Withdrawal | None, said: Declaration) -> Withdrawal:
    if there is None or (there.name, there.order_number, there.email) != (said.name, said.order_number, said.email):
        text = "This page was already used for another declaration. Please begin again."
        raise Conflict(text, code="TICKET_USED")
    return there


def waiting_for_people(ctx: Context, tenant_id: str, *, actor: Actor) -> Sequence[Withdrawal]:
    """Declarations that no job could match, the oldest first: the law's clock runs on them. At most 200."""
    require_permission(actor, "MANAGE_ORDERS")
    if actor.channels is not None:
        return ()  # they belong to no channel yet, so they are for people who see all
    with ctx.db.tenant(tenant_id) as session:
        aside = select(Withdrawal).where(Withdrawal.state == "aside").order_by(Withdrawal.id).limit(200)
        return session.scalars(aside).all()


def count_waiting(ctx: Context, tenant_id: str, *, actor: Actor) -> int:
    """How many declarations wait for a person; none for people of some channels only."""
    if actor.channels is not None:
        return 0
    with ctx.db.tenant(tenant_id) as session:
        return session.scalar(select(func.count(Withdrawal.id)).where(Withdrawal.state == "aside")) or 0


def settle_withdrawal(ctx: Context, tenant_id: str, withdrawal_id: str, *, actor: Actor, settlement: str) -> None:
    """A person has dealt with a declaration: says how. Raises BadInput, NotFound, and Conflict when somebody was faster."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    said = settlement.strip()
    if not said or len(said) > LONGEST_TEXT:
        text = "Write what you did about it, in at most %(most)s characters."
        raise BadInput(text, code="SETTLEMENT", field="settlement", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(Withdrawal).where(Withdrawal.id == withdrawal_id).with_for_update())
        if row is None or actor.channels is not None:
            raise NotFound("This declaration does not exist.", code="UNKNOWN_WITHDRAWAL")
        if row.state != "aside":
            text = "%(person)s has dealt with this declaration already."
            raise Conflict(text, code="SETTLED", person=row.settled_by or row.state)
        row.state, row.settled_by, row.settled_at, row.settlement = "settled", actor.name, ctx.now(), said
