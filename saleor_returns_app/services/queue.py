"""The queue: lists of cases for staff, by state, by what is late or stuck, by search; each list bounded and read from an index.

A list is the union of index ranges that are already in its order (one per state and channel, say), each cut to a page, so that
the millionth case costs what the first did. Ranges name the tenant themselves, so that each can be read for the index range
that it is; the hook that scopes statements to a tenant adds the same condition at every level of a statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import OPEN, CaseKind, CaseStatus
from saleor_returns_app.domain.complaints import OPEN_COMPLAINTS, ComplaintStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.policy.calendars import add_days
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.staff import CaseTag, CaseWatcher
from saleor_returns_app.models.surveys import Survey
from saleor_returns_app.models.tenants import Tenant

from .attention import WHAT_TO_DO
from .context import Context
from .queue_due import due_ids, due_range
from .queue_search import exact_matches, prefix_matches

PAGE = 25
#: Counting stops here: "999+".
MOST_COUNTED = 999
#: More index ranges than this would cost more than they save.
_MOST_RANGES = 60
#: Late are the steps that the shop, the carrier or the provider owes; a shopper who takes their time is not staff's to do.
_ANSWERABLE = (Who.STAFF, Who.SYSTEM)
_IS_RETURN, _IS_COMPLAINT = Case.kind == CaseKind.RETURN, Case.kind == CaseKind.COMPLAINT
#: States of cases of either kind on which somebody still works, and all there are.
_OPEN = tuple(
    dict.fromkeys(status.value for status in (*CaseStatus, *ComplaintStatus) if status in OPEN | OPEN_COMPLAINTS)
)
_EVERY = tuple(dict.fromkeys(status.value for status in (*CaseStatus, *ComplaintStatus)))


class View(StrEnum):
    """A tab of the queue that is not a state."""

    OPEN = "open"
    ALL = "all"
    ATTENTION = "attention"
    OVERDUE = "overdue"
    UNREAD = "unread"
    ESCALATED = "escalated"
    MINE = "mine"
    NOBODYS = "nobodys"
    FOLLOWED = "followed"
    SPOT_CHECK = "spot_check"
    COMPLAINTS = "complaints"  # that are open
    UNHAPPY = "unhappy"  # said so in the survey, and nobody has followed it up
    TO_SEND = "to_send"  # goods of shoppers that have to go back to them


class Due(StrEnum):
    """Which deadlines to list, those that end first in front."""

    ANY = "any"
    TODAY = "today"  # and what is late
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case in a list. `refunds` is what is being or was given back; None: nothing is decided yet."""

    case: Case
    refunds: Money | None
    complaint: Complaint | None = None  # where it is one

    @property
    def expected(self) -> Money:
        """What the shopper was told at the request."""
        return Money.from_minor(self.case.expected_minor, self.case.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """`before` and `after` are cursors for the pages on both sides, None at an end. `cut`: there are more than are shown."""

    rows: tuple[Listed, ...] = ()
    before: str | None = None
    after: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases there are, counted up to MOST_COUNTED + 1."""

    states: Mapping[CaseStatus, int]
    attention: int
    overdue: int
    unread: int
    escalated: int = 0
    to_send: int = 0
    unhappy: int = 0
    complaints: int = 0  # that are open; `states` are those of returns

    @property
    def open(self) -> int:
        return min(sum(self.states[status] for status in OPEN) + self.complaints, MOST_COUNTED + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person wants to see. `channel` is a sales channel's slug; `before` and `after` are cursors. With `due` or `owner` (who
    owes the next step) cases are sorted by their deadline, and those without one are left out."""

    view: View | CaseStatus = View.OPEN
    channel: str = ""
    search: str = ""
    due: Due | None = None
    owner: Who | None = None
    tag: str = ""
    before: str = ""
    after: str = ""


def list_cases(ctx: Context, tenant_id: str, *, actor: Actor, asked: Asked) -> CasePage:
    """A page of the queue, newest first; of late cases the latest first. A search looks at all states."""
    channels = visible_channels(actor, asked.channel)
    with ctx.db.tenant(tenant_id) as session:
        if asked.search.strip():
            return _found(session, tenant_id, channels, asked)
        if asked.view is View.OVERDUE or asked.due or asked.owner:
            until = _until(ctx, session, tenant_id, asked)
            edges, before, after = due_ids(
                session,
                [
                    due_range(tenant_id, owner, channels, until=until).where(*_in_view(asked.view))
                    for owner in _owners(asked)
                ],
                before=asked.before,
                after=asked.after,
                page=PAGE,
            )
            return CasePage(rows=_load(session, edges, channels), before=before, after=after)
        ranges = _personal(tenant_id, actor, channels, asked) or [
            select(Case.id).where(Case.tenant_id == tenant_id, *conditions)
            for conditions in _ranges(asked.view, channels)
        ]
        return _page(session, ranges, channels, asked)


def list_ids(ctx: Context, tenant_id: str, *, actor: Actor, asked: Asked, most: int) -> list[str]:
    """The cases of a whole list, from its beginning, at most `most` of them."""
    found: list[str] = []
    page = list_cases(ctx, tenant_id, actor=actor, asked=replace(asked, before="", after=""))
    while True:
        found += [row.case.id for row in page.rows]
        if len(found) >= most or not page.after or not page.rows:
            return found[:most]
        page = list_cases(ctx, tenant_id, actor=actor, asked=replace(asked, before="", after=page.after))


def visible_channels(actor: Actor, wanted: str = "") -> frozenset[str] | None:
    """Slugs of the channels to show: those the person may see, and of them the one that was asked for. None: all."""
    if not wanted:
        return actor.channels
    return frozenset({wanted}) if actor.channels is None else actor.channels & {wanted}


def _personal(tenant_id: str, actor: Actor, channels: frozenset[str] | None, asked: Asked) -> list[Select[Any]]:
    """Lists that begin elsewhere than at a state: a tag's, a person's. Empty for all others."""
    among = () if channels is None else (Case.channel_slug.in_(sorted(channels)),)
    cases = select(Case.id).where(Case.tenant_id == tenant_id, *among)
    still_open = Case.status.in_(_OPEN)
    if asked.tag:
        tagged = select(CaseTag.case_id).where(CaseTag.tenant_id == tenant_id, CaseTag.tag == asked.tag)
        return [tagged if channels is None else cases.where(Case.id.in_(tagged))]
    if asked.view is View.MINE:
        return [cases.where(Case.assignee_id == actor.id, still_open)]
    if asked.view is View.FOLLOWED:
        followed = select(CaseWatcher.case_id).where(
            CaseWatcher.tenant_id == tenant_id, CaseWatcher.user_id == actor.id
        )
        return [cases.where(Case.id.in_(followed))]
    if asked.view is View.NOBODYS:
        return [cases.where(Case.status == status, Case.assignee_id == "") for status in _OPEN]
    if asked.view is View.UNHAPPY:
        unhappy = select(Survey.case_id).where(Survey.tenant_id == tenant_id, Survey.follow_up == "open")
        return [unhappy if channels is None else cases.where(Case.id.in_(unhappy))]
    if asked.view is View.SPOT_CHECK:
        return [cases.where(Case.status == CaseStatus.REQUESTED, Case.spot_check.is_(True))]
    return []


def _ranges(view: View | CaseStatus, channels: frozenset[str] | None) -> list[tuple[ColumnElement[bool], ...]]:
    """Conditions that each leave one range of an index, in the order of the id."""
    if view is View.ESCALATED:
        among = () if channels is None else (Case.channel_slug.in_(sorted(channels)),)
        return [(Case.escalated_to > "", *among)]
    if view is View.ATTENTION:
        among = () if channels is None else (Case.channel_slug.in_(sorted(channels)),)
        return [(Case.attention == code, *among) for code in WHAT_TO_DO]
    if view is View.TO_SEND:
        return [(Case.holds_goods.is_(True), *(() if channels is None else (Case.channel_slug.in_(sorted(channels)),)))]
    if view is View.UNREAD:
        return [(Case.unread.is_(True), *(() if channels is None else (Case.channel_slug.in_(sorted(channels)),)))]
    states = _states(view)
    kind = _kind(view)
    if channels is None:
        return [()] if view is View.ALL else [(Case.status == state, *kind) for state in states]
    if len(channels) * len(states) > _MOST_RANGES:
        return [(Case.status == state, Case.channel_slug.in_(sorted(channels)), *kind) for state in states]
    return [
        (Case.channel_slug == channel, Case.status == state, *kind)
        for channel, state in product(sorted(channels), states)
    ]


def _states(view: View | CaseStatus) -> tuple[str, ...]:
    if isinstance(view, CaseStatus):
        return (view,)
    if view is View.COMPLAINTS:
        return tuple(sorted(OPEN_COMPLAINTS))
    return _OPEN if view is View.OPEN else _EVERY


def _kind(view: View | CaseStatus) -> tuple[ColumnElement[bool], ...]:
    """A tab of a state is one of returns; some states of complaints are called the same."""
    if isinstance(view, CaseStatus):
        return (_IS_RETURN,)
    return (_IS_COMPLAINT,) if view is View.COMPLAINTS else ()


def _page(session: Session, ranges: Sequence[Select[Any]], channels: frozenset[str] | None, asked: Asked) -> CasePage:
    """The union of ranges that yield case ids, newest first, from the cursor on."""
    if not ranges:
        return CasePage()
    back = bool(asked.before)
    parts = []
    for whole in ranges:
        column = whole.selected_columns[0]
        part = whole.order_by(column if back else column.desc()).limit(PAGE + 1)
        if back:
            part = part.where(column > asked.before)
        elif asked.after:
            part = part.where(column < asked.after)
        parts.append(select(part.subquery().c[0].label("id")))
    ids = union(*parts).subquery()
    order = ids.c.id if back else ids.c.id.desc()
    found = list(session.scalars(select(ids.c.id).order_by(order).limit(PAGE + 1)))
    more = len(found) > PAGE
    found = found[:PAGE]
    if back:
        found.reverse()
    return CasePage(
        rows=_load(session, found, channels),
        before=found[0] if found and (more if back else asked.after) else None,
        after=found[-1] if found and (back or more) else None,
    )


def _owners(asked: Asked) -> tuple[Who, ...]:
    if asked.owner:
        return (asked.owner,)
    return _ANSWERABLE if asked.view is View.OVERDUE else tuple(Who)


def _until(ctx: Context, session: Session, tenant_id: str, asked: Asked) -> datetime | None:
    """The last instant to list; days are the shop's."""
    now = ctx.now()
    if asked.view is View.OVERDUE:
        return now
    zone = TenantSettings.load(session.get_one(Tenant, tenant_id).settings).time_zone
    days = {Due.TODAY: 0, Due.WEEK: 7}
    return add_days(now, days[asked.due], zone=zone) if asked.due in days else None


def _in_view(view: View | CaseStatus) -> tuple[ColumnElement[bool], ...]:
    """What is left of a list of deadlines in a tab."""
    if isinstance(view, CaseStatus):
        return (Case.status == view, _IS_RETURN)
    if view is View.OPEN:
        return (Case.status.in_(_OPEN),)
    if view is View.COMPLAINTS:
        return (Case.status.in_(_states(view)), _IS_COMPLAINT)
    if view is View.ATTENTION:
        return (Case.attention > "",)
    if view is View.TO_SEND:
        return (Case.holds_goods.is_(True),)
    return (Case.escalated_to > "",) if view is View.ESCALATED else ()


def _found(session: Session, tenant_id: str, channels: frozenset[str] | None, asked: Asked) -> CasePage:
    """What equals the search; where nothing does, what begins with it, up to a bound."""
    page = _page(session, exact_matches(tenant_id, channels, asked.search), channels, asked)
    if page.rows or asked.before or asked.after:
        return page
    ids, cut = prefix_matches(session, tenant_id, channels, asked.search)
    return CasePage(rows=_load(session, ids, channels), cut=cut)


def _load(session: Session, ids: Sequence[str], channels: frozenset[str] | None) -> tuple[Listed, ...]:
    """The cases with their lines and refunds, in the order of the ids."""
    if not ids:
        return ()
    wanted = select(Case).where(Case.id.in_(ids))
    if channels is not None:
        wanted = wanted.where(Case.channel_slug.in_(sorted(channels)))
    cases = {case.id: case for case in session.scalars(wanted)}
    counted = select(Refund).where(Refund.case_id.in_(ids), Refund.status != RefundStatus.CANCELLED)
    amounts: defaultdict[str, list[Money]] = defaultdict(list)
    for refund in session.scalars(counted):
        amounts[refund.case_id].append(refund.amount)
    filed = [case.id for case in cases.values() if case.kind == CaseKind.COMPLAINT]
    complaints = {}
    if filed:
        complaints = {
            row.case_id: row for row in session.scalars(select(Complaint).where(Complaint.case_id.in_(filed)))
        }
    return tuple(
        Listed(
            case=cases[case_id],
            complaint=complaints.get(case_id),
            refunds=total(amounts[case_id], cases[case_id].currency) if case_id in amounts else None,
        )
        for case_id in ids
        if case_id in cases
    )


def count_cases(ctx: Context, tenant_id: str, *, actor: Actor, channel: str = "") -> Counts:
    """How many cases are in each state, need attention, are late; each counted up to MOST_COUNTED + 1."""
    channels = visible_channels(actor, channel)
    among = () if channels is None else (Case.channel_slug.in_(sorted(channels)),)

    def bounded(part: Select[Any] | Select[Any, Any]) -> ColumnElement[int]:
        rows = part.limit(MOST_COUNTED + 1).subquery()
        return select(func.count()).select_from(rows).scalar_subquery()

    ids = select(Case.id).where(Case.tenant_id == tenant_id)
    (unhappy,) = _personal(tenant_id, actor, channels, Asked(view=View.UNHAPPY))
    with ctx.db.tenant(tenant_id) as session:
        *states, sad, complaints, attention, escalated, unread, to_send, late, slow = session.execute(
            select(
                *(bounded(ids.where(*among, Case.status == state, _IS_RETURN)) for state in CaseStatus),
                bounded(unhappy),
                bounded(ids.where(*among, Case.status.in_(_states(View.COMPLAINTS)), _IS_COMPLAINT)),
                bounded(ids.where(Case.attention > "", *among)),
                bounded(ids.where(Case.escalated_to > "", *among)),
                bounded(ids.where(Case.unread.is_(True), *among)),
                bounded(ids.where(Case.holds_goods.is_(True), *among)),
                *(bounded(due_range(tenant_id, owner, channels, until=ctx.now())) for owner in _ANSWERABLE),
            )
        ).one()
    return Counts(
        states=dict(zip(CaseStatus, states, strict=True)),
        attention=attention,
        unread=unread,
        escalated=escalated,
        to_send=to_send,
        complaints=complaints,
        unhappy=sad,
        overdue=min(late + slow, MOST_COUNTED + 1),
    )


def list_channels(ctx: Context, tenant_id: str, *, actor: Actor) -> tuple[str, ...]:
    """Slugs of the sales channels that a person can filter by: theirs, or those that have cases."""
    if actor.channels is not None:
        return tuple(sorted(actor.channels))
    # From one slug to the next through the index: as many steps as channels, however many cases.
    mine = select(func.min(Case.channel_slug).label("slug")).where(Case.tenant_id == tenant_id)
    found = mine.cte("found", recursive=True)
    following = mine.where(Case.channel_slug > found.c.slug).correlate(found).scalar_subquery()
    found = found.union_all(select(following).where(found.c.slug.is_not(None)))
    with ctx.db.tenant(tenant_id) as session:
        return tuple(session.scalars(select(found.c.slug).where(found.c.slug.is_not(None))))


def order_cases(ctx: Context, tenant_id: str, saleor_order_id: str, *, actor: Actor) -> tuple[Listed, ...]:
    """The cases of one order, newest first; at most a page."""
    return _related(ctx, tenant_id, Case.saleor_order_id == saleor_order_id, actor=actor)


def customer_cases(ctx: Context, tenant_id: str, customer_id: str, *, actor: Actor) -> tuple[Listed, ...]:
    """The cases of one customer account, newest first; at most a page."""
    return _related(ctx, tenant_id, Case.customer_id == customer_id, actor=actor)


def _related(ctx: Context, tenant_id: str, condition: ColumnElement[bool], *, actor: Actor) -> tuple[Listed, ...]:
    channels = visible_channels(actor)
    with ctx.db.tenant(tenant_id) as session:
        part = select(Case.id).where(Case.tenant_id == tenant_id, condition)
        if channels is not None:
            part = part.where(Case.channel_slug.in_(sorted(channels)))
        ids = session.scalars(part.order_by(Case.id.desc()).limit(PAGE)).all()
        return _load(session, ids, channels)
