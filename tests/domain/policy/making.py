"""Policies and facts of every kind, from small worlds in which rules meet often."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from saleor_returns_app.domain.cases import Fault, Reason, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import Condition, LineFacts, PolicyDocument, Rule, ShopperHistory
from saleor_returns_app.domain.policy import actions as a
from saleor_returns_app.domain.policy import conditions as c

from .saying import NOON, facts

_MEMBERSHIP = st.sampled_from(["in", "not_in"])
_COMPARISON = st.sampled_from(["at_least", "at_most", "more_than", "less_than"])
_CURRENCIES = ("USD", "EUR")


def _some(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


def _members(kind: Any, *values: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, op=_MEMBERSHIP, values=_some(*values))


def _amounts() -> st.SearchStrategy[tuple[c.Amount, ...]]:
    amount = st.builds(c.Amount, amount=st.integers(0, 60).map(Decimal), currency=st.sampled_from(_CURRENCIES))
    return st.lists(amount, min_size=1, max_size=2, unique_by=lambda item: item.currency).map(tuple)


CONDITIONS: st.SearchStrategy[Any] = st.one_of(
    _members(c.ChannelIs, "web", "shop"),
    _members(c.CountryIs, "DE", "US", "EU", "GB"),
    _members(c.CurrencyIs, *_CURRENCIES),
    _members(c.CategoryIs, "shirts", "clothes", "books"),
    _members(c.ProductTypeIs, "wear", "media"),
    _members(c.CollectionIs, "summer", "sale"),
    _members(c.SkuIs, "A-1", "A-*", "B-2"),
    st.builds(
        c.MetadataIs,
        of=st.sampled_from(["customer", "order", "product", "variant"]),
        key=st.just("group"),
        op=_MEMBERSHIP,
        values=_some("vip", "new"),
    ),
    st.builds(
        c.MetadataIs,
        of=st.sampled_from(["customer", "product"]),
        key=st.just("group"),
        op=st.sampled_from(["present", "absent"]),
    ),
    _members(c.ReasonIs, *Reason),
    _members(c.FaultIs, *Fault),
    _members(c.ConditionIs, *Condition),
    st.builds(
        c.Trait, what=st.sampled_from(["gift_card", "gift", "shipped", "discounted", "guest"]), holds=st.booleans()
    ),
    st.builds(c.Warranty, state=st.sampled_from(["running", "over", "unknown"])),
    st.builds(c.Price, op=_COMPARISON, amounts=_amounts()),
    st.builds(c.OrderValue, op=_COMPARISON, amounts=_amounts()),
    st.builds(c.Discount, op=_COMPARISON, percent=st.sampled_from([Decimal(0), Decimal(25), Decimal(50)])),
    st.builds(c.Quantity, op=_COMPARISON, units=st.integers(0, 3)),
    st.builds(
        c.DaysSince,
        anchor=st.sampled_from(["purchase", "fulfilment", "last_parcel", "delivery"]),
        op=_COMPARISON,
        days=st.integers(0, 20),
    ),
    st.builds(c.EarlierReturns, of=st.sampled_from(["cases", "units"]), op=_COMPARISON, count=st.integers(0, 3)),
    st.builds(c.ReturnRate, op=_COMPARISON, percent=st.sampled_from([Decimal(0), Decimal(50), Decimal(100)])),
    st.builds(c.ReturnedValue, op=_COMPARISON, amounts=_amounts()),
)
ACTIONS: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        a.Window,
        days=st.integers(0, 20),
        anchor=st.sampled_from(["purchase", "fulfilment", "last_parcel", "delivery"]),
        travel_days=st.integers(0, 5),
        after=st.sampled_from(["ineligible", "needs_review"]),
    ),
    st.builds(a.Decide, outcome=st.sampled_from(["eligible", "needs_review", "ineligible"])),
    st.builds(a.Resolutions, allowed=_some(*Resolution)),
    st.builds(a.Evidence, photos=st.integers(0, 3), video=st.booleans()),
    st.sampled_from(
        [
            a.Postage(bearer=a.Bearer.SHOPPER),
            a.Postage(bearer=a.Bearer.MERCHANT),
            a.Postage(bearer=a.Bearer.SHARED, merchant_percent=40),
        ]
    ),
    st.builds(a.RestockingFee, percent=st.integers(0, 30).map(Decimal)),
    st.builds(a.ShippingRefund, when=st.sampled_from(["never", "with_last_unit", "always"])),
    st.builds(a.AutoApprove, up_to=_amounts()),
    st.builds(a.KeepItem, under=_amounts()),
    st.builds(a.SecondApproval, above=_amounts()),
    st.builds(a.DeadlineLength, waits_for=st.sampled_from(a.Wait), length=st.integers(1, 9)),
    st.builds(a.Methods, allowed=_some(*a.ReturnMethod)),
    st.builds(a.ReturnAddress, key=st.sampled_from(["", "north"])),
    st.builds(a.ExcludeWithdrawal, ground=st.sampled_from([None, *a.Exclusion])),
)


def rules(prefix: str = "r") -> st.SearchStrategy[list[Rule]]:
    parts = st.tuples(
        st.lists(CONDITIONS, max_size=3).map(tuple),
        st.lists(ACTIONS, min_size=1, max_size=3, unique_by=a.action_type).map(tuple),
    )
    return st.lists(parts, max_size=6).map(
        lambda found: [
            Rule(id=f"{prefix}{place}", name=f"{prefix}{place}", when=when, then=then)
            for place, (when, then) in enumerate(found)
        ]
    )


DOCUMENTS = rules().map(lambda found: PolicyDocument(name="made", rules=tuple(found)))


@st.composite
def made_facts(draw: st.DrawFn) -> LineFacts:
    currency = draw(st.sampled_from(_CURRENCIES))

    def money(most: int) -> Money:
        return Money(Decimal(draw(st.integers(0, most))), currency)

    def moment() -> Any:
        return draw(st.none() | st.integers(0, 25).map(lambda days: NOON - timedelta(days=days, hours=days % 24)))

    def group() -> dict[str, str]:
        return draw(st.sampled_from([{}, {"group": "vip"}, {"group": "new"}, {"group": "old"}]))

    unit = money(50)
    return facts(
        channel=draw(st.sampled_from(["", "web", "shop"])),
        country=draw(st.sampled_from(["", "DE", "US", "GB"])),
        currency=currency,
        customer_id=draw(st.sampled_from([None, "user"])),
        customer_metadata=group(),
        order_metadata=group(),
        value=draw(st.none() | st.just(money(60))),
        sku=draw(st.sampled_from([None, "A-1", "A-2", "B-2"])),
        category_slugs=draw(st.sampled_from([(), ("shirts", "clothes"), ("books",)])),
        product_type_slug=draw(st.sampled_from(["", "wear", "media"])),
        collection_slugs=draw(st.sampled_from([(), ("summer",), ("sale", "summer")])),
        product_metadata=group(),
        variant_metadata=group(),
        is_gift_card=draw(st.booleans()),
        is_gift=draw(st.booleans()),
        is_shipping_required=draw(st.booleans()),
        unit_gross=unit,
        undiscounted_unit_gross=draw(st.sampled_from([unit, unit + unit])),
        total_gross=Money(unit.amount * 3, currency),
        quantity=draw(st.integers(1, 3)),
        returnable=draw(st.integers(0, 3)),
        reason=draw(st.none() | st.sampled_from(Reason)),
        condition=draw(st.none() | st.sampled_from(Condition)),
        warranty_until=draw(st.sampled_from([None, NOON, NOON - timedelta(days=1)])),
        purchased_at=moment(),
        fulfilled_at=moment(),
        last_parcel_at=moment(),
        delivered_at=moment(),
        history=ShopperHistory(
            cases=draw(st.integers(0, 3)),
            units_returned=draw(st.integers(0, 3)),
            units_bought=draw(st.sampled_from([0, 3, 4])),
            returned_value=draw(st.none() | st.just(money(60))),
        ),
    )
