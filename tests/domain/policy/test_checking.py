"""Rules that never take effect, rules that contradict each other, and values that nobody knows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from saleor_returns_app.domain.cases import Fault, Reason
from saleor_returns_app.domain.policy import LineFacts, PolicyDocument, Rule, check, compile_policy
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c
from saleor_returns_app.domain.policy.regions import can_hold, covers, overlap

from .interpreter import holds
from .making import DOCUMENTS, made_facts
from .saying import policy, rule, usd

REST = rule("rest", a.Window(days=7))


def codes(*rules: Rule, languages: tuple[str, ...] = ("en",)) -> list[tuple[str, str]]:
    return [(found.rule_id, found.code) for found in check(policy(*rules), languages=languages)]


def days(op: Any, number: int) -> c.DaysSince:
    return c.DaysSince(anchor="delivery", op=op, days=number)


@pytest.mark.parametrize(
    ("when", "possible"),
    [
        ((), True),
        ((c.CountryIs(values=("DE",)), c.CountryIs(values=("EU",))), True),
        ((c.CountryIs(values=("US",)), c.CountryIs(values=("EU",))), False),
        ((c.CountryIs(values=("DE",)), c.CountryIs(op="not_in", values=("EU",))), False),
        ((c.ReasonIs(values=(Reason.LATE,)), c.FaultIs(values=(Fault.CARRIER,))), True),
        ((c.ReasonIs(values=(Reason.LATE,)), c.FaultIs(values=(Fault.SHOPPER,))), False),
        ((c.FaultIs(op="not_in", values=tuple(Fault)),), False),
        ((c.CategoryIs(values=("a",)), c.CategoryIs(values=("b",))), True),  # a product can be in both
        ((c.CategoryIs(values=("a",)), c.CategoryIs(op="not_in", values=("a", "b"))), False),
        ((days("at_least", 5), days("at_most", 5)), True),
        ((days("more_than", 5), days("less_than", 6)), False),  # there is no day between
        ((days("less_than", 0),), False),
        ((c.Quantity(op="less_than", units=1),), False),
        ((c.Price(op="more_than", amounts=usd("5")), c.Price(op="at_most", amounts=usd("5"))), False),
        (
            (
                c.Price(op="more_than", amounts=usd("5")),
                c.Price(op="at_most", amounts=(c.Amount(amount=Decimal(5), currency="EUR"),)),
            ),
            False,  # one unit costs in one currency
        ),
        ((c.SkuIs(values=("A-*",)), c.SkuIs(values=("A-1*",))), True),
        ((c.SkuIs(values=("A-1",)), c.SkuIs(op="not_in", values=("A-*",))), False),
        ((c.Trait(what="guest"), c.Trait(what="guest", holds=False)), False),
        ((c.Trait(what="guest"), c.Trait(what="gift", holds=False)), True),
        (
            (
                c.MetadataIs(of="order", key="k", op="absent"),
                c.MetadataIs(of="order", key="k", op="not_in", values=("x",)),
            ),
            False,
        ),
        (
            (c.MetadataIs(of="order", key="k", op="absent"), c.MetadataIs(of="order", key="j", op="present")),
            True,
        ),
    ],
)
def test_contradictions_are_found(when: tuple[c.When, ...], possible: bool) -> None:
    assert can_hold(when) is possible
    assert (("one", "NEVER_MATCHES") in codes(rule("one", a.Evidence(), when=when), REST)) is not possible


@pytest.mark.parametrize(
    ("upper", "lower", "shadowed"),
    [
        ((), (c.ChannelIs(values=("web",)),), True),
        ((c.CountryIs(values=("EU",)),), (c.CountryIs(values=("DE", "FR")),), True),
        ((c.CountryIs(values=("DE",)),), (c.CountryIs(values=("EU",)),), False),
        ((c.FaultIs(values=(Fault.SHOPPER,)),), (c.ReasonIs(values=(Reason.CHANGED_MIND,)),), True),
        ((days("at_least", 3),), (days("more_than", 2),), True),
        ((days("at_least", 3),), (days("at_least", 2),), False),
        ((c.SkuIs(values=("A*",)),), (c.SkuIs(values=("A-1", "A-2*")),), True),
        ((c.ChannelIs(op="not_in", values=("a",)),), (c.ChannelIs(values=("b",)),), True),
        ((c.ChannelIs(values=("a",)),), (c.CurrencyIs(values=("EUR",)),), False),
    ],
)
def test_a_rule_below_one_that_always_decides_first(
    upper: tuple[c.When, ...], lower: tuple[c.When, ...], shadowed: bool
) -> None:
    rules = (rule("upper", a.Window(days=1), when=upper), rule("lower", a.Window(days=2), when=lower))
    assert (("lower", "SHADOWED") in codes(*rules)) is shadowed


def test_a_rule_of_which_a_part_is_lost() -> None:
    below = rule("below", a.Window(days=2), a.Evidence(photos=1))
    assert codes(REST, below) == [("below", "PARTLY_SHADOWED")]


def test_two_rules_that_may_both_match_and_disagree_are_pointed_out() -> None:
    web, far = c.ChannelIs(values=("web",)), c.CountryIs(values=("US",))
    first, second = rule("a", a.Window(days=1), when=(web,)), rule("b", a.Window(days=2), when=(far,))
    assert codes(first, second, REST) == [("b", "CONFLICT")]
    assert codes(first, rule("b", a.Window(days=1), when=(far,)), REST) == []  # they agree
    assert codes(rule("c", a.Window(days=2), when=(web, far)), first, REST) == []  # an exception above the rule


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (rule("x", a.Evidence(), when=(c.CountryIs(values=("Germany",)),)), "UNKNOWN_COUNTRY"),
        (rule("x", a.Evidence(), when=(c.CountryIs(values=("ZZZ",)),)), "UNKNOWN_COUNTRY"),
        (rule("x", a.AutoApprove(up_to=(c.Amount(amount=Decimal(1), currency="EURO"),))), "UNKNOWN_CURRENCY"),
        (rule("x", a.KeepItem(under=usd("5")), when=(c.CurrencyIs(values=("EUR",)),)), "OTHER_CURRENCY"),
        (rule("x", a.RestockingFee(percent=Decimal(5))), "FEE_NOT_STATUTORY"),
        (rule("x", a.Window(days=7), when=(c.CountryIs(values=("DE",)),)), "SHORTER_THAN_LAW"),
        (
            rule("x", a.ExcludeWithdrawal(ground=a.Exclusion.AGREED), when=(c.CountryIs(values=("DE",)),)),
            "NO_EXCLUSION",
        ),
        (rule("x", a.Evidence(), explanation={"en": "Photos.", "tlh": "nugh"}), "UNKNOWN_LANGUAGE"),
    ],
)
def test_what_is_pointed_out_of_one_rule(found: Rule, code: str) -> None:
    assert ("x", code) in codes(found, REST)


def test_what_is_not_pointed_out() -> None:
    german = c.CountryIs(values=("DE",))
    assert codes(rule("x", a.Window(days=14), when=(german,)), REST) == []
    assert codes(rule("x", a.RestockingFee(percent=Decimal(5)), when=(c.CountryIs(values=("US",)),)), REST) == []
    assert codes(rule("x", a.KeepItem(under=usd("5")), when=(c.CurrencyIs(values=("USD",)),)), REST) == []


def test_an_explanation_is_wanted_in_every_language_or_in_none() -> None:
    said = rule("x", a.Evidence(), explanation={"en": "Photos."})
    assert codes(said, REST, languages=("en", "zh")) == [("x", "MISSING_LANGUAGE")]
    assert codes(rule("x", a.Evidence()), REST, languages=("en", "zh")) == []


def test_a_policy_ends_with_a_rule_for_everything() -> None:
    assert codes(rule("x", a.Window(days=14), when=(c.CountryIs(values=("DE",)),))) == [("", "NO_REST")]


@given(document=DOCUMENTS, known=made_facts())
def test_what_is_said_of_rules_is_true_of_every_line(document: PolicyDocument, known: LineFacts) -> None:
    matching = [each for each in document.rules if all(holds(condition, known) for condition in each.when)]
    spoke = {item.rule_id for item in compile_policy(document).judge(known).spoke}
    dead = {found.rule_id for found in check(document) if found.code == "SHADOWED"}
    never = {found.rule_id for found in check(document) if found.code == "NEVER_MATCHES"}
    assert not never & {each.id for each in matching}
    assert not dead & spoke
    for first in matching:
        assert all(overlap(first, second) for second in matching)
        for upper in document.rules:
            assert upper in matching or not covers(upper, first)
