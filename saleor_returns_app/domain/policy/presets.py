"""Policies to begin with. Numbers of the law and of good practice, with their source and the day the list was made: no legal advice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from saleor_returns_app.domain.cases import Fault, Reason, Resolution

from . import actions as a
from . import conditions as c
from .document import PolicyDocument, Rule
from .facts import Condition
from .terms import DEFAULT_DEADLINES

#: Product metadata by which presets know goods that the right of withdrawal does not cover: `returns_excluded: custom_made`.
EXCLUSION_KEY = "returns_excluded"
_REPAIR_FIRST = a.Resolutions(allowed=(Resolution.REPAIR, Resolution.EXCHANGE, Resolution.REFUND))
_NO_FEE = Decimal(0)
#: Ground → name of its rule, and what shoppers read of it.
_GROUNDS = {
    "custom_made": ("Made to order", "goods made or changed to your wishes", "按您的要求定制或改制的商品"),
    "perishable": ("Perishable", "goods that spoil quickly", "易腐坏的商品"),
    "digital": ("Digital content", "digital content that you asked to have at once", "您要求立即提供的数字内容"),
    "newspaper": ("Newspapers and magazines", "newspapers and magazines", "报纸和杂志"),
    "mixed": ("Mixed with other goods", "goods inseparably mixed with others", "与其他物品混合且无法分离的商品"),
    "agreed": (
        "Agreed to at the purchase",
        "goods that you agreed at the purchase not to return",
        "购买时您已确认不可退货的商品",
    ),
    "unsealed_hygiene": (
        "Unsealed hygiene goods",
        "goods sealed for health or hygiene, once unsealed",
        "出于健康或卫生原因密封且已拆封的商品",
    ),
    "unsealed_media": (
        "Unsealed audio, video or software",
        "audio, video and software, once unsealed",
        "已拆封的音像制品或软件",
    ),
}
_NOT_THE_SHOPPERS = c.FaultIs(values=(Fault.MERCHANT, Fault.CARRIER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    code: str
    name: str
    source: str
    as_of: date
    build: Callable[[], PolicyDocument]


def standard(*, window_days: int = 7) -> PolicyDocument:
    """Seven days from receipt; what is not the shopper's fault goes to a person afterwards, and the shop pays for its way back."""
    return _policy("standard", window=a.Window(days=window_days, travel_days=3))


def eu() -> PolicyDocument:
    """Fourteen days as the law has them; two years for faults, the least time of the legal guarantee."""
    return _policy(
        "eu",
        window=a.Window(days=14, travel_days=7),
        faults_days=730,
        exclusions=_exclusions(
            "custom_made", "perishable", "digital", "newspaper", "mixed", sealed=("hygiene", "media")
        ),
        refund=a.DeadlineLength(waits_for=a.Wait.REFUND, length=14),
        goods_sent=14,
    )


def uk() -> PolicyDocument:
    """As in the EU; faults are taken back without discussion for thirty days, by a person for six months."""
    return _policy(
        "uk",
        window=a.Window(days=14, travel_days=7),
        faults_days=182,
        exclusions=_exclusions(
            "custom_made", "perishable", "digital", "newspaper", "mixed", sealed=("hygiene", "media")
        ),
        refund=a.DeadlineLength(waits_for=a.Wait.REFUND, length=14),
        goods_sent=14,
    )


def china() -> PolicyDocument:
    """Seven days without a reason from the day after receipt, goods intact; fifteen for faults."""
    return _policy(
        "china",
        window=a.Window(days=7, travel_days=7),
        faults_days=15,
        exclusions=_exclusions("custom_made", "perishable", "digital", "newspaper", "agreed", sealed=("media",)),
        refund=a.DeadlineLength(waits_for=a.Wait.REFUND, length=7),
        shipping="never",
    )


def us() -> PolicyDocument:
    """Thirty days: no federal law gives a right, so the shop's own policy binds."""
    return _policy("us", window=a.Window(days=30, travel_days=5))


def _policy(
    name: str,
    *,
    window: a.Window,
    faults_days: int | None = None,
    exclusions: tuple[Rule, ...] = (),
    refund: a.DeadlineLength | None = None,
    goods_sent: int = 7,
    shipping: Literal["never", "with_last_unit", "always"] = "with_last_unit",
) -> PolicyDocument:
    lengths = {
        wait: a.DeadlineLength(waits_for=wait, length=length.length, unit=length.unit)
        for wait, length in DEFAULT_DEADLINES.items()
    }
    lengths[a.Wait.GOODS_SENT] = a.DeadlineLength(waits_for=a.Wait.GOODS_SENT, length=goods_sent)
    lengths[a.Wait.REFUND] = refund or lengths[a.Wait.REFUND]
    faults = a.Window(
        days=window.days if faults_days is None else faults_days, travel_days=window.travel_days, after="needs_review"
    )
    return PolicyDocument(
        name=name,
        rules=(
            *exclusions,
            Rule(
                id="faults",
                name="Not the shopper's fault",
                when=(_NOT_THE_SHOPPERS,),
                then=(faults, a.Postage(bearer=a.Bearer.MERCHANT)),
            ),
            *_special_cases(),
            Rule(
                id="handled",
                name="Used, damaged or incomplete",
                when=(
                    c.FaultIs(values=(Fault.SHOPPER,)),
                    c.ConditionIs(values=(Condition.USED, Condition.DAMAGED, Condition.INCOMPLETE)),
                ),
                then=(a.Decide(outcome="needs_review"),),
            ),
            Rule(
                id="everything",
                name="Everything",
                then=(
                    window,
                    a.Resolutions(allowed=(Resolution.REFUND, Resolution.EXCHANGE, Resolution.STORE_CREDIT)),
                    a.Evidence(),
                    a.Postage(bearer=a.Bearer.SHOPPER),
                    a.RestockingFee(percent=_NO_FEE),
                    a.ShippingRefund(when=shipping),
                    *lengths.values(),
                ),
            ),
        ),
    )


