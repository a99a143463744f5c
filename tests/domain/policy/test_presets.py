"""Truth tables: who may return what until when, by each preset, at the minutes around midnight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from saleor_returns_app.domain.cases import FAULT, Fault, Reason, Resolution
from saleor_returns_app.domain.policy import (
    Condition,
    Outcome,
    check,
    compile_policy,
    judge_withdrawal,
    presets,
)
from saleor_returns_app.domain.policy.actions import Bearer, Exclusion, Wait
from saleor_returns_app.domain.policy.evaluating import CompiledPolicy
from saleor_returns_app.domain.policy.terms import DEFAULT_DEADLINES, Length

from .saying import at, facts

COMPILED = {preset.code: compile_policy(preset.build()) for preset in presets.PRESETS}
E, R, I = Outcome.ELIGIBLE, Outcome.NEEDS_REVIEW, Outcome.INELIGIBLE  # noqa: E741
CHANGED, BROKEN = Reason.CHANGED_MIND, Reason.QUALITY
EVERY = sorted(COMPILED)


def judge(code: str, *, zone: str = "UTC", **known: Any) -> Outcome:
    moments = {name: at(text, zone) for name, text in known.items() if isinstance(text, str) and text[:2] == "20"}
    if "delivered_at" in moments:
        moments.setdefault("fulfilled_at", moments["delivered_at"])
    return COMPILED[code].judge(facts(**{**known, **moments}, zone=zone)).outcome


@pytest.mark.parametrize(
    ("code", "zone", "received", "asked", "changed", "broken"),
    [
        # preset      zone                received            asked               changed mind  faulty
        ("standard", "UTC", "2026-03-02 00:00", "2026-03-09 23:59", E, E),
        ("standard", "UTC", "2026-03-02 23:59", "2026-03-09 23:59", E, E),
        ("standard", "UTC", "2026-03-02 12:00", "2026-03-10 00:00", I, R),
        ("standard", "Asia/Shanghai", "2026-03-02 00:30", "2026-03-09 23:59", E, E),
        ("standard", "Asia/Shanghai", "2026-03-02 00:30", "2026-03-10 00:00", I, R),
        ("standard", "America/New_York", "2026-03-02 12:00", "2026-03-09 23:59", E, E),  # clocks change on the 8th
        ("standard", "America/New_York", "2026-03-02 12:00", "2026-03-10 00:00", I, R),
        ("standard", "Europe/Berlin", "2026-03-22 12:00", "2026-03-29 23:59", E, E),  # on the day of 23 hours
        ("standard", "Europe/Berlin", "2026-03-22 12:00", "2026-03-30 00:00", I, R),
        ("standard", "Europe/Berlin", "2026-10-18 12:00", "2026-10-25 23:59", E, E),  # on the day of 25 hours
        ("standard", "Europe/Berlin", "2026-10-18 12:00", "2026-10-26 00:00", I, R),
        ("standard", "UTC", "2026-02-22 12:00", "2026-03-01 23:59", E, E),  # no leap day
        ("standard", "UTC", "2028-02-22 12:00", "2028-02-29 23:59", E, E),
        ("standard", "UTC", "2028-02-22 12:00", "2028-03-01 00:00", I, R),
        ("eu", "Europe/Berlin", "2026-03-16 12:00", "2026-03-30 23:59", E, E),
        ("eu", "Europe/Berlin", "2026-03-16 12:00", "2026-03-31 00:00", I, E),
        ("eu", "Europe/Berlin", "2026-03-16 12:00", "2028-03-15 23:59", I, E),  # two years, of which one is a leap year
        ("eu", "Europe/Berlin", "2026-03-16 12:00", "2028-03-16 00:00", I, R),
        ("uk", "Europe/London", "2026-03-16 12:00", "2026-03-30 23:59", E, E),
        ("uk", "Europe/London", "2026-03-16 12:00", "2026-03-31 00:00", I, E),
        ("uk", "Europe/London", "2026-03-16 12:00", "2026-09-14 23:59", I, E),
        ("uk", "Europe/London", "2026-03-16 12:00", "2026-09-15 00:00", I, R),
        ("china", "Asia/Shanghai", "2026-03-02 23:59", "2026-03-09 23:59", E, E),
        ("china", "Asia/Shanghai", "2026-03-02 23:59", "2026-03-10 00:00", I, E),
        ("china", "Asia/Shanghai", "2026-03-02 23:59", "2026-03-17 23:59", I, E),
        ("china", "Asia/Shanghai", "2026-03-02 23:59", "2026-03-18 00:00", I, R),
        ("us", "America/New_York", "2026-01-31 12:00", "2026-03-02 23:59", E, E),
        ("us", "America/New_York", "2026-01-31 12:00", "2026-03-03 00:00", I, R),
        ("us", "America/New_York", "2028-01-31 12:00", "2028-03-01 23:59", E, E),
        ("us", "America/New_York", "2026-10-05 12:00", "2026-11-04 23:59", E, E),  # clocks change on the 1st
        ("us", "America/New_York", "2026-10-05 12:00", "2026-11-05 00:00", I, R),
    ],
)
def test_until_when(code: str, zone: str, received: str, asked: str, changed: Outcome, broken: Outcome) -> None:
    known = {"zone": zone, "delivered_at": received, "now": asked}
    assert judge(code, reason=CHANGED, **known) is changed
    assert judge(code, reason=BROKEN, **known) is broken
    assert judge(code, reason=None, **known) is changed  # what holds while nobody has said why


@pytest.mark.parametrize(
    ("code", "in_time", "late"),
    [
        ("standard", "2026-03-12 23:59", "2026-03-13 00:00"),  # 3 days of travel, then 7
        ("eu", "2026-03-23 23:59", "2026-03-24 00:00"),
        ("uk", "2026-03-23 23:59", "2026-03-24 00:00"),
        ("china", "2026-03-16 23:59", "2026-03-17 00:00"),
        ("us", "2026-04-06 23:59", "2026-04-07 00:00"),
    ],
)
def test_an_unknown_day_of_receipt_counts_from_the_dispatch_of_the_last_parcel(
    code: str, in_time: str, late: str
) -> None:
    known: dict[str, Any] = {"delivered_at": None, "fulfilled_at": "2026-03-02 12:00", "reason": CHANGED}
    assert judge(code, now=in_time, **known) is E
    assert judge(code, now=late, **known) is I


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("reason", Reason)
def test_the_shop_pays_for_its_own_and_the_carrier_s_faults(code: str, reason: Reason) -> None:
    expected = Bearer.SHOPPER if FAULT[reason] is Fault.SHOPPER else Bearer.MERCHANT
    assert COMPILED[code].judge(facts(reason=reason)).terms.postage is expected


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        ({"reason": Reason.MISSING}, {"exchange", "refund"}),
        ({"reason": Reason.NOT_AS_DESCRIBED}, {"exchange", "refund"}),
        ({"reason": Reason.SIZE_OR_FIT}, {"exchange", "refund"}),
        ({"warranty_until": at("2026-01-01 12:00")}, {"repair", "exchange", "refund"}),
        ({"condition": Condition.OPENED}, {"repair", "exchange", "refund"}),
        ({"condition": Condition.UNOPENED}, {"refund", "exchange", "store_credit"}),
    ],
)
def test_special_cases_offer_what_the_table_says(code: str, known: dict[str, Any], allowed: set[str]) -> None:
    assert set(COMPILED[code].judge(facts(**known)).terms.resolutions) == {Resolution(name) for name in allowed}


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize(
    ("reason", "photos"),
    [(Reason.DAMAGED, 1), (Reason.QUALITY, 1), (Reason.WRONG_ITEM, 1), (Reason.MISSING, 0), (CHANGED, 0), (None, 0)],
)
def test_photos_show_what_is_wrong(code: str, reason: Reason | None, photos: int) -> None:
    assert COMPILED[code].judge(facts(reason=reason)).terms.photos == photos


@pytest.mark.parametrize("code", EVERY)
def test_used_goods_and_a_change_of_mind_go_to_a_person(code: str) -> None:
    assert COMPILED[code].judge(facts(reason=CHANGED, condition=Condition.USED)).outcome is R
    assert COMPILED[code].judge(facts(reason=BROKEN, condition=Condition.USED)).outcome is E


@pytest.mark.parametrize("code", ["eu", "uk", "china"])
@pytest.mark.parametrize(
    ("reason", "condition", "kind", "outcome"),
    [
        (CHANGED, None, "custom_made", I),
        (BROKEN, None, "custom_made", E),
        (CHANGED, None, "perishable", I),
        (CHANGED, Condition.UNOPENED, "sealed_media", E),
        (CHANGED, None, "", E),
    ],
)
def test_excluded_goods_come_back_only_when_something_is_wrong(
    code: str, reason: Reason, condition: Condition | None, kind: str, outcome: Outcome
) -> None:
    metadata = {presets.EXCLUSION_KEY: kind} if kind else {}
    assert judge(code, reason=reason, condition=condition, product_metadata=metadata) is outcome


@pytest.mark.parametrize(
    ("code", "refund", "goods_sent"),
    [
        ("standard", Length(7, "business_days"), 7),
        ("eu", Length(14), 14),
        ("uk", Length(14), 14),
        ("china", Length(7), 7),
        ("us", Length(7, "business_days"), 7),
    ],
)
def test_deadlines_are_those_of_the_market(code: str, refund: Length, goods_sent: int) -> None:
    deadlines = COMPILED[code].judge(facts()).terms.deadlines
    assert deadlines[Wait.REFUND] == refund
    assert deadlines[Wait.GOODS_SENT] == Length(goods_sent)
    assert set(deadlines) == set(Wait)
    assert {wait for wait in Wait if deadlines[wait] != DEFAULT_DEADLINES[wait]} <= {Wait.REFUND, Wait.GOODS_SENT}


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.code)
def test_presets_name_their_source_and_hold_no_mistake(preset: presets.Preset) -> None:
    assert preset.source
    assert preset.as_of.year == 2026
    assert [found for found in check(preset.build()) if found.severity != "note"] == []


def test_the_standard_window_can_be_set() -> None:
    verdict = compile_policy(presets.standard(window_days=30)).judge(facts())
    assert (verdict.last_day.isoformat() if verdict.last_day else "") == "2026-04-01"


def test_presets_exclude_what_their_law_excludes() -> None:
    for code, country in (("eu", "DE"), ("uk", "GB"), ("china", "CN")):
        found = _excluded(COMPILED[code], country)
        assert (
            found
            == {
                "eu": {
                    "custom_made",
                    "perishable",
                    "digital",
                    "newspaper",
                    "mixed",
                    "unsealed_hygiene",
                    "unsealed_media",
                },
                "uk": {
                    "custom_made",
                    "perishable",
                    "digital",
                    "newspaper",
                    "mixed",
                    "unsealed_hygiene",
                    "unsealed_media",
                },
                "china": {"custom_made", "perishable", "digital", "newspaper", "agreed", "unsealed_media"},
            }[code]
        )


def _excluded(policy: CompiledPolicy, country: str) -> set[str]:
    found = set()
    for ground in Exclusion:
        kind = ground.replace("unsealed_", "sealed_")
        line = facts(country=country, product_metadata={presets.EXCLUSION_KEY: kind}, condition=Condition.OPENED)
        verdict = judge_withdrawal(policy, replace(line, reason=None), told_at=line.purchased_at)
        if verdict.outcome is I:
            found.add(ground.value)
    return found
