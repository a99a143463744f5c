"""The texts that rules are said with: English msgids by what they say. They begin small, for they stand inside of sentences."""

from __future__ import annotations

from collections.abc import Iterator

#: (kind of condition, its form) → clause. Of numbers `op` stands for how they are compared.
WHEN: dict[tuple[str, str], str] = {
    ("channel", "in"): "the order was placed in %(values)s",
    ("channel", "not_in"): "the order was not placed in %(values)s",
    ("country", "in"): "the order went to %(values)s",
    ("country", "not_in"): "the order went elsewhere than to %(values)s",
    ("currency", "in"): "the order was paid in %(values)s",
    ("currency", "not_in"): "the order was not paid in %(values)s",
    ("category", "in"): "the item belongs to the category %(values)s",
    ("category", "not_in"): "the item does not belong to the category %(values)s",
    ("product_type", "in"): "the item is of the type %(values)s",
    ("product_type", "not_in"): "the item is not of the type %(values)s",
    ("collection", "in"): "the item is in the collection %(values)s",
    ("collection", "not_in"): "the item is not in the collection %(values)s",
    ("sku", "in"): "the SKU is %(values)s",
    ("sku", "not_in"): "the SKU is not %(values)s",
    ("metadata", "in"): "“%(key)s” of %(of)s is %(values)s",
    ("metadata", "not_in"): "“%(key)s” of %(of)s is not %(values)s",
    ("metadata", "present"): "“%(key)s” of %(of)s is set",
    ("metadata", "absent"): "“%(key)s” of %(of)s is not set",
    ("reason", "in"): "the reason is %(values)s",
    ("reason", "not_in"): "the reason is not %(values)s",
    ("fault", "in"): "it is the fault of %(values)s",
    ("fault", "not_in"): "it is not the fault of %(values)s",
    ("condition", "in"): "the item is %(values)s",
    ("condition", "not_in"): "the item is not %(values)s",
    ("trait", "gift_card"): "the item is a gift card",
    ("trait", "not gift_card"): "the item is no gift card",
    ("trait", "gift"): "the item was a gift of the shop",
    ("trait", "not gift"): "the item was no gift of the shop",
    ("trait", "shipped"): "the item is shipped",
    ("trait", "not shipped"): "the item is not shipped",
    ("trait", "discounted"): "the item was discounted",
    ("trait", "not discounted"): "the item was not discounted",
    ("trait", "guest"): "the order was placed without an account",
    ("trait", "not guest"): "the order was placed with an account",
    ("warranty", "running"): "the warranty is running",
    ("warranty", "over"): "the warranty is over",
    ("warranty", "unknown"): "no warranty is known",
    ("price", ""): "one unit cost %(op)s %(amounts)s",
    ("order_value", ""): "the order cost %(op)s %(amounts)s",
    ("discount", ""): "the item was discounted by %(op)s %(percent)s",
    ("quantity", ""): "the quantity is %(op)s %(count)s",
    ("days_since", ""): "%(op)s %(count)s days have passed since %(anchor)s",
    ("earlier_returns", "cases"): "earlier returns of the shopper number %(op)s %(count)s",
    ("earlier_returns", "units"): "units that the shopper returned earlier number %(op)s %(count)s",
    ("return_rate", ""): "the shopper sent back %(op)s %(percent)s of what they bought",
    ("returned_value", ""): "earlier returns of the shopper were worth %(op)s %(amounts)s",
}
ALWAYS = "always"

#: (type of action, its form) → clause, for the people who write rules.
THEN: dict[tuple[str, str], str] = {
    ("window", "days"): "it can be returned within %(count)s days of %(anchor)s",
    ("window", "business_days"): "it can be returned within %(count)s business days of %(anchor)s",
    ("window", "after"): "later requests go to a person",
    ("window", "travel"): "where nobody knows the day of receipt, it counts as %(count)s days after dispatch",
    ("holiday_window", ""): "what was bought from %(first)s to %(last)s can be returned until %(until)s",
    ("verdict", "eligible"): "it can be returned",
    ("verdict", "needs_review"): "a person looks at the request",
    ("verdict", "ineligible"): "it cannot be returned",
    ("resolutions", ""): "the shopper can have %(values)s",
    ("evidence", "photos"): "photos are needed, at least %(count)s",
    ("evidence", "video"): "a video is needed",
    ("evidence", "none"): "neither photos nor a video are needed",
    ("postage", "shopper"): "the shopper pays for sending it back",
    ("postage", "merchant"): "the shop pays for sending it back",
    ("postage", "shared"): "the shop pays %(percent)s of sending it back",
    ("restocking_fee", ""): "a restocking fee of %(percent)s is kept",
    ("restocking_fee", "none"): "no restocking fee is kept",
    ("shipping_refund", "never"): "the original shipping is not refunded",
    ("shipping_refund", "with_last_unit"): "the original shipping is refunded when the whole order comes back",
    ("shipping_refund", "always"): "the original shipping is refunded",
    ("auto_approve", ""): "up to %(amounts)s it is approved without a person",
    ("keep_item", ""): "under %(amounts)s the shopper is refunded and keeps the item",
    ("second_approval", ""): "above %(amounts)s a second person approves the refund",
    ("deadline", "hours"): "%(wait)s takes at most %(count)s hours",
    ("deadline", "days"): "%(wait)s takes at most %(count)s days",
    ("deadline", "business_days"): "%(wait)s takes at most %(count)s business days",
    ("deadline", "one hours"): "%(wait)s takes at most one hour",
    ("deadline", "one days"): "%(wait)s takes at most one day",
    ("deadline", "one business_days"): "%(wait)s takes at most one business day",
    ("return_address", "own"): "it goes to the shop's own return address",
    ("return_address", "key"): "it goes to the address “%(key)s”",
    ("return_address", "text"): "it goes to this address: %(text)s",
    ("methods", ""): "it comes back by %(values)s",
    ("exclude_withdrawal", ""): "the statutory right of withdrawal does not cover it: %(ground)s",
    ("exclude_withdrawal", "none"): "the statutory right of withdrawal covers it",
}