def _special_cases() -> tuple[Rule, ...]:
    """What is offered for missing items, opened goods, goods out of warranty, and what is not as expected; photos of what is wrong."""
    return (
        Rule(
            id="photos",
            name="Photos of what is wrong",
            when=(c.ReasonIs(values=(Reason.DAMAGED, Reason.QUALITY, Reason.NOT_AS_DESCRIBED, Reason.WRONG_ITEM)),),
            then=(a.Evidence(photos=1),),
        ),
        Rule(
            id="missing",
            name="Missing items",
            when=(c.ReasonIs(values=(Reason.MISSING,)),),
            then=(a.Resolutions(allowed=(Resolution.EXCHANGE, Resolution.REFUND)),),
        ),
        Rule(
            id="out_of_warranty",
            name="Out of warranty",
            when=(c.Warranty(state="over"),),
            then=(_REPAIR_FIRST,),
        ),
        Rule(
            id="opened",
            name="Opened goods",
            when=(c.ConditionIs(values=(Condition.OPENED, Condition.USED)),),
            then=(_REPAIR_FIRST,),
        ),
        Rule(
            id="not_as_expected",
            name="Not as expected",
            when=(c.ReasonIs(values=(Reason.NOT_AS_DESCRIBED, Reason.SIZE_OR_FIT)),),
            then=(a.Resolutions(allowed=(Resolution.EXCHANGE, Resolution.REFUND)),),
        ),
    )


def _exclusions(*grounds: str, sealed: tuple[str, ...]) -> tuple[Rule, ...]:
    """Goods without a right of withdrawal, and no return of them for a change of mind."""
    outright = [
        Rule(
            id=f"excluded_{ground}",
            name=_GROUNDS[ground][0],
            when=(c.MetadataIs(of="product", key=EXCLUSION_KEY, values=(ground,)),),
            then=(a.ExcludeWithdrawal(ground=a.Exclusion(ground)),),
            explanation=_not_covered(ground),
        )
        for ground in grounds
    ]
    unsealed = [
        Rule(
            id=f"excluded_unsealed_{what}",
            name=_GROUNDS[f"unsealed_{what}"][0],
            when=(
                c.MetadataIs(of="product", key=EXCLUSION_KEY, values=(f"sealed_{what}",)),
                c.ConditionIs(op="not_in", values=(Condition.UNOPENED,)),
            ),
            then=(a.ExcludeWithdrawal(ground=a.Exclusion(f"unsealed_{what}")),),
            explanation=_not_covered(f"unsealed_{what}"),
        )
        for what in sealed
    ]
    english, chinese = [_GROUNDS[ground][1] for ground in grounds], [_GROUNDS[ground][2] for ground in grounds]
    return (
        *outright,
        *unsealed,
        Rule(
            id="excluded_goods",
            name="No change of mind for these goods",
            when=(
                c.MetadataIs(of="product", key=EXCLUSION_KEY, values=grounds),
                c.FaultIs(values=(Fault.SHOPPER,)),
            ),
            then=(a.Decide(outcome="ineligible"),),
            explanation={
                "en": f"We take these back only when something is wrong with them: {', '.join(english)}.",
                "zh": f"以下商品仅在有问题时可以退货：{'、'.join(chinese)}。",
            },
        ),
    )


def _not_covered(ground: str) -> dict[str, str]:
    _, english, chinese = _GROUNDS[ground]
    return {
        "en": f"The right of withdrawal does not cover {english}.",
        "zh": f"法定撤回权不适用于{chinese}。",
    }


_AS_OF = date(2026, 11, 23)
PRESETS: tuple[Preset, ...] = (
    Preset(
        code="standard",
        name="Standard",
        source="The usual after-sales procedure: seven days from receipt, postage by fault.",
        as_of=_AS_OF,
        build=standard,
    ),
    Preset(
        code="eu",
        name="European Union",
        source="Directive 2011/83/EU (right of withdrawal) and Directive (EU) 2019/771 (legal guarantee)",
        as_of=_AS_OF,
        build=eu,
    ),
    Preset(
        code="uk",
        name="United Kingdom",
        source="Consumer Contracts Regulations 2013 and Consumer Rights Act 2015",
        as_of=_AS_OF,
        build=uk,
    ),
    Preset(
        code="china",
        name="China",
        source="Law on the Protection of Consumer Rights and Interests, article 25; Provisions on repair, replacement and return",
        as_of=_AS_OF,
        build=china,
    ),
    Preset(
        code="us",
        name="United States",
        source="The shop's own policy; Mail, Internet, or Telephone Order Merchandise Rule, 16 CFR part 435",
        as_of=_AS_OF,
        build=us,
    ),
)
