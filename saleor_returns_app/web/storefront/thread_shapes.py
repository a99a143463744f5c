"""What goes in and out of the storefront API about messages and offers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from saleor_returns_app.domain.offers import OfferEvent, OfferKind, OfferStatus
from saleor_returns_app.domain.terms import PostageBearer

from .shapes import CasePath, MoneyOut, StrictIn


class OfferPath(CasePath):
    offer: int = Field(ge=1, le=1_000_000, description="Number of the offer in its return.")


class MessageIn(StrictIn):
    body: str = Field(max_length=20_000)


class AnswerIn(StrictIn):
    reason: str = Field("", max_length=20_000, description="Words to the shop.")


class OfferIn(StrictIn):
    kind: OfferKind
    amount: str | None = Field(
        None, max_length=20, description="Decimal in the order's currency. None: as the policy works it out."
    )
    keeps_item: bool = False
    postage_bearer: PostageBearer | None = None
    merchant_percent: int = Field(0, ge=0, le=100, description="The shop's part of shared postage.")
    wish: str = Field("", max_length=2000, description="What is to be sent, done or given.")
    note: str = Field("", max_length=20_000, description="Words to the shop.")


class MessageOut(BaseModel):
    at: datetime
    who: Literal["shopper", "shop"]
    body: str


class OfferOut(BaseModel):
    number: int
    made_by: Literal["shopper", "shop"]
    status: OfferStatus
    kind: OfferKind
    text: str = Field(description="What it means, for people, in the language of Accept-Language.")
    amount: MoneyOut | None
    keeps_item: bool
    postage_bearer: PostageBearer | None
    merchant_percent: int
    wish: str
    note: str
    answer: str
    created_at: datetime
    expires_at: datetime
    possible: list[OfferEvent] = Field(description="What the shopper can do with it now.")


class ThreadOut(BaseModel):
    messages: list[MessageOut]
    offers: list[OfferOut]
    paid: MoneyOut | None = Field(
        description="What the items cost and was not given back yet: offers of money go up to it."
    )
    unread: int = Field(description="Messages of the shop that were not read before this call.")
