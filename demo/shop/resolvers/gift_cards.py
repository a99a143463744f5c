"""Gift cards."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from demo.shop.asked import Asked
from demo.shop.errors import Refused
from demo.shop.model.orders import GiftCard, GiftCardEvent
from demo.shop.money import Money
from demo.shop.resolvers.kinds import Fields, Resolvers


def new_code() -> str:
    """Like ABCD-1234-EF56."""
    text = secrets.token_hex(6).upper()
    return "-".join(text[start : start + 4] for start in (0, 4, 8))


def _create(asked: Asked, input: dict[str, Any]) -> dict[str, Any]:
    balance = input["balance"]
    if not balance["amount"] > 0:
        raise Refused("balance", "INVALID", "Balance amount have to be greater than 0.")
    if input.get("userEmail") and not input.get("channel"):
        raise Refused("channel", "REQUIRED", "Channel slug must be specified when user_email is provided.")
    if input.get("expiryDate") and date.fromisoformat(str(input["expiryDate"])) <= asked.shop.clock.now().date():
        raise Refused("expiryDate", "INVALID", "Expiry date must be in the future.")
    worth = Money(balance["amount"], balance["currency"])
    card = GiftCard(
        id=asked.shop.state.next_id("GiftCard"),
        code=input.get("code") or new_code(),
        initial_balance=worth,
        current_balance=worth,
        created=asked.shop.clock.now(),
        is_active=input["isActive"],
        used_by_email=input.get("userEmail"),
        metadata_items={item["key"]: item["value"] for item in input.get("metadata") or []},
    )
    asked.shop.state.gift_cards[card.id] = card
    return {"giftCard": card}


def _events(card: GiftCard, _info: Any, filter: dict[str, Any] | None = None) -> list[GiftCardEvent]:
    wanted, orders = (filter or {}).get("type"), (filter or {}).get("orders")
    return [
        event
        for event in card.log
        if wanted in (None, event.type) and (orders is None or (event.order and event.order.id in orders))
    ]


def _balance(event: GiftCardEvent, _info: Any) -> dict[str, Any]:
    return {"currentBalance": event.balance, "oldCurrentBalance": event.old_balance}


FIELDS: Fields = {
    "GiftCard": {"events": _events},
    "GiftCardEvent": {
        "orderId": lambda event, _info: event.order.id if event.order else None,
        "orderNumber": lambda event, _info: event.order.number if event.order else None,
        "balance": _balance,
    },
}
MUTATION: Resolvers = {"giftCardCreate": _create}
