"""Turns a queued notification into a letter."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from saleor_returns_app.domain.money import Money
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.notifications import Letter, Render
from saleor_returns_app.web import i18n
from saleor_returns_app.web.brand import brand_of
from saleor_returns_app.web.labels import WAITS
from saleor_returns_app.web.offer_words import meaning

#: Kind → the mail's subject; filled with the notification's own parameters.
SUBJECTS = {
    "code": "Your code: %(code)s",
    "requested": "We received your return request %(number)s",
    "approved": "Your return %(number)s is approved",
    "rejected": "About your return request %(number)s",
    "cancelled": "Return %(number)s was cancelled.",
    "evidence_wanted": "Please show us more about your return %(number)s",
    "goods_received": "Your return %(number)s has arrived",
    "refunded": "Your refund for %(number)s",
    "message": "The shop wrote to you about %(number)s",
    "message_to_staff": "%(customer_name)s wrote about %(number)s",
    "news_to_staff": "News about %(number)s",
    "offer": "An offer for your return %(number)s",
    "offer_ended": "The offer for your return %(number)s has ended",
    "agreed": "Agreed: your return %(number)s",
    "credit_issued": "Your store credit for return %(number)s",
    "payout_proposed": "How may we pay you for return %(number)s?",
    "replacement_ordered": "Your new items are ordered, return %(number)s",
    "replacement_unpaid": "Please pay the difference for return %(number)s",
    "replacement_missing": "Please choose again: return %(number)s",
    "replacement_sent": "Your new items are on their way, return %(number)s",
    "reminder_difference": "Please pay the difference for return %(number)s soon",
    "repair_diagnosed": "Your repair, return %(number)s",
    "repair_quoted": "What the repair costs, return %(number)s",
    "reminder_repair": "Your return %(number)s: the price of the repair waits for your answer",
    "repair_quote_ended": "Your repair, return %(number)s",
    "repair_to_pay": "Your repair is done, return %(number)s",
    "repair_given_up": "About your repair, return %(number)s",
    "repair_sent": "Your return %(number)s: the goods are on their way to you",
    "dispute_received": "Your objection, return %(number)s",
    "dispute_upheld": "About your objection, return %(number)s",
    "dispute_overturned": "Your objection was right, return %(number)s",
    "arranged": "How your return %(number)s comes back to us",
    "goods_sent_back": "Your return %(number)s: goods are on their way back to you",
    "voucher_issued": "Your voucher for return %(number)s",
    "fulfilled": "Your return %(number)s is settled",
    "withdrawal_receipt": "Receipt of your withdrawal, order %(order_number)s",
    "disconnected": "The returns app has lost %(shop)s",
    "reminder_evidence": "Your return %(number)s waits for your evidence",
    "reminder_goods": "Please send your return %(number)s soon",
    "reminder_offer": "Your return %(number)s: an offer waits for your answer",
    "expired": "Your return %(number)s has ended",
    "closed": "Your return %(number)s is closed",
    "extended": "More time for your return %(number)s",
    "escalated": "%(number)s is overdue",
    "handed_up": "%(number)s waits for your decision",
    "danger": "Danger: %(number)s",
    "complaint_received": "Your complaint %(number)s",
    "complaint_acknowledged": "We look into your complaint %(number)s",
    "complaint_decided": "How your complaint %(number)s was decided",
    "test": "A test mail of %(shop)s",
    "survey": "How did it go? %(number)s",
    "complaint_closed": "Your complaint %(number)s is closed",
}

_pages = Environment(
    loader=PackageLoader("saleor_returns_app.web", "templates/mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def renderer(base_url: str) -> Render:
    """Writes mails whose links lead to the portal at `base_url`."""
    return partial(render, base_url=base_url)


def render(kind: str, language: str, params: dict[str, Any], tenant: Tenant, *, base_url: str) -> Letter:
    """Raises KeyError for an unknown kind and jinja2.UndefinedError for a missing parameter."""
    spoken = i18n.nearest([language])
    say = partial(i18n.translate, to=spoken)
    currency = str(params.get("currency", ""))
    subject = say(SUBJECTS[kind]) % params
    zone = tenant.settings.get("time_zone") or "UTC"
    values: dict[str, Any] = {
        **params,
        "_": lambda text, **filled: say(text) % filled if filled else say(text),
        "say": say,
        "subject": subject,
        "language": spoken,
        "shop_name": tenant.name,
        "contact": tenant.settings.get("contact_email") or "",
        "brand": brand_of(tenant.settings.get("brand_color")),
        # No order, mailbox or token in it: the shopper signs in there.
        "portal_url": f"{base_url}/r/{tenant.slug}?lang={spoken}",
        "money": lambda minor: i18n.format_money(Money.from_minor(int(minor), currency), spoken),
        "means": lambda offer: meaning(offer, currency, spoken),
        # The day in the shop's zone, as on the shopper's page.
        "day": lambda moment: i18n.format_day(datetime.fromisoformat(moment), spoken, at=zone) if moment else "",
        "calendar_day": lambda day: i18n.format_day(date.fromisoformat(day), spoken),
        "waits": lambda wait: say(WAITS[wait]),
        "when": lambda moment: i18n.format_datetime(datetime.fromisoformat(moment), spoken, at=zone),
    }
    text = _pages.get_template(f"{kind}.txt").render(values).strip() + "\n"
    return Letter(subject=subject, text=text, html=_pages.get_template(f"{kind}.html").render(values))
