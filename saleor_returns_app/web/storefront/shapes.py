"""What goes in and out of the storefront API. Amounts are decimal strings in the currency's own digits."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field

from saleor_returns_app.domain.cases import Reason, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import Condition, Outcome
from saleor_returns_app.domain.repairs import RepairStatus


class StrictIn(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShopPath(BaseModel):
    shop: str = Field(max_length=80, description="The shop's name in portal addresses (/r/<shop>).")


class CasePath(ShopPath):
    number: str = Field(max_length=40, description="The return number, for example R-2026-000042.")


class OrderIn(StrictIn):
    order_id: str = Field(min_length=1, max_length=200, description="Saleor's global id of the order.")


class LineIn(StrictIn):
    order_line_id: str = Field(min_length=1, max_length=200)
    quantity: int = Field(ge=-1_000_000, le=1_000_000)
    reason: Reason
    description: str = Field("", max_length=20_000)
    resolution: Resolution = Resolution.REFUND
    condition: Condition | None = None


class RequestIn(OrderIn):
    lines: list[LineIn] = Field(max_length=1000)


class TrackingIn(StrictIn):
    tracking_number: str = Field(max_length=200)
    carrier: str = Field("", max_length=200)


class DisputeIn(StrictIn):
    reason: str = Field(max_length=4000, description="What the shopper disagrees with.")


class EvidenceIn(StrictIn):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: FileStorage = Field(description="A photo (JPEG, PNG, WebP, HEIC) or a video (MP4, MOV, WebM).")
    order_line_id: str = Field("", max_length=120, description="The item it shows; empty: the whole return.")


class OrderEvidenceIn(EvidenceIn):
    order_id: str = Field(min_length=1, max_length=200, description="Saleor's global id of the order.")


class ListQuery(BaseModel):
    order_number: str | None = Field(None, max_length=64)


class WriteHeaders(BaseModel):
    idempotency_key: str | None = Field(
        None,
        alias="Idempotency-Key",
        max_length=200,
        description="The same key and body get the same answer, once done.",
    )


class MoneyOut(BaseModel):
    amount: str
    currency: str

    @classmethod
    def of(cls, money: Money) -> MoneyOut:
        return cls(amount=str(money.amount), currency=money.currency)


class ReasonOut(BaseModel):
    code: str
    text: str


class ReturnableLineOut(BaseModel):
    order_line_id: str
    product_name: str
    variant_name: str
    image_url: str | None
    ordered: int
    returnable: int
    outcome: Outcome
    reasons: list[ReasonOut]
    until: datetime | None


class ReturnableOut(BaseModel):
    order_number: str
    lines: list[ReturnableLineOut]


class QuoteLineOut(BaseModel):
    kind: str
    label: str
    order_line_id: str | None
    quantity: int
    amount: MoneyOut
    tax: MoneyOut


class TenderOut(BaseModel):
    way: str
    label: str
    amount: MoneyOut


class QuoteOut(BaseModel):
    total: MoneyOut
    tax: MoneyOut
    lines: list[QuoteLineOut]
    ways: list[TenderOut]
    notes: list[ReasonOut]


class CaseLineOut(BaseModel):
    order_line_id: str
    product_name: str
    variant_name: str
    quantity: int
    reason: str
    description: str
    received: int
    accepted: int
    refusal: str


class RefundOut(BaseModel):
    status: str
    label: str
    amount: MoneyOut


class EvidenceOut(BaseModel):
    id: str
    kind: str = Field(description="photo or video")
    name: str
    order_line_id: str
    media_type: str
    added_at: datetime
    url: str = Field(description="Opens the file for half an hour at most; read the return again for a newer one.")
    thumbnail_url: str = Field(description="A small JPEG; empty for a video.")


class SentOut(BaseModel):
    tracking_number: str
    carrier: str
    link: str = Field(description="Where the carrier shows it; empty where that is not known.")
    status: str
    units: dict[str, int] = Field(description="How many of each order line are in it.")


class ReplacementItemOut(BaseModel):
    quantity: int
    name: str


class ReplacementOut(BaseModel):
    """What is sent instead of money."""

    state: str = Field(description="planned, out_of_stock, unpaid, ordered or shipped.")
    items: list[ReplacementItemOut]
    order_number: str
    owed: MoneyOut = Field(description="What the shopper pays on top before it is sent.")
    pay_link: str = Field(description="Where that is paid; empty where the shop has no page for it.")
    tracking_number: str


class RepairedItemOut(BaseModel):
    order_line_id: str
    quantity: int


class RepairOut(BaseModel):
    status: RepairStatus
    version: int = Field(description="To be sent with the answer to the price.")
    items: list[RepairedItemOut]
    diagnosis: str
    work: str = Field(description="What was done, or why nothing was.")
    price: MoneyOut | None = Field(description="Null where it is free of charge, or not known yet.")
    is_paid: bool
    can_answer: bool = Field(description="The shop waits for a yes or no to the price.")


class CaseOut(BaseModel):
    number: str
    status: str
    status_text: str
    next_text: str
    due_at: datetime | None
    order_number: str
    created_at: datetime
    return_address: str
    rejection: str
    tracking_number: str
    sent: list[SentOut] = Field(
        description="Parcels from the shop to the shopper: repaired items, and those it did not accept."
    )
    expected_refund: MoneyOut
    lines: list[CaseLineOut]
    refunds: list[RefundOut]
    replacement: ReplacementOut | None
    repair: RepairOut | None
    evidence: list[EvidenceOut]
    can_add_evidence: bool
    can_cancel: bool
    can_dispute: bool


class CasesOut(BaseModel):
    cases: list[CaseOut]


class LinkOut(BaseModel):
    url: str
    expires_in: int = Field(description="Seconds until the link is worthless; it is used once.")


class ProblemOut(BaseModel):
    """What is wrong, as of RFC 9457."""

    type: str
    title: str = Field(description="For people, in the language of Accept-Language.")
    status: int
    code: str = Field(description="For programs: it stays the same.")
    field: str | None = Field(None, description="What the problem is about, for example lines.0.quantity.")
    possible: list[str] | None = Field(None, description="What can be done instead, where the state forbids the move.")


def problem_answers(*statuses: int) -> dict[str | int | HTTPStatus, Any]:
    """Answers of an operation when something is wrong, as its description wants them."""
    content = {"application/problem+json": {"schema": ProblemOut.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
