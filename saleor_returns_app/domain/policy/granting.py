"""The terms that the winning actions make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import ShippingRule

from . import actions as a
from .conditions import Amount
from .terms import DEFAULT_DEADLINES, Length, LineTerms


def grant_terms(actions: Iterable[a.Then], currency: str) -> LineTerms:
    """Terms in the currency of an order. A limit that is not given in it is no limit: nothing is converted."""
    changes: dict[str, Any] = {}
    deadlines = dict(DEFAULT_DEADLINES)
    for action in actions:
        if isinstance(action, a.DeadlineLength):
            deadlines[action.waits_for] = Length(action.length, action.unit)
        else:
            changes.update(_granted(action, currency))
    return replace(LineTerms(), deadlines=deadlines, **changes)


def _granted(action: a.Then, currency: str) -> dict[str, Any]:
    """Fields of the terms that an action sets."""
    match action:
        case a.Resolutions():
            return {"resolutions": action.allowed}
        case a.Evidence():
            return {"photos": action.photos, "video": action.video}
        case a.Postage():
            return {"postage": action.bearer, "merchant_percent": merchant_percent(action)}
        case a.RestockingFee():
            return {"restocking_percent": action.percent}
        case a.ShippingRefund():
            return {"shipping": ShippingRule(action.when)}
        case a.ReturnAddress():
            return {"address_key": action.key, "address_text": action.text}
        case a.Methods():
            return {"methods": action.allowed}
    return _limited(action, currency)


def _limited(action: a.Then, currency: str) -> dict[str, Any]:
    match action:
        case a.AutoApprove():
            return {"auto_approve_up_to": limit_in(action.up_to, currency)}
        case a.KeepItem():
            return {"keep_item_under": limit_in(action.under, currency)}
        case a.SecondApproval():
            return {"second_approval_above": limit_in(action.above, currency)}
    return {}  # windows, verdicts and what the law excludes are no terms


def merchant_percent(postage: a.Postage) -> int:
    """The merchant's part of the postage, whoever bears it."""
    return {a.Bearer.SHOPPER: 0, a.Bearer.MERCHANT: 100, a.Bearer.SHARED: postage.merchant_percent}[postage.bearer]


def limit_in(amounts: Iterable[Amount], currency: str) -> Money | None:
    """The amount given for a currency. Digits that the currency lacks are rounded half up: a limit has no cent to lose."""
    found = next((amount.amount for amount in amounts if amount.currency == currency), None)
    return None if found is None else Money.rounded(found, currency)
