"""A button of the case page: what it says, what it runs, and why this person may not use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.roles import ALLOWED, Verb, may
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.guards import permission_name
from saleor_returns_app.web.i18n import gettext

Typed = Mapping[str, str]
#: Carries an action out: context, tenant, id of the case or refund, what was typed; `actor` and `version` by name.
Run = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button and the form behind it; texts are msgids.

    `title` stands over its form; `said` is the toast afterwards; `explained` what a person should know before, where the form
    asks for nothing; `tone` how the button looks.
    """

    name: str
    label: str
    title: str
    said: str
    run: Run
    permission: str = "MANAGE_ORDERS"
    verb: Verb = Verb.DECIDE
    form: str = "confirm.html"
    explained: str = ""
    tone: str = ""

    @property
    def dialog(self) -> bool:
        """Whether its form opens over the page; counting goods has a page, and a quote is approved where it is read."""
        return self.form not in ("receive.html", "refund.html", "replacement.html")


@dataclass(frozen=True, slots=True)
class Offered:
    """An action on the page; `why_not` is empty when this person may use it."""

    action: Action
    why_not: str = ""


def plain(
    verb: Callable[..., None],
    ctx: Context,
    tenant_id: str,
    subject: str,
    typed: Typed,  # noqa: ARG001
    *,
    actor: Actor,
    version: int | None,
) -> None:
    verb(ctx, tenant_id, subject, actor=actor, version=version)


def offered_to(action: Action, actor: Actor) -> Offered:
    if action.permission not in actor.permissions:
        text = gettext("You need the permission %(permission)s for this.")
        return Offered(action, text % {"permission": permission_name(action.permission)})
    if not may(actor.roles, action.verb):
        return Offered(
            action, gettext("Only who has the role %(role)s does this.") % {"role": ALLOWED[action.verb].value}
        )
    return Offered(action)
