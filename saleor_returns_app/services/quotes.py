"""Quotes from what the database and a read of the order say: one computation for showing and for paying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import Acceptance
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.quotes import TAKING, Committed, Quote, quote_refund, units_taken
from saleor_returns_app.domain.refunds import CLAIMING, UNDER_WAY, RefundStatus, recognise_grant, seen_in_charge
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import QuoteRow, Refund

QUOTE: TypeAdapter[Quote] = TypeAdapter(Quote)


def committed_refunds(
    session: Session, order: Order, *, besides: str | None = None, since: datetime | None = None
) -> tuple[Committed, frozenset[str]]:
    """What our refunds of an order already claim, and the grants that are ours. `besides`: a case to leave out,
    where `since` is given only with what it did after that."""
    rows = session.scalars(select(Refund).where(Refund.saleor_order_id == order.id)).all()
    units: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    worths: dict[str, tuple[Money, Money]] = {}
    quotes = _quotes_of(session, rows)
    under_way: dict[str | None, Money] = {}
    zero = Money.zero(order.currency)
    gift_cards, paid, shipping = zero, zero, False
    for refund in rows:
        status = RefundStatus(refund.status)
        if status is RefundStatus.SUCCEEDED and refund.way != RefundWay.GIFT_CARD:  # Saleor counts no gift card
            paid = paid + refund.paid
        mine = refund.case_id == besides and (since is None or refund.created_at > since)
        if mine or status not in CLAIMING:
            continue
        for line_id, quantity in refund.units.items():
            units[line_id] += int(quantity)
        if refund.units:
            if quotes[refund.quote_id].kept:
                kept.update({line_id: int(quantity) for line_id, quantity in refund.units.items()})
            for line in quotes[refund.quote_id].lines:
                if line.order_line_id:
                    gross, tax = worths.get(line.order_line_id, (zero, zero))
                    worths[line.order_line_id] = (gross + line.amount, tax + line.tax)
        shipping = shipping or refund.includes_shipping
        if refund.way == RefundWay.GIFT_CARD:
            gift_cards = gift_cards + refund.amount
        elif status in UNDER_WAY:
            grant = recognise_grant(order, grant_id=refund.grant_id, marker=refund.marker)
            hidden = refund.amount - (seen_in_charge(grant) if grant else zero)
            under_way[refund.transaction_id] = under_way.get(refund.transaction_id, zero) + max(hidden, zero)
    for line_id, (quantity, gross, tax) in _settled_in_goods(session, order, besides=besides, since=since):
        # They stay with the shopper, in another shape.
        units[line_id] += quantity
        kept[line_id] += quantity
        before = worths.get(line_id, (zero, zero))
        worths[line_id] = (before[0] + gross, before[1] + tax)
    # A cancelled refund's grant is nobody's any more: should it be paid late, it took its units like an external one.
    ours = frozenset(refund.grant_id for refund in rows if refund.grant_id and refund.status != RefundStatus.CANCELLED)
    committed = Committed(
        units=units, worths=worths, kept=kept, shipping=shipping, under_way=under_way, gift_cards=gift_cards, paid=paid
    )
    return committed, ours


def _settled_in_goods(
    session: Session, order: Order, *, besides: str | None, since: datetime | None
) -> list[tuple[str, tuple[int, Money, Money]]]:
    """Order line id → units, gross and tax, of each replacement order of another case, or of an earlier round of this one."""
    mine = select(Exchange).where(Exchange.saleor_order_id == order.id, Exchange.state != ExchangeState.CANCELLED)
    return [
        item
        for exchange in session.scalars(mine)
        if exchange.case_id != besides or (since is not None and exchange.created_at <= since)
        for item in exchange.settled_units().items()
    ]


def _quotes_of(session: Session, refunds: Sequence[Refund]) -> dict[str, Quote]:
    """The quotes that refunds carry units of, by their ids."""
    wanted = {refund.quote_id for refund in refunds if refund.units}
    if not wanted:
        return {}
    rows = session.scalars(select(QuoteRow).where(QuoteRow.id.in_(sorted(wanted))))
    return {row.id: QUOTE.validate_python(row.data) for row in rows}


def quote_units(
    session: Session,
    order: Order,
    *,
    wanted: Mapping[str, int],
    settings: TenantSettings,
    besides: str | None = None,
    since: datetime | None = None,
    terms: CaseTerms = CaseTerms(),  # noqa: B008
    agreed_units: Mapping[str, int] | None = None,
) -> Quote:
    committed, ours = committed_refunds(session, order, besides=besides, since=since)
    return quote_refund(
        order=order,
        wanted=wanted,
        committed=committed,
        own_grants=ours,
        shipping_rule=settings.shipping_rule,
        split_rule=settings.split_rule,
        terms=terms,
        agreed_units=agreed_units,
    )


def quote_case(session: Session, case: Case, order: Order, settings: TenantSettings) -> Quote:
    """The quote of a case on its terms: what was accepted once it was inspected, until then what was announced."""
    inspected = any(line.acceptance != Acceptance.UNDECIDED for line in case.lines)
    # What was refunded before the case was taken up again is settled: it is not paid a second time.
    wanted = {line.order_line_id: (line.accepted if inspected else line.quantity) - line.settled for line in case.lines}
    # A refund of this case that was given up, and was paid after all: those units are settled.
    for given_up in session.scalars(
        select(Refund).where(Refund.case_id == case.id, Refund.status == RefundStatus.CANCELLED)
    ):
        grant = order.grant(given_up.grant_id) if given_up.grant_id else None
        if grant is not None and grant.status in TAKING:
            for line_id, quantity in given_up.units.items():
                wanted[line_id] = max(wanted.get(line_id, 0) - int(quantity), 0)
    return quote_units(
        session,
        order,
        wanted=wanted,
        settings=settings,
        besides=case.id,
        since=case.begun_again_at,
        terms=CaseTerms.load(case.terms or {}),
        agreed_units={line.order_line_id: line.quantity - line.settled for line in case.lines},
    )


def is_settled_otherwise(session: Session, case: Case, order: Order) -> bool:
    """Whether units that this case is to settle were refunded or exchanged meanwhile, by another case or outside of the app."""
    committed, ours = committed_refunds(session, order, besides=case.id, since=case.begun_again_at)
    taken = units_taken(order, committed, ours)
    bought = {line.id: line.quantity for line in order.lines}
    return any(
        max(line.accepted - line.settled, 0) > max(bought.get(line.order_line_id, 0) - taken[line.order_line_id], 0)
        for line in case.lines
    )
