"""Orders in any currency, said in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.orders import GrantedRefund, GrantedRefundLine, GrantStatus, Order, OrderLine
from saleor_returns_app.domain.quotes import Committed, Quote
from saleor_returns_app.domain.tenders import RefundWay
from tests.fakes import START, make_fulfillment, make_line, make_order, make_transaction


def money(text: str) -> Money:
    """`money("17.86 USD")`."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def line_of(line_id: str, quantity: int, gross: Money, net: Money | None = None, **changes: Any) -> OrderLine:
    """A line that was worth `gross` altogether; without `net` no tax."""
    return make_line(
        line_id,
        product_name=f"Product {line_id}",
        quantity=quantity,
        total_gross=gross,
        total_net=gross if net is None else net,
        unit_gross=Money.rounded(gross.amount / max(quantity, 1), gross.currency),
        undiscounted_unit_gross=Money.rounded(gross.amount / max(quantity, 1), gross.currency),
        **changes,
    )


def order_of(
    *lines: OrderLine,
    shipping: Money | None = None,
    shipping_net: Money | None = None,
    charged: Sequence[Money] | None = None,
    **changes: Any,
) -> Order:
    """An order of these lines, by default charged in full by one transaction; `charged`: one amount per transaction."""
    currency = lines[0].total_gross.currency
    zero = Money.zero(currency)
    worth = total((line.total_gross for line in lines), currency) + (shipping or zero)
    amounts = [worth] if charged is None else charged
    values: dict[str, Any] = {
        "currency": currency,
        "lines": lines,
        "fulfillments": (make_fulfillment(lines),),
        "shipping_gross": shipping or zero,
        "shipping_net": shipping_net or shipping or zero,
        "total_gross": worth,
        "total_charged": total(amounts, currency),
        "total_refunded": zero,
        "transactions": tuple(
            make_transaction(f"transaction-{place}", charged=amount, refunded=zero, refund_pending=zero)
            for place, amount in enumerate(amounts, 1)
        ),
    }
    return make_order(**{**values, **changes})


def grant_of(amount: Money, units: dict[str, int] | None = None, **changes: Any) -> GrantedRefund:
    values: dict[str, Any] = {
        "id": "grant-of-others",
        "status": GrantStatus.SUCCESS,
        "amount": amount,
        "reason": "in the Dashboard",
        "shipping_included": False,
        "created_at": START,
        "transaction_id": "transaction-1",
        "lines": tuple(
            GrantedRefundLine(order_line_id=line_id, quantity=quantity) for line_id, quantity in (units or {}).items()
        ),
    }
    return GrantedRefund(**{**values, **changes})


def commit(committed: Committed, quote: Quote) -> Committed:
    """What the app's refunds claim once this quote was approved and none of it is carried out yet."""
    units = dict(committed.units)
    for line_id, quantity in quote.units().items():
        units[line_id] = units.get(line_id, 0) + quantity
    under_way = dict(committed.under_way)
    cards = committed.gift_cards or Money.zero(quote.currency)
    for tender in quote.tenders:
        if tender.way in (RefundWay.TRANSACTION, RefundWay.LEGACY):
            before = under_way.get(tender.transaction_id, Money.zero(quote.currency))
            under_way[tender.transaction_id] = before + tender.amount
        elif tender.way is RefundWay.GIFT_CARD:
            cards = cards + tender.amount
    return replace(
        committed,
        units=units,
        shipping=committed.shipping or quote.includes_shipping,
        under_way=under_way,
        gift_cards=cards,
    )


def pay(order: Order, quote: Quote) -> Order:
    """The order as Saleor shows it once the quote's transactions were refunded."""
    by_transaction = {tender.transaction_id: tender.amount for tender in quote.tenders if tender.transaction_id}
    zero = Money.zero(order.currency)
    return replace(
        order,
        transactions=tuple(
            replace(
                item,
                charged=item.charged - by_transaction.get(item.id, zero),
                refunded=item.refunded + by_transaction.get(item.id, zero),
            )
            for item in order.transactions
        ),
        total_refunded=order.total_refunded + total(by_transaction.values(), order.currency),
    )


def settle(committed: Committed, quote: Quote) -> Committed:
    """As `commit`, for a quote whose transactions have paid: Saleor's charged amounts show it (see `pay`)."""
    whole = commit(committed, quote)
    paid = total((tender.amount for tender in quote.tenders if tender.transaction_id), quote.currency)
    return replace(
        whole,
        under_way=committed.under_way,
        paid=(committed.paid or Money.zero(quote.currency)) + paid,
    )
