"""Giving a case more time: a holiday, a strike, a parcel that is known to be late."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.deadlines import PROTOCOL, Wait, deadline_until
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.policy.calendars import end_of_day, local_day
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.offers import Offer

from .attention import refresh_attention
from .context import Context
from .guards import check_version, require_permission, require_role
from .history import load_case, record_entry
from .notifications import queue_case_mail
from .waiting import awaited, settings_of, show_next

LONGEST = timedelta(days=366)


def extend_deadline(
    ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, until: str, version: int | None = None
) -> None:
    """Move what is due first to the end of another day (ISO date, the shop's zone). A shopper who owes it is told.

    Raises BadInput for what is no day from tomorrow to a year ahead, Conflict where nothing is waited for.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        rows = awaited(session, case)
        if not rows:
            raise Conflict("Nobody owes anything in this case, so there is no deadline to move.", code="NO_DEADLINE")
        row, zone, now = rows[0], settings_of(session, case).time_zone, ctx.now()
        try:
            day = date.fromisoformat(until.strip())
        except ValueError as error:
            raise BadInput("Choose a day.", code="DAY", field="until") from error
        today = local_day(now, zone)
        if not today < day <= today + LONGEST:
            raise BadInput("Choose a day from tomorrow on, within a year.", code="DAY", field="until")
        wait, before = Wait(row.waits_for), local_day(row.due_at, zone)
        owner = PROTOCOL[wait].owner if row.outcome else Who(row.owner)
        deadline = deadline_until(wait, due=end_of_day(day, zone), begun=now, owner=owner)
        row.owner, row.due_at, row.remind_at = deadline.owner, deadline.due, deadline.remind_at
        row.next_at, row.reminded_at = deadline.remind_at or deadline.due, None
        row.state, row.outcome = "open", ""
        if wait is Wait.OFFER:
            offer = session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.status == "open"))
            if offer is not None:
                offer.expires_at = deadline.due
        session.flush()
        show_next(session, case)
        refresh_attention(session, case)
        detail = {"waits_for": wait.value, "before": before.isoformat(), "day": day.isoformat()}
        told = deadline.owner is Who.SHOPPER
        record_entry(ctx, session, case, event="extend", actor=actor, public=told, detail=detail)
        if told:
            queue_case_mail(ctx, session, case, "extended", due_at=deadline.due.isoformat(), waits_for=wait.value)
