"""Which list of the queue is meant: by an address, or by a form of that list."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.services.assigning import clean_tag
from saleor_returns_app.services.queue import Asked, Due, View
from saleor_returns_app.services.queue_search import clean_search

from .answers import first


def read_asked(said: MultiDict[str, str]) -> Asked:
    """Which list is meant by a query, or by what a form of the list carries."""
    return Asked(
        view=_view(first(said, "view")),
        channel=first(said, "channel")[:255],
        search=clean_search(first(said, "q")),
        due=Due(due) if (due := first(said, "due")) in set(Due) else None,
        owner=Who(owner) if (owner := first(said, "owner")) in set(Who) else None,
        tag=clean_tag(first(said, "tag"))[:60],
        before=first(said, "before"),
        after=first(said, "after"),
    )


def _view(name: str) -> View | CaseStatus:
    """An unknown one, from an old link, shows what is open."""
    for kind in (View, CaseStatus):
        if name in {member.value for member in kind}:
            return kind(name)
    return View.OPEN
