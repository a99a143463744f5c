"""The queue: which cases there are, by state, what is late or stuck, found by what people have at hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from flask import Response, request, url_for

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.services.queue import (
    MOST_COUNTED,
    Asked,
    Counts,
    Due,
    View,
    count_cases,
    list_cases,
    list_channels,
)
from saleor_returns_app.services.withdrawals import count_waiting
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from . import words
from .access import visit
from .answers import fragment
from .asking import read_asked
from .bulk import TITLES, WHOLE_LIST

#: States that have their tab even when they are empty; the others show up with their first case.
_ALWAYS = (
    CaseStatus.REQUESTED,
    CaseStatus.APPROVED,
    CaseStatus.IN_TRANSIT,
    CaseStatus.INSPECTED,
    CaseStatus.RESOLVING,
    CaseStatus.RESOLVED,
)
_VIEWS = {
    View.OPEN: "Open",
    View.ALL: "All",
    View.ATTENTION: "Attention",
    View.OVERDUE: "Overdue",
    View.UNREAD: "Unread",
    View.ESCALATED: "Escalated",
    View.MINE: "Mine",
    View.NOBODYS: "Nobody’s",
    View.FOLLOWED: "Followed",
    View.SPOT_CHECK: "Second look",
    View.TO_SEND: "To send back",
    View.COMPLAINTS: "Complaints",
    View.UNHAPPY: "Unhappy",
}
_EMPTY = {
    View.OPEN: "No return is open. Everything is done.",
    View.ALL: "There are no returns.",
    View.ATTENTION: "Nothing needs a person: payments and records went through.",
    View.OVERDUE: "Nothing is late.",
    View.UNREAD: "Everything that shoppers wrote was read.",
    View.ESCALATED: "Nothing is escalated.",
    View.MINE: "You look after no open case.",
    View.NOBODYS: "Somebody looks after every open case.",
    View.FOLLOWED: "You follow no case.",
    View.TO_SEND: "Nothing has to go back to a shopper.",
    View.COMPLAINTS: "No complaint is open.",
    View.UNHAPPY: "Nobody who was unhappy waits for a word.",
    View.SPOT_CHECK: "No case is drawn for a second look.",
}
_DUE = {Due.ANY: "Due first", Due.TODAY: "Due today or late", Due.WEEK: "Due in 7 days"}
_OWNERS = {Who.STAFF: "The shop’s turn", Who.SHOPPER: "The shopper’s turn", Who.SYSTEM: "Carrier or provider"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    text: str
    href: str
    current: bool
    count: str = ""


def show_queue() -> Response:
    actor, tenant = visit().actor, visit().tenant
    asked = read_asked(request.args)
    page = list_cases(ctx(), tenant.id, actor=actor, asked=asked)
    counts = count_cases(ctx(), tenant.id, actor=actor, channel=asked.channel)

    return fragment(
        "queue.html",
        asked=asked,
        page=page,
        tabs=_tabs(counts, asked, spot_checks=TenantSettings.load(tenant.settings).spot_check_percent),
        link=partial(_link, asked),
        channels=list_channels(ctx(), tenant.id, actor=actor),
        narrowed=bool(asked.due or asked.owner),
        nothing=gettext(_EMPTY[asked.view] if isinstance(asked.view, View) else "No return is in this state."),
        bulk_titles=TITLES,
        whole_list=WHOLE_LIST,
        withdrawals=count_waiting(ctx(), tenant.id, actor=actor),
        fresh=not any(counts.states.values()) and not asked.channel,
        dues={due.value: gettext(text) for due, text in _DUE.items()},
        owners={owner.value: gettext(text) for owner, text in _OWNERS.items()},
        portal=f"{ctx().settings.base_url}/r/{tenant.slug}",
    )


def _link(asked: Asked, **changes: str) -> str:
    """The queue's address with a change; whatever is changed, it begins at the first page."""
    kept = {"due": str(asked.due or ""), "owner": str(asked.owner or ""), "tag": asked.tag}
    values = {"view": str(asked.view), "channel": asked.channel, "search": asked.search, **kept, **changes}
    values["q"] = values.pop("search")
    if values["q"] or values["view"] == View.OPEN:
        del values["view"]
    query = urlencode({name: value for name, value in values.items() if value})
    return url_for("dashboard.queue") + (f"?{query}" if query else "")


def _tabs(counts: Counts, asked: Asked, *, spot_checks: int) -> list[Tab]:
    def tab(view: View | CaseStatus, count: str) -> Tab:
        text = gettext(_VIEWS[view]) if isinstance(view, View) else words.state(view)
        return Tab(text=text, href=_link(asked, view=view), current=view is asked.view, count=count)

    states = [
        tab(state, _said(counts.states[state]))
        for state in CaseStatus
        if state in _ALWAYS or counts.states[state] or state is asked.view
    ]
    return [
        tab(View.OPEN, _said(counts.open)),
        tab(View.ATTENTION, _said(counts.attention)),
        tab(View.COMPLAINTS, _said(counts.complaints)),
        tab(View.OVERDUE, _said(counts.overdue)),
        tab(View.MINE, ""),
        tab(View.NOBODYS, ""),
        tab(View.FOLLOWED, ""),
        *([tab(View.SPOT_CHECK, "")] if asked.view is View.SPOT_CHECK or spot_checks else []),
        tab(View.UNREAD, _said(counts.unread)),
        *([tab(View.UNHAPPY, _said(counts.unhappy))] if counts.unhappy or asked.view is View.UNHAPPY else []),
        *([tab(View.TO_SEND, _said(counts.to_send))] if counts.to_send or asked.view is View.TO_SEND else []),
        *([tab(View.ESCALATED, _said(counts.escalated))] if counts.escalated or asked.view is View.ESCALATED else []),
        *states,
        tab(View.ALL, ""),
    ]


def _said(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
