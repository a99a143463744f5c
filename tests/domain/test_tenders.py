"""One refund over several payments: parts sum to the whole in every currency, and none is above what is left on its payment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.orders import GiftCardUse
from saleor_returns_app.domain.quotes import Committed, Quote, quote_refund
from saleor_returns_app.domain.tenders import RefundWay, SplitRule, Tender, split
from tests.fakes import make_transaction

from .making import line_of, money, order_of

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
RULES = st.sampled_from(SplitRule)


def source(minor: int, currency: str, place: int = 0) -> Tender:
    amount = Money.from_minor(minor, currency)
    return Tender(way=RefundWay.TRANSACTION, amount=amount, label=f"Card {place}", transaction_id=f"t-{place}")


@given(
    currency=CURRENCIES,
    most=st.lists(st.integers(0, 1_000_000), min_size=1, max_size=6),
    whole=st.integers(0, 4_000_000),
    rule=RULES,
)
def test_parts_sum_to_the_whole_and_none_is_above_what_is_left(
    currency: str, most: list[int], whole: int, rule: SplitRule
) -> None:
    sources = [source(minor, currency, place) for place, minor in enumerate(most)]
    parts = split(Money.from_minor(whole, currency), sources, rule=rule)
    assert total((part.amount for part in parts), currency).minor == min(whole, sum(most))
    left = {item.transaction_id: item.amount for item in sources}
    assert all(Money.zero(currency) < part.amount <= left[part.transaction_id] for part in parts)
    assert [part.transaction_id for part in parts] == sorted(part.transaction_id or "" for part in parts)


@given(
    currency=CURRENCIES,
    most=st.lists(st.integers(1, 1_000_000), min_size=2, max_size=6),
    whole=st.integers(1, 1_000_000),
)
def test_in_proportion_no_part_is_a_cent_off_its_share(currency: str, most: list[int], whole: int) -> None:
    sources = [source(minor, currency, place) for place, minor in enumerate(most)]
    given_ = min(whole, sum(most))
    parts = split(Money.from_minor(whole, currency), sources, rule=SplitRule.IN_PROPORTION)
    found = {part.transaction_id: part.amount.minor for part in parts}
    for item in sources:
        exact = given_ * item.amount.minor / sum(most)
        assert abs(found.get(item.transaction_id, 0) - exact) < 1 + 1e-6


def quoted(units: int, rule: SplitRule, committed: Committed | None = None) -> Quote:
    order = replace(
        order_of(line_of("a", 3, money("100.00 USD")), charged=[money("20.00 USD"), money("50.00 USD")]),
        gift_cards=(GiftCardUse(last_code_chars="1234", amount=money("30.00 USD")),),
    )
    return quote_refund(order=order, wanted={"a": units}, committed=committed or Committed(), split_rule=rule)


def ways(quote: Quote) -> list[tuple[str, str]]:
    return [(tender.way.value, str(tender.amount.amount)) for tender in quote.tenders]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (SplitRule.IN_ORDER, [("transaction", "20.00"), ("transaction", "13.33")]),
        (SplitRule.IN_PROPORTION, [("transaction", "6.67"), ("transaction", "16.66"), ("gift_card", "10.00")]),
    ],
)
def test_the_rule_says_what_each_payment_gives_back(rule: SplitRule, found: list[tuple[str, str]]) -> None:
    assert ways(quoted(1, rule)) == found


@pytest.mark.parametrize("rule", SplitRule)
def test_all_of_it_goes_back_the_way_it_was_paid(rule: SplitRule) -> None:
    quote = quoted(3, rule)
    assert ways(quote) == [("transaction", "20.00"), ("transaction", "50.00"), ("gift_card", "30.00")]
    assert "GIFT_CARD_NEW" in {note.code for note in quote.notes}


def test_the_notes_say_by_which_rule() -> None:
    assert "SPLIT_IN_PROPORTION" in {note.code for note in quoted(1, SplitRule.IN_PROPORTION).notes}
    assert "GIFT_CARD_LAST" in {note.code for note in quoted(3, SplitRule.IN_ORDER).notes}


def test_one_payment_is_no_split() -> None:
    order = order_of(line_of("a", 1, money("10.00 USD")), transactions=(make_transaction(charged=money("10.00 USD")),))
    quote = quote_refund(order=order, wanted={"a": 1}, committed=Committed(), split_rule=SplitRule.IN_PROPORTION)
    assert [note.code for note in quote.notes] == []


def test_what_is_under_way_is_not_given_back_twice() -> None:
    committed = Committed(under_way={"transaction-1": money("20.00 USD")}, gift_cards=money("30.00 USD"))
    assert ways(quoted(1, SplitRule.IN_PROPORTION, committed)) == [("transaction", "33.33")]
