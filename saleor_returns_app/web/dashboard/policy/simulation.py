"""Trying the draft: its progress, what would change in sum, and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.simulations import Change, unpack_change
from saleor_returns_app.models.policies import PolicySimulation
from saleor_returns_app.services.backfilling import find_backfill, request_backfill
from saleor_returns_app.services.simulating import newest_simulation, request_simulation
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import first, fragment
from saleor_returns_app.web.dashboard.places import order_place
from saleor_returns_app.web.i18n import gettext

from .drafting import Draft, current_draft, policy_page
from .words import differs_word

PAGE = 50
UNDER_WAY = frozenset({"waiting", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a drawn bar: `start` and `width` in percent of its length."""

    outcome: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    name: str
    shares: tuple[Share, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A bar of the chart of products."""

    name: str
    value: int

    @property
    def text(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result in the words and numbers of the page."""

    data: dict[str, Any]
    scopes: tuple[tuple[str, str, Bar, Bar], ...]  # scope, title, before, after
    products: tuple[Product, ...]
    refunds: tuple[tuple[str, Money, Money, Money], ...]  # currency, before, after, difference
    moves: tuple[tuple[str, str, str, int], ...]  # scope, before, after, lines
    differs: tuple[tuple[str, str, int], ...]  # code, words, lines


def show_simulation() -> Response:
    return _page(current_draft())


def _page(draft: Draft | None) -> Response:
    found = newest_simulation(ctx(), visit().tenant_id, draft.row.id) if draft else None
    backfill = find_backfill(ctx(), visit().tenant_id)
    row = draft.row if draft else None
    return policy_page("simulation.html", tab="policy_simulation", draft=row, backfill=backfill, **_shown(found))


def _shown(found: PolicySimulation | None) -> dict[str, Any]:
    return {
        "simulation": found,
        "under_way": found is not None and found.state in UNDER_WAY,
        "summary": summarise(found.result) if found is not None and found.state == "done" else None,
    }


def show_orders_read() -> Response:
    """The part of the page that says how many of the shop's orders are read."""
    return fragment("policy/orders_read.html", backfill=find_backfill(ctx(), visit().tenant_id))


def read_orders_again() -> Response:
    """Have the shop's orders read anew after that was given up."""
    request_backfill(ctx(), visit().tenant_id, actor=visit().actor)
    return show_simulation()


def begin_simulation() -> Response:
    request_simulation(ctx(), visit().tenant_id, actor=visit().actor)
    return show_simulation()


def show_progress() -> Response:
    """The part of the page that asks again until the result is there."""
    draft = current_draft()
    found = newest_simulation(ctx(), visit().tenant_id, draft.row.id) if draft else None
    return fragment("policy/result.html", draft=draft.row if draft else None, **_shown(found))


def summarise(result: dict[str, Any]) -> Summary:
    titles = {
        "order": gettext("Items of orders, if asked for today"),
        "case": gettext("Items of past returns, at their time"),
    }
    scopes = tuple(
        (
            scope,
            title,
            _bar(gettext("In force"), result["before"][scope]),
            _bar(gettext("Draft"), result["after"][scope]),
        )
        for scope, title in titles.items()
        if result["lines"][scope]
    )
    refunds = tuple(
        (
            currency,
            Money.from_minor(sums["before"], currency),
            Money.from_minor(sums["after"], currency),
            Money.from_minor(sums["after"] - sums["before"], currency),
        )
        for currency, sums in sorted(result["refunds"].items())
    )
    return Summary(
        data=result,
        scopes=scopes,
        products=tuple(Product(name=name, value=count) for name, count in result["products"]),
        refunds=refunds,
        moves=tuple((scope, before, after, count) for scope, before, after, count in result["moves"]),
        differs=tuple((code, differs_word(code), count) for code, count in result["differs"].items()),
    )


def _bar(name: str, counts: dict[str, int]) -> Bar:
    total = sum(counts.values())
    shares, start = [], 0.0
    for outcome in Outcome:
        count = counts.get(outcome.value, 0)
        width = 100 * count / total if total else 0.0
        shares.append(Share(outcome=outcome.value, count=count, start=round(start, 2), width=round(width, 2)))
        start += width
    return Bar(name=name, shares=tuple(shares), total=total)


def show_changes() -> Response:
    """Changed lines, a page at a time; by what was asked: orders or cases, from one verdict to another, what else differs."""
    draft = current_draft()
    found = newest_simulation(ctx(), visit().tenant_id, draft.row.id) if draft else None
    if found is None or found.state != "done":
        return show_simulation()
    asked = {name: first(request.args, name)[:40] for name in ("scope", "before", "after", "differs")}
    names = found.result["names"]
    chosen = [packed for packed in found.result["changes"] if _fits(packed, asked)]
    text = first(request.args, "place")
    place = min(int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0, len(chosen))
    rows: list[Change] = [unpack_change(packed, names) for packed in chosen[place : place + PAGE]]

    def link(start: int) -> str:
        values = {**asked, "place": str(start)}
        return f"{url_for('dashboard.policy_changes')}?{urlencode({k: v for k, v in values.items() if v and v != '0'})}"

    return policy_page(
        "changes.html",
        tab="policy_simulation",
        rows=rows,
        asked=asked,
        total=len(chosen),
        order_path=order_place,
        cut=found.result["changed"] > len(found.result["changes"]),
        place=place,
        before=link(max(place - PAGE, 0)) if place else "",
        after=link(place + PAGE) if place + PAGE < len(chosen) else "",
    )


def _fits(packed: list[Any], asked: dict[str, str]) -> bool:
    channels = visit().actor.channels  # sums are of the whole shop, single orders only of a person's own channels
    return (
        (channels is None or packed[11] in channels)
        and asked["scope"] in ("", packed[0])
        and asked["before"] in ("", packed[6])
        and asked["after"] in ("", packed[7])
        and (not asked["differs"] or asked["differs"] in packed[8])
    )
