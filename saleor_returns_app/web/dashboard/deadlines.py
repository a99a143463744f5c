"""The settings of deadlines: the shop's calendar, who is told, and the protocol as it stands."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Response, request

from saleor_returns_app.domain.deadlines import PROTOCOL, Clause, TimeOut, Wait
from saleor_returns_app.domain.roles import Role, Verb, may
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import Length, LengthUnit
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.deadline_settings import change_deadlines, known_countries, list_targets
from saleor_returns_app.services.tenant_settings import NEEDED
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext, ngettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form

TIME_OUTS = {
    TimeOut.APPROVE: "Approved by rule where the policy says so, else escalated",
    TimeOut.ESCALATE: "Escalated",
    TimeOut.EXPIRE: "The case expires",
    TimeOut.DECLINE: "Counts as declined",
    TimeOut.LAPSE: "The offer lapses, back to review",
    TimeOut.HAND_OVER: "Handed to a person",
    TimeOut.ALARM: "Alarm until it is paid",
    TimeOut.CLOSE: "The case is closed",
}
#: These name a person or group when they are late.
ESCALATING = (TimeOut.APPROVE, TimeOut.ESCALATE, TimeOut.HAND_OVER, TimeOut.ALARM)


def show_deadlines() -> Response:
    return _page(TenantSettings.load(visit().tenant.settings))


def _page(settings: TenantSettings, *, status: int = 200, form: Form = EMPTY) -> Response:
    targets = list_targets(ctx(), visit().tenant_id)
    named = [target for target in settings.escalations.values() if target not in targets]
    actor = visit().actor
    return fragment(
        "deadline_settings.html",
        status=status,
        settings=settings,
        form=form,
        clauses=list(PROTOCOL.values()),
        length=said_length,
        escalating=[clause for clause in PROTOCOL.values() if clause.default in ESCALATING],
        time_out=lambda clause: gettext(TIME_OUTS[clause.default]),
        reminder=_reminder,
        is_offer=lambda clause: clause.waits_for is Wait.OFFER,
        targets={target: _target(target) for target in (*targets, *dict.fromkeys(named))},
        zones=sorted(available_timezones()),
        countries=sorted(known_countries()),
        may_change=NEEDED in actor.permissions and may(actor.roles, Verb.CONFIGURE),
        needed=NEEDED,
    )


def _target(target: str) -> str:
    return gettext("All who are %(role)s") % {"role": target} if target in set(Role) else target


def said_length(length: Length) -> str:
    count = length.length
    if length.unit is LengthUnit.HOURS:
        return ngettext("%(num)s hour", "%(num)s hours", count) % {"num": count}
    if length.unit is LengthUnit.DAYS:
        return ngettext("%(num)s day", "%(num)s days", count) % {"num": count}
    return ngettext("%(num)s business day", "%(num)s business days", count) % {"num": count}


def _reminder(clause: Clause) -> str:
    return said_length(Length(clause.remind.days)) if clause.remind else ""


def save_deadlines() -> Response:
    form = request.form
    try:
        settings = change_deadlines(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            time_zone=form.get("time_zone", ""),
            holiday_country=form.get("holiday_country", ""),
            closed_days=form.get("closed_days", ""),
            escalations={name.partition(".")[2]: text for name, text in form.items() if name.startswith("escalate.")},
        )
    except AppError as problem:
        stored = TenantSettings.load(visit().tenant.settings)
        return _page(stored, status=problem.status, form=Form.refused(problem))
    return notify(_page(settings), gettext("Settings saved"))
