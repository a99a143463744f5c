"""Verdicts on lines a second, by one process, with a policy of a hundred rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from saleor_returns_app.domain.cases import Fault, Reason, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import (
    LineFacts,
    OrderFacts,
    PolicyDocument,
    Rule,
    ShopperHistory,
    compile_policy,
    presets,
)
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c
from tests.fakes import make_line

from .figures import Figure

_RULES = 100
_LINES = 20_000
_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_COUNTRIES = ("DE", "FR", "US", "GB", "CN", "JP", "PL", "SE")


def measure() -> Iterator[Figure]:
    facts = list(_facts(Random(1)))
    yield _figure("verdicts.mixed", _mixed(), facts, "rules of every kind, last one for everything")
    yield _figure("verdicts.goods", _goods(), facts, "no rule can be told by the order alone")
    yield _figure("verdicts.preset", presets.eu(), facts, "the EU preset")


def _figure(name: str, document: PolicyDocument, facts: list[LineFacts], about: str) -> Figure:
    policy = compile_policy(document)
    best = 0.0
    for _ in range(3):  # the best of three: other processes only take away
        begin = time.process_time()
        for known in facts:
            policy.judge(known)
        best = max(best, len(facts) / (time.process_time() - begin))
    rules = len(document.rules)
    return Figure(name, best, f"line verdicts a second per core; {rules} rules: {about}", "≥ 20000")


def _facts(random: Random) -> Iterator[LineFacts]:
    lines = [
        make_line(
            sku=f"SKU-{place}",
            category_slugs=(f"category-{place % 40}", f"group-{place % 8}", "all"),
            product_type_slug=f"type-{place % 20}",
            collection_slugs=(f"collection-{place % 30}",),
            product_metadata={"tier": str(place % 5)},
        )
        for place in range(500)
    ]
    for _ in range(_LINES):
        sent = _NOW - timedelta(hours=random.randrange(1, 24 * 60))
        arrived = random.choice([None, sent + timedelta(days=2)])
        order = OrderFacts(
            channel=f"channel-{random.randrange(4)}",
            country=random.choice(_COUNTRIES),
            currency="USD",
            customer_id=random.choice([None, "user"]),
            value=Money(Decimal(random.randrange(10, 500)), "USD"),
        )
        yield LineFacts(
            line=random.choice(lines),
            order=order,
            history=ShopperHistory(cases=random.randrange(4), units_returned=random.randrange(9), units_bought=20),
            purchased_at=sent - timedelta(days=1),
            fulfilled_at=sent,
            last_parcel_at=sent,
            delivered_at=arrived,
            reason=random.choice([None, *Reason]),
            now=_NOW,
            zone=random.choice(["Europe/Berlin", "America/New_York", "Asia/Shanghai"]),
        )


def _amounts(amount: int) -> tuple[c.Amount, ...]:
    return (c.Amount(amount=Decimal(amount), currency="USD"),)


def _when(place: int) -> tuple[c.When, ...]:
    goods: tuple[c.When, ...] = (
        c.CategoryIs(values=(f"category-{place}",)),
        c.ProductTypeIs(values=(f"type-{place}", f"type-{place + 1}")),
        c.CollectionIs(values=(f"collection-{place}",)),
        c.SkuIs(values=(f"SKU-{place}*",)),
        c.MetadataIs(of="product", key="tier", values=(str(place % 5),)),
    )
    about: tuple[c.When, ...] = (
        c.FaultIs(values=(tuple(Fault)[place % 3],)),
        c.OrderValue(op="at_least", amounts=_amounts(place * 5)),
        c.DaysSince(anchor="fulfilment", op="at_most", days=place),
        c.EarlierReturns(op="at_least", count=3),
        c.Trait(what="guest"),
    )
    return goods[place % 5], about[place // 5 % 5]


def _then(place: int) -> tuple[a.Then, ...]:
    every: tuple[a.Then, ...] = (
        a.Window(days=place + 1, travel_days=3),
        a.RestockingFee(percent=Decimal(place % 30)),
        a.Postage(bearer=a.Bearer.MERCHANT),
        a.Resolutions(allowed=(Resolution.REFUND, Resolution.EXCHANGE)),
        a.AutoApprove(up_to=_amounts(place + 1)),
        a.Evidence(photos=place % 4),
        a.DeadlineLength(waits_for=a.Wait.REVIEW, length=place + 1),
    )
    return every[place % 7], every[(place + 1) % 7]


def _mixed() -> PolicyDocument:
    def by_order(place: int) -> tuple[c.When, ...]:
        if place % 3 == 0:
            return (c.CountryIs(values=(_COUNTRIES[place % 8],)),)
        return (c.ChannelIs(values=(f"channel-{place % 4}",)),) if place % 3 == 1 else ()

    return _document(lambda place: (*by_order(place), *_when(place)))


def _goods() -> PolicyDocument:
    return _document(_when)


def _document(when: Callable[[int], tuple[c.When, ...]]) -> PolicyDocument:
    ruled = [
        Rule(id=f"rule-{place}", name=f"Rule {place}", when=when(place), then=_then(place))
        for place in range(_RULES - 1)
    ]
    rest = Rule(id="rest", name="Rest", then=presets.standard().rules[-1].then)
    return PolicyDocument(name="bench", rules=(*ruled, rest))
