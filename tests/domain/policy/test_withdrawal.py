"""The law's own clocks, terms and exclusions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from saleor_returns_app.domain.cases import Reason, Resolution
from saleor_returns_app.domain.policy import (
    Condition,
    Outcome,
    compile_policy,
    judge_withdrawal,
    right_of,
)
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c
from saleor_returns_app.domain.policy.countries import EEA, EU
from saleor_returns_app.domain.policy.rights import RIGHTS, WithdrawalRight
from saleor_returns_app.domain.policy.terms import Length
from saleor_returns_app.domain.policy.withdrawal import goods_due, last_day, refund_due
from saleor_returns_app.domain.terms import ShippingRule

from .saying import NOON, at, facts, policy, rule, usd

STRICT = compile_policy(
    policy(
        rule(
            "hard",
            a.Window(days=0),
            a.Decide(outcome="ineligible"),
            a.RestockingFee(percent=Decimal(30)),
            a.Evidence(photos=4, video=True),
            a.ShippingRefund(when="never"),
            a.Resolutions(allowed=(Resolution.STORE_CREDIT,)),
            a.AutoApprove(up_to=usd("5")),
            a.KeepItem(under=usd("5")),
            a.DeadlineLength(waits_for=a.Wait.REFUND, length=60),
        )
    )
)


def right(country: str) -> WithdrawalRight:
    found = right_of(country)
    assert found is not None
    return found


def test_who_has_a_right() -> None:
    assert len(EU) == 27
    assert {code for code in RIGHTS if RIGHTS[code].law == "eu"} == EEA
    assert [right_of(code) and right(code).law for code in ("de", "GB", "CN", "US", "CH", "")] == [
        "eu",
        "uk",
        "cn",
        None,
        None,
        None,
    ]
    assert all(found.source and found.as_of.year == 2026 for found in RIGHTS.values())


@pytest.mark.parametrize(
    ("country", "zone", "received", "last"),
    [
        ("DE", "Europe/Berlin", "2026-03-02 00:00", "2026-03-16"),
        ("DE", "Europe/Berlin", "2026-03-02 23:59", "2026-03-16"),
        (
            "DE",
            "Europe/Berlin",
            "2026-03-14 12:00",
            "2026-03-30",
        ),  # the 28th is a Saturday; the clocks change on the way
        ("DE", "Europe/Berlin", "2026-03-20 12:00", "2026-04-07"),  # Good Friday, then Easter
        ("FR", "Europe/Paris", "2026-03-20 12:00", "2026-04-03"),  # no holiday there
        ("DE", "Europe/Berlin", "2028-02-15 12:00", "2028-02-29"),
        ("GB", "Europe/London", "2026-03-14 12:00", "2026-03-28"),  # a Saturday stays one
        ("CN", "Asia/Shanghai", "2026-03-02 12:00", "2026-03-09"),
        ("CN", "Asia/Shanghai", "2025-09-24 12:00", "2025-10-09"),  # 1 October begins the golden week
        ("CN", "Asia/Shanghai", "2025-09-21 12:00", "2025-09-28"),  # a Sunday on which China works
    ],
)
def test_the_last_day(country: str, zone: str, received: str, last: str) -> None:
    known = facts(country=country, zone=zone, delivered_at=at(received, zone))
    assert str(last_day(right(country), known, told_at=NOON - timedelta(days=365))) == last


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ("2026-03-02 09:00", "2026-03-16"),  # on the day of receipt
        ("2026-04-01 09:00", "2026-04-15"),  # later: from then on
        ("2027-03-10 09:00", "2027-03-16"),  # too late to lengthen it beyond the longest
        (None, "2027-03-16"),
    ],
)
def test_who_was_not_told_has_longer(told: str | None, last: str) -> None:
    known = facts(country="DE", delivered_at=at("2026-03-02 12:00"))
    assert str(last_day(right("DE"), known, told_at=at(told) if told else None)) == last
    assert str(last_day(right("CN"), facts(country="CN"), told_at=None)) == "2026-03-09"  # no such rule in China


def test_the_longest_time_ends_in_february_too() -> None:
    known = facts(country="GB", delivered_at=at("2028-02-15 12:00"))
    assert str(last_day(right("GB"), known, told_at=None)) == "2029-02-28"


@pytest.mark.parametrize(
    ("known", "last"),
    [
        ({"delivered_at": None, "last_parcel_at": NOON}, "2026-03-23"),
        ({"delivered_at": None, "last_parcel_at": NOON + timedelta(days=2), "fulfilled_at": NOON}, "2026-03-25"),
        ({"delivered_at": None, "last_parcel_at": None}, "2026-03-23"),
        ({"delivered_at": None, "last_parcel_at": None, "fulfilled_at": None}, "None"),
    ],
)
def test_the_last_parcel_of_the_order_counts(known: dict[str, Any], last: str) -> None:
    assert str(last_day(right("GB"), facts(country="GB", **known), told_at=NOON)) == last


@pytest.mark.parametrize(
    ("country", "known", "outcome", "code"),
    [
        ("DE", {}, Outcome.ELIGIBLE, "CAN_WITHDRAW"),
        ("DE", {"now": at("2026-03-16 23:59")}, Outcome.ELIGIBLE, "CAN_WITHDRAW"),
        ("DE", {"now": at("2026-03-17 00:00")}, Outcome.INELIGIBLE, "WITHDRAWAL_OVER"),
        ("DE", {"now": at("2026-04-17 00:00"), "delivered_at": None}, Outcome.NEEDS_REVIEW, "WITHDRAWAL_UNPROVEN"),
        ("DE", {"is_gift_card": True}, Outcome.NEEDS_REVIEW, "GIFT_CARD"),
        ("DE", {"returnable": 0}, Outcome.INELIGIBLE, "NOTHING_LEFT"),
        ("DE", {"is_gift_card": True, "returnable": 0}, Outcome.INELIGIBLE, "GIFT_CARD"),
        ("US", {}, Outcome.INELIGIBLE, "NO_WITHDRAWAL"),
    ],
)
def test_the_verdict(country: str, known: dict[str, Any], outcome: Outcome, code: str) -> None:
    verdict = judge_withdrawal(STRICT, facts(country=country, **known), told_at=NOON)
    assert (verdict.outcome, verdict.because[0].code) == (outcome, code)


@pytest.mark.parametrize("country", ["DE", "GB", "CN"])
def test_no_rule_of_the_shop_takes_anything_from_the_law(country: str) -> None:
    known = facts(country=country, reason=Reason.CHANGED_MIND, condition=Condition.USED, now=NOON + timedelta(days=3))
    assert STRICT.judge(known).outcome is Outcome.INELIGIBLE
    verdict = judge_withdrawal(STRICT, known, told_at=NOON)
    terms = verdict.terms
    assert verdict.outcome is Outcome.ELIGIBLE
    assert (terms.photos, terms.video, terms.restocking_percent) == (0, False, Decimal(0))
    assert terms.resolutions == (Resolution.REFUND,)
    assert (terms.auto_approve_up_to, terms.keep_item_under) == (None, None)
    assert terms.statutory
    assert terms.deadlines[a.Wait.REFUND] == Length(right(country).refund_days)


@pytest.mark.parametrize(
    ("country", "told", "bearer"),
    [("DE", NOON, a.Bearer.SHOPPER), ("DE", None, a.Bearer.MERCHANT), ("CN", NOON, a.Bearer.SHOPPER)],
)
def test_the_shopper_pays_the_way_back_only_when_told(country: str, told: datetime | None, bearer: a.Bearer) -> None:
    assert judge_withdrawal(STRICT, facts(country=country), told_at=told).terms.postage is bearer


def test_what_the_shop_gives_beyond_the_law_stays() -> None:
    generous = compile_policy(
        policy(rule("all", a.Postage(bearer=a.Bearer.MERCHANT), a.DeadlineLength(waits_for=a.Wait.REFUND, length=2)))
    )
    terms = judge_withdrawal(generous, facts(country="DE"), told_at=NOON).terms
    assert terms.postage is a.Bearer.MERCHANT
    assert terms.deadlines[a.Wait.REFUND] == Length(2)


def test_outbound_shipping_goes_back_where_the_law_says() -> None:
    told = {country: judge_withdrawal(STRICT, facts(country=country), told_at=NOON).terms for country in ("DE", "CN")}
    assert (told["DE"].shipping, told["DE"].shipping_at_most_standard) == (ShippingRule.WITH_LAST_UNIT, True)
    assert told["CN"].shipping is ShippingRule.NEVER


def test_a_rule_excludes_what_the_law_lets_it() -> None:
    def judged(country: str, ground: a.Exclusion) -> Outcome:
        excluding = rule("x", a.ExcludeWithdrawal(ground=ground), when=(c.CategoryIs(values=("special",)),))
        known = facts(country=country, category_slugs=("special",))
        return judge_withdrawal(compile_policy(policy(excluding)), known, told_at=NOON).outcome

    assert judged("DE", a.Exclusion.CUSTOM_MADE) is Outcome.INELIGIBLE
    assert judged("DE", a.Exclusion.UNSEALED_HYGIENE) is Outcome.INELIGIBLE
    assert judged("DE", a.Exclusion.AGREED) is Outcome.ELIGIBLE  # nobody can give this right away there
    assert judged("CN", a.Exclusion.AGREED) is Outcome.INELIGIBLE


def test_a_rule_above_lifts_an_exclusion() -> None:
    both = policy(
        rule("vip", a.ExcludeWithdrawal(ground=None), when=(c.ChannelIs(values=("vip",)),)),
        rule("all", a.ExcludeWithdrawal(ground=a.Exclusion.CUSTOM_MADE)),
    )
    compiled = compile_policy(both)
    assert judge_withdrawal(compiled, facts(country="DE", channel="vip"), told_at=NOON).outcome is Outcome.ELIGIBLE
    refused = judge_withdrawal(compiled, facts(country="DE"), told_at=NOON)
    assert [item.rule_id for item in refused.spoke] == ["all"]


@pytest.mark.parametrize(
    ("country", "goods", "due"),
    [
        ("DE", None, None),  # may wait
        ("DE", "2026-03-10 12:00", "2026-03-17 00:00"),  # 14 days from the notice
        ("DE", "2026-03-30 12:00", "2026-03-31 00:00"),  # waited longer: on the day they came
        ("GB", None, None),
        ("GB", "2026-03-10 12:00", "2026-03-25 00:00"),  # 14 days from the goods
        ("CN", "2026-03-10 12:00", "2026-03-18 00:00"),  # 7 days from the goods
    ],
)
def test_the_date_of_the_refund_is_the_law_s(country: str, goods: str | None, due: str | None) -> None:
    found = refund_due(right(country), noticed_at=NOON, goods_at=at(goods) if goods else None, zone="UTC")
    assert found == (at(due) - timedelta(microseconds=1) if due else None)


def test_the_goods_are_sent_within_the_law_s_days() -> None:
    assert goods_due(right("DE"), noticed_at=NOON, zone="UTC") == at("2026-03-17 00:00") - timedelta(microseconds=1)
    assert goods_due(right("CN"), noticed_at=NOON, zone="UTC") is None
