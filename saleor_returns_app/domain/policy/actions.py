"""What a rule says of a line. Per type of action the first matching rule wins; different types compose."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le, Len

from saleor_returns_app.domain.cases import Resolution

from .calendars import MonthDay
from .conditions import Amounts, Plain
from .tagging import STRICT, Kinds

Percent = Annotated[Decimal, Ge(0), Le(100), Plain]


class ReturnMethod(StrEnum):
    COURIER_PICKUP = "courier_pickup"
    DROP_OFF = "drop_off"
    SELF_SHIPPING = "self_shipping"
    IN_STORE = "in_store"


class Bearer(StrEnum):
    """Who pays the postage back."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    SHARED = "shared"


class Wait(StrEnum):
    """What a case can wait for."""

    REVIEW = "review"
    EVIDENCE = "evidence"
    OFFER = "offer"
    GOODS_SENT = "goods_sent"
    PARCEL = "parcel"
    INSPECTION = "inspection"
    APPROVAL = "approval"  # of the refund, once the goods are inspected
    SECOND_APPROVAL = "second_approval"
    REFUND = "refund"
    DIFFERENCE = "difference"  # what an exchange costs on top, paid by the shopper
    REPLACEMENT = "replacement"  # sent by the shop
    REPAIR = "repair"
    REPAIR_QUOTE = "repair_quote"  # the shopper's answer to what a repair costs
    DISPUTE = "dispute"
    ACKNOWLEDGEMENT = "acknowledgement"  # of a complaint
    COMPLAINT = "complaint"  # the decision on one
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Until when a return may be asked for: the end of the n-th day, local time, the day of the anchor not counted.

    The anchor is purchase, fulfilment (dispatch of the last parcel with this line), last_parcel (of the whole order) or delivery.
    Where nobody knows the delivery, it counts as `travel_days` after the dispatch of the last parcel with this line. `after` says what
    holds when the time is over: `ineligible`, or `needs_review` for claims that a person shall look at.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["window"] = "window"
    days: Annotated[int, Ge(0), Le(36500)]
    unit: Literal["days", "business_days"] = "days"
    anchor: Literal["purchase", "fulfilment", "last_parcel", "delivery"] = "delivery"
    travel_days: Annotated[int, Ge(0), Le(365)] = 0
    after: Literal["ineligible", "needs_review"] = "ineligible"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayWindow:
    """What is bought between two days of the year ("MM-DD", both included) may be returned until a third, if that is later."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["holiday_window"] = "holiday_window"
    bought_from: str
    bought_until: str
    returnable_until: str

    def __post_init__(self) -> None:
        for text in (self.bought_from, self.bought_until, self.returnable_until):
            MonthDay.parse(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The verdict: eligible, needs_review or ineligible. It never opens what the window or a plain fact has closed."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["verdict"] = "verdict"
    outcome: Literal["eligible", "needs_review", "ineligible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolutions:
    """What the shopper may choose from, in this order."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["resolutions"] = "resolutions"
    allowed: Annotated[tuple[Resolution, ...], Len(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How many photos at least, and whether a video, a request needs."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["evidence"] = "evidence"
    photos: Annotated[int, Ge(0), Le(20)] = 0
    video: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Postage:
    """Who pays the way back. `merchant_percent` is the merchant's part of shared postage."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["postage"] = "postage"
    bearer: Bearer
    merchant_percent: Annotated[int, Ge(0), Le(100)] = 0

    def __post_init__(self) -> None:
        if self.bearer is not Bearer.SHARED and self.merchant_percent:
            raise ValueError("merchant_percent belongs to shared postage")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockingFee:
    """Taken off what the goods cost, in percent."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["restocking_fee"] = "restocking_fee"
    percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingRefund:
    """Whether outbound shipping goes back, at most once per order."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["shipping_refund"] = "shipping_refund"
    when: Literal["never", "with_last_unit", "always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoApprove:
    """Cases whose expected refund is at most this are approved without a person."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["auto_approve"] = "auto_approve"
    up_to: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepItem:
    """Cases whose expected refund is under this are paid while the shopper keeps the goods."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["keep_item"] = "keep_item"
    under: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondApproval:
    """Refunds above this need a second person."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["second_approval"] = "second_approval"
    above: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineLength:
    """How long a case waits for something. Each `waits_for` is a type of action of its own."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["deadline"] = "deadline"
    waits_for: Wait
    length: Annotated[int, Ge(1), Le(3650)]
    unit: Literal["hours", "days", "business_days"] = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where the goods go: `key` names an address in the shop's settings, `text` is one written out. Both empty: the shop's own."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["return_address"] = "return_address"
    key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """How the goods may come back."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["methods"] = "methods"
    allowed: Annotated[tuple[ReturnMethod, ...], Len(1)]


class Exclusion(StrEnum):
    """Why a statutory right of withdrawal does not cover something."""

    CUSTOM_MADE = "custom_made"
    PERISHABLE = "perishable"
    UNSEALED_HYGIENE = "unsealed_hygiene"
    UNSEALED_MEDIA = "unsealed_media"
    DIGITAL = "digital"
    NEWSPAPER = "newspaper"
    MIXED = "mixed"  # inseparably mixed with other things after delivery
    AGREED = "agreed"  # the shopper confirmed it at the purchase, where the law lets them


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeWithdrawal:
    """The statutory right of withdrawal does not cover it. `ground` None lifts the exclusion of a rule further down."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["exclude_withdrawal"] = "exclude_withdrawal"
    ground: Exclusion | None


Then = Annotated[
    Window
    | HolidayWindow
    | Decide
    | Resolutions
    | Evidence
    | Postage
    | RestockingFee
    | ShippingRefund
    | AutoApprove
    | KeepItem
    | SecondApproval
    | DeadlineLength
    | ReturnAddress
    | Methods
    | ExcludeWithdrawal,
    Kinds(),
]


def action_type(action: Then) -> str:
    """Among actions of one type the first matching rule wins."""
    return f"deadline:{action.waits_for}" if isinstance(action, DeadlineLength) else action.kind
