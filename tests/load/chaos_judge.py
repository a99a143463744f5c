"""What must not be once it is over: anything paid, made, sent or put on stock twice, and anything lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select

from demo.shop import Shop
from demo.shop.model.orders import Order
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.effects import EffectKind, EffectState
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import agreed_code


@dataclass
class Outcome:
    settled: int = 0
    handed: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    seconds: float = 0.0
    codes: int = 0
    replaced: int = 0
    restocked: int = 0


def judge(context: Context, shop: Shop, cases: dict[str, Order], stock: dict[tuple[str, str], int]) -> Outcome:
    """`stock` is what stood there at the beginning."""
    outcome = Outcome()
    calls = [call for call in shop.provider.ledger.calls if call.ask is not None]
    paid = Counter(call.ask.granted_refund for call in calls if call.paid and call.ask)
    for case_id, order in cases.items():
        with context.db.everyone() as session:
            case = session.get_one(Case, case_id)
            refunds = session.scalars(select(Refund).where(Refund.case_id == case_id).order_by(Refund.number)).all()
            exchange = session.scalar(select(Exchange).where(Exchange.case_id == case_id))
        said = (
            f"{case.number} ({order.number}): {case.status}, {case.attention or 'nothing for a person'}, "
            + ", ".join(f"{refund.marker} {refund.status} {refund.amount}" for refund in refunds)
        )
        in_code = agreed_code(CaseTerms.load(case.terms))
        done = case.status == CaseStatus.RESOLVED
        if in_code:
            wrong = _wrong_code(shop, order, case, in_code)
        elif exchange is not None:
            wrong = _wrong_replacement(shop, order, case, exchange)
            done = exchange.state in (ExchangeState.ORDERED, ExchangeState.UNPAID)
        else:
            wrong = _wrong(shop, order, case, refunds, paid)
        wrong = wrong or _wrong_return(order, case)
        if wrong:
            moods = [call.mood for call in calls if call.ask and call.ask.order_number == order.number]
            outcome.wrongs.append(f"{wrong}: {said}; the provider was asked {moods}")
        elif done:
            outcome.settled += 1
        else:
            outcome.handed += 1
    outcome.wrongs += _wrong_notes(context) + _wrong_stock(context, shop, stock)
    outcome.codes = len(shop.state.gift_cards) + len(shop.state.vouchers)
    outcome.replaced = sum(_replaces(order) != "" for order in shop.state.orders.values())
    outcome.restocked = sum(shop.state.stocks.values()) - sum(stock.values())
    return outcome


def _wrong(shop: Shop, order: Order, case: Case, refunds: Sequence[Refund], paid: Counter[str | None]) -> str:
    """What must not be, of one case; empty when all is well."""
    out = shop.paid_out(order)
    asked = sum((refund.amount.amount for refund in refunds if refund.number == 1), Decimal(0))
    if any(paid[grant.id] > 1 for grant in order.granted_refunds) or out > asked:
        return f"paid {out} of {asked}"
    if len(order.granted_refunds) > 1:
        return f"granted {len(order.granted_refunds)} times"
    if not refunds:
        return "lost: no refund"
    if case.status == CaseStatus.RESOLVED and out != asked:
        return f"called resolved with {out} of {asked} paid"
    if any(refund.status == RefundStatus.FAILED and paid[refund.grant_id] for refund in refunds):
        return f"called failed although {out} was paid"
    if case.status != CaseStatus.RESOLVED and not case.attention:
        return "lost: neither settled nor for a person"
    return ""


def _wrong_return(order: Order, case: Case) -> str:
    """Of the goods and of the notes on the order, however the case ends."""
    returned = sum(line.quantity for each in order.fulfillments if each.status == "RETURNED" for line in each.lines)
    if returned > 1 or (not returned and case.attention != "RETURN_NOT_RECORDED"):
        return f"goods recorded {returned} times"
    notes = Counter(event.message for event in order.events if event.type == "NOTE_ADDED")
    if any(count > 1 for count in notes.values()):
        return f"a note written twice: {notes.most_common(1)}"
    return ""


def _wrong_code(shop: Shop, order: Order, case: Case, kind: EffectKind) -> str:
    """What must not be of a case that ends in a gift card or a voucher; empty when all is well."""
    mark = f"{case.tenant_id}/{case.id}"
    if kind is EffectKind.GIFT_CARD:
        made = [card for card in list(shop.state.gift_cards.values()) if mark in card.metadata_items.values()]
        count = usable = len(made)
    else:
        vouchers = [item for item in list(shop.state.vouchers.values()) if item.name == case.number]
        count, usable = len(vouchers), sum(bool(item.listings) for item in vouchers)
    if count > 1:
        return f"{kind} made {count} times"
    if shop.paid_out(order):
        return f"money paid beside the {kind}"
    if case.status == CaseStatus.RESOLVED and usable != 1:
        return f"called resolved without a {kind}"
    if case.status != CaseStatus.RESOLVED and not case.attention:
        return f"lost: no {kind}, and nobody was told"
    return ""


def _replaces(order: Order) -> str:
    """The number of the return that an order was made for; empty for any other order."""
    return order.metadata_items.get("return", "") if order.origin == "DRAFT" else ""


def _wrong_replacement(shop: Shop, order: Order, case: Case, exchange: Exchange) -> str:
    """What must not be of a case that ends in goods; empty when all is well."""
    made = [item for item in list(shop.state.orders.values()) if _replaces(item) == case.number]
    sent = [item for item in made if item.status not in ("DRAFT", "CANCELED")]
    if len(made) > 1:
        return f"ordered {len(made)} times, of which {len(sent)} are no drafts"
    if shop.paid_out(order):
        return "money paid beside the replacement, which nobody approved"
    if exchange.state in (ExchangeState.ORDERED, ExchangeState.UNPAID):
        if not sent:
            return f"called {exchange.state}, but nothing was ordered"
        if sent[0].total.gross.amount != exchange.owed.amount:
            return f"ordered at {sent[0].total.gross.amount} instead of {exchange.owed}"
        if sent[0].number != exchange.replacement_number:
            return f"order {sent[0].number} is called {exchange.replacement_number}"
    elif not case.attention:
        return "lost: nothing ordered, and nobody was told"
    return ""


def _wrong_stock(context: Context, shop: Shop, before: dict[tuple[str, str], int]) -> list[str]:
    """What must not be of the stock: units added twice, or not at all although their step is done."""
    with context.db.everyone() as session:
        steps = session.scalars(select(Effect).where(Effect.kind == EffectKind.RESTOCK)).all()
    wrongs = []
    for place in {(str(step.what["variant_id"]), str(step.what["warehouse_id"])) for step in steps}:
        here = [step for step in steps if (step.what["variant_id"], step.what["warehouse_id"]) == place]
        done = sum(int(step.what["quantity"]) for step in here if step.state == EffectState.DONE)
        # Of these a person was told: they may be written or not.
        told = sum(int(step.what["quantity"]) for step in here if step.state == EffectState.STUCK)
        added = shop.state.stocks.get(place, 0) - before.get(place, 0)
        if not done <= added <= done + told:
            wrongs.append(f"stock of {place}: {added} added, {done} done, {told} told to a person")
    open_ = sum(step.state not in (EffectState.DONE, EffectState.STUCK) for step in steps)
    return [*wrongs, f"{open_} additions to the stock are lost"] if open_ else wrongs


def _wrong_notes(context: Context) -> list[str]:
    """What must not be of the credit notes: a gap in their numbers, a paid refund without one or one without a paid refund."""
    paid = [RefundStatus.SUCCEEDED, RefundStatus.RECORDED]
    with context.db.everyone() as session:
        notes = session.execute(select(CreditNoteRow.number, CreditNoteRow.refund_id)).all()
        refunds = set(session.scalars(select(Refund.id).where(Refund.status.in_(paid), Refund.paid_minor > 0)))
    numbers = sorted(int(note.number.rpartition("-")[2]) for note in notes)
    wrongs = []
    if numbers != list(range(1, len(notes) + 1)):
        wrongs.append(f"credit notes have gaps: {numbers}")
    if {note.refund_id for note in notes} != refunds:
        wrongs.append(f"{len(refunds)} refunds are paid and {len(notes)} have a credit note")
    return wrongs
