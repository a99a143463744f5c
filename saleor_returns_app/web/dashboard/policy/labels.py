"""What staff call the parts of a rule: every type of condition and action, their fields and choices (English msgids).

The forms are made from the dataclasses; whatever has no words here shows by its own name, and a test names it.
"""

from __future__ import annotations

from dataclasses import dataclass

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.web.dashboard.words import REASONS


@dataclass(frozen=True, slots=True)
class Label:
    """`about` says what people may not guess; it stands below the title of the part."""

    title: str
    about: str = ""


WHEN: dict[str, Label] = {
    "reason": Label("Reason of the shopper", "The reason that was chosen. While none is, this does not hold."),
    "fault": Label(
        "Whose fault it is", "By the reason: damage in transit is the carrier’s, a change of mind the shopper’s."
    ),
    "condition": Label("Condition of the goods", "As the shopper says."),
    "days_since": Label("Days since", "Whole days on the shopper’s calendar. What is not known does not hold."),
    "country": Label("Country", "Where the order was sent: two letters, like DE. EU and EEA stand for their members."),
    "channel": Label("Sales channel", "By its slug in Saleor."),
    "currency": Label("Currency", "Three letters, like USD."),
    "category": Label("Category", "By its slug; whatever lies below it counts, too."),
    "product_type": Label("Product type", "By its slug in Saleor."),
    "collection": Label("Collection", "By its slug in Saleor."),
    "sku": Label("SKU", "With * at the end: all that begin so."),
    "metadata": Label("Metadata", "Public metadata in Saleor, for example a customer group."),
    "price": Label("Price of one unit", "As paid, tax included. Holds only for orders in a currency named here."),
    "discount": Label("Discount", "How much of the full price was taken off."),
    "quantity": Label("Units to return"),
    "order_value": Label("Value of the order", "Goods and shipping, tax included."),
    "trait": Label("What it is"),
    "warranty": Label("Warranty"),
    "earlier_returns": Label("Earlier returns of the shopper"),
    "return_rate": Label("Return rate of the shopper", "Units returned of units bought."),
    "returned_value": Label("Value of earlier returns"),
}
THEN: dict[str, Label] = {
    "window": Label("Time to return", "Until the end of the last day, where the shopper lives."),
    "holiday_window": Label(
        "Longer time after holidays", "What is bought in a season can be returned until a later day."
    ),
    "verdict": Label("Verdict", "It never opens what the time or the order itself has closed."),
    "resolutions": Label("What the shopper can get"),
    "evidence": Label("Photos and video"),
    "postage": Label("Who pays the way back"),
    "methods": Label("Ways to send it back"),
    "return_address": Label("Return address", "Leave both empty for the shop’s own."),
    "restocking_fee": Label("Restocking fee", "Taken off what the goods cost. Never on a withdrawal by law."),
    "shipping_refund": Label("Refund of outbound shipping", "At most once per order."),
    "auto_approve": Label("Approve by itself", "When the expected refund is at most this."),
    "keep_item": Label("Keep the item", "When the expected refund is less than this, the goods need not come back."),
    "second_approval": Label("Second approval", "When the refund is more than this."),
    "deadline": Label("Deadline"),
    "exclude_withdrawal": Label("No withdrawal by law", "What the law takes out of the right to withdraw."),
}
#: Group of decisions → the actions in it, both in the order of the page. An action nobody put here forms a group of its own.
DECISIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "time": ("Time to return", ("window", "holiday_window")),
    "verdict": ("Whether it may come back", ("verdict",)),
    "resolutions": ("What the shopper gets", ("resolutions",)),
    "evidence": ("Photos and video", ("evidence",)),
    "postage": ("Sending back", ("postage", "methods", "return_address")),
    "money": ("Fees and shipping", ("restocking_fee", "shipping_refund")),
    "approval": ("Approval", ("auto_approve", "keep_item", "second_approval")),
    "deadlines": ("Deadlines", ("deadline",)),
    "withdrawal": ("Withdrawal by law", ("exclude_withdrawal",)),
}
#: Field → its label; `kind.field` where one type needs its own.
FIELDS: dict[str, str] = {
    "op": "Comparison",
    "values": "Values",
    "country.values": "Countries",
    "channel.values": "Sales channels",
    "currency.values": "Currencies",
    "category.values": "Categories",
    "product_type.values": "Product types",
    "collection.values": "Collections",
    "sku.values": "SKUs",
    "reason.values": "Reasons",
    "fault.values": "Fault",
    "condition.values": "Conditions",
    "of": "Of",
    "metadata.of": "Metadata of",
    "earlier_returns.of": "Count",
    "key": "Key",
    "return_address.key": "Name of an address in the settings",
    "text": "Address",
    "what": "What",
    "holds": "Is it so?",
    "state": "State",
    "amounts": "Amounts",
    "up_to": "Up to",
    "under": "Less than",
    "above": "More than",
    "percent": "Percent",
    "units": "Units",
    "anchor": "Counted from",
    "days": "Days",
    "count": "Number",
    "unit": "Unit",
    "travel_days": "Days on the way",
    "after": "Afterwards",
    "bought_from": "Bought from",
    "bought_until": "Bought until",
    "returnable_until": "Returnable until",
    "outcome": "Verdict",
    "allowed": "Allowed",
    "photos": "Photos at least",
    "video": "Video",
    "bearer": "Paid by",
    "merchant_percent": "Part of the shop",
    "when": "When",
    "waits_for": "Waiting for",
    "length": "Length",
    "ground": "Because it is",
}
#: Field → what to write there.
HINTS: dict[str, str] = {
    "values": "One per line.",
    "amounts": "One currency per line, like 100 USD.",
    "up_to": "One currency per line, like 100 USD.",
    "under": "One currency per line, like 10 USD.",
    "above": "One currency per line, like 500 USD.",
    "travel_days": "Added to the dispatch where nobody knows the day of delivery.",
    "bought_from": "Month and day, like 11-15.",
    "bought_until": "Month and day, like 12-31.",
    "returnable_until": "Month and day, like 01-31.",
    "merchant_percent": "Only where it is shared, in percent.",
}
#: Value → its words; `kind.field.value` or `field.value` where that differs.
CHOICES: dict[str, str] = {
    **REASONS,
    "in": "is one of",
    "not_in": "is none of",
    "metadata.op.in": "has one of these values",
    "metadata.op.not_in": "has another value than",
    "present": "is there",
    "absent": "is not there",
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "merchant": "Shop",
    "carrier": "Carrier",
    "shopper": "Shopper",
    "shared": "Both, shared",
    "customer": "the customer",
    "order": "the order",
    "product": "the product",
    "variant": "the variant",
    "unopened": "Unopened",
    "opened": "Opened, not used",
    "used": "Used",
    "condition.values.damaged": "Damaged",
    "incomplete": "Incomplete",
    "gift_card": "A gift card",
    "gift": "A free gift",
    "shipped": "Something that is shipped",
    "discounted": "Discounted",
    "guest": "Bought without an account",
    "holds.true": "Yes",
    "holds.false": "No",
    "video.true": "A video is needed, too",
    "running": "Still running",
    "over": "Over",
    "unknown": "Not known",
    "purchase": "the purchase",
    "fulfilment": "the dispatch of the item",
    "last_parcel": "the dispatch of the order’s last parcel",
    "delivery": "the delivery",
    "cases": "Returns",
    "units.of": "Units",
    "earlier_returns.of.units": "Units",
    "hours": "hours",
    "days": "days",
    "business_days": "business days",
    "eligible": "May be returned",
    "needs_review": "A person decides",
    "ineligible": "Cannot be returned",
    "after.ineligible": "it cannot be returned",
    "after.needs_review": "a person decides",
    Resolution.REFUND: "Refund",
    Resolution.EXCHANGE: "Exchange",
    Resolution.REPAIR: "Repair",
    Resolution.RESHIP: "Reship what was missing or wrong",
    Resolution.STORE_CREDIT: "Store credit",
    Resolution.COMPENSATION: "Compensation, the goods stay",
    "never": "Never",
    "with_last_unit": "When everything of the order came back",
    "always": "With the first refund of an order",
    "review": "review by the shop",
    "evidence": "evidence of the shopper",
    "offer": "an answer to an offer",
    "goods_sent": "the goods to be sent",
    "parcel": "the parcel to arrive",
    "inspection": "the inspection",
    "approval": "the approval of the refund",
    "second_approval": "the second approval",
    "refund": "Refund",
    "waits_for.refund": "the refund to be paid",
    "waits_for.repair": "the repair",
    "repair_quote": "an answer to a repair’s price",
    "dispute": "the decision of a dispute",
    "acknowledgement": "somebody to read a complaint",
    "complaint": "the decision on a complaint",
    "difference": "the shopper to pay the difference of an exchange",
    "replacement": "the replacement to be sent",
    "confirmation": "the shopper to confirm",
    "courier_pickup": "Picked up by a courier",
    "drop_off": "Brought to a drop-off point",
    "self_shipping": "Sent by the shopper",
    "in_store": "Brought to a store",
    "custom_made": "Made to order",
    "perishable": "Perishable",
    "unsealed_hygiene": "Unsealed, for reasons of hygiene",
    "unsealed_media": "Unsealed sound, video or software",
    "digital": "Digital content",
    "newspaper": "A newspaper or magazine",
    "mixed": "Mixed with other things after delivery",
    "agreed": "Excluded with the shopper’s consent",
    "ground.": "Covered after all",
}


def label_of(kind: str) -> Label:
    """The words for a type of condition or action; its name where there are none."""
    return WHEN.get(kind) or THEN.get(kind) or Label(kind)


def field_label(kind: str, field: str) -> str:
    return FIELDS.get(f"{kind}.{field}") or FIELDS.get(field, field)


def field_hint(kind: str, field: str) -> str:
    return HINTS.get(f"{kind}.{field}") or HINTS.get(field, "")


def choice_label(kind: str, field: str, value: str) -> str:
    for key in (f"{kind}.{field}.{value}", f"{field}.{value}", value):
        if key in CHOICES:
            return CHOICES[key]
    return value


def decision_of(action: str) -> str:
    """The group that an action belongs to, by its type or kind (`deadline:review` is a deadline)."""
    kind = action.partition(":")[0]
    return next((name for name, (_, kinds) in DECISIONS.items() if kind in kinds), kind)


def decision_title(name: str) -> str:
    return DECISIONS[name][0] if name in DECISIONS else label_of(name).title
