"""Staff's words for offers."""

from __future__ import annotations

from typing import Any

from flask import Flask

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind, OfferStatus
from saleor_returns_app.domain.terms import PostageBearer
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.web.i18n import format_money, gettext
from saleor_returns_app.web.offer_words import STATES, plain

from .words import amount_said

KINDS: dict[OfferKind, str] = {
    OfferKind.REFUND: "Refund",
    OfferKind.COMPENSATION: "Partial refund, items are kept",
    OfferKind.EXCHANGE: "Exchange",
    OfferKind.REPAIR: "Repair",
    OfferKind.RESHIP: "Send again what was missing or wrong",
    OfferKind.STORE_CREDIT: "Store credit",
    OfferKind.VOUCHER: "Voucher",
    OfferKind.POSTAGE: "As the policy says, but who pays the postage",
}
BEARERS: dict[PostageBearer, str] = {
    PostageBearer.MERCHANT: "The shop pays the postage back",
    PostageBearer.SHOPPER: "The shopper pays the postage back",
    PostageBearer.SHARED: "The postage back is shared",
}
_TONES = {
    OfferStatus.OPEN: "info",
    OfferStatus.ACCEPTED: "good",
    OfferStatus.DECLINED: "bad",
}


def kind_said(kind: str) -> str:
    return gettext(KINDS[OfferKind(kind)])


def means_to_staff(offer: Offer) -> list[str]:
    """What an offer comes to, a sentence a part."""
    said = plain(offer)
    parts = [kind_said(said["kind"])]
    if offer.amount_minor is not None:
        parts[0] += f": {format_money(Money.from_minor(offer.amount_minor, offer.currency))}"
    elif said["kind"] == OfferKind.REFUND:
        parts.append(gettext("As the quote works it out"))
    if said["wish"]:
        parts.append(str(said["wish"]))
    if said["mended"]:
        parts.append(gettext("Repaired: %(items)s") % {"items": said["mended"]})
    if said["kind"] != OfferKind.COMPENSATION:
        parts.append(gettext("The items are kept") if offer.keeps_item else gettext("The items come back"))
    if offer.postage_bearer:
        parts.append(_postage(offer.postage_bearer, offer.merchant_percent))
    return parts


def _postage(bearer: str, percent: int) -> str:
    if bearer == PostageBearer.SHARED:
        return gettext("The shop pays %(percent)s %% of the postage back") % {"percent": percent}
    return gettext(BEARERS[PostageBearer(bearer)])


def offer_entry(detail: dict[str, Any]) -> str:
    """An offer as the history keeps it, in one line."""
    if "offer" not in detail:
        return ""
    parts = [f"{gettext('Offer')} {detail['offer']}", kind_said(str(detail["kind"]))]
    if detail.get("amount"):
        parts.append(amount_said(str(detail["amount"])))
    if detail.get("wish"):
        parts.append(str(detail["wish"]))
    if detail.get("mended"):
        parts.append(gettext("Repaired: %(items)s") % {"items": detail["mended"]})
    if detail.get("postage"):
        parts.append(_postage(str(detail["postage"]), int(detail.get("percent") or 0)))
    return " · ".join(parts)


def side(who: str) -> str:
    return gettext("The shopper") if who == Who.SHOPPER else gettext("The shop")


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        means_to_staff=means_to_staff,
        offer_entry=offer_entry,
        offer_side=side,
        offer_state=lambda status: gettext(STATES[OfferStatus(status)]),
        offer_tone=lambda status: _TONES.get(OfferStatus(status), ""),
    )
