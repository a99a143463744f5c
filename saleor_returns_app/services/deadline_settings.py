"""How a shop counts its days, and who is told when something is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.deadlines import Wait
from saleor_returns_app.domain.policy.calendars import zone_of
from saleor_returns_app.domain.roles import Role, Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import BadInput, NotFound
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import require_permission, require_role
from .staff import list_people
from .tenant_settings import NEEDED

MOST_CLOSED_DAYS = 400
_OWN = ("time_zone", "holiday_country", "closed_days", "escalations")


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """ISO codes of the countries whose holidays are known."""
    import holidays  # slow to import

    return frozenset(holidays.list_supported_countries())


def list_targets(ctx: Context, tenant_id: str) -> Sequence[str]:
    """Whom an escalation can name: roles, groups, people."""
    people = list_people(ctx, tenant_id)
    groups = sorted({member.group for member in people if member.group})
    return [*(role.value for role in Role), *groups, *(member.email for member in people if "@" in member.email)]


def change_deadlines(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    time_zone: str,
    holiday_country: str,
    closed_days: str,
    escalations: Mapping[str, str],
) -> TenantSettings:
    """From what was typed; `escalations` by what is waited for, the empty name for all others. Raises BadInput naming the field.

    Deadlines that have begun keep their date: it was promised.
    """
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    with ctx.db.everyone() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
        settings = replace(
            TenantSettings.load(tenant.settings),
            time_zone=_zone(time_zone),
            holiday_country=_country(holiday_country),
            closed_days=_days(closed_days),
            escalations=_targets(escalations),
        )
        values = asdict(settings)
        tenant.settings = {**tenant.settings, **{name: values[name] for name in _OWN}}
        tenant.settings["closed_days"] = list(settings.closed_days)
    return settings


def _zone(text: str) -> str:
    said = text.strip() or "UTC"
    try:
        return zone_of(said).key
    except ValueError as error:
        raise BadInput("Write a time zone like Europe/Berlin.", code="TIME_ZONE", field="time_zone") from error


def _country(text: str) -> str:
    said = text.strip().upper()
    if said and said not in known_countries():
        problem = "Write the two letters of a country, like DE; its holidays have to be known here."
        raise BadInput(problem, code="COUNTRY", field="holiday_country")
    return said


def _days(text: str) -> tuple[str, ...]:
    found = set()
    for word in text.replace(",", " ").split():
        try:
            found.add(date.fromisoformat(word).isoformat())
        except ValueError as error:
            problem = "“%(said)s” is no day: write each like 2026-12-24."
            raise BadInput(problem, code="DAY", field="closed_days", said=word[:40]) from error
    if len(found) > MOST_CLOSED_DAYS:
        raise BadInput("At most %(most)s days.", code="TOO_MANY_DAYS", field="closed_days", most=MOST_CLOSED_DAYS)
    return tuple(sorted(found))


def _targets(escalations: Mapping[str, str]) -> dict[str, str]:
    known = {"", *(wait.value for wait in Wait)}
    # 120 characters are what a case keeps of it.
    return {wait: target.strip()[:120] for wait, target in escalations.items() if wait in known and target.strip()}
