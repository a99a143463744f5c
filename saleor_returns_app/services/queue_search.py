"""Searching cases by what people have at hand: case number, order number, e-mail, SKU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from saleor_returns_app.models.cases import Case, ReturnLine

#: A search that only begins like something shows at most this many cases.
MOST_SIMILAR = 50
_LONGEST = 200
#: Sorts after every text that begins alike: the last code point is the last in UTF-8 bytes as well.
_LAST = "\U0010ffff"
_BIGGEST_SEQUENCE = 2**31 - 1

_Channels = frozenset[str] | None


def clean_search(text: str) -> str:
    """What can be looked for: no control characters (PostgreSQL refuses some), no hash before an order number."""
    return "".join(char for char in text[:_LONGEST] if char.isprintable()).strip().removeprefix("#").strip()


def exact_matches(tenant_id: str, channels: _Channels, text: str) -> list[Select[Any]]:
    """One selection of case ids per way in which a case can equal the search."""
    said = clean_search(text)
    if not said:
        return []
    ways: list[ColumnElement[bool]] = [
        Case.number == said.upper(),
        Case.order_number == said,
        Case.email == said.lower(),
    ]
    if said.isascii() and said.isdigit() and int(said) <= _BIGGEST_SEQUENCE:
        ways.append(Case.sequence == int(said))
    cases = [_in_channels(select(Case.id).where(Case.tenant_id == tenant_id, way), channels) for way in ways]
    return cases + [_with_sku(tenant_id, channels, ReturnLine.sku == sku) for sku in _spellings(said)]


def prefix_matches(session: Session, tenant_id: str, channels: _Channels, text: str) -> tuple[list[str], bool]:
    """Ids of cases that begin like the search, newest first, and whether there are more."""
    said = clean_search(text)
    if len(said) < 2:
        return [], False
    parts = []
    for column, prefix in ((Case.number, said.upper()), (Case.order_number, said), (Case.email, said.lower())):
        part = select(Case.id).where(Case.tenant_id == tenant_id, *_begins(column, prefix))
        parts.append(_in_channels(part, channels).order_by(column).limit(MOST_SIMILAR + 1))
    for prefix in _spellings(said):
        part = _with_sku(tenant_id, channels, *_begins(ReturnLine.sku, prefix))
        parts.append(part.order_by(ReturnLine.sku).limit(MOST_SIMILAR + 1))
    # Each part is read in the order of its own index and cut there; only what is left is sorted by age.
    ids = union(*(select(part.subquery().c[0].label("id")) for part in parts)).subquery()
    found: Sequence[str] = session.scalars(select(ids.c.id).order_by(ids.c.id.desc()).limit(MOST_SIMILAR + 1)).all()
    return list(found[:MOST_SIMILAR]), len(found) > MOST_SIMILAR


def _begins(column: InstrumentedAttribute[str], prefix: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # A range rather than LIKE: both databases serve it from an index, and nobody has to escape a percent sign.
    return column >= prefix, column < prefix + _LAST


def _with_sku(tenant_id: str, channels: _Channels, *conditions: ColumnElement[bool]) -> Select[Any]:
    part = select(ReturnLine.case_id).where(ReturnLine.tenant_id == tenant_id, *conditions)
    return part if channels is None else _in_channels(part.join(Case, Case.id == ReturnLine.case_id), channels)


def _in_channels(part: Select[Any], channels: _Channels) -> Select[Any]:
    return part if channels is None else part.where(Case.channel_slug.in_(sorted(channels)))


def _spellings(sku: str) -> list[str]:
    """As typed and in capitals and small letters: shops write SKUs one way, people type another."""
    return list(dict.fromkeys((sku, sku.upper(), sku.lower())))
