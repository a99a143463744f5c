"""Cases in the order of their deadlines: one index range per owner, merged and cut to a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.models.cases import Case

_Edge = tuple[datetime, str]


def due_range(
    tenant_id: str, owner: Who, channels: frozenset[str] | None, *, until: datetime | None
) -> Select[datetime | None, str]:
    """Due time and id of the cases in which `owner` owes the next step, due until then."""
    part = select(Case.due_at, Case.id).where(Case.tenant_id == tenant_id, Case.due_by == owner)
    if until is not None:
        part = part.where(Case.due_at <= until)
    return part if channels is None else part.where(Case.channel_slug.in_(sorted(channels)))


def due_ids(
    session: Session,
    ranges: Sequence[Select[datetime | None, str]],
    *,
    before: str,
    after: str,
    page: int,
) -> tuple[list[str], str | None, str | None]:
    """Ids of a page, due first comes first, and the cursors of the pages on both sides."""
    key = tuple_(Case.due_at, Case.id)
    back = bool(before)
    found: list[_Edge] = []
    start = _edge(before or after)
    for whole in ranges:
        part = whole
        if start is not None:
            # Both sides of the comparison as plain values of their columns' types, so that the index serves it.
            edge = tuple_(literal(start[0], Case.due_at.type), literal(start[1]))
            part = part.where(key < edge if back else key > edge)
        order = (Case.due_at.desc(), Case.id.desc()) if back else (Case.due_at, Case.id)
        found += [(due, case_id) for due, case_id in session.execute(part.order_by(*order).limit(page + 1)) if due]
    found.sort(reverse=back)
    more = len(found) > page
    found = found[:page]
    if back:
        found.reverse()
    return (
        [case_id for _, case_id in found],
        _cursor(found[0]) if found and (more if back else start is not None) else None,
        _cursor(found[-1]) if found and (back or more) else None,
    )


def _cursor(edge: _Edge) -> str:
    return f"{edge[0].isoformat()}~{edge[1]}"


def _edge(text: str) -> _Edge | None:
    """None for a cursor that is not one of ours: the list begins at its start."""
    due, tilde, case_id = text.partition("~")
    try:
        at = datetime.fromisoformat(due) if tilde else None
    except ValueError:
        return None
    return (at, case_id) if at is not None and at.tzinfo is not None else None
