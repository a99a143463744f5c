"""The slow and obvious way to judge by a policy, to hold the compiled one against. Reads documents anew for every line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saleor_returns_app.domain.cases import FAULT
from saleor_returns_app.domain.policy import LineFacts, PolicyDocument
from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.conditions import When
from saleor_returns_app.domain.policy.countries import GROUPS


def winners(document: PolicyDocument, facts: LineFacts) -> dict[str, tuple[str, Then]]:
    """Type of action → the rule that decides it, and how."""
    found: dict[str, tuple[str, Then]] = {}
    for rule in document.rules:
        if all(holds(condition, facts) for condition in rule.when):
            for action in rule.then:
                kind = f"deadline:{action.waits_for}" if action.kind == "deadline" else action.kind
                if kind not in found:
                    found[kind] = (rule.id, action)
    return found


def holds(condition: When, facts: LineFacts) -> bool:
    said: Any = condition
    if said.kind in ("category", "collection"):
        there = facts.line.category_slugs if said.kind == "category" else facts.line.collection_slugs
        return any(value in there for value in said.values) is (said.op == "in")
    if said.kind == "metadata":
        return _metadata(said, facts)
    if said.kind == "trait":
        return _trait(said.what, facts) == bool(said.holds)
    if said.kind == "warranty":
        return _warranty(facts) == str(said.state)
    if "values" in said.__dataclass_fields__:
        return _member(said, facts)
    number, limit = _number(said, facts)
    if number is None or limit is None:
        return False
    compared = {
        "at_least": number >= limit,
        "at_most": number <= limit,
        "more_than": number > limit,
        "less_than": number < limit,
    }
    return bool(compared[said.op])


def _member(said: Any, facts: LineFacts) -> bool:
    values = {
        "channel": facts.order.channel,
        "country": facts.order.country,
        "currency": facts.order.currency,
        "product_type": facts.line.product_type_slug,
        "sku": facts.line.sku,
        "reason": facts.reason,
        "fault": FAULT[facts.reason] if facts.reason else None,
        "condition": facts.condition,
    }
    value = values[said.kind]
    if not value:
        return False
    if said.kind == "country":
        inside = any(value == wanted or value in GROUPS.get(wanted, ()) for wanted in said.values)
    elif said.kind == "sku":
        inside = any(value == wanted or (wanted[-1] == "*" and value.startswith(wanted[:-1])) for wanted in said.values)
    else:
        inside = value in said.values
    return inside if said.op == "in" else not inside


def _metadata(said: Any, facts: LineFacts) -> bool:
    there = {
        "customer": facts.order.customer_metadata,
        "order": facts.order.order_metadata,
        "product": facts.line.product_metadata,
        "variant": facts.line.variant_metadata,
    }[said.of]
    if said.op in ("present", "absent"):
        return (said.key in there) is (said.op == "present")
    return said.key in there and (there[said.key] in said.values) is (said.op == "in")


def _trait(what: str, facts: LineFacts) -> bool:
    line = facts.line
    return {
        "gift_card": line.is_gift_card,
        "gift": line.is_gift,
        "shipped": line.is_shipping_required,
        "discounted": line.total_gross.amount < line.undiscounted_unit_gross.amount * line.quantity,
        "guest": facts.order.customer_id is None,
    }[what]


def _warranty(facts: LineFacts) -> str:
    if facts.warranty_until is None:
        return "unknown"
    return "running" if facts.now <= facts.warranty_until else "over"


def _number(said: Any, facts: LineFacts) -> tuple[Any, Any]:
    history = facts.history
    if said.kind in ("price", "order_value", "returned_value"):
        money = {
            "price": facts.line.unit_gross,
            "order_value": facts.order.value,
            "returned_value": history.returned_value,
        }[said.kind]
        if money is None:
            if said.kind == "order_value":
                return None, None
            return 0, next((item.amount for item in said.amounts if item.currency == facts.order.currency), None)
        return money.amount, next((item.amount for item in said.amounts if item.currency == money.currency), None)
    if said.kind == "discount":
        full = facts.line.undiscounted_unit_gross.amount * facts.line.quantity
        return ((full - facts.line.total_gross.amount) / full * 100 if full else None), said.percent
    if said.kind == "quantity":
        return facts.quantity, said.units
    if said.kind == "earlier_returns":
        return (history.cases if said.of == "cases" else history.units_returned), said.count
    if said.kind == "return_rate":
        bought = history.units_bought
        return (history.units_returned * 100 / bought if bought else None), said.percent
    moments: dict[str, datetime | None] = {
        "purchase": facts.purchased_at,
        "fulfilment": facts.fulfilled_at,
        "last_parcel": facts.last_parcel_at,
        "delivery": facts.delivered_at,
    }
    moment = moments[said.anchor]
    # The interpreter's facts are all in UTC, where a day is what the date says.
    return (None if moment is None else (facts.now.date() - moment.date()).days), said.days
