"""The terms of a case: what they mean, and that they survive being kept."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.terms import CaseTerms, Length, LengthUnit, PostageBearer, ShippingRule

from .making import money

FULL = CaseTerms(
    resolution=Resolution.COMPENSATION,
    keeps_item=True,
    amount=money("12.00 EUR"),
    postage_bearer=PostageBearer.SHARED,
    merchant_percent=30,
    postage_cost=money("4.90 EUR"),
    restocking_percent=Decimal("12.5"),
    line_percents={"line-1": Decimal("15")},
    refunds_shipping=ShippingRule.ALWAYS,
    shipping_cap=money("0.00 EUR"),
    second_approval_above=money("500.00 EUR"),
    auto_approve_up_to=money("20.00 EUR"),
    agreed_by_offer=2,
    return_address="Dock 4",
    allowed=(Resolution.REFUND, Resolution.EXCHANGE),
    methods=("drop_off", "in_store"),
    deadlines={"offer": Length(2, LengthUnit.BUSINESS_DAYS)},
    detail={"variant": "Size L"},
)


@pytest.mark.parametrize("terms", [FULL, CaseTerms(), CaseTerms(statutory=True)])
def test_terms_are_the_same_after_being_kept_as_json(terms: CaseTerms) -> None:
    assert CaseTerms.load(json.loads(json.dumps(terms.dump()))) == terms


def test_a_case_without_stored_terms_has_the_defaults() -> None:
    assert CaseTerms.load({}) == CaseTerms()


def test_a_cap_of_zero_is_not_the_same_as_no_cap() -> None:
    assert CaseTerms.load(FULL.dump()).shipping_cap == money("0.00 EUR")


def test_what_a_later_release_wrote_is_left_alone() -> None:
    assert CaseTerms.load({"moon_phase": "full"}) == CaseTerms()


def test_a_line_has_its_own_percent_and_the_others_that_of_the_case() -> None:
    terms = CaseTerms(restocking_percent=Decimal(10), line_percents={"a": Decimal(25)})
    assert (terms.percent_of("a"), terms.percent_of("b")) == (Decimal(25), Decimal(10))


def test_the_law_and_a_kept_item_know_no_restocking_fee() -> None:
    fee = CaseTerms(restocking_percent=Decimal(10), line_percents={"a": Decimal(25)})
    assert {fee.but(statutory=True).percent_of("a"), fee.but(keeps_item=True).percent_of("b")} == {Decimal(0)}


@pytest.mark.parametrize(("percent", "counts"), [("-5", "0"), ("130", "100"), ("7.5", "7.5")])
def test_a_fee_is_between_nothing_and_all(percent: str, counts: str) -> None:
    assert CaseTerms(restocking_percent=Decimal(percent)).percent_of("a") == Decimal(counts)


@pytest.mark.parametrize(
    ("bearer", "merchant", "shopper"),
    [
        (None, 0, None),
        (PostageBearer.MERCHANT, 0, 0),
        (PostageBearer.SHOPPER, 0, 100),
        (PostageBearer.SHARED, 30, 70),
    ],
)
def test_the_shopper_pays_what_the_merchant_does_not(
    bearer: PostageBearer | None, merchant: int, shopper: int | None
) -> None:
    assert CaseTerms(postage_bearer=bearer, merchant_percent=merchant).shopper_percent == shopper


def test_a_wait_is_as_long_as_the_terms_say_else_as_usual() -> None:
    usual = Length(3)
    assert (FULL.wait("offer", usual), FULL.wait("goods_sent", usual)) == (Length(2, LengthUnit.BUSINESS_DAYS), usual)
