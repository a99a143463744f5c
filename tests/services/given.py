"""What must hold of an order whatever people did: worked out the slow, obvious way from what is stored and what the shop was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import RELEASED, Acceptance, CaseStatus, Resolution
from saleor_returns_app.domain.effects import EffectKind, EffectState
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.inspection import FOR_ACCEPTED, FOR_REFUSED, Disposition
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.inspection import Finding
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import RecordedReturn, Refund
from saleor_returns_app.services.mending import units_to_mend
from saleor_returns_app.services.standing_repairs import live_repair
from tests.fakes import FakeSaleor

from .giving import Giving

#: The inspection of such a case is over.
_COUNTED = frozenset({CaseStatus.INSPECTED, CaseStatus.RESOLVING, CaseStatus.RESOLVED, CaseStatus.CLOSED})


def claimed(refund: Refund) -> int:
    """Minor units that a refund has paid or may still pay."""
    if refund.status in (RefundStatus.SUCCEEDED, RefundStatus.RECORDED):
        return refund.paid_minor
    return 0 if refund.status == RefundStatus.CANCELLED else refund.amount_minor


def worth(order: Order, units: Mapping[str, int]) -> Fraction:
    """What so many units of each order line cost, in minor units and parts of them."""
    return sum(
        (Fraction(line.total_gross.minor * units.get(line.id, 0), line.quantity) for line in order.lines), Fraction(0)
    )


def check_order(world: Giving) -> None:
    """Of all cases together: money, credit and goods for free never exceed what was paid, and nothing was done twice."""
    order = world.saleor.orders["order-1"]
    with world.shop.ctx.db.tenant(world.shop.tenant_id) as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        refunds = session.scalars(select(Refund)).all()
        all_given = Fraction(0)
        shipping = 0
        for case in cases:
            mine = [refund for refund in refunds if refund.case_id == case.id]
            all_given += _check_case(session, world.saleor, order, case, mine)
            shipping += sum(row.includes_shipping and row.status != RefundStatus.CANCELLED for row in mine)
        recorded: Counter[str] = Counter()
        for row in session.scalars(select(RecordedReturn)):
            recorded.update({line_id: int(quantity) for line_id, quantity in row.units.items()})
    assert all_given <= order.total_gross.minor, f"{all_given} was given for an order of {order.total_gross}"
    assert shipping <= 1, "shipping was refunded twice"
    for line in order.lines:
        assert recorded[line.id] <= line.quantity, f"{recorded[line.id]} of {line.id} recorded as returned"
    paid = sum(amount.minor for _, amount in world.saleor.paid)
    by_hand = sum(amount.minor for amount in world.by_hand.values())
    cards = sum(card.amount.minor for _, card in world.saleor.gift_cards if _is_refund(card.mark, refunds))
    asked = sum(claimed(refund) for refund in refunds)
    assert paid + by_hand + cards <= asked, f"paid {paid}, by hand {by_hand}, as cards {cards} of {asked}"
    _check_made(world.saleor)


def _is_refund(mark: str, refunds: Sequence[Refund]) -> bool:
    return any(mark.endswith(refund.id) for refund in refunds)


def _check_made(saleor: FakeSaleor) -> None:
    """Of everything that is made in the shop there is one for each mark."""
    made = {
        "gift cards": Counter(card.mark for _, card in saleor.gift_cards),
        "vouchers": Counter(voucher.code for _, voucher in saleor.vouchers),
        "replacements": Counter(
            saleor.replacement_requests[key].mark for key, made in saleor.replacements.items() if not made.is_cancelled
        ),
        "payments": Counter(key for key, _ in saleor.paid),
    }
    for what, counts in made.items():
        assert all(count == 1 for count in counts.values()), f"{what} made twice: {counts}"


def _check_case(session: Session, saleor: FakeSaleor, order: Order, case: Case, refunds: Sequence[Refund]) -> Fraction:
    """Of one case; gives the worth of what was given, in minor units: credit counts as much as the units it settles."""
    exchanges = session.scalars(
        select(Exchange).where(Exchange.case_id == case.id, Exchange.state != ExchangeState.CANCELLED)
    ).all()
    effects = session.scalars(
        select(Effect).where(Effect.case_id == case.id, Effect.state != EffectState.CANCELLED)
    ).all()
    codes = [item for item in effects if item.kind in (EffectKind.GIFT_CARD, EffectKind.VOUCHER)]
    codes = [item for item in codes if "refund" not in item.what]
    assert len(exchanges) <= 1, "two replacements live"
    assert len(codes) <= 1, "two codes given"
    terms = CaseTerms.load(case.terms or {})
    accepted = {line.order_line_id: line.accepted for line in case.lines}
    announced = {line.order_line_id: line.quantity for line in case.lines}
    settled = {line.order_line_id: line.settled for line in case.lines}
    trusted = {line_id for exchange in exchanges if exchange.advance for line_id in exchange.settles}

    units: Counter[str] = Counter()  # that were settled in one way or another
    goods = Fraction(0)
    for exchange in exchanges:
        for line_id, (quantity, _, _) in exchange.settled_units().items():
            units[line_id] += quantity
        goods += _given_in_goods(order, exchange)
        _check_ordered(saleor, exchange)
    for refund in refunds:
        if refund.status != RefundStatus.CANCELLED:
            units.update({line_id: int(quantity) for line_id, quantity in refund.units.items()})
    if (live := live_repair(session, case)) is not None and case.status not in RELEASED:
        at = {line.id: line.order_line_id for line in case.lines}
        gone = session.get(Parcel, live.parcel_id) if live.parcel_id else None
        mended = units_to_mend(case) if gone is None else gone.units
        for line_id, quantity in mended.items():
            units_and = units[at[line_id]] + quantity
            assert units_and <= accepted[at[line_id]], (
                f"{quantity} repaired ({live.status}), {units[at[line_id]]} settled"
            )
    for line_id, quantity in units.items():
        most = announced[line_id] if line_id in trusted else accepted[line_id]
        assert quantity <= most, f"{quantity} of {line_id} settled, {most} accepted"

    money = sum(claimed(refund) for refund in refunds)
    round_now = [row for row in refunds if case.begun_again_at is None or row.created_at > case.begun_again_at]
    shipping = order.shipping_gross.minor if any(row.includes_shipping for row in refunds) else 0
    # What a cheaper replacement left over was paid with the rest; should it be cancelled afterwards, a person looks at it.
    dropped = session.scalars(
        select(Exchange).where(Exchange.case_id == case.id, Exchange.state == ExchangeState.CANCELLED)
    )
    over = Counter(units)
    for exchange in dropped if refunds else ():
        over.update({line_id: quantity for line_id, (quantity, _, _) in exchange.settled_units().items()})
    most_units = {line_id: min(quantity, max(accepted[line_id], units[line_id])) for line_id, quantity in over.items()}
    bound = worth(order, most_units) + len(order.lines) + shipping  # a cent a line, for how they are rounded
    assert money + goods <= bound, f"{money} and goods for {goods} given for units worth {bound}"
    if terms.amount is not None and terms.in_money:
        spent = sum(claimed(row) for row in round_now)
        assert spent <= terms.amount.minor, f"{spent} given, agreed on {terms.amount}"
    for code in codes:
        assert terms.amount is not None, "credit that nobody agreed on"
        assert terms.resolution is Resolution.STORE_CREDIT, "credit that nobody agreed on"
        whole = worth(order, {line_id: announced[line_id] - settled[line_id] for line_id in announced})
        part = worth(order, {line_id: accepted[line_id] - settled[line_id] for line_id in accepted})
        owed = terms.amount.minor * part / whole + 1
        assert int(code.what["minor"]) <= owed, f"credit of {code.what['minor']}, {owed} is owed"
        assert not any(claimed(row) for row in round_now), "credit and money for the same units"
        assert not goods, "credit and goods for the same units"
        goods += min(part, Fraction(int(code.what["minor"])))
    _check_units(session, case, effects)
    return money + goods


def _given_in_goods(order: Order, exchange: Exchange) -> Fraction:
    """The worth of what is sent without being paid for."""
    price = Fraction(0)
    for piece in exchange.pieces:
        if piece.resolution is Resolution.RESHIP:
            price += worth(order, {piece.order_line_id: piece.quantity})
        elif piece.price is not None:
            price += piece.price.minor * piece.quantity
    return price - exchange.owed_minor


def _check_ordered(saleor: FakeSaleor, exchange: Exchange) -> None:
    """What the shop has on its books for a replacement is what was agreed on."""
    if not exchange.replacement_id:
        return
    order = saleor.replacements[exchange.replacement_id]
    if order.is_cancelled:
        return  # in the shop: we are told of it next
    assert not order.is_draft, "a draft is called ordered"
    assert order.total.minor == exchange.owed_minor, f"ordered at {order.total}, owed {exchange.owed}"
    wanted = Counter({piece.variant_id: 0 for piece in exchange.pieces})
    for piece in exchange.pieces:
        wanted[piece.variant_id] += piece.quantity
    asked: Counter[str] = Counter()
    for line in saleor.replacement_requests[order.order_id].lines:
        asked[line.variant_id] += line.quantity
    assert asked == wanted, f"sent {asked}, agreed on {wanted}"


def _check_units(session: Session, case: Case, effects: Sequence[Effect]) -> None:
    """Every unit that was counted ends in one acceptance and one disposition, and goes one way only."""
    findings = session.scalars(select(Finding).where(Finding.case_id == case.id)).all()
    parcels = session.scalars(select(Parcel).where(Parcel.case_id == case.id, Parcel.direction == Direction.OUT)).all()
    for line in case.lines:
        mine = [item for item in findings if item.line_id == line.id]
        holding = [item for item in mine if item.replaced_at is None]
        _check_line(case, line, holding)
        restocked = sum(
            int(item.what["quantity"])
            for item in effects
            if item.kind == EffectKind.RESTOCK and item.key.split(":")[1] in {finding.id for finding in mine}
        )
        shelved = sum(item.quantity for item in holding if item.disposition == Disposition.RESTOCK)
        if case.status in _COUNTED:
            assert restocked == shelved, f"{restocked} put on stock, {shelved} go back on the shelf"
        sent = sum(
            int(parcel.units.get(line.id, 0))
            for parcel in parcels
            if case.begun_again_at is None or parcel.created_at > case.begun_again_at
        )
        assert sent + shelved <= line.received, f"{sent} sent back and {shelved} on the shelf of {line.received}"


def _check_line(case: Case, line: ReturnLine, holding: Sequence[Finding]) -> None:
    taken = sum(item.quantity for item in holding if item.accepted)
    refused = sum(item.quantity for item in holding if not item.accepted)
    assert taken + refused == line.received, f"{taken} accepted and {refused} refused of {line.received}"
    assert line.received <= line.quantity, f"{line.received} received of {line.quantity}"
    for item in holding:
        fitting = FOR_ACCEPTED if item.accepted else FOR_REFUSED
        assert item.disposition in fitting, f"{item.disposition} of units that are accepted: {item.accepted}"
    kept = CaseTerms.load(case.terms or {}).keeps_item
    turned_down = case.status == CaseStatus.CLOSED and bool(case.rejection)  # before anything came, and upheld
    if case.status in _COUNTED and not kept and not turned_down:
        # What was kept before a dispute is settled, and never came.
        expected = max(taken, line.settled) if case.begun_again_at else taken
        assert line.accepted == expected, f"{line.accepted} accepted on the line, {taken} found"
        assert line.acceptance != Acceptance.UNDECIDED, "counted, but neither accepted nor refused"
        assert (line.acceptance == Acceptance.ACCEPTED) == (line.accepted > 0), (
            f"{line.acceptance}, {line.accepted} accepted"
        )
