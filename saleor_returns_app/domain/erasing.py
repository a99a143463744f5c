"""What is left of a person whose data are erased: facts that count and that the law wants kept, nobody's words and nobody's name.

Of each table of a case `KEPT` names what stays. All other text is emptied, so that a column nobody thought of goes rather than stays;
and what stays is looked through for what identifies the person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from .orders import Address, Order

#: No mailbox can be there (RFC 2606).
_NOWHERE = "@erased.invalid"
#: Shorter pieces of a name or an address stand in words that have nothing to do with the person.
_SHORTEST = 4

#: Table → columns of text or JSON that stay.
KEPT: Mapping[str, frozenset[str]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "cases": (
            "kind number status saleor_order_id order_number channel_slug currency language opened_through opened_by terms first_approval "
            "decided_by assignee_id assignee escalated_to merged_into return_address due_by attention attention_reported"
        ),
        "return_lines": (
            "order_line_id sku product_name variant_name image_url reason resolution condition verdict reception acceptance"
        ),
        "case_events": "event status who actor_id actor detail",
        "complaints": "topic order_line_id item severity root_cause outcome decided_by deciders",
        "bulk_items": "seen state code shown",
        "case_links": "kind linked_by",
        "case_tags": "tag",
        "case_watchers": "user_id email",
        "credit_notes": "number currency data",
        "deadlines": "waits_for owner state outcome",
        "effects": "lane kind key what state seen result",
        "exchanges": "saleor_order_id state sent settles currency replacement_id replacement_number missing",
        "findings": "grade disposition found_by",
        "offers": "made_by author resolution currency postage_bearer status counters answered_by",
        "parcels": "direction status method carrier pickup_window place shipment_id units",
        "payouts": "means status currency proposed_by agreed_who reference proof_id recorded_by_id recorded_by confirmed_by",
        "quotes": "fingerprint currency data created_by",
        "receipts": "operation state actor_id by",
        "recorded_returns": "saleor_order_id units state known fulfillment_id",
        "refunds": (
            "saleor_order_id way label transaction_id reference status currency rest_of units grant_id marker concern approved_by"
        ),
        "repairs": "status finding currency parcel_id payment repayment",
        "stray_goods": "operation found_by settled_by",
        "surveys": "agent follow_up followed_by",
        "withdrawals": "order_number saleor_order_id units language state why settled_by",
    }.items()
}
#: Tables of a case of which nothing is a fact that counts: their rows go.
DROPPED = frozenset({"messages", "read_marks", "notification_outbox", "order_notes"})
#: What an entry of the history may still say.
_FACTS = frozenset({
    *("total", "ways", "means", "amount", "number", "items", "owed", "order", "kind", "tag", "resolution", "quantity"),
    *("units", "accepted", "received"),
})  # fmt: skip


def pseudonym(erasure_id: str) -> str:
    """The address that stands for the person from now on: the same in all their cases, and of nobody."""
    return f"{erasure_id[-12:]}{_NOWHERE}"


def is_erased(email: str) -> bool:
    return email.endswith(_NOWHERE)


def marks_of(email: str, *, names: Collection[str], ids: Collection[str], orders: Collection[Order]) -> frozenset[str]:
    """What identifies the person, in small letters."""
    found = {email, *names, *ids}
    for order in orders:
        found |= {order.email, order.customer_name, order.customer_id or ""}
        for address in (order.shipping_address, order.billing_address):
            if address is not None:
                found |= {address.name, address.company, address.street_1, address.street_2, address.phone}
    return frozenset(said.strip().casefold() for said in found if len(said.strip()) >= _SHORTEST)


def scrub(value: Any, marks: Collection[str]) -> Any:
    """The value, any text in it that holds a mark emptied. As a word of its own: many ids are the beginning of others."""
    if isinstance(value, str):
        said = value.casefold()
        found = (mark for mark in marks if mark in said)
        return "" if any(re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", said) for mark in found) else value
    if isinstance(value, Mapping):
        return {name: scrub(each, marks) for name, each in value.items() if scrub(name, marks) == name}
    if isinstance(value, list | tuple):
        return [scrub(each, marks) for each in value]
    return value


def facts_of(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry's detail counts. Whatever people typed goes."""
    return {name: value for name, value in detail.items() if name in _FACTS}


def order_without_person(order: Order, email: str) -> Order:
    """An order as numbers, quotes and refunds need it. Of addresses the country stays."""
    return replace(
        order,
        email=email,
        customer_id=None,
        customer_name="",
        shipping_address=_country(order.shipping_address),
        billing_address=_country(order.billing_address),
        fulfillments=tuple(replace(each, tracking_number="", metadata={}) for each in order.fulfillments),
        metadata={},
        customer_metadata={},
    )


def _country(address: Address | None) -> Address | None:
    return None if address is None else Address(country=address.country)


def missing_from(columns: Mapping[str, Collection[str]]) -> list[str]:
    """Names in `KEPT` that no table has: misspelt, or gone since."""
    return sorted(
        f"{table}.{name}" for table, kept in KEPT.items() for name in kept if name not in columns.get(table, ())
    )
