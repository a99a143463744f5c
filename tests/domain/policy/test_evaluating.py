"""The compiled policy decides as the rules read, and the rules only add below what is decided above."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.cases import Fault, Reason, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import (
    Condition,
    LineFacts,
    Outcome,
    PolicyDocument,
    ShopperHistory,
    compile_policy,
    judge_case,
)
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c
from saleor_returns_app.domain.policy.evaluating import CompiledPolicy
from saleor_returns_app.domain.policy.granting import grant_terms

from .interpreter import holds, winners
from .making import DOCUMENTS, made_facts, rules
from .saying import NOON, facts, policy, rule, usd

DAY = timedelta(days=1)
REVIEW = a.Decide(outcome="needs_review")


def spoken(compiled: CompiledPolicy, known: LineFacts) -> dict[str, str]:
    return {item.action: item.rule_id for item in compiled.judge(known).spoke}


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        (c.ChannelIs(values=("web",)), {"channel": "web"}, {"channel": "shop"}),
        (c.ChannelIs(op="not_in", values=("web",)), {"channel": "shop"}, {"channel": ""}),
        (c.CountryIs(values=("EU",)), {"country": "DE"}, {"country": "NO"}),
        (c.CountryIs(values=("EEA",)), {"country": "NO"}, {"country": "GB"}),
        (c.CountryIs(op="not_in", values=("EU",)), {"country": "GB"}, {"country": ""}),
        (c.CurrencyIs(values=("USD",)), {"currency": "USD"}, {"currency": "EUR"}),
        (c.CategoryIs(values=("clothes",)), {"category_slugs": ("shirts", "clothes")}, {"category_slugs": ("books",)}),
        (c.CategoryIs(op="not_in", values=("clothes",)), {"category_slugs": ()}, {"category_slugs": ("clothes",)}),
        (c.ProductTypeIs(values=("wear",)), {"product_type_slug": "wear"}, {"product_type_slug": ""}),
        (c.CollectionIs(values=("sale",)), {"collection_slugs": ("new", "sale")}, {"collection_slugs": ()}),
        (c.SkuIs(values=("AB-*",)), {"sku": "AB-12"}, {"sku": "AC-12"}),
        (c.SkuIs(op="not_in", values=("AB-*", "X")), {"sku": "Y"}, {"sku": None}),
        (
            c.MetadataIs(of="customer", key="group", values=("vip",)),
            {"customer_metadata": {"group": "vip"}},
            {"order_metadata": {"group": "vip"}},
        ),
        (
            c.MetadataIs(of="order", key="k", op="not_in", values=("x",)),
            {"order_metadata": {"k": "y"}},
            {"order_metadata": {}},
        ),
        (
            c.MetadataIs(of="product", key="k", op="present"),
            {"product_metadata": {"k": ""}},
            {"variant_metadata": {"k": ""}},
        ),
        (c.MetadataIs(of="variant", key="k", op="absent"), {}, {"variant_metadata": {"k": "x"}}),
        (c.ReasonIs(values=(Reason.LATE,)), {"reason": Reason.LATE}, {"reason": None}),
        (c.FaultIs(values=(Fault.CARRIER,)), {"reason": Reason.DAMAGED}, {"reason": Reason.QUALITY}),
        (c.FaultIs(op="not_in", values=(Fault.CARRIER,)), {"reason": Reason.QUALITY}, {"reason": None}),
        (c.ConditionIs(values=(Condition.USED,)), {"condition": Condition.USED}, {"condition": None}),
        (c.Trait(what="gift_card"), {"is_gift_card": True}, {}),
        (c.Trait(what="gift"), {"is_gift": True}, {}),
        (c.Trait(what="shipped", holds=False), {"is_shipping_required": False}, {}),
        (c.Trait(what="discounted"), {"undiscounted_unit_gross": Money(Decimal(25), "USD")}, {}),
        (c.Trait(what="guest"), {}, {"customer_id": "user"}),
        (c.Warranty(state="running"), {"warranty_until": NOON}, {"warranty_until": None}),
        (c.Warranty(state="over"), {"warranty_until": NOON - DAY}, {"warranty_until": NOON}),
        (c.Warranty(state="unknown"), {}, {"warranty_until": NOON}),
        (c.Price(op="at_least", amounts=usd("20")), {}, {"unit_gross": Money(Decimal("19.99"), "USD")}),
        (c.Price(op="more_than", amounts=usd("1")), {}, {"unit_gross": Money(Decimal(20), "EUR")}),
        (c.OrderValue(op="at_most", amounts=usd("70")), {"value": Money(Decimal(70), "USD")}, {"value": None}),
        (
            c.Discount(op="at_least", percent=Decimal(50)),
            {"undiscounted_unit_gross": Money(Decimal(40), "USD")},
            {"undiscounted_unit_gross": Money(Decimal(39), "USD")},
        ),
        (c.Quantity(op="more_than", units=2), {"quantity": 3}, {"quantity": 2}),
        (c.DaysSince(anchor="delivery", op="at_most", days=3), {"now": NOON + 3 * DAY}, {"now": NOON + 4 * DAY}),
        (c.DaysSince(anchor="delivery", op="at_least", days=0), {}, {"delivered_at": None}),
        (c.EarlierReturns(op="at_least", count=3), {"history": ShopperHistory(cases=3)}, {}),
        (c.EarlierReturns(of="units", op="less_than", count=3), {}, {"history": ShopperHistory(units_returned=3)}),
        (
            c.ReturnRate(op="at_least", percent=Decimal(50)),
            {"history": ShopperHistory(units_returned=1, units_bought=2)},
            {"history": ShopperHistory(units_returned=1)},
        ),
        (
            c.ReturnedValue(op="more_than", amounts=usd("100")),
            {"history": ShopperHistory(returned_value=Money(Decimal(101), "USD"))},
            {"history": ShopperHistory()},
        ),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else "",
)
def test_a_condition_holds_where_it_says(condition: c.When, yes: dict[str, Any], no: dict[str, Any]) -> None:
    compiled = compile_policy(policy(rule("one", REVIEW, when=(condition,))))
    assert spoken(compiled, facts(**yes)) == {"verdict": "one"}
    assert spoken(compiled, facts(**no)) == {}


def test_every_condition_has_a_test_of_its_own() -> None:
    marks = getattr(test_a_condition_holds_where_it_says, "pytestmark")  # noqa: B009
    tried = {type(case[0]) for case in marks[0].args[1]}
    assert tried == set(c.When.__origin__.__args__)  # type: ignore[attr-defined]


def test_days_are_those_of_the_shopper_s_zone() -> None:
    compiled = compile_policy(
        policy(rule("one", REVIEW, when=(c.DaysSince(anchor="delivery", op="at_least", days=1),)))
    )
    known = facts(delivered_at=NOON, now=NOON + timedelta(hours=5))
    assert spoken(compiled, known) == {}
    assert spoken(compiled, replace(known, zone="Asia/Shanghai")) == {"verdict": "one"}  # 17:00 is past midnight there


def test_the_first_matching_rule_wins_per_type_and_types_compose() -> None:
    compiled = compile_policy(
        policy(
            rule("no", a.Window(days=1), when=(c.ChannelIs(values=("web",)),)),
            rule("fee", a.RestockingFee(percent=Decimal(10)), a.Evidence(photos=2)),
            rule("rest", a.Window(days=30), a.RestockingFee(percent=Decimal(50))),
        )
    )
    verdict = compiled.judge(facts(channel="shop"))
    assert {item.action: item.rule_id for item in verdict.spoke} == {
        "restocking_fee": "fee",
        "evidence": "fee",
        "window": "rest",
    }
    assert verdict.terms.restocking_percent == 10
    assert verdict.because[0].params == {"days": 30}


def test_each_wait_is_a_type_of_its_own() -> None:
    lengths = [a.DeadlineLength(waits_for=wait, length=6) for wait in (a.Wait.REVIEW, a.Wait.OFFER)]
    terms = compile_policy(policy(rule("one", *lengths))).judge(facts()).terms
    assert {wait for wait, length in terms.deadlines.items() if length.length == 6} == {a.Wait.REVIEW, a.Wait.OFFER}


def test_limits_hold_in_their_own_currency_only() -> None:
    compiled = compile_policy(policy(rule("one", a.AutoApprove(up_to=usd("50")), a.Window(days=9))))
    assert compiled.judge(facts(currency="USD")).terms.auto_approve_up_to == Money(Decimal(50), "USD")
    assert compiled.judge(facts(currency="EUR")).terms.auto_approve_up_to is None


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        ({"is_gift_card": True}, ["GIFT_CARD"]),
        ({"is_shipping_required": False}, ["NOT_SHIPPED"]),
        ({"returnable": 0, "fulfilled_at": None}, ["NOT_FULFILLED"]),
        ({"returnable": 0}, ["NOTHING_LEFT"]),
        ({"returnable": 0, "fulfilled_at": None, "returned": 1}, ["NOTHING_LEFT"]),
        ({"returnable": 1, "quantity": 2}, ["TOO_MANY"]),
        ({"is_gift_card": True, "returnable": 1, "quantity": 2}, ["GIFT_CARD", "TOO_MANY"]),
    ],
)
def test_no_rule_opens_what_a_plain_fact_closes(known: dict[str, Any], codes: list[str]) -> None:
    verdict = compile_policy(policy(rule("all", a.Decide(outcome="eligible")))).judge(facts(**known))
    assert verdict.outcome is Outcome.INELIGIBLE
    assert [because.code for because in verdict.because] == codes


def test_where_no_rule_speaks_a_person_decides() -> None:
    verdict = compile_policy(policy()).judge(facts())
    assert (verdict.outcome, verdict.because[0].code) == (Outcome.NEEDS_REVIEW, "NO_RULE")


@pytest.mark.parametrize(
    ("after", "outcome", "code"),
    [("ineligible", Outcome.INELIGIBLE, "WINDOW_OVER"), ("needs_review", Outcome.NEEDS_REVIEW, "LATE_CLAIM")],
)
def test_a_window_says_what_holds_afterwards(after: Any, outcome: Outcome, code: str) -> None:
    compiled = compile_policy(policy(rule("all", a.Window(days=3, after=after), a.Decide(outcome="eligible"))))
    verdict = compiled.judge(facts(now=NOON + 4 * DAY))
    assert (verdict.outcome, [because.code for because in verdict.because]) == (outcome, [code])


@pytest.mark.parametrize(
    ("window", "known", "last"),
    [
        (a.Window(days=3), {}, "2026-03-05"),
        (a.Window(days=3, travel_days=2), {"delivered_at": None}, "2026-03-07"),
        (a.Window(days=3, travel_days=2), {}, "2026-03-05"),  # the day of receipt is known
        (a.Window(days=3, anchor="fulfilment"), {"fulfilled_at": NOON - DAY}, "2026-03-04"),
        (a.Window(days=3, anchor="last_parcel"), {"last_parcel_at": NOON + DAY}, "2026-03-06"),
        (a.Window(days=3, anchor="last_parcel"), {"last_parcel_at": None}, "2026-03-05"),
        (a.Window(days=3, anchor="purchase"), {"purchased_at": NOON - 2 * DAY}, "2026-03-03"),
        (a.Window(days=5, unit="business_days"), {}, "2026-03-09"),
        (a.Window(days=3), {"delivered_at": None, "fulfilled_at": None}, None),
    ],
)
def test_a_window_ends_with_its_last_day(window: a.Window, known: dict[str, Any], last: str | None) -> None:
    verdict = compile_policy(policy(rule("all", window))).judge(facts(**known))
    assert (verdict.last_day.isoformat() if verdict.last_day else None) == last


def test_the_season_s_longer_time_never_shortens_a_window() -> None:
    season = a.HolidayWindow(bought_from="11-15", bought_until="12-24", returnable_until="01-31")
    compiled = compile_policy(policy(rule("season", season), rule("all", a.Window(days=14, anchor="purchase"))))

    def judged(bought: str, asked: str) -> tuple[Outcome, str]:
        from .saying import at

        verdict = compiled.judge(facts(purchased_at=at(bought), now=at(asked)))
        return verdict.outcome, verdict.because[0].code

    assert judged("2026-11-20 12:00", "2027-01-31 23:59") == (Outcome.ELIGIBLE, "HOLIDAY_WINDOW")
    assert judged("2026-11-20 12:00", "2027-02-01 00:00") == (Outcome.INELIGIBLE, "WINDOW_OVER")
    assert judged("2026-11-14 12:00", "2026-11-29 00:00") == (Outcome.INELIGIBLE, "WINDOW_OVER")
    assert judged("2026-03-01 12:00", "2026-03-15 23:59") == (Outcome.ELIGIBLE, "IN_WINDOW")


def test_the_shop_s_own_words_go_with_a_refusal() -> None:
    refusal = rule("sale", a.Decide(outcome="ineligible"), explanation={"en": "Sale is final.", "zh": "特价商品不退。"})
    because = compile_policy(policy(refusal)).judge(facts()).because[0]
    assert (because.code, because.own_words("zh-Hans"), because.own_words("fr")) == (
        "RULE_REFUSES",
        "特价商品不退。",
        "",
    )
    assert because.for_staff % because.params == "The rule “Sale” refuses it."


def test_a_verdict_names_the_policy_and_its_version() -> None:
    assert compile_policy(policy(), version=7).judge(facts()).policy == "test-7"


@given(document=DOCUMENTS, known=made_facts())
def test_the_compiled_policy_decides_as_the_rules_read(document: PolicyDocument, known: LineFacts) -> None:
    compiled, expected = compile_policy(document), winners(document, known)
    for _ in range(2):  # the second time from what was kept
        verdict = compiled.judge(known)
        assert {item.action: item.rule_id for item in verdict.spoke} == {
            kind: rule_id for kind, (rule_id, _) in expected.items()
        }
        assert verdict.terms == grant_terms((action for _, action in expected.values()), known.order.currency)


@given(document=DOCUMENTS, first=made_facts(), second=made_facts())
def test_what_is_kept_of_one_line_says_nothing_of_another(
    document: PolicyDocument, first: LineFacts, second: LineFacts
) -> None:
    compiled = compile_policy(document)
    compiled.judge(first)
    assert compiled.judge(second) == compile_policy(document).judge(second)


@given(document=DOCUMENTS, below=rules("new"), known=made_facts())
def test_a_rule_below_never_changes_what_one_above_decided(
    document: PolicyDocument, below: list[Any], known: LineFacts
) -> None:
    longer = replace(document, rules=(*document.rules, *below))
    before, after = (spoken(compile_policy(each), known) for each in (document, longer))
    assert {kind: after.get(kind) for kind in before} == before


@given(document=DOCUMENTS, known=made_facts())
def test_a_rule_that_does_not_match_says_nothing(document: PolicyDocument, known: LineFacts) -> None:
    matching = {each.id for each in document.rules if all(holds(condition, known) for condition in each.when)}
    assert set(spoken(compile_policy(document), known).values()) <= matching


@given(document=DOCUMENTS, lines=st.lists(made_facts(), min_size=1, max_size=4))
def test_the_verdict_of_a_case_is_its_lines(document: PolicyDocument, lines: list[LineFacts]) -> None:
    currency = lines[0].order.currency  # the lines of a case are of one order
    compiled = compile_policy(document)
    verdicts = [compiled.judge(replace(line, order=replace(line.order, currency=currency))) for line in lines]
    case = judge_case(verdicts)
    assert case.outcome is max((item.outcome for item in verdicts), key=list(Outcome).index)
    reasons = {because.code for item in verdicts if item.outcome is case.outcome for because in item.because}
    assert {because.code for because in case.because} == reasons
    assert case.until == min((item.until for item in verdicts if item.until), default=None)
    assert judge_case(verdicts[::-1]).terms == case.terms
    alone = judge_case(verdicts[:1])
    assert (alone.outcome, alone.because, alone.terms) == (
        verdicts[0].outcome,
        verdicts[0].because,
        verdicts[0].terms,
    )
    assert case.lines == tuple(verdicts)


def test_resolutions_of_a_case_are_what_every_line_allows() -> None:
    compiled = compile_policy(
        policy(
            rule("web", a.Resolutions(allowed=(Resolution.REFUND, Resolution.REPAIR)), when=(c.SkuIs(values=("A",)),)),
            rule("all", a.Resolutions(allowed=(Resolution.REFUND, Resolution.EXCHANGE))),
        )
    )
    case = judge_case([compiled.judge(facts(sku=sku)) for sku in ("A", "B")])
    assert case.terms.resolutions == (Resolution.REFUND,)


def test_a_case_has_at_least_one_line() -> None:
    with pytest.raises(ValueError, match="at least one"):
        judge_case([])
