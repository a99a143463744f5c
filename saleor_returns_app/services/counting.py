"""Counting facts: what a case or an order adds to the numbers of the shop, taken from its rows and its history.

Whatever changed is counted anew as a whole and compared with what was counted before, so counting twice changes nothing and counting
everything anew gives the same facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.counting import CountedFact, Measure, added, share, size_step, steps
from saleor_returns_app.domain.effects import EffectKind, EffectState
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order, OrderLine
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.models.analytics import FactRow
from saleor_returns_app.models.cases import Case, CaseEntry, ReturnLine
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.surveys import Survey

from .orders import unpack_order

#: Orders that were never bought, or not in the end.
NOT_SOLD = frozenset({"DRAFT", "UNCONFIRMED", "CANCELED", "EXPIRED"})
#: Kinds of money out, besides the codes that are effects of their own.
REFUNDED, OUTSIDE = "refund", "outside"
POSTAGE, WRITE_OFF = "postage", "write_off"
EXCHANGE = "exchange"
_CODES = {EffectKind.GIFT_CARD: "store_credit", EffectKind.VOUCHER: "voucher"}
_FIELDS = tuple(CountedFact.__dataclass_fields__)


@dataclass(slots=True)
class _Rows:
    """Everything that facts of one case are made of."""

    case: Case
    order: Order | None
    entries: list[CaseEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    deadlines: list[DeadlineRow] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)


_PARTS: tuple[tuple[str, Any], ...] = (
    ("entries", CaseEntry),
    ("findings", Finding),
    ("refunds", Refund),
    ("effects", Effect),
    ("exchanges", Exchange),
    ("deadlines", DeadlineRow),
    ("surveys", Survey),
)


def facts_of_cases(session: Session, case_ids: Collection[str], *, zone: str) -> dict[str, tuple[CountedFact, ...]]:
    """Case id → its facts; days are those of the zone. Ids without a case are left out."""
    return {case_id: added(_of_case(rows, zone)) for case_id, rows in _read(session, case_ids).items()}


def _read(session: Session, case_ids: Collection[str]) -> dict[str, _Rows]:
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids))).all()
    wanted = {case.saleor_order_id for case in cases}
    mirrored = session.scalars(select(OrderMirror).where(OrderMirror.saleor_id.in_(wanted)))
    orders = {row.saleor_id: unpack_order(row.snapshot) for row in mirrored}
    rows = {case.id: _Rows(case, orders.get(case.saleor_order_id)) for case in cases}
    for name, table in _PARTS:
        for row in session.scalars(select(table).where(table.case_id.in_(list(rows))).order_by(table.id)):
            getattr(rows[row.case_id], name).append(row)
    return rows


def _of_case(rows: _Rows, zone: str) -> Iterator[CountedFact]:
    if rows.case.merged_into:  # its units are counted where they went
        return
    yield from _Counter(rows, zone).facts()


class _Counter:
    """Counts one case."""

    def __init__(self, rows: _Rows, zone: str) -> None:
        self._rows, self._case, self._zone = rows, rows.case, zone
        self._country = rows.order.country if rows.order else ""
        self._lines = {line.id: line for line in self._case.lines}

    def facts(self) -> Iterator[CountedFact]:
        yield self._fact(Measure.OPENED, self._case.created_at, name=self._case.kind, units=1)
        for line in self._case.lines:
            yield self._of_goods(
                Measure.REQUESTED,
                self._case.created_at,
                line,
                name=line.resolution,
                units=line.quantity,
                amount=self._worth(line, line.quantity),
            )
        yield from self._returned()
        yield from self._money()
        yield from self._exchanged()
        yield from self._times()
        for survey in self._rows.surveys:
            if survey.answered_at and survey.stars:
                yield self._fact(Measure.STARS, survey.answered_at, name=self._case.kind, number=survey.stars, units=1)

    def _returned(self) -> Iterator[CountedFact]:
        for finding in self._rows.findings:
            line = self._lines.get(finding.line_id)
            if finding.replaced_at or line is None:
                continue
            worth = self._worth(line, finding.quantity)
            yield self._of_goods(
                Measure.RETURNED, finding.at, line, name=finding.disposition, units=finding.quantity, amount=worth
            )
            if finding.accepted and finding.disposition == Disposition.SCRAP:
                yield self._paid(Measure.COST, finding.at, WRITE_OFF, worth)

    def _money(self) -> Iterator[CountedFact]:
        for refund in self._rows.refunds:
            if refund.settled_at and refund.paid_minor:
                way = OUTSIDE if refund.status == "recorded" else REFUNDED
                yield self._paid(Measure.PAID, refund.settled_at, way, refund.paid_minor, refund.currency)
        for effect in self._rows.effects:
            if effect.state != EffectState.DONE or effect.settled_at is None:
                continue
            kind = EffectKind(effect.kind)
            if kind in _CODES:
                worth = _money(effect.what.get("amount"))
                yield self._paid(Measure.PAID, effect.settled_at, _CODES[kind], *worth)
            elif kind is EffectKind.LABEL:
                yield self._paid(Measure.COST, effect.settled_at, POSTAGE, *_money(effect.result.get("cost")))

    def _exchanged(self) -> Iterator[CountedFact]:
        for exchange in self._rows.exchanges:
            if exchange.state not in (ExchangeState.ORDERED, ExchangeState.SHIPPED):
                continue
            kept = sum(gross.minor for _, gross, _ in exchange.settled_units().values())
            yield self._paid(Measure.RETAINED, exchange.created_at, EXCHANGE, kept, exchange.currency)
            for piece in exchange.pieces:
                line = next((each for each in self._lines.values() if each.order_line_id == piece.order_line_id), None)
                if line is not None and piece.resolution == EXCHANGE:
                    step = size_step(line.variant_name, piece.name)
                    yield self._of_goods(Measure.EXCHANGED, exchange.created_at, line, name=step, units=piece.quantity)

    def _times(self) -> Iterator[CountedFact]:
        prefix = "" if self._case.kind == CaseKind.RETURN else f"{self._case.kind}."
        for state, at, hours in steps([(entry.at, entry.status) for entry in self._rows.entries]):
            yield self._fact(Measure.STEP, at, name=prefix + state, number=hours, units=1)
        for row in self._rows.deadlines:
            if row.ended_at and row.state in ("met", "passed"):
                kept = int(row.state == "met" and row.ended_at <= row.due_at)
                yield self._fact(Measure.DEADLINE, row.ended_at, name=row.waits_for, number=kept, units=1)

    def _worth(self, line: ReturnLine, units: int) -> int:
        """What so many units of the line were bought for, in minor units."""
        bought = self._bought(line)
        return share(bought.total_gross.minor, units=units, of=bought.quantity) if bought else 0

    def _bought(self, line: ReturnLine) -> OrderLine | None:
        return self._rows.order.line(line.order_line_id) if self._rows.order else None

    def _fact(self, measure: Measure, at: datetime, **what: Any) -> CountedFact:
        return CountedFact(
            measure=measure,
            day=local_day(at, self._zone),
            channel=self._case.channel_slug,
            country=self._country,
            **what,
        )

    def _of_goods(self, measure: Measure, at: datetime, line: ReturnLine, **what: Any) -> CountedFact:
        goods = goods_of(self._bought(line)) or {"variant": line.sku}
        return self._fact(measure, at, reason=line.reason, currency=self._case.currency, **goods, **what)

    def _paid(self, measure: Measure, at: datetime, name: str, minor: int, currency: str = "") -> CountedFact:
        return self._fact(measure, at, name=name, amount=minor, currency=currency or self._case.currency)


def goods_of(line: OrderLine | None) -> dict[str, str]:
    """How goods of an order line are counted; empty for a line nobody knows."""
    if line is None:
        return {}
    return {
        "product": line.product_id or "",
        "variant": line.variant_id or line.sku or "",
        "category": line.category_slugs[0] if line.category_slugs else "",
    }


def _money(said: object) -> tuple[int, str]:
    """Minor units and currency of an amount as `str(Money)` writes it; nothing for nothing."""
    if not said:
        return 0, ""
    amount, _, currency = str(said).partition(" ")
    return Money(Decimal(amount), currency).minor, currency


def facts_of_orders(session: Session, ids: Collection[str], *, zone: str) -> dict[str, tuple[CountedFact, ...]]:
    """Id of a mirrored order → its facts. What replaces goods of another order was not sold."""
    rows = session.scalars(select(OrderMirror).where(OrderMirror.id.in_(ids))).all()
    sent = set(
        session.scalars(
            select(Exchange.replacement_id).where(Exchange.replacement_id.in_([row.saleor_id for row in rows]))
        )
    )
    return {row.id: () if row.saleor_id in sent else added(_of_order(unpack_order(row.snapshot), zone)) for row in rows}


def _of_order(order: Order, zone: str) -> Iterator[CountedFact]:
    if order.status in NOT_SOLD:
        return
    for line in order.lines:
        if line.is_gift_card:  # nobody returns one
            continue
        fact = CountedFact(measure=Measure.SOLD, day=local_day(order.created, zone), channel=order.channel_slug)
        sold = {"country": order.country, "currency": order.currency, **goods_of(line)}
        yield replace(fact, units=line.quantity, amount=line.total_gross.minor, **sold)  # type: ignore[arg-type]


def names_in(orders: Iterable[Order]) -> Iterator[tuple[str, str, str, datetime]]:
    """Dimension, key and name of the goods of orders, and when it was called so."""
    for order in orders:
        for line in order.lines:
            if line.product_id:
                yield "product", line.product_id, line.product_name, order.created
            if variant := line.variant_id or line.sku:
                called = ", ".join(part for part in (line.product_name, line.variant_name) if part)
                yield "variant", variant, called, order.created


def replace_facts(
    session: Session, counted: Mapping[str, Sequence[CountedFact]], sources: Collection[str]
) -> set[date]:
    """Have exactly these facts stand for the sources; gives the days whose sums this changes."""
    standing: defaultdict[str, dict[CountedFact, FactRow]] = defaultdict(dict)
    changed = set()
    for row in session.scalars(select(FactRow).where(FactRow.source_id.in_(sources))):
        if standing[row.source_id].setdefault(fact_of(row), row) is not row:  # there twice
            session.delete(row)
            changed.add(row.day)
    for source in sources:
        left = standing[source]
        for fact in counted.get(source, ()):
            if left.pop(fact, None) is None:
                session.add(FactRow(source_id=source, **{name: getattr(fact, name) for name in _FIELDS}))
                changed.add(fact.day)
        for fact, row in left.items():
            session.delete(row)
            changed.add(fact.day)
    session.flush()
    return changed


def fact_of(row: FactRow) -> CountedFact:
    values = {name: getattr(row, name) for name in _FIELDS}
    return CountedFact(**{**values, "measure": Measure(row.measure)})
