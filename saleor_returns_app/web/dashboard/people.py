"""The people of the shop: who was seen here, their roles and groups."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.domain.roles import Role
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.staff import Person, list_people, may_manage_people, set_people
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form

ROLES = {
    Role.AGENT: ("Agent", "Decides on requests and negotiates"),
    Role.WAREHOUSE: ("Warehouse", "Receives and inspects goods"),
    Role.APPROVER: ("Approver", "Approves and records refunds"),
    Role.ADMIN: ("Admin", "Sets people, policy and settings"),
}


def show_people() -> Response:
    return _page()


def _page(*, status: int = 200, form: Form = EMPTY) -> Response:
    people = list_people(ctx(), visit().tenant_id)
    return fragment(
        "people.html",
        status=status,
        people=people,
        roles={role.value: (gettext(name), gettext(what)) for role, (name, what) in ROLES.items()},
        in_use=any(member.roles for member in people),
        groups=sorted({member.group for member in people if member.group}),
        may_change=may_manage_people(visit().actor),
        form=form,
    )


def save_people() -> Response:
    typed = request.form
    people = {
        member_id: Person(
            roles=frozenset(Role(role) for role in typed.getlist(f"{member_id}.role") if role in set(Role)),
            group=typed.get(f"{member_id}.group", ""),
        )
        for member_id in typed.getlist("member")
    }
    try:
        set_people(ctx(), visit().tenant_id, actor=visit().actor, people=people)
    except AppError as problem:
        kept = {f"{member_id}.{role}": "on" for member_id, person in people.items() for role in person.roles}
        refused = Form.refused(problem)
        return _page(
            status=problem.status,
            form=Form(typed={**refused.typed, **kept}, problem=refused.problem, field=refused.field),
        )
    return notify(_page(), gettext("People saved"))
