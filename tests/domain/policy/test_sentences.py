"""Rules as sentences, and the policy as shoppers read it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given

from saleor_returns_app.domain.cases import Reason, Resolution
from saleor_returns_app.domain.policy import PolicyDocument, public_sections, say_rule
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c
from saleor_returns_app.web.i18n import translate

from .making import DOCUMENTS
from .saying import policy, rule, usd


def chinese(text: str) -> str:
    return translate(text, "zh")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (rule("x", a.Window(days=7)), "It can be returned within 7 days of receipt."),
        (
            rule("x", a.RestockingFee(percent=Decimal("7.5")), when=(c.CountryIs(values=("DE", "EEA")),)),
            "If the order went to Germany or the European Economic Area, a restocking fee of 7.5% is kept.",
        ),
        (
            rule(
                "x",
                a.Postage(bearer=a.Bearer.SHARED, merchant_percent=50),
                a.Evidence(photos=2, video=True),
                when=(
                    c.ReasonIs(values=(Reason.DAMAGED, Reason.LATE)),
                    c.Price(op="at_least", amounts=usd("50")),
                ),
            ),
            (
                "If the reason is damage on arrival or late arrival and one unit cost at least $50.00, "
                "the shop pays 50% of sending it back; photos are needed, at least 2; a video is needed."
            ),
        ),
        (
            rule("x", a.HolidayWindow(bought_from="11-15", bought_until="12-24", returnable_until="01-31")),
            "What was bought from November 15 to December 24 can be returned until January 31.",
        ),
        (
            rule("x", a.DeadlineLength(waits_for=a.Wait.REVIEW, length=1)),
            "Our review of a request takes at most one day.",
        ),
        (
            rule("x", a.Decide(outcome="ineligible"), when=(c.Trait(what="gift"), c.SkuIs(values=("A*",)))),
            "If the item was a gift of the shop and the SKU is A*, it cannot be returned.",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(made: object, said: str) -> None:
    assert say_rule(made) == said  # type: ignore[arg-type]


def test_a_rule_reads_in_chinese() -> None:
    made = rule("x", a.Window(days=7), when=(c.CountryIs(values=("DE",)), c.Quantity(op="at_least", units=2)))
    said = say_rule(made, translate=chinese, language="zh")
    assert said == "如果订单寄往德国，并且数量至少 2 件，则自收货起 7 天内可以退货。"


@given(document=DOCUMENTS)
def test_every_rule_can_be_said_in_every_language(document: PolicyDocument) -> None:
    for made in document.rules:
        assert "%(" not in say_rule(made)
        said = say_rule(made, translate=chinese, language="zh")
        assert "%(" not in said
        assert not re.search(r"\b(the|is|of)\b", said), said


SALE = rule(
    "sale",
    a.Decide(outcome="ineligible"),
    when=(c.CollectionIs(values=("sale",)),),
    explanation={"en": "Sale items stay with you."},
)
PAGE = policy(
    SALE,
    rule("vip", a.Window(days=60, travel_days=3), a.AutoApprove(up_to=usd("50")), when=(c.ChannelIs(values=("vip",)),)),
    rule("rest", a.Window(days=7, travel_days=3, after="needs_review"), a.Resolutions(allowed=(Resolution.REFUND,))),
    rule("lost", a.Window(days=99)),
)


def page(language: str = "en") -> dict[str, list[str]]:
    words = chinese if language == "zh" else str
    return {
        section.code: [item.say(translate=words, language=language) for item in section.items]
        for section in public_sections(PAGE)
    }


def test_the_public_page_says_what_binds_shoppers_in_their_order() -> None:
    assert page() == {
        "how_long": [
            "If the order was placed in vip, you can ask for a return within 60 days of receipt.",
            (
                "In all other cases: you can ask for a return within 7 days of receipt; "
                "you can ask later as well; a person then looks at it."
            ),
            "Where we do not know the day of receipt, we count it as 3 days after dispatch.",
        ],
        "excluded": ["Sale items stay with you."],
        "resolutions": ["You can have a refund."],
    }


def test_where_the_shop_has_no_words_of_its_own_the_rule_is_said() -> None:
    assert page("zh")["excluded"] == ["如果商品在系列 sale 中，则不能退货。"]


def test_limits_of_approval_are_no_matter_of_the_public() -> None:
    limits = rule("x", a.AutoApprove(up_to=usd("5")), a.KeepItem(under=usd("5")), a.SecondApproval(above=usd("5")))
    assert public_sections(policy(limits)) == ()
