"""What a rule asks of a line. All conditions of a rule must hold; a condition on a fact that is not known does not hold.

Membership has the forms `in` and `not_in`, numbers are compared with `at_least`, `at_most`, `more_than` and `less_than`. Amounts are
given per currency and hold only for orders in one of them: nothing is ever converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Len, Predicate

from saleor_returns_app.domain.cases import Fault, Reason

from .facts import Condition
from .tagging import STRICT, Kinds

Membership = Literal["in", "not_in"]
Comparison = Literal["at_least", "at_most", "more_than", "less_than"]
Values = Annotated[tuple[str, ...], Len(1)]


def is_plain(number: Decimal) -> bool:
    """At most 12 digits before the point and 6 behind it: “1e-999999999” is a number, too, and as long when it is written out."""
    exponent = number.as_tuple().exponent
    return number.adjusted() < 12 and isinstance(exponent, int) and exponent >= -6


Plain = Predicate(is_plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount of money as documents write it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    amount: Annotated[Decimal, Ge(0), Plain]
    currency: Annotated[str, Len(3, 3)]

    def __post_init__(self) -> None:
        if not (self.currency.isascii() and self.currency.isalpha()):
            raise ValueError("a currency has three letters, like EUR")


Amounts = Annotated[tuple[Amount, ...], Len(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelIs:
    """The sales channel, by slug."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["channel"] = "channel"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryIs:
    """Where the order was sent: ISO 3166-1 alpha-2, or "EU" and "EEA" for their member states."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["country"] = "country"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyIs:
    """The currency of the order: ISO 4217."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["currency"] = "currency"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryIs:
    """The product's category or one above it, by slug."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["category"] = "category"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTypeIs:
    """The product type, by slug."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["product_type"] = "product_type"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionIs:
    """A collection that the product is in, by slug."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["collection"] = "collection"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuIs:
    """The SKU; a value that ends in * stands for all that begin so."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["sku"] = "sku"
    op: Membership = "in"
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataIs:
    """Public metadata in Saleor: of the customer (a group, a tier), the order, the product or the variant.

    `in` and `not_in` look at the value of a key that is there; `present` and `absent` at the key alone.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["metadata"] = "metadata"
    of: Literal["customer", "order", "product", "variant"]
    key: Annotated[str, Len(1)]
    op: Literal["in", "not_in", "present", "absent"] = "in"
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.op in ("in", "not_in")) != bool(self.values):
            raise ValueError("values belong to in and not_in, and these need at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonIs:
    """Why the shopper wants to return it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["reason"] = "reason"
    op: Membership = "in"
    values: Annotated[tuple[Reason, ...], Len(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultIs:
    """Whose fault the reason is."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["fault"] = "fault"
    op: Membership = "in"
    values: Annotated[tuple[Fault, ...], Len(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionIs:
    """How the shopper says the goods are."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["condition"] = "condition"
    op: Membership = "in"
    values: Annotated[tuple[Condition, ...], Len(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """A yes or no about the line: `gift_card`; `gift`: given by the shop on top; `shipped`: needs shipping; `discounted`;
    `guest`: bought without an account."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["trait"] = "trait"
    what: Literal["gift_card", "gift", "shipped", "discounted", "guest"]
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Warranty:
    """`running` and `over` by the end of the warranty; `unknown` where no end is known."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["warranty"] = "warranty"
    state: Literal["running", "over", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit cost after discounts, tax included."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["price"] = "price"
    op: Comparison
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderValue:
    """What goods and shipping of the whole order cost, tax included."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["order_value"] = "order_value"
    op: Comparison
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """How much of the line's full price was taken off, in percent."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["discount"] = "discount"
    op: Comparison
    percent: Annotated[Decimal, Ge(0), Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Units asked for."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["quantity"] = "quantity"
    op: Comparison
    units: Annotated[int, Ge(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysSince:
    """Local calendar days from the purchase, from the dispatch of the last parcel with this line (`fulfilment`) or of the whole
    order (`last_parcel`), or from its `delivery`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["days_since"] = "days_since"
    anchor: Literal["purchase", "fulfilment", "last_parcel", "delivery"]
    op: Comparison
    days: Annotated[int, Ge(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReturns:
    """Earlier returns of this shopper: `cases`, or `units`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["earlier_returns"] = "earlier_returns"
    of: Literal["cases", "units"] = "cases"
    op: Comparison
    count: Annotated[int, Ge(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRate:
    """Units this shopper returned of those they bought, in percent; holds for nobody who has bought nothing else."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["return_rate"] = "return_rate"
    op: Comparison
    percent: Annotated[Decimal, Ge(0), Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedValue:
    """What this shopper's earlier returns were worth, in the currency of the order."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["returned_value"] = "returned_value"
    op: Comparison
    amounts: Amounts


When = Annotated[
    ChannelIs
    | CountryIs
    | CurrencyIs
    | CategoryIs
    | ProductTypeIs
    | CollectionIs
    | SkuIs
    | MetadataIs
    | ReasonIs
    | FaultIs
    | ConditionIs
    | Trait
    | Warranty
    | Price
    | OrderValue
    | Discount
    | Quantity
    | DaysSince
    | EarlierReturns
    | ReturnRate
    | ReturnedValue,
    Kinds(),
]
