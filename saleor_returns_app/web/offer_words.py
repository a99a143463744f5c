"""What an offer means, in words a shopper reads: what they get, what they do for it, who pays the postage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind, OfferStatus
from saleor_returns_app.domain.terms import PostageBearer
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.web import i18n

#: What a shopper can propose.
WISHES: dict[OfferKind, str] = {
    OfferKind.REFUND: "Money back for items I send back",
    OfferKind.COMPENSATION: "Some money back, and I keep the items",
    OfferKind.EXCHANGE: "Another size or item instead",
    OfferKind.REPAIR: "A repair",
    OfferKind.RESHIP: "Send me what was missing or wrong",
    OfferKind.STORE_CREDIT: "Store credit",
    OfferKind.VOUCHER: "A voucher",
    OfferKind.POSTAGE: "Return as planned, but about the postage",
}
STATES: dict[OfferStatus, str] = {
    OfferStatus.OPEN: "Open",
    OfferStatus.ACCEPTED: "Agreed",
    OfferStatus.DECLINED: "Declined",
    OfferStatus.COUNTERED: "Answered with another offer",
    OfferStatus.WITHDRAWN: "Taken back",
    OfferStatus.LAPSED: "Time is over",
}
_BACK_AS_USUAL = "You send the items back and get the refund that the shop's policy gives."
#: (kind, the shopper keeps the items) → what it means; where the amount changes the sentence, a second one without.
_MEANS: dict[tuple[OfferKind, bool], tuple[str, str]] = {
    (OfferKind.REFUND, False): ("You send the items back and get %(amount)s.", _BACK_AS_USUAL),
    (OfferKind.REFUND, True): (
        "You keep the items and get %(amount)s.",
        "You keep the items and get back what you paid for them.",
    ),
    (OfferKind.COMPENSATION, True): ("You keep the items and get %(amount)s.", ""),
    (OfferKind.EXCHANGE, False): ("You send the items back and get instead: %(wish)s", ""),
    (OfferKind.EXCHANGE, True): ("You keep the items and also get: %(wish)s", ""),
    (OfferKind.REPAIR, False): ("You send the items in and get them back repaired.", ""),
    (OfferKind.RESHIP, False): ("You send the items back and are sent: %(wish)s", ""),
    (OfferKind.RESHIP, True): ("You keep what you have and are sent: %(wish)s", ""),
    (OfferKind.STORE_CREDIT, False): ("You send the items back and get store credit of %(amount)s.", ""),
    (OfferKind.STORE_CREDIT, True): ("You keep the items and get store credit of %(amount)s.", ""),
    (OfferKind.VOUCHER, False): ("You send the items back and get a voucher of %(amount)s.", ""),
    (OfferKind.VOUCHER, True): ("You keep the items and get a voucher of %(amount)s.", ""),
    (OfferKind.POSTAGE, False): (_BACK_AS_USUAL, _BACK_AS_USUAL),
}
_POSTAGE = {
    PostageBearer.SHOPPER: "You pay the postage back.",
    PostageBearer.MERCHANT: "The shop pays the postage back.",
    PostageBearer.SHARED: "The shop pays %(percent)s %% of the postage back, you pay the rest.",
}
_MENDED = "These are repaired and sent back to you: %(items)s"
_DIFFERENCE = {
    "owed_minor": "You pay %(amount)s for the difference before it is sent.",
    "back_minor": "You also get %(amount)s back.",
}
#: Kinds whose wish stands in a sentence of its own.
_ALSO_SAYS = (OfferKind.REPAIR, OfferKind.VOUCHER)


def plain(offer: Offer) -> dict[str, Any]:
    """What `meaning` reads of an offer's row."""
    return {
        "kind": offer.detail["kind"],
        "keeps": offer.keeps_item,
        "amount_minor": offer.amount_minor,
        "postage_bearer": offer.postage_bearer,
        "merchant_percent": offer.merchant_percent,
        "wish": offer.detail.get("wish", ""),
        "mended": offer.detail.get("mended", ""),
        "owed_minor": offer.detail.get("owed_minor", 0),
        "back_minor": offer.detail.get("back_minor", 0),
    }


def meaning(offer: Mapping[str, Any], currency: str, to: str | None = None) -> list[str]:
    """Sentences in a language (that of the request), the most important first."""
    spoken = to or i18n.language()
    kind, minor = OfferKind(offer["kind"]), offer["amount_minor"]
    mended = str(offer.get("mended") or "")
    with_amount, without = _MEANS[kind, bool(offer["keeps"])]
    if mended and kind is OfferKind.REPAIR:
        with_amount = "You send the items back."
    amount = "" if minor is None else i18n.format_money(Money.from_minor(int(minor), currency), spoken)
    text = i18n.translate(without if minor is None and without else with_amount, spoken)
    sentences = [text % {"amount": amount, "wish": offer["wish"]}]
    if kind in _ALSO_SAYS and offer["wish"]:
        sentences.append(str(offer["wish"]))
    if mended:
        sentences.append(i18n.translate(_MENDED, spoken) % {"items": mended})
    for name, text in _DIFFERENCE.items():
        if offer.get(name):
            money = i18n.format_money(Money.from_minor(int(offer[name]), currency), spoken)
            sentences.append(i18n.translate(text, spoken) % {"amount": money})
    if offer["postage_bearer"]:
        said = i18n.translate(_POSTAGE[PostageBearer(offer["postage_bearer"])], spoken)
        sentences.append(said % {"percent": offer["merchant_percent"]})
    return sentences


def means(offer: Offer) -> list[str]:
    """As `meaning`, of a row, in the language of the request."""
    return meaning(plain(offer), offer.currency)
