"""An offer as people type it: the fields that its kind has count, the others are passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from saleor_returns_app.domain.money import Money, digits
from saleor_returns_app.domain.offers import KINDS, Need, OfferKind, Proposal
from saleor_returns_app.domain.terms import PostageBearer
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.offers import Offer

_AMOUNT = re.compile(r"(\d{1,12})(?:[.,](\d{1,3}))?")


def typed_amount(text: str, currency: str) -> Money | None:
    """“12”, “12.50” or “12,50”; None for nothing. Raises BadInput naming the field."""
    said = re.sub(r"\s", "", text)
    if not said:
        return None
    found = _AMOUNT.fullmatch(said)
    if found is None or len(found[2] or "") > digits(currency):
        example = str(Money.from_minor(1250, currency).amount)
        text = "Write the amount with digits, like %(example)s."
        raise BadInput(text, code="AMOUNT", field="amount", example=example)
    return Money(Decimal(f"{found[1]}.{found[2] or 0}"), currency)


def typed_proposal(typed: Mapping[str, str], currency: str) -> Proposal:
    """Raises BadInput naming the field. What may be proposed is not checked here."""
    name = typed.get("kind", "")
    if name not in {kind.value for kind in OfferKind}:
        raise BadInput("Choose what you propose.", code="KIND", field="kind")
    kind = OfferKind(name)
    rule = KINDS[kind]
    keeps = rule.keeps is Need.MUST or (rule.keeps is Need.MAY and typed.get("keeps_item") == "yes")
    bearer = typed.get("postage_bearer", "") if not keeps else ""
    percent = typed.get("merchant_percent", "").strip()
    return Proposal(
        kind=kind,
        amount=typed_amount(typed.get("amount", ""), currency) if rule.amount is not Need.NEVER else None,
        keeps_item=keeps,
        postage_bearer=PostageBearer(bearer) if bearer in {item.value for item in PostageBearer} else None,
        merchant_percent=int(percent) if bearer == PostageBearer.SHARED and re.fullmatch(r"\d{1,3}", percent) else 0,
        wish=typed.get("wish", "") if rule.wish is not Need.NEVER else "",
    )


def as_typed(offer: Offer) -> dict[str, str]:
    """The form's values for an offer that is to be changed a little and sent back."""
    minor = offer.amount_minor
    return {
        "kind": offer.detail["kind"],
        "amount": "" if minor is None else str(Money.from_minor(minor, offer.currency).amount),
        "keeps_item": "yes" if offer.keeps_item else "",
        "postage_bearer": offer.postage_bearer,
        "merchant_percent": str(offer.merchant_percent or ""),
        "wish": "" if offer.detail.get("pieces") else str(offer.detail.get("wish", "")),
    }
