"""The law's own path: a shopper withdraws from the contract. No reason, no evidence, no fee, and clocks of its own.

What it gives where is in `rights`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from saleor_returns_app.domain.because import Because
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.terms import ShippingRule

from .actions import Bearer, Exclusion, Wait
from .calendars import add_days, add_months, end_of_day, local_day, next_business_day
from .evaluating import CompiledPolicy
from .facts import LineFacts
from .plain_facts import plain_facts
from .rights import WithdrawalRight, right_of
from .terms import Length, LineTerms
from .verdicts import Outcome, Verdict

#: Days that a parcel counts as travelling where nobody knows when it arrived: generous, for the shop would have to prove the day.
TRAVEL_DAYS = 7


def last_day(right: WithdrawalRight, facts: LineFacts, *, told_at: datetime | None) -> date | None:
    """The last local day to withdraw; None while nothing has been sent, for then nothing has begun.

    `told_at`: when the shop told the shopper of the right; None: never. Told late, the days count from then on, at most to the
    end of the longer time for those who were never told.
    """
    had = facts.delivered_at
    if had is not None:
        begin = local_day(had, facts.zone)
    else:
        sent = facts.last_parcel_at or facts.fulfilled_at
        if sent is None:
            return None
        begin = local_day(sent, facts.zone) + timedelta(days=TRAVEL_DAYS)
    end = begin + timedelta(days=right.days)
    if right.months_if_not_told and (told_at is None or local_day(told_at, facts.zone) > begin):
        longest = add_months(end, right.months_if_not_told)
        told = None if told_at is None else local_day(told_at, facts.zone) + timedelta(days=right.days)
        end = longest if told is None else min(told, longest)
    return next_business_day(end, facts.order.country) if right.rolls else end


def goods_due(right: WithdrawalRight, *, noticed_at: datetime, zone: str) -> datetime | None:
    """Until when the shopper sends the goods after the notice; None where the law gives no time."""
    return None if right.goods_back_days is None else add_days(noticed_at, right.goods_back_days, zone=zone)


def refund_due(
    right: WithdrawalRight, *, noticed_at: datetime, goods_at: datetime | None, zone: str
) -> datetime | None:
    """The law's date for the refund; None while it may wait for the goods.

    `goods_at`: when the goods came back or their dispatch was proven, whichever was first.
    """
    if right.refund_from == "goods":
        return None if goods_at is None else add_days(goods_at, right.refund_days, zone=zone)
    if right.refund_may_wait and goods_at is None:
        return None
    due = add_days(noticed_at, right.refund_days, zone=zone)
    # Whoever may wait pays at once when the goods come after the days are over: on that day.
    return due if goods_at is None or goods_at <= due else end_of_day(local_day(goods_at, zone), zone)


_NO_RIGHT = Because(
    "NO_WITHDRAWAL",
    "The law gives no right of withdrawal here. You can ask for a return instead.",
    staff="The country of the order gives no statutory right of withdrawal.",
)
_OVER = "The %(days)s days to withdraw from the contract are over."
_IN_TIME = "You can withdraw from the contract within %(days)s days of receipt, without a reason."
_UNPROVEN = Because(
    "WITHDRAWAL_UNPROVEN",
    "The days to withdraw seem to be over, but we do not know when your parcel arrived: a person looks at it.",
    staff="The day of receipt is not known, so nobody can prove that the days to withdraw are over.",
)
#: What keeps goods from being returned is no reason to refuse a legal notice: a person looks at it.
_TO_A_PERSON = frozenset({"GIFT_CARD", "NOT_SHIPPED"})


def judge_withdrawal(policy: CompiledPolicy, facts: LineFacts, *, told_at: datetime | None) -> Verdict:
    """Whether the shopper may withdraw from this line now, with terms as the law has them.

    The policy is asked for exclusions that the law knows, and for what it gives beyond the law; its windows, fees, evidence and
    verdicts are not asked.
    """
    right = right_of(facts.order.country)
    if right is None:
        return Verdict(outcome=Outcome.INELIGIBLE, because=(_NO_RIGHT,), policy=policy.name)
    decision = policy.decide(facts)
    ends = last_day(right, facts, told_at=told_at)
    ground = decision.exclusion.ground if decision.exclusion else None
    excluded = ground if ground in right.exclusions else None
    outcome, because = _weigh(right, facts, ends, excluded)
    return Verdict(
        outcome=outcome,
        because=because,
        policy=policy.name,
        until=None if ends is None else end_of_day(ends, facts.zone),
        last_day=ends,
        terms=statutory_terms(right, decision.terms, told_at=told_at),
        spoke=tuple(spoken for spoken in decision.spoke if spoken.action == "exclude_withdrawal" and excluded),
    )


def _weigh(
    right: WithdrawalRight, facts: LineFacts, ends: date | None, excluded: Exclusion | None
) -> tuple[Outcome, tuple[Because, ...]]:
    plain = plain_facts(facts)
    if plain:
        person = all(because.code in _TO_A_PERSON for because in plain)
        return (Outcome.NEEDS_REVIEW if person else Outcome.INELIGIBLE), plain
    if excluded is not None:
        return Outcome.INELIGIBLE, (
            Because(
                f"WITHDRAWAL_{excluded.upper()}",
                _EXCLUDED[excluded],
                staff="The right of withdrawal does not cover goods like this one.",
            ),
        )
    params: dict[str, str | int] = {"days": right.days}
    if ends is None or facts.now <= end_of_day(ends, facts.zone):
        return Outcome.ELIGIBLE, (Because("CAN_WITHDRAW", _IN_TIME, params),)
    if facts.delivered_at is None:
        return Outcome.NEEDS_REVIEW, (_UNPROVEN,)
    return Outcome.INELIGIBLE, (Because("WITHDRAWAL_OVER", _OVER, params),)


_EXCLUDED: dict[Exclusion, str] = {
    Exclusion.CUSTOM_MADE: "Goods made or changed to your wishes are excluded from the right of withdrawal.",
    Exclusion.PERISHABLE: "Goods that spoil quickly are excluded from the right of withdrawal.",
    Exclusion.UNSEALED_HYGIENE: "Goods sealed for health or hygiene are excluded from the right of withdrawal once unsealed.",
    Exclusion.UNSEALED_MEDIA: "Audio, video and software are excluded from the right of withdrawal once unsealed.",
    Exclusion.DIGITAL: "Digital content that you asked to have at once is excluded from the right of withdrawal.",
    Exclusion.NEWSPAPER: "Newspapers and magazines are excluded from the right of withdrawal.",
    Exclusion.MIXED: "Goods that are inseparably mixed with others are excluded from the right of withdrawal.",
    Exclusion.AGREED: "You agreed at the purchase that this item is excluded from the right of withdrawal.",
}


def statutory_terms(right: WithdrawalRight, terms: LineTerms, *, told_at: datetime | None) -> LineTerms:
    """A policy's terms as far as the law lets them stand: only what is better for the shopper than the law stays.

    The way back is the shopper's to pay if they were told of it before, else the shop's.
    """
    shop_pays = told_at is None or terms.merchant_percent == 100
    deadlines = dict(terms.deadlines)
    if right.goods_back_days is not None:
        deadlines[Wait.GOODS_SENT] = Length(right.goods_back_days)
    own, legal = terms.deadlines[Wait.REFUND], Length(right.refund_days)
    deadlines[Wait.REFUND] = min(own, legal, key=lambda length: length.hours)
    return replace(
        terms,
        resolutions=(Resolution.REFUND,),
        photos=0,
        video=False,
        postage=Bearer.MERCHANT if shop_pays else terms.postage,
        merchant_percent=100 if shop_pays else terms.merchant_percent,
        restocking_percent=Decimal(0),
        shipping=ShippingRule.WITH_LAST_UNIT if right.refunds_shipping else ShippingRule.NEVER,
        shipping_at_most_standard=True,
        auto_approve_up_to=None,
        keep_item_under=None,
        deadlines=deadlines,
        statutory=True,
    )
