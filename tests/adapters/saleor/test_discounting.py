"""Against a draft priced as Saleor prices it where prices are entered without tax: see `docs/saleor.md`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saleor_returns_app.adapters.saleor.discounting import settle_discount
from saleor_returns_app.adapters.saleor.replacement_answers import ReplacementFields
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused

CENT = Decimal("0.01")


def usd(minor: int) -> Money:
    return Money.from_minor(minor, "USD")


class Draft:
    """Net prices of lines; `rate` is put on each after its share of the discount."""

    def __init__(self, *nets: str, rate: str, with_tax: bool = False) -> None:
        self.nets = [Decimal(net) for net in nets]
        self.rate, self.with_tax = Decimal(rate), with_tax
        self.given: list[Decimal] = []

    def add(self, value: Decimal) -> ReplacementFields:
        assert not (self.given and self.given[-1]), "a draft has one discount"
        assert value == value.quantize(Decimal("0.001")), "Saleor keeps three digits"
        self.given.append(value)
        return self.read()

    def take_away(self, _order: ReplacementFields) -> ReplacementFields:
        self.given.append(Decimal(0))
        return self.read()

    def read(self) -> ReplacementFields:
        off = self.given[-1] if self.given else Decimal(0)
        whole, left, nets = sum(self.nets), off, []
        for net in self.nets[:-1]:
            share = (off * net / whole).quantize(CENT, ROUND_HALF_UP)
            left -= share
            nets.append(max(net - share, Decimal(0)))
        nets.append(max(self.nets[-1] - left, Decimal(0)))
        factor = Decimal(1) if self.with_tax else 1 + self.rate
        gross = sum((net * factor).quantize(CENT, ROUND_HALF_UP) for net in nets)
        amount = {"amount": Decimal(0)}
        return ReplacementFields.model_validate(
            {
                "id": "order",
                "number": "1",
                "status": "DRAFT",
                "isShippingRequired": True,
                "shippingMethodName": "Post",
                "channel": {"currencyCode": "USD", "taxConfiguration": {"pricesEnteredWithTax": self.with_tax}},
                "total": {"gross": {"amount": gross}, "net": {"amount": sum(nets)}, "tax": amount},
                "undiscountedTotal": {"gross": amount},
                "totalCharged": amount,
                "totalAuthorized": amount,
                "discounts": [],
                "lines": [{"quantity": 1, "quantityFulfilled": 0} for _ in nets],
                "fulfillments": [],
            }
        )

    def settle(self, goal: Money) -> Money:
        settle_discount(self.read(), goal, add=self.add, take_away=self.take_away)
        return Money(self.read().total.gross.amount, "USD")


def test_with_tax_in_the_prices_the_first_value_is_right() -> None:
    draft = Draft("45.00", "9.99", rate="0.23", with_tax=True)
    assert draft.settle(usd(1234)) == usd(1234)
    assert draft.given == [Decimal("42.65")]


@pytest.mark.parametrize("rate", ["0", "0.075", "0.23", "0.25"])
def test_everything_taken_off_leaves_nothing(rate: str) -> None:
    assert Draft("45.00", "9.99", "34.20", rate=rate).settle(usd(0)) == usd(0)


def test_a_total_between_two_cents_of_net_is_reached() -> None:
    # 4.07 and tax is 5.01, 4.06 and tax is 4.99.
    draft = Draft("50.00", rate="0.23")
    assert draft.settle(usd(500)) == usd(500)
    assert draft.given == [Decimal("45.935")]


class Coarse(Draft):
    """A shop that rounds before the tax."""

    def read(self) -> ReplacementFields:
        rounded = self.given
        self.given = [value.quantize(CENT, ROUND_HALF_UP) for value in rounded]
        try:
            return super().read()
        finally:
            self.given = rounded


def test_a_total_that_no_discount_reaches_ends_one_lower_never_higher() -> None:
    draft = Coarse("50.00", rate="0.23")
    assert draft.settle(usd(500)) == usd(499)


def test_several_lines_reach_what_one_cannot() -> None:
    assert Draft("50.00", "10.00", rate="0.23").settle(usd(557)) == usd(557)


def test_totals_that_do_not_follow_are_refused() -> None:
    class Deaf(Draft):
        def read(self) -> ReplacementFields:
            given, self.given = self.given, []
            try:
                return super().read()
            finally:
                self.given = given

    with pytest.raises(SaleorRefused) as refused:
        Deaf("50.00", rate="0.23").settle(usd(500))
    assert refused.value.codes == ("DISCOUNT_INEXACT",)


# Lines of the same price are rounded at the same value: their totals then fall by several cents at once.
@example(nets=[358, 358, 1], rate="0.05", share=363)
@given(
    nets=st.lists(st.integers(1, 20_000), min_size=1, max_size=5),
    rate=st.sampled_from(["0", "0.05", "0.075", "0.19", "0.23", "0.25"]),
    share=st.integers(0, 1000),
)
def test_the_total_is_what_is_owed_or_at_most_a_cent_a_line_lower(nets: list[int], rate: str, share: int) -> None:
    draft = Draft(*(str(Decimal(net) / 100) for net in nets), rate=rate)
    whole = Money(draft.read().total.gross.amount, "USD")
    goal = usd(whole.minor * share // 1000)
    if goal == whole:
        return
    ended = draft.settle(goal)
    assert goal.minor - len(nets) <= ended.minor <= goal.minor