#: The same as shoppers are told it, where that differs.
PUBLIC: dict[tuple[str, str], str] = {
    ("window", "days"): "you can ask for a return within %(count)s days of %(anchor)s",
    ("window", "business_days"): "you can ask for a return within %(count)s business days of %(anchor)s",
    ("window", "after"): "you can ask later as well; a person then looks at it",
    ("window", "travel"): "where we do not know the day of receipt, we count it as %(count)s days after dispatch",
    ("holiday_window", ""): "what you bought from %(first)s to %(last)s can be returned until %(until)s",
    ("verdict", "needs_review"): "a person looks at your request first",
    ("resolutions", ""): "you can have %(values)s",
    ("evidence", "photos"): "please send photos, at least %(count)s",
    ("evidence", "video"): "please send a video",
    ("evidence", "none"): "we need neither photos nor a video",
    ("postage", "shopper"): "you pay for sending it back",
    ("postage", "merchant"): "we pay for sending it back",
    ("postage", "shared"): "we pay %(percent)s of sending it back",
    ("restocking_fee", ""): "we keep a restocking fee of %(percent)s",
    ("restocking_fee", "none"): "we keep no restocking fee",
    ("shipping_refund", "never"): "we do not refund the original shipping",
    ("shipping_refund", "with_last_unit"): "we refund the original shipping when the whole order comes back",
    ("shipping_refund", "always"): "we refund the original shipping",
    ("methods", ""): "you can send it back by %(values)s",
}

ELSEWHERE = {
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "purchase": "purchase",
    "fulfilment": "dispatch",
    "last_parcel": "dispatch of the last parcel",
    "delivery": "receipt",
    "customer": "the customer",
    "order": "the order",
    "product": "the product",
    "variant": "the variant",
}
REASONS = {
    "damaged": "damage on arrival",
    "quality": "poor quality",
    "not_as_described": "a wrong description",
    "wrong_item": "a wrong item",
    "missing": "a missing item or part",
    "late": "late arrival",
    "size_or_fit": "size or fit",
    "changed_mind": "a change of mind",
    "other": "something else",
}
FAULTS = {"merchant": "the shop", "carrier": "the carrier", "shopper": "the shopper"}
CONDITIONS = {
    "unopened": "unopened",
    "opened": "opened but unused",
    "used": "used",
    "damaged": "damaged",
    "incomplete": "incomplete",
}
RESOLUTIONS = {
    "refund": "a refund",
    "exchange": "an exchange",
    "repair": "a repair",
    "reship": "a new delivery",
    "store_credit": "store credit",
    "compensation": "compensation while keeping it",
    "none": "no compensation",
}
METHODS = {
    "courier_pickup": "courier pick-up",
    "drop_off": "drop-off at a parcel shop",
    "self_shipping": "any carrier",
    "in_store": "hand-in at a store",
}
WAITS = {
    "review": "our review of a request",
    "evidence": "sending what we asked for",
    "offer": "an answer to an offer",
    "goods_sent": "sending the goods after approval",
    "parcel": "the parcel's way back",
    "inspection": "our inspection of the goods",
    "approval": "the approval of the refund",
    "second_approval": "the second approval",
    "refund": "the refund after acceptance",
    "repair": "a repair",
    "repair_quote": "an answer to the price of a repair",
    "dispute": "the decision on a dispute",
    "acknowledgement": "reading a complaint",
    "complaint": "the decision on a complaint",
    "difference": "paying the difference of an exchange",
    "replacement": "sending the replacement",
    "confirmation": "confirming the outcome",
}
EXCLUSIONS = {
    "custom_made": "made or changed to the customer's wishes",
    "perishable": "perishable",
    "unsealed_hygiene": "unsealed, and sealed for reasons of health or hygiene",
    "unsealed_media": "unsealed audio, video or software",
    "digital": "digital content that was delivered with consent",
    "newspaper": "newspapers and magazines",
    "mixed": "inseparably mixed with other goods after delivery",
    "agreed": "agreed to at the purchase",
}
SECTIONS = {
    "how_long": "How long you can return",
    "excluded": "What cannot be returned",
    "review": "What we look at first",
    "resolutions": "What you can get",
    "evidence": "What we need from you",
    "sending": "How to send it back",
    "postage": "Who pays for sending it back",
    "fees": "What we refund and what we keep",
    "deadlines": "How long each step takes",
    "withdrawal": "Your legal right of withdrawal",
}
IF = "If %(conditions)s, %(rule)s."
OTHERWISE = "In all other cases: %(rule)s."
PLAIN = "%(rule)s."
BOTH = "%(first)s; %(second)s"
AND = "%(first)s and %(second)s"


def texts() -> Iterator[str]:
    """Every msgid of this module, for catalogues."""
    for table in (WHEN, THEN, PUBLIC):
        yield from table.values()
    for words in (ELSEWHERE, REASONS, FAULTS, CONDITIONS, RESOLUTIONS, METHODS, WAITS, EXCLUSIONS, SECTIONS):
        yield from words.values()
    yield from (ALWAYS, IF, OTHERWISE, PLAIN, BOTH, AND, "the European Economic Area")
