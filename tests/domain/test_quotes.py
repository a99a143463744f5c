"""Quotes on terms: what is taken off, and that every part of it adds up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.money import Money, digits, total
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.quote_lines import QuoteKind
from saleor_returns_app.domain.quotes import Committed, Quote, quote_refund
from saleor_returns_app.domain.terms import CaseTerms, Length, PostageBearer, ShippingRule

from .making import commit, line_of, money, order_of

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
PERCENTS = st.decimals(min_value=0, max_value=100, places=1)


def quoted(order: Order, wanted: dict[str, int], terms: CaseTerms, committed: Committed | None = None) -> Quote:
    return quote_refund(order=order, wanted=wanted, committed=committed or Committed(), terms=terms)


def amounts(quote: Quote) -> list[tuple[str, str]]:
    return [(line.kind.value, str(line.amount.amount)) for line in quote.lines]


@st.composite
def orders(draw: st.DrawFn) -> Order:
    currency = draw(CURRENCIES)
    lines = []
    for place in range(draw(st.integers(1, 4))):
        gross = draw(st.integers(0, 100_000))
        net = draw(st.integers(0, gross))
        quantity = draw(st.integers(1, 7))
        lines.append(
            line_of(f"line-{place}", quantity, Money.from_minor(gross, currency), Money.from_minor(net, currency))
        )
    return order_of(*lines, shipping=Money.from_minor(draw(st.integers(0, 3000)), currency))


@given(order=orders(), percent=PERCENTS, data=st.data())
def test_returns_in_parts_cost_the_same_fee_as_one_return_of_everything(
    order: Order, percent: Decimal, data: st.DataObject
) -> None:
    terms = CaseTerms(restocking_percent=percent)
    whole = quoted(order, {line.id: line.quantity for line in order.lines}, terms)
    committed, paid = Committed(), Money.zero(order.currency)
    left = {line.id: line.quantity for line in order.lines}
    while any(left.values()):
        wanted = {line_id: data.draw(st.integers(0, many)) for line_id, many in left.items()}
        if not any(wanted.values()):
            wanted = dict(left)
        quote = quoted(order, wanted, terms, committed)
        paid = paid + quote.total
        committed = commit(committed, quote)
        left = {line_id: many - wanted[line_id] for line_id, many in left.items()}
    assert paid == whole.total


@given(order=orders(), percent=PERCENTS)
def test_a_fee_is_never_more_than_its_percent_and_less_than_a_cent_below_it(order: Order, percent: Decimal) -> None:
    quote = quoted(order, {line.id: line.quantity for line in order.lines}, CaseTerms(restocking_percent=percent))
    fees = -total((line.amount for line in quote.lines if line.kind is QuoteKind.FEE), order.currency).amount
    exact = sum((line.total_gross.amount * percent / 100 for line in order.lines), Decimal(0))
    assert exact - len(order.lines) * Decimal(1).scaleb(-digits(order.currency)) < fees <= exact


@given(order=orders(), agreed=st.integers(0, 200_000))
def test_what_was_agreed_is_what_the_quote_says_to_the_cent_and_the_tenders_pay_it(order: Order, agreed: int) -> None:
    goods = total((line.total_gross for line in order.lines), order.currency)
    amount = Money.from_minor(agreed, order.currency)
    terms = CaseTerms(resolution=Resolution.COMPENSATION, keeps_item=True, amount=amount)
    quote = quoted(order, {line.id: line.quantity for line in order.lines}, terms)
    assert quote.total == min(amount, goods)
    assert total((tender.amount for tender in quote.tenders), order.currency) == quote.total
    assert quote.tax >= Money.zero(order.currency)


@given(order=orders(), percent=PERCENTS, cost=st.integers(0, 50_000), share=st.integers(0, 100))
def test_no_fee_makes_a_refund_negative(order: Order, percent: Decimal, cost: int, share: int) -> None:
    terms = CaseTerms(
        restocking_percent=percent,
        postage_bearer=PostageBearer.SHARED,
        merchant_percent=share,
        postage_cost=Money.from_minor(cost, order.currency),
    )
    quote = quoted(order, {order.lines[0].id: 1}, terms)
    assert quote.total >= Money.zero(order.currency)
    assert total((tender.amount for tender in quote.tenders), order.currency) == quote.total


@given(order=orders(), percent=PERCENTS, cost=st.integers(1, 5000))
def test_the_law_takes_every_fee_off(order: Order, percent: Decimal, cost: int) -> None:
    everything = {line.id: line.quantity for line in order.lines}
    terms = CaseTerms(
        restocking_percent=percent,
        postage_bearer=PostageBearer.SHOPPER,
        postage_cost=Money.from_minor(cost, order.currency),
        statutory=True,
    )
    assert quoted(order, everything, terms).total == quoted(order, everything, CaseTerms()).total


TWO = order_of(
    line_of("a", 3, money("10.00 EUR"), money("8.40 EUR")),
    line_of("b", 1, money("30.00 EUR"), money("25.21 EUR")),
    shipping=money("5.90 EUR"),
)


def test_a_restocking_fee_stands_under_its_line_and_says_why() -> None:
    quote = quoted(TWO, {"a": 1, "b": 1}, CaseTerms(line_percents={"b": Decimal("12.50")}))
    assert amounts(quote) == [("goods", "3.33"), ("goods", "30.00"), ("fee", "-3.75")]
    because = quote.lines[2].because
    assert because is not None
    assert because.text % because.params == "Restocking fee of 12.5 % on “Product b”"


def test_an_agreed_amount_takes_the_place_of_everything_that_is_computed() -> None:
    terms = CaseTerms(amount=money("12.00 EUR"), restocking_percent=Decimal(50), agreed_by_offer=2)
    quote = quoted(TWO, {"a": 3, "b": 1}, terms)
    assert amounts(quote) == [("goods", "10.00"), ("goods", "30.00"), ("agreed", "-28.00")]
    assert quote.lines[2].label == "Off as agreed in offer 2"


def test_where_only_part_is_accepted_its_share_of_what_was_agreed_is_paid() -> None:
    quote = quote_refund(
        order=TWO,
        wanted={"a": 1},
        committed=Committed(),
        terms=CaseTerms(amount=money("20.00 EUR")),
        agreed_units={"a": 3, "b": 1},
    )
    assert str(quote.total) == "1.67 EUR"  # 20.00 × 3.33 / 40.00, the cent is the shopper's


def test_no_more_than_the_goods_cost_goes_back_whatever_was_agreed() -> None:
    quote = quoted(TWO, {"b": 1}, CaseTerms(amount=money("31.00 EUR")))
    assert str(quote.total) == "30.00 EUR"
    assert "AGREED_LOWERED" in [note.code for note in quote.notes]


def test_known_postage_is_a_line_of_its_own_in_the_shoppers_part() -> None:
    terms = CaseTerms(postage_bearer=PostageBearer.SHARED, merchant_percent=30, postage_cost=money("4.99 EUR"))
    quote = quoted(TWO, {"b": 1}, terms)
    assert amounts(quote) == [("goods", "30.00"), ("fee", "-3.49")]
    assert not [note for note in quote.notes if note.code.startswith("POSTAGE")]


@pytest.mark.parametrize(
    ("bearer", "code"),
    [
        (PostageBearer.SHOPPER, "POSTAGE_SHOPPER"),
        (PostageBearer.MERCHANT, "POSTAGE_SHOP"),
        (PostageBearer.SHARED, "POSTAGE_SHARED"),
    ],
)
def test_unknown_postage_is_in_no_line_and_the_notes_say_who_pays(bearer: PostageBearer, code: str) -> None:
    quote = quoted(TWO, {"b": 1}, CaseTerms(postage_bearer=bearer, merchant_percent=30))
    assert amounts(quote) == [("goods", "30.00")]
    assert code in [note.code for note in quote.notes]


def test_shipping_goes_back_at_most_at_the_cheapest_standard_way() -> None:
    terms = CaseTerms(statutory=True, refunds_shipping=ShippingRule.WITH_LAST_UNIT, shipping_cap=money("3.90 EUR"))
    quote = quoted(TWO, {"a": 3, "b": 1}, terms)
    assert amounts(quote)[-1] == ("shipping", "3.90")
    assert "SHIPPING_CAPPED" in [note.code for note in quote.notes]


def test_what_the_terms_say_of_shipping_counts_more_than_the_settings() -> None:
    quote = quoted(TWO, {"b": 1}, CaseTerms(refunds_shipping=ShippingRule.ALWAYS))
    assert amounts(quote)[-1] == ("shipping", "5.90")


def test_an_agreed_exchange_pays_nothing_back() -> None:
    quote = quoted(TWO, {"b": 1}, CaseTerms(resolution=Resolution.EXCHANGE))
    assert (quote.lines, quote.tenders, [note.code for note in quote.notes]) == ((), (), ["NO_MONEY"])


def test_a_unit_that_was_kept_for_an_agreed_amount_keeps_the_shipping_too() -> None:
    keep = CaseTerms(resolution=Resolution.COMPENSATION, keeps_item=True, amount=money("5.00 EUR"))
    first = quoted(TWO, {"b": 1}, keep)
    committed = replace(commit(Committed(), first), kept={"b": 1})
    assert first.kept
    assert amounts(quoted(TWO, {"a": 3}, CaseTerms(), committed)) == [("goods", "10.00")]


@pytest.mark.parametrize(
    "terms",
    [
        CaseTerms(postage_bearer=PostageBearer.SHOPPER),
        CaseTerms(agreed_by_offer=1),
        CaseTerms(second_approval_above=money("5.00 EUR")),
        CaseTerms(amount=money("30.00 EUR")),
    ],
)
def test_other_terms_are_another_quote_even_of_the_same_sum(terms: CaseTerms) -> None:
    before, after = quoted(TWO, {"b": 1}, CaseTerms()), quoted(TWO, {"b": 1}, terms)
    assert before.total == after.total
    assert before.fingerprint != after.fingerprint


def test_how_long_is_waited_changes_no_quote() -> None:
    longer = CaseTerms(deadlines={"offer": Length(9)}, methods=("drop_off",), return_address="Dock 4")
    assert quoted(TWO, {"b": 1}, longer).fingerprint == quoted(TWO, {"b": 1}, CaseTerms()).fingerprint
